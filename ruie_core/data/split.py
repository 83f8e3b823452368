"""Which events train, which select the model, which score it."""

from typing import Final

import numpy as np
import numpy.typing as npt

from ruie_core.config import TrainConfig
from ruie_core.data.dataset import Dataset, Int64
from ruie_core.errors import UserError

TRAIN: Final = 0
VALIDATION: Final = 1
TEST: Final = 2

Parts = npt.NDArray[np.uint8]


def split_events(dataset: Dataset, train: TrainConfig) -> Parts:
    """Assign every event to TRAIN, VALIDATION or TEST.

    Returns:
        (N,) uint8. ``leave-one-out``: of users with at least three events, the last is TEST and the
        one before it VALIDATION; shorter users train only. ``temporal``: two global cut-offs.

    Raises:
        UserError: the split would leave a part without events.
    """
    if train.split == "leave-one-out":
        parts = leave_one_out(dataset.offsets)
    else:
        if not dataset.has_clock:
            raise UserError(
                "This dataset has an order of events but no clock, so a temporal split means "
                "nothing: use --train.split leave-one-out."
            )
        parts = temporal(dataset.times, train.validation_share, train.test_share)
    _refuse_empty(parts, train)
    return parts


def leave_one_out(offsets: Int64) -> Parts:
    """Hold out the last two events of each user who has three.

    >>> leave_one_out(np.array([0, 2, 5, 9])).tolist()  # users with 2, 3 and 4 events
    [0, 0, 0, 1, 2, 0, 0, 1, 2]
    """
    parts = np.full(offsets[-1], TRAIN, dtype=np.uint8)
    last = offsets[1:][np.diff(offsets) >= 3] - 1
    parts[last] = TEST
    parts[last - 1] = VALIDATION
    return parts


def temporal(times: Int64, validation_share: float, test_share: float) -> Parts:
    """Cut the time axis twice; events of one instant always stay on one side, the later one.

    >>> temporal(np.array([10, 20, 20, 30, 5]), 0.4, 0.2).tolist()
    [0, 1, 1, 2, 0]
    """
    n = len(times)
    test_at = min(round(n * (1 - test_share)), n - 1)
    validation_at = min(round(n * (1 - test_share - validation_share)), test_at)
    ordered = np.partition(times, (validation_at, test_at))
    parts = np.full(n, TRAIN, dtype=np.uint8)
    parts[times >= ordered[validation_at]] = VALIDATION
    parts[times >= ordered[test_at]] = TEST
    return parts


def _refuse_empty(parts: Parts, train: TrainConfig) -> None:
    counts = np.bincount(parts, minlength=3)
    for part, name in enumerate(("training", "validation", "test")):
        if counts[part] == 0:
            remedy = (
                "users with at least three events are needed"
                if train.split == "leave-one-out"
                else "too many events share one instant for these shares; change "
                "validation_share and test_share, or use leave-one-out"
            )
            raise UserError(f"The {train.split} split leaves no {name} event: {remedy}.")
