"""Next-item losses: one value per position, so that a gate can weigh them."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
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
    partition: Tensor = _LogPartition.apply(  # type: ignore[no-untyped-call]
        candidates.intent,
        candidates.negative,
        candidates.log_expected,
        candidates.hit_row,
        candidates.hit_column,
    )
    positive = candidates.positive_scores
    return torch.logaddexp(positive, partition) - positive


class _LogPartition(torch.autograd.Function):
    """log Σ_j exp(v · E[j] − log_expected_j) over the negatives that are no hits, (P,).

    The (P, M) scores are the largest tensor of a step by far. Here one buffer of that size is
    written, turned into weights in place, and used once more in the backward pass, where
    autograd would make five.
    """

    @staticmethod
    def forward(
        ctx: Any,
        intent: Tensor,
        negative: Tensor,
        log_expected: Tensor,
        hit_row: Tensor,
        hit_column: Tensor,
    ) -> Tensor:
        weights = torch.addmm(-log_expected, intent, negative.T)
        weights[hit_row, hit_column] = float("-inf")
        # Where all negatives are hits the maximum is -inf, and -inf minus itself is no number.
        largest = weights.amax(1).clamp(min=torch.finfo(weights.dtype).min)
        total = weights.sub_(largest[:, None]).exp_().sum(1)
        ctx.save_for_backward(intent, negative, weights, total)
        return largest + total.log()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        intent, negative, weights, total = ctx.saved_tensors
        share = gradients[0] / total.clamp(min=torch.finfo(total.dtype).tiny)
        scaled = intent * share[:, None]
        return weights @ negative * share[:, None], weights.T @ scaled, None, None, None


def triplet(candidates: Candidates, config: ObjectiveConfig) -> Tensor:
    """RUIE's contrastive loss: hinge of margin between target and random negatives, (P,).

    mean over negatives of max(0, m − s⁺ + s⁻), with the inner product as similarity, so that the
    loss and the ranking agree (the paper leaves the distance open). A position whose negatives
    are all hits has no valid triplet and a loss of 0.
    """
    positive = candidates.positive_scores
    scores = candidates.intent @ candidates.negative.T
    hinge = (config.margin - positive[:, None] + scores).clamp(min=0)
    return _mean_over_negatives(hinge, candidates)


def binary(candidates: Candidates, _: ObjectiveConfig) -> Tensor:
    """Binary cross-entropy of the target against negatives, (P,) nats.

    −log σ(s⁺) − mean over negatives of log (1 − σ(s⁻)): the loss of SASRec (Kang and McAuley,
    ICDM 2018, https://arxiv.org/abs/1808.09781, equation 7). The paper draws one negative for each
    position; the mean over the batch's shared ones has the same expectation and less noise.
    """
    scores = candidates.intent @ candidates.negative.T
    return F.softplus(-candidates.positive_scores) + _mean_over_negatives(
        F.softplus(scores), candidates
    )


def bpr(candidates: Candidates, _: ObjectiveConfig) -> Tensor:
    """Bayesian personalised ranking, (P,) nats: mean over negatives of −log σ(s⁺ − s⁻).

    The loss of GRU4Rec (Hidasi et al., ICLR 2016, https://arxiv.org/abs/1511.06939, section 3.1.2).
    """
    scores = candidates.intent @ candidates.negative.T
    return _mean_over_negatives(
        F.softplus(scores - candidates.positive_scores[:, None]), candidates
    )


def _mean_over_negatives(losses: Tensor, candidates: Candidates) -> Tensor:
    """(P,) mean of (P, M) losses over the negatives that are no hits; 0 where all are."""
    of_hits = losses[candidates.hit_row, candidates.hit_column]
    total = losses.sum(1).index_add(0, candidates.hit_row, -of_hits)
    hits = torch.bincount(candidates.hit_row, minlength=len(losses))
    return total / (losses.shape[1] - hits).clamp(min=1)


NEXT_ITEM_LOSSES: dict[str, Callable[[Candidates, ObjectiveConfig], Tensor]] = {
    "softmax": sampled_softmax,
    "triplet": triplet,
    "bce": binary,
    "bpr": bpr,
}
