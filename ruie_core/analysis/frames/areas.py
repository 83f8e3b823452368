"""What lies in a part of a map that somebody drew: its points page by page, and whose they are.

All points of the map are asked, drawn or not.
"""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from ruie_core.analysis.frames.maps import ITEMS, STATES, kept, member_of
from ruie_core.analysis.store import RunStore, quote

PAGE: Final = 100
"""Rows of a page."""
_AREAS: Final = 16
"""Areas whose points are remembered."""


class Area(NamedTuple):
    """A polygon on a map; ``x`` and ``y`` are its corners, in the map's units."""

    x: tuple[float, ...]
    y: tuple[float, ...]


def box(x0: float, x1: float, y0: float, y1: float) -> Area:
    """Return the rectangle between two corners, in whichever order they come.

    >>> box(3, 1, 0, 2)
    Area(x=(1, 3, 3, 1), y=(0, 0, 2, 2))
    """
    (x0, x1), (y0, y1) = sorted((x0, x1)), sorted((y0, y1))
    return Area((x0, x1, x1, x0), (y0, y0, y1, y1))


def area_table(store: RunStore, table: str, area: Area) -> str:
    """Return the name of a table with the ``id`` of every point inside a polygon.

    A point is inside where a ray to the right crosses the outline an odd number of times, as
    Plotly's lasso has it.
    """
    x, y = np.asarray(area.x, float), np.asarray(area.y, float)
    query = f"""WITH edge AS (SELECT unnest($ax) AS ax, unnest($ay) AS ay, unnest($bx) AS bx,
         unnest($by) AS "by")
       SELECT p.id FROM {kept(store, table)} p JOIN edge e ON (e.ay > p.y) <> (e."by" > p.y)
         AND p.x < (e.bx - e.ax) * (p.y - e.ay) / (e."by" - e.ay) + e.ax
       WHERE p.x BETWEEN $x0 AND $x1 AND p.y BETWEEN $y0 AND $y1
       GROUP BY p.id HAVING count(*) % 2 = 1"""
    params = {
        "ax": x.tolist(), "ay": y.tolist(),
        "bx": np.roll(x, -1).tolist(), "by": np.roll(y, -1).tolist(),
        "x0": float(x.min()), "x1": float(x.max()), "y0": float(y.min()), "y1": float(y.max()),
    }  # fmt: skip
    return store.keep(query, params, "area", most=_AREAS)


def area_summary(store: RunStore, table: str, area: Area, among: str | None = None) -> pd.DataFrame:
    """Return one row: ``n`` points inside, ``of`` all, ``members`` of the cohort among them.

    Also ``scenario``, the most frequent one inside, and ``leading``, its points; both null where
    nothing is inside. ``users`` met an inside item, or have a state inside.
    """
    inside, points = area_table(store, table, area), kept(store, table)
    return store.sql(
        f"""WITH own AS (SELECT * FROM {points} SEMI JOIN {inside} USING (id)),
           lead AS (SELECT scenario, count(*) AS n FROM own GROUP BY scenario
             ORDER BY n DESC, scenario LIMIT 1)
           SELECT (SELECT count(*) FROM own) AS n, (SELECT count(*) FROM {points}) AS "of",
             (SELECT count(*) FROM own WHERE {member_of(store, table, among)}) AS members,
             (SELECT scenario FROM lead) AS scenario, (SELECT n FROM lead) AS leading,
             (SELECT count(*) FROM ({_users(table, inside, points)})) AS users"""
    )


def area_page(
    store: RunStore,
    table: str,
    area: Area,
    among: str | None = None,
    *,
    page: int | None = 1,
) -> pd.DataFrame:
    """Return points inside a polygon: items the most frequent first, states by user and event.

    Args:
        store: the run.
        table: the map.
        area: the polygon.
        among: table of a cohort's users, for the column ``in_cohort``; none: no such column.
        page: which page, from 1; none: all points.

    Returns:
        Of items ``item_id, title, category, scenario, count, gate, x, y``, of states ``user_id, t,
        scenario, category, item_id, title, gate, x, y``.
    """
    inside = area_table(store, table, area)
    if table == ITEMS:
        columns = 'p.item_id, p.title, p.category, p.scenario, p."count", p.gate'
        joined, order = "", 'p."count" DESC, p.id'
    else:
        columns = "u.user_id, p.t, p.scenario, p.category, i.item_id, i.title, p.gate"
        joined = 'LEFT JOIN users u ON u."user" = p."user" LEFT JOIN items i ON i.item = p.item'
        order = "p.id"
    member = "" if among is None else ", p.member AS in_cohort"
    limit = "" if page is None else f"LIMIT {PAGE} OFFSET {PAGE * (int(page) - 1)}"
    return store.sql(
        f"""SELECT {columns}, p.x, p.y{member}
           FROM (SELECT *, {member_of(store, table, among)} AS member FROM {kept(store, table)}
             SEMI JOIN {inside} USING (id)) p {joined}
           ORDER BY {order} {limit}"""
    )


def area_users(store: RunStore, table: str, area: Area) -> pd.DataFrame:
    """Return whose the points inside are, for a cohort: ``user, user_id``.

    Users of items are those with an event on one of them, users of states those with one inside.
    """
    found = _users(table, area_table(store, table, area), kept(store, table))
    return store.sql(
        f'SELECT "user", user_id FROM users SEMI JOIN ({found}) f USING ("user") ORDER BY "user"'
    )


def _users(table: str, inside: str, points: str) -> str:
    """SQL of the distinct users of the points inside."""
    if table == STATES:
        return f'SELECT DISTINCT "user" FROM {points} SEMI JOIN {quote(inside)} USING (id)'
    return f'SELECT DISTINCT "user" FROM steps WHERE item IN (SELECT id FROM {quote(inside)})'
