"""Next-item losses: one value per position, so that a gate can weigh them."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from ruie_core.config import ObjectiveConfig


class Candidates(NamedTuple):
    """Intents, the items that came, and negatives shared by the batch.

    Attributes:
        intent: (P, d) predicted intents.
        target: (P, d) embedding of the item that came.
        negative: (M, d) embeddings of the negatives, each item once.
        log_expected: (M,) log of how often each negative is expected, per time it was drawn.
        hit_row, hit_column: (H,) int64, where a negative is the target itself (it does not count).
    """

    intent: Tensor
    target: Tensor
    negative: Tensor
    log_expected: Tensor
    hit_row: Tensor
    hit_column: Tensor

    @property
    def positive_scores(self) -> Tensor:
        """(P,) score of the item that came."""
        return (self.intent * self.target).sum(-1)


def sampled_softmax(candidates: Candidates, _: ObjectiveConfig) -> Tensor:
    """Softmax cross-entropy with a sampled partition function, (P,) nats.

    The negatives' scores are lowered by the log of their expected count (logQ correction, Bengio
    and Senécal 2008, https://doi.org/10.1109/TNN.2007.912312), which makes
    exp(s⁺) + Σ_j exp(s_j) / E[count_j] an unbiased estimate of the full partition function. With
    every item as a candidate once (expected count 1) it is the exact softmax.
    """
    # The (P, M) scores are the largest tensor of a step: lowered while they are made, never copied.
    lowered = torch.addmm(-candidates.log_expected, candidates.intent, candidates.negative.T)
    with torch.no_grad():
        lowered[candidates.hit_row, candidates.hit_column] = float("-inf")  # so its gradient is 0
    positive = candidates.positive_scores
    return torch.logaddexp(positive, lowered.logsumexp(1)) - positive


def triplet(candidates: Candidates, config: ObjectiveConfig) -> Tensor:
    """RUIE's contrastive loss: hinge of margin between target and random negatives, (P,).

    mean over negatives of max(0, m − s⁺ + s⁻), with the inner product as similarity, so that the
    loss and the ranking agree (the paper leaves the distance open). A position whose negatives
    are all hits has no valid triplet and a loss of 0.
    """
    positive = candidates.positive_scores
    scores = candidates.intent @ candidates.negative.T
    hinge = (config.margin - positive[:, None] + scores).clamp(min=0)
    of_hits = hinge[candidates.hit_row, candidates.hit_column]
    total = hinge.sum(1).index_add(0, candidates.hit_row, -of_hits)
    hits = torch.bincount(candidates.hit_row, minlength=len(positive))
    return total / (scores.shape[1] - hits).clamp(min=1)


NEXT_ITEM_LOSSES: dict[str, Callable[[Candidates, ObjectiveConfig], Tensor]] = {
    "softmax": sampled_softmax,
    "triplet": triplet,
}
