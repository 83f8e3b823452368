"""Points of the two maps with all that can colour them, in one shape for items and states.

Both maps are read from one table each, kept in the connection, with the columns ``id, x, y,
scenario, category, count, gate``; so one query serves both. ``id`` is an item's code, or the row of
``state_map``. An item's gate is the mean over its events, its ``count`` the log's; a state has the
gate of the last event that it has read, and category and count of that event's item.
"""

from typing import Final, NamedTuple

import pandas as pd

from ruie_core.analysis.narrow import events
from ruie_core.analysis.store import RunStore, quote
from ruie_core.errors import UserError

ITEMS: Final = "item_map"
STATES: Final = "state_map"

MOST_POINTS: Final = 50_000
"""Points that are drawn one by one, in WebGL; of more the map is a raster of counts.

A browser without a graphics card takes two seconds for a hundred thousand bare points.
"""
SAMPLE: Final = 20_000
"""Points that are drawn where somebody asks for points on a map that has too many."""
MOST_OVER: Final = 2_000
"""Points in view that are laid over a raster, to be pointed at; of more, none."""

_GRID = 64
_LEAST = 50
"""Points of a small scenario that a sample keeps."""

_ITEMS = """SELECT m.item AS id, m.x, m.y, m.scenario::VARCHAR AS scenario,
     m.category::VARCHAR AS category, m."count", g.gate, i.item_id, i.title,
     CASE WHEN g.n > 0 THEN g.n ELSE 0 END AS gates
   FROM item_map m JOIN items i ON i.item = m.item
   LEFT JOIN (SELECT item, avg(gate) AS gate, count(gate) AS n FROM steps
     WHERE gate IS NOT NULL GROUP BY item) g ON g.item = m.item
   ORDER BY m.item"""
_STATES = """SELECT row_number() OVER (ORDER BY m."user", m.t) AS id, m.x, m.y,
     m.scenario::VARCHAR AS scenario, s.category::VARCHAR AS category, i."count", m.gate,
     m."user", m.t, s.item
   FROM state_map m LEFT JOIN (SELECT "user", t, item, category FROM steps) s
     ON s."user" = m."user" AND s.t = m.t
   LEFT JOIN items i ON i.item = s.item
   ORDER BY m."user", m.t"""


class Window(NamedTuple):
    """A part of a map, in the map's own units."""

    x0: float
    x1: float
    y0: float
    y1: float

    @property
    def holds(self) -> str:
        """SQL: a point lies inside; its values are the window's fields."""
        return "x BETWEEN $x0 AND $x1 AND y BETWEEN $y0 AND $y1"


_MOST_MET: Final = 16
"""Cohorts whose items are remembered."""


def kept(store: RunStore, table: str) -> str:
    """Return the name of the table that a map's points are kept in.

    Raises:
        UserError: there is no such map.
    """
    if table not in (ITEMS, STATES):
        raise UserError(f"There is no map {table!r}: choose {ITEMS} or {STATES}.")
    return store.keep(_ITEMS if table == ITEMS else _STATES, {}, "points")


def member_of(store: RunStore, table: str, among: str | None) -> str:
    """SQL: a point belongs to the cohort: one of them met the item, or the state is one of them's.

    Args:
        store: the run.
        table: the map.
        among: table of the cohort's users (``RunStore.keep_users``); none: nobody is in it.
    """
    if among is None:
        return "false"
    users = f'SELECT "user" FROM {quote(among)}'
    if table == STATES:
        return f'"user" IN ({users})'
    found = f'SELECT DISTINCT item FROM {events(store)} WHERE "user" IN ({users})'
    met = store.keep(f"{found} AND item IS NOT NULL", {}, "met", _MOST_MET)
    return f"id IN (SELECT item FROM {met})"


def map_extent(store: RunStore, table: str) -> pd.DataFrame:
    """Return one row: a map's bounds ``x0, x1, y0, y1``, points ``n``, and ``most`` events."""
    return store.sql(
        f"""SELECT coalesce(min(x), 0) AS x0, coalesce(max(x), 1) AS x1,
             coalesce(min(y), 0) AS y0, coalesce(max(y), 1) AS y1, count(*) AS n,
             coalesce(max("count"), 1) AS most FROM {kept(store, table)}"""
    )


def in_view(store: RunStore, table: str, window: Window) -> pd.DataFrame:
    """Return one row: ``n`` points of a map inside a window."""
    query = f"SELECT count(*) AS n FROM {kept(store, table)} WHERE {window.holds}"
    return store.sql(query, window._asdict())


def map_points(
    store: RunStore,
    table: str,
    among: str | None = None,
    *,
    limit: int = MOST_POINTS,
    window: Window | None = None,
) -> pd.DataFrame:
    """Return points of a map: all, or a fixed sample stratified by scenario.

    Args:
        store: the run.
        table: the map.
        among: table of a cohort's users; none: ``member`` is false everywhere.
        limit: points at most, apart from the fifty that each scenario keeps.
        window: return only points inside.

    Returns:
        ``id, x, y, scenario, category, count, gate, member``, for items also ``item_id, title,
        gates`` (events that the gate is the mean of), for states ``user, user_id, t``.
    """
    points = kept(store, table)
    more = "p.item_id, p.title, p.gates" if table == ITEMS else 'p."user", u.user_id, p.t'
    users = "" if table == ITEMS else 'LEFT JOIN users u ON u."user" = p."user"'
    key = "p.id" if table == ITEMS else 'p."user", p.t'
    inside = "" if window is None else f" AND {window.holds}"
    return store.sql(
        f"""WITH sizes AS (SELECT scenario, count(*) AS n FROM {points} GROUP BY scenario),
           rates AS (SELECT scenario, least(1.0, greatest(
             {int(limit)} / (SELECT sum(n) FROM sizes), {_LEAST} / n)) AS rate FROM sizes),
           p AS (SELECT *, {member_of(store, table, among)} AS member FROM {points})
           SELECT p.id, p.x, p.y, p.scenario, p.category, p."count", p.gate, p.member, {more}
           FROM p JOIN rates r ON r.scenario = p.scenario {users}
           WHERE hash({key}) / 18446744073709551616.0 < r.rate{inside} ORDER BY p.id""",
        {} if window is None else window._asdict(),
    )


def map_density(store: RunStore, table: str) -> pd.DataFrame:
    """Return how many points of a map lie in each cell of a 64 x 64 grid: ``x``, ``y``, ``n``.

    ``x`` and ``y`` are the middles of the cells; empty cells are left out.
    """
    points = kept(store, table)
    return store.sql(
        f"""WITH box AS (SELECT min(x) AS x0, min(y) AS y0,
             greatest(max(x) - min(x), 1e-6) / {_GRID} AS dx,
             greatest(max(y) - min(y), 1e-6) / {_GRID} AS dy FROM {points}),
           cells AS (SELECT least(floor((x - x0) / dx), {_GRID - 1}) AS i,
             least(floor((y - y0) / dy), {_GRID - 1}) AS j, count(*) AS n
             FROM {points}, box GROUP BY ALL)
           SELECT x0 + (i + 0.5) * dx AS x, y0 + (j + 0.5) * dy AS y, n FROM cells, box"""
    )


def leading_categories(store: RunStore, table: str, most: int = 9) -> pd.DataFrame:
    """Return the most frequent categories of a map: ``category, n``, the most frequent first."""
    return store.sql(
        f"""SELECT category, count(*) AS n FROM {kept(store, table)} WHERE category IS NOT NULL
           GROUP BY category ORDER BY n DESC, category LIMIT {int(most)}"""
    )


def reach(store: RunStore, among: str) -> pd.DataFrame:
    """Return one row: what a cohort takes up of both maps.

    ``items`` that one of them met, of ``all_items``; ``states`` of theirs on the map, of
    ``all_states``, and ``users`` that these belong to.
    """
    items, states = kept(store, ITEMS), kept(store, STATES)
    own = f"WHERE {member_of(store, STATES, among)}"
    return store.sql(
        f"""SELECT (SELECT count(*) FROM {items} WHERE {member_of(store, ITEMS, among)}) AS items,
             (SELECT count(*) FROM {items}) AS all_items,
             (SELECT count(*) FROM {states} {own}) AS states,
             (SELECT count(*) FROM {states}) AS all_states,
             (SELECT count(DISTINCT "user") FROM {states} {own}) AS users"""
    )
