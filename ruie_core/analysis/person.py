"""One person's events, read from the disk once: several frames of a page ask for them."""

import functools
from typing import Final, NamedTuple

from ruie_core.analysis.store import RunStore

_MOST: Final = 64
"""People whose events a store keeps: more than are looked at at once."""


def events_of(store: RunStore, user: int) -> str:
    """Return the name of a table with a person's rows of ``steps``, the forecast among them.

    Args:
        store: the run.
        user: code of the person; of one that nobody has, the table is empty.
    """
    query = 'SELECT * FROM steps WHERE "user" = $user ORDER BY t'
    return store.keep(query, {"user": int(user)}, "person", _MOST)


def events_by_id(store: RunStore, user_id: str) -> str:
    """Return ``events_of`` of the person whom the log calls so; nobody's events are none."""
    person = person_of(store, user_id)
    return events_of(store, -1 if person is None else person.code)


class Person(NamedTuple):
    """Code of a person, and how many events they have."""

    code: int
    events: int


@functools.lru_cache(maxsize=_MOST)
def person_of(store: RunStore, user_id: str) -> Person | None:
    """Return the person whom the log calls so; none where the run knows nobody.

    Remembered for the latest few, since a page asks it several times at every click.
    """
    found = store.sql('SELECT "user", n_events FROM users WHERE user_id = ?', [user_id])
    if found.empty:
        return None
    return Person(int(found["user"].iloc[0]), int(found["n_events"].iloc[0]))
