"""What several models would have ranked first for one event, against what came."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ruie_core.analysis.answers import as_pandas
from ruie_core.analysis.catalogue import items_of, number_of_items
from ruie_core.analysis.once import once
from ruie_core.analysis.person import rows_by_id
from ruie_core.analysis.store import RunStore

POPULARITY = "popularity"
"""Name of the reference that knows only how often each item occurs in training."""
_COUNTED = """SELECT item, count(*) OVER (ORDER BY n DESC) AS rank FROM (
  SELECT i.item, coalesce(n.n, 0) AS n FROM items i LEFT JOIN (
    SELECT item, count(*) AS n FROM steps WHERE split = 'train' GROUP BY item) n USING (item))"""
"""Items by their rank in training; among equals all have the last one's."""
COLUMNS = ("model", "item_id", "title", "category", "rank", "items", "split", "problem")


def first_choices(
    store: RunStore, user_id: str, t: int, other: RunStore | None = None
) -> pd.DataFrame:
    """Return each model's first ranked item for event ``t`` of a user, and the rank of what came.

    Args:
        store: the run.
        user_id: the user by the log's own id.
        t: the event, n + 1 for the forecast.
        other: the run that this one is compared with.

    Returns:
        One row per model, this run's first, popularity's last: ``model``, ``item_id``, ``title``
        and ``category`` of its first choice, ``rank`` of what came (ties count against it) among
        ``items``, ``split`` of the event in that run, and ``problem``: why it has no choice
        (``user``: unknown there; ``event``: another event there; ``step``: not ranked), or null.
    """
    own = _choice(store, user_id, t)
    came = _text(own, "came_id")
    rows = [_row(store.name, own, came)]
    if other is not None:
        rows.append(_row(other.name, _choice(other, user_id, t), came))
    code = None if came is None else int(own["came"].iloc[0])
    rows.append(_popular(store, code, _text(own, "split")))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _choice(store: RunStore, user_id: str, t: int) -> pd.DataFrame:
    rows = rows_by_id(store, user_id)
    step = rows.filter(pc.equal(rows["t"], t))
    first = items_of(store, pc.list_element(step["top_items"], 0))
    return as_pandas(
        pa.table(
            {name: first[name] for name in first.column_names}
            | {
                "came": step["item"],
                "came_id": items_of(store, step["item"])["item_id"],
                "rank": step["rank"],
                "split": step["split"],
                "items": pa.array([number_of_items(store)] * len(step), pa.int64()),
            }
        )
    )


def _row(name: str, found: pd.DataFrame, came: str | None) -> dict[str, object]:
    if found.empty:
        return {"model": name, "problem": "user"}
    row = {str(key): value for key, value in found.iloc[0].items()} | {"model": name}
    if _text(found, "came_id") != came:
        return {"model": name, "problem": "event"}
    row["problem"] = "step" if pd.isna(row["item_id"]) else None
    return row


def _popular(store: RunStore, code: int | None, split: str | None) -> dict[str, object]:
    """The most frequent item of training, and where what came stands."""
    counted = _counted(store)
    rank = None if code is None else int(counted.rank[np.searchsorted(counted.codes, code)])
    return counted.first | {"model": POPULARITY, "rank": rank, "split": split, "problem": None}


class _Counted(NamedTuple):
    """Codes of all items, rising, their ranks, and what the first of them is called."""

    codes: npt.NDArray[np.int64]
    rank: npt.NDArray[np.int64]
    first: dict[str, object]


@once
def _counted(store: RunStore) -> _Counted:
    """Items by their rank in training; of several firsts the one by code."""
    found = store.sql(f"SELECT item, rank FROM ({_COUNTED}) ORDER BY item").astype(np.int64)
    codes, rank = found["item"].to_numpy(), found["rank"].to_numpy()
    named = items_of(store, pa.array(codes[rank == rank.min()][:1])).to_pylist()[0]
    return _Counted(codes, rank, named | {"items": len(codes)})


def _text(found: pd.DataFrame, column: str) -> str | None:
    if found.empty or pd.isna(found[column].iloc[0]):
        return None
    return str(found[column].iloc[0])
