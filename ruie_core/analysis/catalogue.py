"""What items are called, looked up by their code: a few rows in far less than a join takes."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ruie_core.analysis.once import once
from ruie_core.analysis.store import RunStore

COLUMNS: Final = ("item_id", "title", "category")


class _Catalogue(NamedTuple):
    """Items in the order of their codes."""

    codes: npt.NDArray[np.int64]
    rows: pa.Table


def items_of(store: RunStore, codes: pa.Array | pa.ChunkedArray) -> pa.Table:
    """Return ``item_id``, ``title`` and ``category`` of every code.

    Args:
        store: the run.
        codes: (n,) of items; where there is none, or the run has no such item, the row is null.
    """
    known = _catalogue(store)
    asked = codes.fill_null(0).to_numpy().astype(np.int64)
    place = np.minimum(np.searchsorted(known.codes, asked), len(known.codes) - 1)
    found = known.codes[place] == asked
    return known.rows.take(pa.array(place, mask=~found))


@once
def _catalogue(store: RunStore) -> _Catalogue:
    rows = store.rows(f"SELECT item, {', '.join(COLUMNS)} FROM items ORDER BY item")
    return _Catalogue(rows["item"].to_numpy().astype(np.int64), rows.drop_columns("item"))


def number_of_items(store: RunStore) -> int:
    """Return how many items the run ranks."""
    return len(_catalogue(store).codes)
