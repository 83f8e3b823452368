"""Double Q-learning whose actions are items, over a sample of the catalogue.

Xin et al., "Self-Supervised Reinforcement Learning for Recommender Systems", SIGIR 2020,
https://arxiv.org/abs/2006.05779, equation 6. The paper takes the maximum over all items; here it
goes over the negatives that the batch shares and the item that followed.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from ruie_core.objectives.double_q import double_q_targets


class ItemActions(NamedTuple):
    """Q-values of the candidate actions in s_t under one network, reward units.

    Attributes:
        sampled: (P, M) of the shared negatives.
        followed: (P,) of the item of event t + 1; whatever where none is known.
    """

    sampled: Tensor
    followed: Tensor


def item_targets(
    r_t: Tensor, discount_t: Tensor, selector: ItemActions, evaluator: ItemActions, known: Tensor
) -> Tensor:
    """Target y = r_t + discount_t · Q_evaluator(s_t, argmax_i Q_selector(s_t, i)).

    Args:
        r_t: (P,) float, reward on arriving in s_t, reward units.
        discount_t: (P,) float, γ, or 0 where the episode ended on arrival.
        selector: of the online network.
        evaluator: of the target network.
        known: (P,) bool, True where an event followed; elsewhere only the sample is looked at.

    Returns:
        (P,) float, without a gradient.
    """
    followed = selector.followed.masked_fill(~known, float("-inf"))
    q_selector = torch.cat([selector.sampled, followed[:, None]], dim=1)
    q_evaluator = torch.cat([evaluator.sampled, evaluator.followed[:, None]], dim=1)
    return double_q_targets(r_t, discount_t, q_selector, q_evaluator)
