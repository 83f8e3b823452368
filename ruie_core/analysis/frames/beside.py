"""What several models would have ranked first for one event, against what came."""

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
    rows.append(_popular(store, came, _text(own, "split")))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _choice(store: RunStore, user_id: str, t: int) -> pd.DataFrame:
    rows = rows_by_id(store, user_id)
    step = rows.filter(pc.equal(rows["t"], t))
    first = items_of(store, pc.list_element(step["top_items"], 0))
    return as_pandas(
        pa.table(
            {name: first[name] for name in first.column_names}
            | {
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


def _popular(store: RunStore, came: str | None, split: str | None) -> dict[str, object]:
    """The most frequent item of training, and where what came stands."""
    counted, first = _counted(store)
    found = store.sql(
        f"SELECT rank FROM {counted} WHERE item = (SELECT item FROM items WHERE item_id = $came)",
        {"came": came},
    )
    rank = int(found["rank"].iloc[0]) if len(found) else None
    return first | {"model": POPULARITY, "rank": rank, "split": split, "problem": None}


@once
def _counted(store: RunStore) -> tuple[str, dict[str, object]]:
    """The table of items by their rank, and the first of them; of several the first by code."""
    counted = store.keep(_COUNTED, {}, "popularity")
    found = store.sql(
        f"""SELECT i.item_id, i.title, i.category, (SELECT count(*) FROM items) AS items
           FROM {counted} c JOIN items i USING (item) ORDER BY c.rank, c.item LIMIT 1"""
    )
    return counted, {str(key): value for key, value in found.iloc[0].items()}


def _text(found: pd.DataFrame, column: str) -> str | None:
    if found.empty or pd.isna(found[column].iloc[0]):
        return None
    return str(found[column].iloc[0])
