"""The one figure that stops training: ranking on validation events, fast and without intervals."""

import numpy as np
import torch

from ruie_core.data.dataset import Dataset
from ruie_core.data.split import VALIDATION, Parts
from ruie_core.errors import UserError
from ruie_core.evaluation.metrics import hit_rate, ndcg
from ruie_core.evaluation.model_scorer import ModelScorer
from ruie_core.evaluation.ranking import Targets, rank_targets
from ruie_core.models.base import SequenceModel

CUTOFF = 10


def held_out_targets(dataset: Dataset, split: Parts, part: int) -> tuple[Targets, int]:
    """Events of a part that have an earlier event of their user, in the order of the log.

    Args:
        dataset: the events.
        split: (N,) uint8, part of every event.
        part: ``VALIDATION`` or ``TEST``.

    Returns:
        (B,) targets, and how many events were left out because they are their user's first.

    Raises:
        UserError: nothing is left to rank.
    """
    positions = np.flatnonzero(split == part)
    users = np.searchsorted(dataset.offsets, positions, side="right") - 1
    ranked = positions > dataset.offsets[users]
    if not ranked.any():
        name = "validation" if part == VALIDATION else "test"
        raise UserError(
            f"The {name} part of the split holds no event that follows another of its user, so "
            "there is nothing to rank: use a longer log or another --train.split."
        )
    targets = Targets(torch.from_numpy(users[ranked]), torch.from_numpy(positions[ranked]))
    return targets, int((~ranked).sum())


def validation_metrics(
    model: SequenceModel,
    dataset: Dataset,
    split: Parts,
    device: torch.device,
    max_targets: int | None = None,
) -> dict[str, float]:
    """NDCG@10 and HR@10 on validation events, full ranking, request scenario unknown.

    Args:
        model: a sequence model on ``device``; its mode is restored afterwards.
        dataset: the events.
        split: (N,) uint8, part of every event.
        device: where the model is.
        max_targets: rank that many validation events at most, evenly spaced over the log (so the
            same ones in every epoch); none: all.

    Returns:
        ``{"ndcg@10": …, "hr@10": …, "n": …}``, n the number of events ranked.

    Raises:
        UserError: no validation event, or scores that are not numbers.
    """
    targets, _ = held_out_targets(dataset, split, VALIDATION)
    if max_targets is not None and len(targets.users) > max_targets:
        chosen = torch.linspace(0, len(targets.users) - 1, max_targets).round().long()
        targets = Targets(*(column[chosen] for column in targets))
    training = model.training
    model.eval()
    try:
        scorer = ModelScorer(model, dataset, known_scenario=False, device=device)
        ranks = rank_targets(scorer, dataset, targets).ranks.numpy()
    finally:
        model.train(training)
    return {
        f"ndcg@{CUTOFF}": float(ndcg(ranks, CUTOFF).mean()),
        f"hr@{CUTOFF}": float(hit_rate(ranks, CUTOFF).mean()),
        "n": float(len(ranks)),
    }
