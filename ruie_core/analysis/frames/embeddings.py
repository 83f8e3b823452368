"""What the Embeddings view shows: both maps, what lies near an item, and a person's path."""

import pandas as pd

from ruie_core.analysis.store import RunStore
from ruie_core.errors import UserError

NEAREST = 10
"""Neighbours per item in the table and in the sentence."""
DRAWN = 20_000
"""Points of a map that are drawn at most; the density under them is that of all points."""
_GRID = 64
_LEAST = 50
"""Points of a small scenario that a sample keeps."""
_ASKED = 5_000
"""Items at most over which the agreement of neighbours is averaged."""


def agreement(store: RunStore) -> pd.DataFrame:
    """Return how often nearest neighbours share a trait, beside chance.

    One row per trait (``category`` where there are any, ``scenario``: the most frequent one):
    ``share`` of the ten nearest neighbours with the same one, averaged over items, with a 95 %
    interval over items (``low``, ``high``); ``chance`` that two random items share it; ``items``
    averaged over, ``of`` all items with neighbours. Items without the trait are left out.
    """
    rows = [_agreement(store, trait) for trait in ("category", "scenario")]
    frame = pd.concat(rows, ignore_index=True)
    return frame[frame["items"] > 0].reset_index(drop=True)


def _agreement(store: RunStore, trait: str) -> pd.DataFrame:
    return store.sql(
        f"""WITH known AS (SELECT item, {trait} AS trait FROM item_map WHERE {trait} IS NOT NULL),
           sizes AS (SELECT trait, count(*) AS n FROM known GROUP BY trait),
           total AS (SELECT sum(n) AS n FROM sizes),
           asked AS (
             SELECT item, trait FROM known SEMI JOIN neighbors USING (item)
             WHERE hash(item) % greatest(1, (SELECT n FROM total)::UBIGINT) < {_ASKED}
           ),
           each AS (
             SELECT a.item, avg(CASE WHEN k.trait = a.trait THEN 1.0 ELSE 0.0 END) AS share
             FROM asked a
             JOIN neighbors b ON b.item = a.item AND b.position <= {NEAREST}
             JOIN known k ON k.item = b.neighbor
             GROUP BY a.item
           )
           SELECT '{trait}' AS trait, avg(share) AS share,
             avg(share) - 1.96 * stddev_samp(share) / sqrt(count(*)) AS low,
             avg(share) + 1.96 * stddev_samp(share) / sqrt(count(*)) AS high,
             (SELECT sum(s.n * (s.n - 1)) / nullif(max(t.n) * (max(t.n) - 1), 0)
              FROM sizes s, total t) AS chance,
             count(*) AS items,
             (SELECT count(DISTINCT item) FROM neighbors) AS "of"
           FROM each"""
    )


def item_points(store: RunStore, limit: int = DRAWN) -> pd.DataFrame:
    """Return items of the map: all, or a fixed sample stratified by most frequent scenario.

    Columns: ``item, item_id, title, category, scenario, count, x, y``.
    """
    return store.sql(
        f"""{_rates("item_map", limit)}
           SELECT m.item, i.item_id, m.title, m.category, m.scenario, m."count", m.x, m.y
           FROM item_map m JOIN rates r ON r.scenario = m.scenario
           JOIN items i ON i.item = m.item
           WHERE hash(m.item) / 18446744073709551616.0 < r.rate ORDER BY m.item"""
    )


def state_points(store: RunStore, limit: int = DRAWN) -> pd.DataFrame:
    """Return states of the map: all, or a fixed sample stratified by scenario.

    Columns: ``x, y, scenario, gate``.
    """
    return store.sql(
        f"""{_rates("state_map", limit)}
           SELECT m.x, m.y, m.scenario, m.gate
           FROM state_map m JOIN rates r ON r.scenario = m.scenario
           WHERE hash(m."user", m.t) / 18446744073709551616.0 < r.rate
           ORDER BY m."user", m.t"""
    )


def _rates(table: str, limit: int) -> str:
    """SQL for the share of each scenario's points to keep, at least fifty points of each."""
    return f"""WITH sizes AS (SELECT scenario, count(*) AS n FROM {table} GROUP BY scenario),
       rates AS (SELECT scenario, least(1.0, greatest(
           {int(limit)} / (SELECT sum(n) FROM sizes), {_LEAST} / n)) AS rate FROM sizes)"""


def map_density(store: RunStore, table: str) -> pd.DataFrame:
    """Return how many points of a map lie in each cell of a 64 x 64 grid: ``x``, ``y``, ``n``.

    ``x`` and ``y`` are the middles of the cells; empty cells are left out.
    """
    if table not in ("item_map", "state_map"):
        raise UserError(f"There is no map {table!r}: choose item_map or state_map.")
    return store.sql(
        f"""WITH box AS (SELECT min(x) AS x0, min(y) AS y0,
             greatest(max(x) - min(x), 1e-6) / {_GRID} AS dx,
             greatest(max(y) - min(y), 1e-6) / {_GRID} AS dy FROM {table}),
           cells AS (SELECT least(floor((x - x0) / dx), {_GRID - 1}) AS i,
             least(floor((y - y0) / dy), {_GRID - 1}) AS j, count(*) AS n
             FROM {table}, box GROUP BY ALL)
           SELECT x0 + (i + 0.5) * dx AS x, y0 + (j + 0.5) * dy AS y, n FROM cells, box"""
    )


def map_sizes(store: RunStore) -> pd.DataFrame:
    """Return one row: ``items`` and ``states`` on the maps."""
    return store.sql(
        "SELECT (SELECT count(*) FROM item_map) AS items, "
        "(SELECT count(*) FROM state_map) AS states"
    )


def search_items(store: RunStore, text: str, limit: int = 200) -> pd.DataFrame:
    """Return items whose title holds ``text`` or whose id it is, the most frequent first.

    Columns as ``item_points``, and ``matches``: how many there are in all.
    """
    return store.sql(
        """SELECT i.item, i.item_id, i.title, i.category, m.scenario, i."count", m.x, m.y,
             count(*) OVER () AS matches
           FROM items i LEFT JOIN item_map m ON m.item = i.item
           WHERE contains(lower(i.title), lower($text)) OR i.item_id = $text
           ORDER BY i.item_id = $text DESC, i."count" DESC, i.item LIMIT $limit""",
        {"text": text.strip(), "limit": limit},
    )


def frequent_item(store: RunStore) -> pd.DataFrame:
    """Return ``item`` and ``item_id`` of the most frequent item that has neighbours."""
    return store.sql(
        """SELECT i.item, i.item_id FROM items i SEMI JOIN neighbors n ON n.item = i.item
           ORDER BY i."count" DESC, i.item LIMIT 1"""
    )


def around_item(store: RunStore, item: int, k: int = NEAREST) -> pd.DataFrame:
    """Return an item (``position`` 0) and its nearest in model space, the nearest first.

    Columns: ``position, cosine`` and those of ``item_points``.
    """
    return store.sql(
        """WITH near AS (SELECT 0 AS position, $item::INTEGER AS item, NULL::FLOAT AS cosine
             UNION ALL SELECT position, neighbor, cosine FROM neighbors
             WHERE item = $item AND position <= $k)
           SELECT n.position, n.cosine, i.item, i.item_id, i.title, i.category, m.scenario,
             i."count", m.x, m.y
           FROM near n JOIN items i ON i.item = n.item LEFT JOIN item_map m ON m.item = n.item
           ORDER BY n.position""",
        {"item": item, "k": k},
    )


def user_path(store: RunStore, user: int) -> pd.DataFrame:
    """Return a person's states in order: ``t, x, y, scenario, gate, time, item_id, title``.

    Empty where this person's states are not on the map. State t is the one after event t.
    """
    return store.sql(
        """SELECT m.t, m.x, m.y, m.scenario, m.gate, s.time, i.item_id, i.title
           FROM state_map m
           LEFT JOIN (SELECT t, item, time FROM steps WHERE "user" = $user) s ON s.t = m.t
           LEFT JOIN items i ON i.item = s.item
           WHERE m."user" = $user ORDER BY m.t""",
        {"user": user},
    )
