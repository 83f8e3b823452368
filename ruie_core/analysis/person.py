"""One person's events, read from the disk once: several frames of a page ask for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ruie_core.analysis.once import latest, once
from ruie_core.analysis.store import RunStore

PEOPLE: Final = 64
"""People whose events a store keeps: more than are looked at at once."""

_GROUPS: Final = 4
"""Row groups of a long file that stay read, some 5 MB each: who comes next often lies there."""


def events_of(store: RunStore, user: int) -> str:
    """Return the name of a table with a person's rows of ``steps``, the forecast among them.

    For frames that join them to much else; ``rows_of`` is quicker where no join is needed.

    Args:
        store: the run.
        user: code of the person; of one that nobody has, the table is empty.
    """
    name = str(user) if user >= 0 else "nobody"
    return store.keep_rows(lambda: rows_of(store, user), name, "person", PEOPLE)


@latest(PEOPLE)
def rows_of(store: RunStore, user: int) -> pa.Table:
    """Return a person's rows of ``steps`` in order, the forecast last; none of a code nobody has.

    Raises:
        UserError: the file went away or changed.
    """
    if "steps" in store.large:
        return _rows(store, user)
    return store.rows('SELECT * FROM steps WHERE "user" = $user ORDER BY t', {"user": int(user)})


class _Groups(NamedTuple):
    """A long file of steps, its rows' types, and the first and last user of each row group."""

    file: pq.ParquetFile
    schema: pa.Schema
    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]


@once
def _groups(store: RunStore) -> _Groups:
    with _legible(store):
        # Read at once: handed to Arrow's threads first, it waits for its turn on a busy machine.
        file = pq.ParquetFile(store.large["steps"], pre_buffer=False)
    groups = [file.metadata.row_group(place) for place in range(file.num_row_groups)]
    leaves = [groups[0].column(place).path_in_schema for place in range(groups[0].num_columns)]
    ends = [group.column(leaves.index("user")).statistics for group in groups]
    first, last = (np.array([getattr(end, of) for end in ends], np.int64) for of in ("min", "max"))
    return _Groups(file, store.rows("SELECT * FROM steps LIMIT 0").schema, first, last)


def _rows(store: RunStore, user: int) -> pa.Table:
    """Read a person's rows, from the row groups that hold some: in a third of DuckDB's time.

    Steps lie user by user, in order, which ``RunStore`` makes sure of.

    Raises:
        UserError: the file went away or changed.
    """
    groups = _groups(store)
    held = np.flatnonzero((groups.first <= user) & (user <= groups.last))
    if not len(held):
        return groups.schema.empty_table()
    rows = pa.concat_tables([_group(store, int(place)) for place in held])
    return rows.filter(pc.equal(rows["user"], user)).cast(groups.schema)


@latest(_GROUPS)
def _group(store: RunStore, place: int) -> pa.Table:
    with _legible(store):
        return _groups(store).file.read_row_group(place, use_threads=False)


@contextmanager
def _legible(store: RunStore) -> Iterator[None]:
    """Turn what a file's reader says into the run's own sentence."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise store.unreadable(error) from error


def rows_by_id(store: RunStore, user_id: str) -> pa.Table:
    """Return ``rows_of`` of the person whom the log calls so; nobody's rows are none."""
    person = person_of(store, user_id)
    return rows_of(store, -1 if person is None else person.code)


class Person(NamedTuple):
    """Code of a person, and how many events they have."""

    code: int
    events: int


@latest(PEOPLE)
def person_of(store: RunStore, user_id: str) -> Person | None:
    """Return the person whom the log calls so; none where the run knows nobody.

    Remembered for the latest few, since a page asks it several times at every click.
    """
    found = store.sql('SELECT "user", n_events FROM users WHERE user_id = ?', [user_id])
    if found.empty:
        return None
    return Person(int(found["user"].iloc[0]), int(found["n_events"].iloc[0]))
