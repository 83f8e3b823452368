"""Who matches: the users who behave so, in which order, and one's neighbours among them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from ruie_core.analysis.behaviour.conditions import Behaviour
from ruie_core.analysis.behaviour.statement import Statement, statement
from ruie_core.analysis.behaviour.table import table_for
from ruie_core.analysis.person import person_of
from ruie_core.analysis.store import RunStore, quote
from ruie_core.errors import UserError

SORTS: Mapping[str, str] = MappingProxyType(
    {
        "id": 'users."user"',
        "most events": 'n_events DESC, users."user"',
        "fewest events": 'n_events, users."user"',
        "most switches": 'n_switches DESC, users."user"',
        "best rank of the held-out event": 'rank_test NULLS LAST, users."user"',
        "worst rank of the held-out event": 'rank_test DESC NULLS LAST, users."user"',
        "highest mean gate": 'gate_mean DESC NULLS LAST, users."user"',
        "lowest mean gate": 'gate_mean NULLS LAST, users."user"',
        "latest activity": 'last_time DESC, users."user"',
    }
)
"""Orders in which matching users can be walked through, and their SQL."""


def asked(
    store: RunStore, behaviour: Behaviour | None, sort: str = "id", among: str | None = None
) -> Statement:
    """Return the statement that finds who behaves so.

    Args:
        store: the run.
        behaviour: names as the run writes them; none: everybody matches.
        sort: a key of ``SORTS``.
        among: table of the users who are asked (``RunStore.keep_users``); none: all.

    Raises:
        UserError: the order is unknown.
    """
    if sort not in SORTS:
        raise UserError(f"Users cannot be sorted by {sort!r}: choose one of {list(SORTS)}.")
    if behaviour is not None:
        table = table_for(store, behaviour)
        return statement(behaviour, store.scenarios, SORTS[sort], among, table)
    where = "" if among is None else f'\nWHERE "user" IN (SELECT "user" FROM {quote(among)})'
    query = f'SELECT "user", user_id, NULL::INTEGER AS t\nFROM users{where}'
    return Statement(f"{query}\nORDER BY {SORTS[sort]}", {})


def matching_users(
    store: RunStore, behaviour: Behaviour | None, sort: str = "id", among: str | None = None
) -> pd.DataFrame:
    """Return who behaves so, in the chosen order; the arguments are those of ``asked``.

    Returns:
        ``user``, ``user_id`` and ``t`` (nullable Int32): the first event at which the behaviour is
        met, null where it is none of an event.
    """
    query = asked(store, behaviour, sort, among)
    found = store.sql(query.sql, query.params)
    found["t"] = found["t"].astype("Int32")
    return found


def size(store: RunStore, among: str) -> int:
    """Return how many users a table of users holds."""
    return int(store.sql(f"SELECT count(*) AS n FROM {quote(among)}")["n"].iloc[0])


@dataclass(frozen=True)
class Place:
    """Where a user stands among the matches; ``position`` counts from 1, None if not among them."""

    position: int | None
    previous: int | None
    following: int | None


def place_among(matches: pd.DataFrame, user: int | None) -> Place:
    """Find a user's neighbours in the list of matches.

    A user who does not match has the first match as following one.

    >>> place_among(pd.DataFrame({"user": [4, 9, 2]}), 9)
    Place(position=2, previous=4, following=2)
    """
    users = matches["user"].to_numpy()
    found = np.flatnonzero(users == user) if user is not None else np.array([], dtype=int)
    if not len(found):
        return Place(None, None, int(users[0]) if len(users) else None)
    at = int(found[0])
    return Place(
        position=at + 1,
        previous=int(users[at - 1]) if at > 0 else None,
        following=int(users[at + 1]) if at + 1 < len(users) else None,
    )


def find_user(store: RunStore, text: str) -> int:
    """Return the code of the user whose id is ``text``.

    Raises:
        UserError: nobody has this id; names ids that begin alike, or what an id looks like.
    """
    wanted = text.strip()
    person = person_of(store, wanted)
    if person is not None:
        return person.code
    alike = store.sql(
        "SELECT user_id FROM users WHERE starts_with(lower(user_id), lower(?)) "
        'ORDER BY length(user_id), "user" LIMIT 4',
        [wanted],
    )["user_id"].tolist()
    first = store.sql('SELECT user_id FROM users ORDER BY "user" LIMIT 1')["user_id"].tolist()
    hint = f"ids that begin so: {', '.join(alike)}" if alike else f"an id looks like {first[0]}"
    raise UserError(f"No user has the id “{wanted}” in this run; {hint}.")
