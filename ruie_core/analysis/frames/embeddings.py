"""What lies near an item in model space, how alike neighbours are, and a person's path."""

import pandas as pd

from ruie_core.analysis.frames.maps import STATES, kept
from ruie_core.analysis.person import events_of
from ruie_core.analysis.store import RunStore

NEAREST = 10
"""Neighbours per item in the table and in the sentence."""
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


def search_items(store: RunStore, text: str, limit: int = 200) -> pd.DataFrame:
    """Return items whose title holds ``text`` or whose id it is, the most frequent first.

    Columns: ``item, item_id, title, category, scenario, count, x, y`` and ``matches``: how many
    there are in all.
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

    Columns: ``position, cosine, item, item_id, title, category, scenario, count, x, y``.
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
    """Return a person's states in order: ``id, t, x, y, scenario, gate, time, item_id, title``.

    Empty where this person's states are not on the map. State t is the one after event t; ``id``
    is the state's on the map.
    """
    return store.sql(
        f"""SELECT m.id, m.t, m.x, m.y, m.scenario, m.gate, s.time, i.item_id, i.title
           FROM {kept(store, STATES)} m
           LEFT JOIN {events_of(store, user)} s ON s.t = m.t
           LEFT JOIN items i ON i.item = m.item
           WHERE m."user" = $user ORDER BY m.t""",
        {"user": user},
    )


def state_at(store: RunStore, identity: int) -> pd.DataFrame:
    """Return whose a state of the map is, and after which event: one row of ``user_id, t``."""
    return store.sql(
        f"""SELECT u.user_id, m.t FROM {kept(store, STATES)} m JOIN users u USING ("user")
           WHERE m.id = $id""",
        {"id": identity},
    )
