"""What the User view shows: who matches, one person's steps, and the ranking at one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from ruie_core.analysis.store import RunStore
from ruie_core.errors import UserError

SORTS: Mapping[str, str] = MappingProxyType(
    {
        "id": '"user"',
        "most events": 'n_events DESC, "user"',
        "fewest events": 'n_events, "user"',
        "most switches": 'n_switches DESC, "user"',
        "best rank of the held-out event": 'rank_test NULLS LAST, "user"',
        "worst rank of the held-out event": 'rank_test DESC NULLS LAST, "user"',
        "highest mean gate": 'gate_mean DESC NULLS LAST, "user"',
        "lowest mean gate": 'gate_mean NULLS LAST, "user"',
        "latest activity": 'last_time DESC, "user"',
    }
)
"""Orders in which matching users can be walked through, and their SQL."""


@dataclass(frozen=True)
class UserFilter:
    """Which users match; None or 0 leaves a condition out."""

    min_events: int = 0
    min_switches: int = 0
    scenario: str | None = None
    """The scenario a user visits most."""
    max_rank: int | None = None
    """Rank of the last held-out event at most."""
    min_ndcg: float = 0.0
    """NDCG@10 over the user's held-out events at least."""
    sort: str = "id"

    @property
    def empty(self) -> bool:
        """True if every user matches."""
        return self == UserFilter(sort=self.sort)


def matching_users(store: RunStore, chosen: UserFilter) -> pd.DataFrame:
    """Return ``user`` and ``user_id`` of the users that match, in the chosen order.

    Raises:
        UserError: the order or the scenario is unknown.
    """
    if chosen.sort not in SORTS:
        raise UserError(f"Users cannot be sorted by {chosen.sort!r}: choose one of {list(SORTS)}.")
    if chosen.scenario is not None and chosen.scenario not in store.scenarios:
        raise UserError(
            f"This run has no scenario {chosen.scenario!r}: choose one of {list(store.scenarios)}."
        )
    query = f"""
        SELECT "user", user_id FROM users
        WHERE n_events >= $min_events AND n_switches >= $min_switches
          AND ($scenario IS NULL OR main_scenario = $scenario)
          AND ($max_rank IS NULL OR rank_test <= $max_rank)
          AND ($min_ndcg <= 0 OR ndcg_10 >= $min_ndcg)
        ORDER BY {SORTS[chosen.sort]}
    """
    values = {name: getattr(chosen, name) for name in UserFilter.__dataclass_fields__}
    values.pop("sort")
    return store.sql(query, values)


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
    found = store.sql('SELECT "user" FROM users WHERE user_id = ?', [wanted])
    if len(found):
        return int(found["user"][0])
    alike = store.sql(
        "SELECT user_id FROM users WHERE starts_with(lower(user_id), lower(?)) "
        'ORDER BY length(user_id), "user" LIMIT 4',
        [wanted],
    )["user_id"].tolist()
    first = store.sql('SELECT user_id FROM users ORDER BY "user" LIMIT 1')["user_id"].tolist()
    hint = f"ids that begin so: {', '.join(alike)}" if alike else f"an id looks like {first[0]}"
    raise UserError(f"No user has the id “{wanted}” in this run; {hint}.")


def telling_user(store: RunStore) -> pd.DataFrame:
    """Return ``user`` and ``user_id`` of somebody worth opening on.

    That is a path of 30 to 100 events with one switch in four or five events, as far as there is
    one: long enough to show something, short enough to be read at a glance.
    """
    return store.sql(
        """SELECT "user", user_id FROM users
           ORDER BY (n_events BETWEEN 30 AND 100) DESC, (n_scenarios > 1) DESC,
                    abs(n_switches / n_events - 0.22), "user" LIMIT 1"""
    )


def user_row(store: RunStore, user: int) -> pd.DataFrame:
    """Return one row: a user's summary (the columns of ``users``) and ``share_with_events``.

    ``share_with_events`` is the share of all users with at least as many events.

    Raises:
        UserError: the run has no such user.
    """
    rows = store.sql(
        """SELECT *, (SELECT avg(CASE WHEN o.n_events >= u.n_events THEN 1.0 ELSE 0.0 END)
                      FROM users o) AS share_with_events
           FROM users u WHERE "user" = ?""",
        [user],
    )
    if rows.empty:
        raise UserError(f"This run has no user with the number {user}: search for an id above.")
    return rows


def population(store: RunStore) -> pd.DataFrame:
    """Return one row: what is usual among all users, the quiet reference of personal figures.

    Columns: ``users``, ``items``, ``switches`` (median), ``rank`` (median over users with a
    held-out event), ``ranked_users``, ``gate`` and ``reward`` (means over events), ``ndcg_10``
    (the run's test figure, scenario unknown).
    """
    return store.sql(
        """SELECT count(*) AS users, median(n_switches) AS switches, median(rank_test) AS rank,
                  count(rank_test) AS ranked_users,
                  sum(gate_mean * (n_events - 1)) / nullif(sum(n_events - 1), 0) AS gate,
                  sum(reward_mean * n_events) / nullif(sum(n_events), 0) AS reward,
                  (SELECT count(*) FROM items) AS items,
                  (SELECT max(value) FROM ndcg WHERE model = 'ruie' AND metric = 'ndcg' AND k = 10
                      AND scenario = 'all' AND request_scenario = 'unknown' AND NOT exclude_seen
                  ) AS ndcg_10
           FROM users"""
    )


def user_steps(store: RunStore, user: int) -> pd.DataFrame:
    """Return a user's ``steps`` in order, forecast row last, with ``item_id`` and ``title``."""
    return store.sql(
        """SELECT s.* EXCLUDE (top_items, top_scores), i.item_id, i.title
           FROM steps s LEFT JOIN items i ON i.item = s.item
           WHERE s."user" = ? ORDER BY s.t""",
        [user],
    )


def ranked_categories(store: RunStore, user: int) -> pd.DataFrame:
    """Return ``t`` and ``category`` of every item among a user's first ranked, step by step."""
    return store.sql(
        """SELECT r.t, i.category
           FROM (SELECT t, unnest(top_items) AS item FROM steps WHERE "user" = ?) r
           JOIN items i ON i.item = r.item ORDER BY r.t""",
        [user],
    )


def ranking_at(store: RunStore, user: int, t: int) -> pd.DataFrame:
    """Return what was ranked first for event ``t``, and what came, with its rank.

    Columns: ``rank``, ``item_id``, ``title``, ``category``, ``score``, ``came`` (bool). The item
    that came follows the first ranked ones if it is not among them. Empty for a first event.
    """
    return store.sql(
        """WITH step AS (SELECT * FROM steps WHERE "user" = $user AND t = $t),
           top AS (SELECT unnest(range(1, len(top_items) + 1)) AS rank, unnest(top_items) AS item,
                          unnest(top_scores) AS score FROM step),
           came AS (SELECT rank, item, score FROM step WHERE item IS NOT NULL AND rank IS NOT NULL),
           shown AS (SELECT * FROM top WHERE item NOT IN (SELECT item FROM came)
                    UNION ALL SELECT * FROM came)
           SELECT CAST(b.rank AS INTEGER) AS rank, i.item_id, i.title, i.category, b.score,
                  b.item IN (SELECT item FROM came) AS came
           FROM shown b LEFT JOIN items i ON i.item = b.item ORDER BY b.rank, came""",
        {"user": user, "t": t},
    )
