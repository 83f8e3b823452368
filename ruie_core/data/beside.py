"""What is known of a log's events and is not in the prepared dataset, laid beside its events."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ruie_core.data.dataset import Dataset
from ruie_core.errors import UserError

KEY: Final = ["user_id", "item_id", "timestamp"]
"""What tells an event of a log from others: two whole numbers and milliseconds."""
NOISE: Final = "noise"

Bool = npt.NDArray[np.bool_]


def noise_of(dataset: Dataset, known: pd.DataFrame) -> Bool:
    """Return which prepared events are noise, (N,) bool, by the column ``noise`` of ``known``.

    Raises:
        UserError: see ``beside``.
    """
    return beside(dataset, known)[NOISE].to_numpy(dtype=bool)


def beside(dataset: Dataset, known: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of ``known`` in the order of the dataset's N events.

    Args:
        dataset: prepared from the log that ``known`` belongs to, whatever was filtered out.
        known: ``KEY``, ``noise`` (bool) and whatever else; a row per event.

    Raises:
        UserError: an event of the dataset is not among them, or ids are not whole numbers.
    """
    users = _numbers(dataset.vocabulary.users["user_id"], "user_id")
    items = _numbers(dataset.vocabulary.items["item_id"], "item_id")
    events = pd.DataFrame(
        {
            "user_id": users[dataset.user_of_event()],
            "item_id": items[dataset.items - 1],
            "timestamp": dataset.times,
        }
    )
    rows = known.astype(dict.fromkeys(KEY, np.int64))
    joined = events.merge(rows, how="left", on=KEY, validate="many_to_one")
    if missing := int(joined[NOISE].isna().sum()):
        raise UserError(
            f"{missing} of {len(events)} events are not in the truth: give the truth of the very "
            "log that this dataset was prepared from."
        )
    return joined


def _numbers(names: pd.Series, column: str) -> npt.NDArray[np.int64]:
    try:
        return np.asarray(names.to_numpy(), dtype=np.int64)
    except ValueError:
        raise UserError(
            f"The dataset's {column} are not whole numbers, so it was not prepared from a log "
            "with a known truth: give one made from `ruie sample` or KuaiRand."
        ) from None
