"""Frames of two runs on the same data: the same held-out events, ranked by either.

The other run's tables stand beside this one's (``RunStore.beside``); its side is ``other``. Rows
are joined by user and event, so every difference is paired.
"""

from typing import Any, Final

import numpy as np
import pandas as pd

from ruie_core.analysis.contrast import FEW_EVENTS, FEW_USERS
from ruie_core.analysis.frames.metrics import BASELINES
from ruie_core.analysis.store import RunStore, quote
from ruie_core.analysis.tally import joined
from ruie_core.errors import UserError
from ruie_core.evaluation.bootstrap import total_intervals, user_sums

RESAMPLES: Final = 1_000
_SEED: Final = 20_260
"""Of the bootstrap: the same picture at every opening."""

PAGE: Final = 10
"""Rows of a page of users or items."""

_OTHERS = ", ".join(f"'{name}'" for name in BASELINES)


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
            AND s.model NOT IN ({_OTHERS}) AND o.model NOT IN ({_OTHERS})
        WHERE {where}
    """


def heldout(store: RunStore, beside: str) -> pd.DataFrame:
    """Return in one row how many events either run ranked, and both: own, other, paired."""
    own, its = (
        f"""(SELECT count(DISTINCT ("user", t)) FROM {table} WHERE model NOT IN ({_OTHERS}))"""
        for table in ("ranks", quote(f"{beside}_ranks"))
    )
    pairs = f'(SELECT count(DISTINCT ("user", t)) FROM ({_pairs(beside, None)}))'
    return store.sql(f"SELECT {own} AS own, {its} AS other, {pairs} AS paired", {"k": 10})


def paired_ndcg(store: RunStore, beside: str, k: int, sides: str | None = None) -> pd.DataFrame:
    """Return NDCG@k of both runs on the same held-out events, and the paired difference.

    Args:
        store: this run.
        beside: what the other's tables begin with.
        k: cut-off.
        sides: only events of side 1 of this table count; none: all.

    Returns:
        A row per request and scenario, over all, and over head and tail scenarios where the run
        tells them apart: request_scenario and the columns of a contrast (``frames.sides``; group
        is all, head, tail or scenario), this run being side 1. Differences are this less other; all
        intervals are percentiles of a bootstrap over users (1,000 resamples, one for all rows),
        null where a cell has fewer than 30 events or 5 users.
    """
    found = store.sql(
        f"""
        SELECT request_scenario, scenario, "user", sum(gain_1) AS gain_1, sum(gain_2) AS gain_2,
            count(*)::DOUBLE AS n
        FROM ({_pairs(beside, sides)})
        GROUP BY GROUPING SETS ((request_scenario, scenario, "user"), (request_scenario, "user"))
        """,
        {"k": k},
    )
    parts = [
        _bootstrapped(part.reset_index(drop=True), store).assign(request_scenario=request)
        for request, part in found.groupby("request_scenario", sort=False)
    ]
    if not parts:
        return pd.DataFrame(columns=["request_scenario", "group", "scenario", "code", "n_1"])
    order = {"unknown": 0, "known": 1}
    whole = pd.concat(parts, ignore_index=True)
    place = whole["request_scenario"].map(order) * 1_000 + whole["code"]
    return whole.iloc[place.argsort(kind="stable")].reset_index(drop=True)


def _bootstrapped(part: pd.DataFrame, store: RunStore) -> pd.DataFrame:
    """Resample users once for every scenario, both runs and their difference."""
    groups = _groups(store)
    names = (*groups, *store.scenarios)
    code = {name: c for c, name in enumerate(store.scenarios, start=1)}
    found = part["scenario"].map(code).where(part["scenario"].notna(), 0)
    size, kept = len(names), found.notna().to_numpy()
    part, cell = part[kept], found[kept].to_numpy(int)
    columns = np.zeros((len(part), 3 * size))
    for place, name in enumerate(("gain_1", "gain_2", "n")):
        values_of = part[name].to_numpy(float)
        for group, (group_name, codes) in enumerate(groups.items()):
            inside = cell == 0 if group_name == "all" else np.isin(cell, codes)
            columns[inside, place * size + group] = values_of[inside]
        own = cell > 0
        columns[own, place * size + len(groups) + cell[own] - 1] = values_of[own]
    totals, _ = user_sums(part["user"].to_numpy(), columns)

    def values(sums: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            first = sums[:, :size] / sums[:, 2 * size :]
            second = sums[:, size : 2 * size] / sums[:, 2 * size :]
        return np.concatenate([first, second, first - second], axis=1)

    low, high = total_intervals(totals, values, resamples=RESAMPLES, seed=_SEED)
    value = values(totals.sum(0, keepdims=True))[0]
    n, users = totals[:, 2 * size :].sum(0), (totals[:, 2 * size :] > 0).sum(0)
    sure = np.tile((n >= FEW_EVENTS) & (users >= FEW_USERS), 3)
    low, high = np.where(sure, low, np.nan), np.where(sure, high, np.nan)
    frame = pd.DataFrame({"group": [*groups, *["scenario"] * len(store.scenarios)]})
    frame["scenario"] = names
    frame["code"] = [0] * len(groups) + list(code.values())
    for place, (mean, ends) in enumerate(
        (("value_1", "_1"), ("value_2", "_2"), ("difference", "difference_"))
    ):
        span = slice(place * size, (place + 1) * size)
        low_name, high_name = (
            ("difference_low", "difference_high")
            if mean == "difference"
            else (f"low{ends}", f"high{ends}")
        )
        frame[mean], frame[low_name], frame[high_name] = value[span], low[span], high[span]
    for side in ("1", "2"):
        frame[f"n_{side}"], frame[f"users_{side}"] = n.astype(int), users
    frame["small"] = n < FEW_EVENTS
    return frame[frame["n_1"] > 0]


def _groups(store: RunStore) -> dict[str, list[int]]:
    """Return the codes of each group's scenarios: all, and head and tail where both have some."""
    codes = {name: code for code, name in enumerate(store.scenarios, start=1)}
    head = [codes[name] for name in store.metrics.get("head", ()) if name in codes]
    tail = [code for code in codes.values() if code not in head]
    whole = {"all": list(codes.values())}
    return whole | ({"head": head, "tail": tail} if head and tail else {})


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
