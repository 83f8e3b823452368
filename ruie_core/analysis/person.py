"""One person's events, read from the disk once: several frames of a page ask for them."""

from typing import Final

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
    code = code_of(store, user_id)
    return events_of(store, -1 if code is None else code)


def code_of(store: RunStore, user_id: str) -> int | None:
    """Return the code of the person whom the log calls so; none where the run knows nobody."""
    found = store.sql('SELECT "user" FROM users WHERE user_id = ?', [user_id])
    return int(found["user"].iloc[0]) if len(found) else None
