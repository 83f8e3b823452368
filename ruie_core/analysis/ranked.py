"""Which training steps get an in-sample rank."""

import numpy as np
import numpy.typing as npt

from ruie_core.data.dataset import Dataset
from ruie_core.data.split import TRAIN, Parts

CELLS = 10**11
CELLS_CUDA = 10**13
"""Scores spent on in-sample ranks at most (steps × items): minutes, whatever the catalogue."""


def affordable_steps(limit: int, n_items: int, *, on_gpu: bool) -> int:
    """Lower a limit on ranked steps to what a catalogue of this size affords.

    >>> affordable_steps(2_000_000, 12_000, on_gpu=False)
    2000000
    >>> affordable_steps(2_000_000, 6_900_000, on_gpu=False)
    14492
    """
    return min(limit, (CELLS_CUDA if on_gpu else CELLS) // max(1, n_items))


def ranked_training_steps(
    dataset: Dataset, split: Parts, limit: int
) -> tuple[npt.NDArray[np.bool_], dict[str, int | str]]:
    """Choose the training events that are ranked.

    All of them up to ``limit``. Above it the same share of every user's: counted through the log,
    an event is taken whenever the running share passes a whole number, so each user's chosen
    events are evenly spaced and their number is proportional to the user's, give or take one.

    Args:
        dataset: N events.
        split: (N,) uint8, part of every event.
        limit: events chosen at most.

    Returns:
        (N,) bool, and what ``health.json`` says about it. A user's first event is never chosen:
        no state came before it.
    """
    eligible = split == TRAIN
    eligible[dataset.offsets[:-1][dataset.lengths > 0]] = False
    of = int(eligible.sum())
    if of <= limit:
        return eligible, {"training_steps": of, "of": of, "rule": "every training step"}
    count = np.arange(of + 1, dtype=np.int64) * limit // of
    chosen = np.zeros(dataset.n_events, bool)
    chosen[np.flatnonzero(eligible)[np.diff(count) > 0]] = True
    rule = "the same share of every user's training steps, evenly spaced"
    return chosen, {"training_steps": limit, "of": of, "rule": rule}
