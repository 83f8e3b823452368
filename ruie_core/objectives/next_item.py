"""Next-item losses: one value per position, so that a gate can weigh them."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from ruie_core.config import ObjectiveConfig


class Candidates(NamedTuple):
    """Scores of the item that came and of negatives shared by the batch.

    Attributes:
        positive: (P,) score of the target item.
        negative: (P, M) scores of the negatives.
        log_expected: (M,) log of how often each negative is expected among the M draws.
        hit: (P, M) bool, True where a negative is the target itself (it does not count).
    """

    positive: Tensor
    negative: Tensor
    log_expected: Tensor
    hit: Tensor


def sampled_softmax(candidates: Candidates, _: ObjectiveConfig) -> Tensor:
    """Softmax cross-entropy with a sampled partition function, (P,) nats.

    The negatives' scores are lowered by the log of their expected count (logQ correction, Bengio
    and Senécal 2008, https://doi.org/10.1109/TNN.2007.912312), which makes
    exp(s⁺) + Σ_j exp(s_j) / E[count_j] an unbiased estimate of the full partition function. With
    every item as a candidate once (expected count 1) it is the exact softmax.
    """
    lowered = (candidates.negative - candidates.log_expected).masked_fill(
        candidates.hit, float("-inf")
    )
    everything = torch.cat([candidates.positive[:, None], lowered], dim=1)
    return everything.logsumexp(1) - candidates.positive


def triplet(candidates: Candidates, config: ObjectiveConfig) -> Tensor:
    """RUIE's contrastive loss: hinge of margin between target and random negatives, (P,).

    mean over negatives of max(0, m − s⁺ + s⁻), with the inner product as similarity, so that the
    loss and the ranking agree (the paper leaves the distance open). A position whose negatives
    are all hits has no valid triplet and a loss of 0.
    """
    hinge = (config.margin - candidates.positive[:, None] + candidates.negative).clamp(min=0)
    valid = ~candidates.hit
    return (hinge * valid).sum(1) / valid.sum(1).clamp(min=1)


NEXT_ITEM_LOSSES: dict[str, Callable[[Candidates, ObjectiveConfig], Tensor]] = {
    "softmax": sampled_softmax,
    "triplet": triplet,
}
