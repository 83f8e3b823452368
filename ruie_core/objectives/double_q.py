"""Double Q-learning for next scenarios.

van Hasselt, "Double Q-learning", NeurIPS 2010, https://papers.nips.cc/paper/3964-double-q-learning;
van Hasselt et al., "Deep Reinforcement Learning with Double Q-learning", AAAI 2016,
https://arxiv.org/abs/1509.06461, equation 4.
"""

import torch.nn.functional as F
from torch import Tensor


def double_q_targets(
    r_t: Tensor, discount_t: Tensor, q_t_selector: Tensor, q_t_evaluator: Tensor
) -> Tensor:
    """Target y = r_t + discount_t · Q_evaluator(s_t, argmax_c Q_selector(s_t, c)).

    Args:
        r_t: (...) float, reward on arriving in s_t, reward units.
        discount_t: (...) float, γ, or 0 where the episode ended on arrival.
        q_t_selector: (..., S) float, Q-values that choose the action (online network).
        q_t_evaluator: (..., S) float, Q-values that price it (target network).

    Returns:
        (...) float, without a gradient.

    Raises:
        ValueError: shapes disagree.

    >>> import torch
    >>> double_q_targets(torch.tensor([1.0]), torch.tensor([0.5]),
    ...                  torch.tensor([[9.0, 8.0]]), torch.tensor([[2.0, 100.0]]))
    tensor([2.])
    """
    if q_t_selector.shape != q_t_evaluator.shape or q_t_selector.shape[:-1] != r_t.shape:
        raise ValueError(
            f"shapes disagree: rewards {tuple(r_t.shape)}, selector {tuple(q_t_selector.shape)}, "
            f"evaluator {tuple(q_t_evaluator.shape)}"
        )
    if discount_t.shape != r_t.shape:
        raise ValueError(f"discounts {tuple(discount_t.shape)}, rewards {tuple(r_t.shape)}")
    action = q_t_selector.argmax(-1, keepdim=True)
    return (r_t + discount_t * q_t_evaluator.gather(-1, action).squeeze(-1)).detach()


def td_loss(q_tm1_taken: Tensor, targets: Tensor, delta: float) -> Tensor:
    """Huber loss of each transition, (...) reward units squared; not averaged.

    Args:
        q_tm1_taken: (...) float, Q(s_{t−1}, c_t) of the scenario that came.
        targets: (...) float, from ``double_q_targets``.
        delta: where the loss turns from squared to linear, reward units.
    """
    return F.huber_loss(q_tm1_taken, targets, reduction="none", delta=delta)
