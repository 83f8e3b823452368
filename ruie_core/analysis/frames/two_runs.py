"""Frames of two runs on the same data: the same held-out events, ranked by either.

The other run's tables stand beside this one's (``RunStore.beside``); its side is ``other``. Rows
are joined by user and event, so every difference is paired. Whole figures: ``frames.paired``.
"""

from typing import Any, Final

import pandas as pd

from ruie_core.analysis.frames.paired import OTHERS
from ruie_core.analysis.store import RunStore, quote
from ruie_core.analysis.tally import joined
from ruie_core.errors import UserError

PAGE: Final = 10
"""Rows of a page of users or items."""


def check_comparable(store: RunStore, other: RunStore) -> None:
    """Refuse a run that cannot be set against this one.

    Raises:
        UserError: it was trained on other data, or its scenarios have other codes.
    """
    own, its = (str(run.manifest.get("dataset_hash", "")) for run in (store, other))
    if own != its:
        raise UserError(
            f"Run “{other.name}” was trained on other data than run “{store.name}” (dataset "
            f"{its[:8]}…, not {own[:8]}…): choose a run that was trained on the same prepared data."
        )
    if store.scenarios != other.scenarios:
        raise UserError(
            f"Run “{other.name}” has other scenarios than run “{store.name}”: choose a run that "
            "was trained on the same prepared data."
        )


def changed_settings(store: RunStore, other: RunStore) -> pd.DataFrame:
    """Return the settings that differ: setting (dotted), this and other (text)."""
    own, its = (_flat(run.config.model_dump(mode="json")) for run in (store, other))
    rows = [
        {"setting": key, "this": _told(own.get(key)), "other": _told(its.get(key))}
        for key in sorted(own.keys() | its.keys())
        if own.get(key) != its.get(key)
    ]
    return pd.DataFrame(rows, columns=["setting", "this", "other"])


def _flat(value: dict[str, Any], head: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        flat |= _flat(inner, f"{head}{key}.") if isinstance(inner, dict) else {head + key: inner}
    return flat


def _told(value: object) -> str:
    return "–" if value is None else str(value)


def _pairs(beside: str, sides: str | None) -> str:
    """Return the query of both gains of every held-out event: needs $k."""
    gain = "CASE WHEN {0}.rank <= $k THEN 1 / log2(1 + {0}.rank) ELSE 0 END"
    table = "ranks s" if sides is None else joined(sides, "ranks")
    where = "true" if sides is None else "side"
    return f"""
        SELECT s."user", s.t, s.scenario, s.request_scenario, s.rank AS rank_1, o.rank AS rank_2,
            {gain.format("s")} AS gain_1, {gain.format("o")} AS gain_2
        FROM {table} JOIN {quote(f"{beside}_ranks")} o
            ON o."user" = s."user" AND o.t = s.t AND o.scenario = s.scenario
            AND o.request_scenario = s.request_scenario
            AND s.model NOT IN ({OTHERS}) AND o.model NOT IN ({OTHERS})
        WHERE {where}
    """


def heldout(store: RunStore, beside: str) -> pd.DataFrame:
    """Return in one row how many events either run ranked, and both: own, other, paired."""
    own, its = (
        f"""(SELECT count(DISTINCT ("user", t)) FROM {table} WHERE model NOT IN ({OTHERS}))"""
        for table in ("ranks", quote(f"{beside}_ranks"))
    )
    pairs = f'(SELECT count(DISTINCT ("user", t)) FROM ({_pairs(beside, None)}))'
    return store.sql(f"SELECT {own} AS own, {its} AS other, {pairs} AS paired", {"k": 10})


def moved_users(
    store: RunStore,
    beside: str,
    k: int,
    request: str,
    gained: bool,
    page: int,
    sides: str | None = None,
) -> pd.DataFrame:
    """Return a page of the users for whom this run ranks most differently from the other.

    Args:
        store: this run.
        beside: what the other's tables begin with.
        k: cut-off of NDCG.
        request: ``unknown`` or ``known``.
        gained: those who are better served by this run, the largest gain first; or worse served.
        page: from 0; a page has ``PAGE`` rows.
        sides: only events of side 1 of this table count; none: all.

    Returns:
        user, user_id, scenario (main one), n (paired held-out events), value_1, value_2, difference
        (NDCG@k, this less other), rank_1, rank_2 (the best rank of either), of (rows of all pages).
    """
    order, sign = ("DESC", ">") if gained else ("ASC", "<")
    return store.sql(
        f"""
        WITH each AS (
            SELECT "user", count(*) AS n, avg(gain_1) AS value_1, avg(gain_2) AS value_2,
                avg(gain_1 - gain_2) AS difference, min(rank_1) AS rank_1, min(rank_2) AS rank_2
            FROM ({_pairs(beside, sides)}) WHERE request_scenario = $request GROUP BY "user"
        )
        SELECT e."user", u.user_id, u.main_scenario AS scenario, e.* EXCLUDE ("user"),
            count(*) OVER () AS "of"
        FROM each e JOIN users u USING ("user") WHERE difference {sign} 0
        ORDER BY difference {order}, rank_2 - rank_1 {order}, e."user" LIMIT {PAGE} OFFSET $start
        """,
        {"k": k, "request": request, "start": page * PAGE},
    )


def moved_count(
    store: RunStore, beside: str, k: int, request: str, sides: str | None = None
) -> pd.DataFrame:
    """Return in one row for how many users NDCG@k is higher, lower, the same: up, down, same.

    ``most`` is the largest number of paired events of one user.
    """
    return store.sql(
        f"""
        SELECT count(*) FILTER (d > 0) AS up, count(*) FILTER (d < 0) AS down,
            count(*) FILTER (d = 0) AS same, coalesce(max(n), 0) AS most
        FROM (SELECT avg(gain_1 - gain_2) AS d, count(*) AS n FROM ({_pairs(beside, sides)})
            WHERE request_scenario = $request GROUP BY "user")
        """,
        {"k": k, "request": request},
    )


def _overlaps(beside: str) -> str:
    """Return the query of how many of each item's nearest are the same in both runs: needs $k."""
    its = quote(f"{beside}_neighbors")
    return f"""
        WITH own AS (SELECT DISTINCT item, neighbor FROM neighbors WHERE position <= $k),
        its AS (SELECT DISTINCT item, neighbor FROM {its} WHERE position <= $k),
        shared AS (SELECT item, count(*) AS common FROM own JOIN its USING (item, neighbor)
            GROUP BY item)
        SELECT item, coalesce(common, 0) AS common, coalesce(common, 0) / least(o.n, i.n) AS overlap
        FROM (SELECT item, count(*) AS n FROM own GROUP BY item) o
        JOIN (SELECT item, count(*) AS n FROM its GROUP BY item) i USING (item)
        LEFT JOIN shared USING (item)
    """


def overlap(store: RunStore, beside: str, k: int) -> pd.DataFrame:
    """Return in one row how alike the items' k nearest are: items, mean, none (share with none)."""
    return store.sql(
        f"""
        SELECT count(*) AS items, avg(overlap) AS mean, avg((common = 0)::INT) AS none
        FROM ({_overlaps(beside)})
        """,
        {"k": k},
    )


def changed_items(store: RunStore, beside: str, k: int, page: int) -> pd.DataFrame:
    """Return a page of the items whose nearest changed most, the more frequent one first in a tie.

    Args:
        store: this run.
        beside: what the other's tables begin with.
        k: how many nearest, by cosine of the item embeddings.
        page: from 0; a page has ``PAGE`` rows.

    Returns:
        item, item_id, title, category, count (events), common (of the k nearest), overlap, of.
    """
    return store.sql(
        f"""
        SELECT o.item, i.item_id, i.title, i.category, i.count, common, overlap,
            count(*) OVER () AS "of"
        FROM ({_overlaps(beside)}) o JOIN items i USING (item)
        ORDER BY overlap, i.count DESC, o.item LIMIT {PAGE} OFFSET $start
        """,
        {"k": k, "start": page * PAGE},
    )
