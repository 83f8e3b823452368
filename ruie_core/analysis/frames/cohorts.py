"""A cohort against the rest: transitions, and NDCG per scenario.

Intervals are of ratios of totals with users as clusters, by linearisation (Cochran, Sampling
Techniques, 3rd ed., eq. 6.12: Σ (yᵤ − r xᵤ)² is summed in the query), so that a cohort of any size
answers at once; cohort and rest have no user in common, hence variances add.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ruie_core.analysis.frames.metrics import BASELINES, SMALL_CELL
from ruie_core.analysis.frames.transitions import measured
from ruie_core.analysis.store import RunStore, quote

FEW_USERS: Final = 5
"""A cell with fewer users has no interval."""

COHORT, REST = "the cohort", "the rest"
"""What both sides are called in the column ``model``: the model is the run's own."""

_Z: Final = 1.959963984540054
"""Normal quantile of a two-sided 95 % interval."""

Floats = npt.NDArray[np.float64]


def standard_error(
    y: Floats, x: Floats, yy: Floats, yx: Floats, xx: Floats, users: Floats
) -> Floats:
    """Standard error of Σy / Σx where users are drawn, not events.

    Args:
        y: Σ yᵤ over users.
        x: Σ xᵤ.
        yy: Σ yᵤ².
        yx: Σ yᵤ xᵤ.
        xx: Σ xᵤ².
        users: users with xᵤ > 0.

    Returns:
        NaN with fewer than two users.

    >>> one = np.ones(1)  # two users with 1 of 2 and 3 of 4
    >>> standard_error(4 * one, 6 * one, 10 * one, 14 * one, 20 * one, 2 * one).round(4).tolist()
    [0.1111]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        r = y / x
        squares = np.maximum(yy - 2 * r * yx + r * r * xx, 0.0)
        found = np.sqrt(squares * users / (users - 1)) / x
    return np.where(users > 1, found, np.nan)


def transitions(store: RunStore, among: str) -> pd.DataFrame:
    """Return a cohort's transitions; the reference is the share among all other users.

    Args:
        store: the run.
        among: table of the cohort's users (``RunStore.keep_users``).

    Returns:
        The columns of ``frames.transitions.everyone``; ``log_lift`` compares with the rest, its
        interval covers both sides, and is null where fewer than 5 users of either side moved so.
    """
    totals = _moves(store, among)
    own, rest = (_side(store, totals, member=member) for member in (True, False))
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = pd.Series(np.log(own["p"] / rest["p"]))
        alone = _Z * own["se"] / own["p"]
        both = _Z * ((own["se"] / own["p"]) ** 2 + (rest["se"] / rest["p"]) ** 2) ** 0.5
    lift = logs.where((own["y"] > 0) & (rest["y"] > 0))
    own_sure = own["movers"] >= FEW_USERS
    sure = own_sure & (rest["movers"] >= FEW_USERS)
    columns = {
        "from_scenario": own["source"],
        "to_scenario": own["target"],
        "n": own["y"],
        "n_from": own["x"],
        "p_low": (own["p"] * np.exp(-alone)).where(own_sure),
        "p_high": (own["p"] * np.exp(alone)).clip(upper=1.0).where(own_sure),
        "p_model": own["p_model"],
        "p_reference": rest["p"],
        "log_lift": lift,
        "log_lift_low": (lift - both).where(sure),
        "log_lift_high": (lift + both).where(sure),
    }
    return measured(pd.DataFrame(columns))


def _moves(store: RunStore, among: str) -> pd.DataFrame:
    """Add up the moves of both sides: a row per pair, and one without target per source.

    Columns: member, source, target, y (moves), yy (Σ over users of their squares), yx (Σ of moves
    times all moves that leave), users, and the sums of the model's ``p_<scenario>`` where the row
    has no target.
    """
    chances = [quote(f"p_{name}") for name in store.scenarios]
    members = f'SELECT "user" FROM {quote(among)}'
    # The many columns of p travel through the sort of the cohort's own events alone.
    return store.sql(
        f"""
        WITH path AS (
            SELECT "user", scenario AS target, split,
                lag(scenario) OVER (PARTITION BY "user" ORDER BY t) AS source
            FROM steps
        ), cell AS MATERIALIZED (
            SELECT "user" IN ({members}) AS member, "user", source, target, count(*) AS n
            FROM path WHERE source IS NOT NULL AND split <> 'forecast'
            GROUP BY "user", source, target
        ), leaving AS MATERIALIZED (
            SELECT member, "user", source, sum(n) AS m FROM cell GROUP BY ALL
        ), own AS (
            SELECT split, {", ".join(chances)},
                lag(scenario) OVER (PARTITION BY "user" ORDER BY t) AS source
            FROM steps WHERE "user" IN ({members})
        ), expected AS (
            SELECT true AS member, source, {", ".join(f"sum({p}) AS {p}" for p in chances)}
            FROM own WHERE source IS NOT NULL AND split <> 'forecast' GROUP BY source
        )
        SELECT member, source, target, sum(n) AS y, sum(n * n) AS yy, sum(n * m) AS yx,
            count(*) AS users
        FROM cell JOIN leaving USING (member, "user", source) GROUP BY ALL
        UNION ALL BY NAME
        SELECT left_.*, {", ".join(chances)} FROM (
            SELECT member, source, sum(m) AS y, sum(m * m) AS yy, count(*) AS users
            FROM leaving GROUP BY ALL
        ) left_ LEFT JOIN expected USING (member, source)
        """
    )


def _side(store: RunStore, totals: pd.DataFrame, *, member: bool) -> pd.DataFrame:
    """Give every pair of scenarios its totals, its share and the share's standard error."""
    names = list(store.scenarios)
    mine = totals[totals["member"] == member]
    left = mine[mine["target"].isna()].set_index("source").reindex(names)
    left = left.drop(columns=["member", "target", "yx"]).astype(float)
    pairs = pd.MultiIndex.from_product([names, names], names=["source", "target"])
    made = mine[mine["target"].notna()].set_index(["source", "target"]).reindex(pairs)
    side = made[["y", "yy", "yx", "users"]].astype(float).fillna(0.0).reset_index()
    side = side.rename(columns={"users": "movers"})
    repeated = left.loc[side["source"], ["y", "yy", "users"]].fillna(0.0)
    side[["x", "xx", "users"]] = repeated.to_numpy()
    columns = (side[name].to_numpy() for name in ("y", "x", "yy", "yx", "xx", "users"))
    leaves = side["x"].where(side["x"] > 0)
    side["p"], side["se"] = side["y"] / leaves, standard_error(*columns)
    side["p_model"] = left[[f"p_{name}" for name in names]].to_numpy().reshape(-1) / leaves
    return side


def ndcg_by_scenario(store: RunStore, among: str, k: int, request_scenario: str) -> pd.DataFrame:
    """Return NDCG@k of the run's model for a cohort and for the rest, per scenario and over all.

    Args:
        store: the run.
        among: table of the cohort's users (``RunStore.keep_users``).
        k: cut-off.
        request_scenario: ``unknown`` or ``known``.

    Returns:
        The columns of ``frames.metrics.ndcg_by_scenario``, without head and tail. ``model`` is
        "the cohort" or, as a baseline, "the rest". In the cohort's rows also difference (cohort
        less rest), difference_low, difference_high. Intervals are null where a side has fewer than
        30 events.
    """
    found = store.sql(
        f"""
        WITH gains AS (
            SELECT "user", scenario, "user" IN (SELECT "user" FROM {quote(among)}) AS member,
                CASE WHEN rank <= $k THEN 1 / log2(1 + rank) ELSE 0 END AS gain
            FROM ranks WHERE request_scenario = $request AND NOT list_contains($others, model)
        ), per_user AS (
            SELECT member, "user", scenario, sum(gain) AS y, count(*) AS x FROM gains
            GROUP BY GROUPING SETS ((member, "user", scenario), (member, "user"))
        )
        SELECT member, scenario, sum(y) AS y, sum(x) AS x, sum(y * y) AS yy, sum(y * x) AS yx,
            sum(x * x) AS xx, count(*) AS users
        FROM per_user GROUP BY member, scenario
        """,
        {"k": k, "request": request_scenario, "others": list(BASELINES)},
    )
    columns = (found[name].to_numpy(float) for name in ("y", "x", "yy", "yx", "xx", "users"))
    found["se"] = standard_error(*columns)
    found["value"] = found["y"] / found["x"]
    found["small"] = found["x"] < SMALL_CELL
    # A handful of events may be all alike: their spread then says nothing.
    found["se"] = found["se"].where(~found["small"])
    found["low"] = (found["value"] - _Z * found["se"]).clip(lower=0.0)
    found["high"] = (found["value"] + _Z * found["se"]).clip(upper=1.0)
    found["group"] = np.where(found["scenario"].isna(), "all", "scenario")
    found["scenario"] = found["scenario"].fillna("all")
    codes = {name: code for code, name in enumerate(store.scenarios, start=1)}
    found["code"] = np.where(found["group"] == "all", 0, found["scenario"].map(codes).fillna(0))
    found["n_events"], found["n_users"] = found["x"].astype("int64"), found["users"].astype("int64")
    found["baseline"] = ~found["member"].astype(bool)
    found["model"] = np.where(found["baseline"], REST, COHORT)
    return _with_difference(found)


def _with_difference(found: pd.DataFrame) -> pd.DataFrame:
    keys = ["group", "scenario"]
    rest = found.loc[found["baseline"], [*keys, "value", "se"]]
    both = found.merge(rest, on=keys, how="left", suffixes=("", "_rest"))
    gap = (both["value"] - both["value_rest"]).where(~both["baseline"])
    error = _Z * np.hypot(both["se"], both["se_rest"])
    both["difference"] = gap
    both["difference_low"], both["difference_high"] = gap - error, gap + error
    kept = [
        *keys, "code", "model", "value", "low", "high", "n_events", "n_users", "baseline", "small",
        "difference", "difference_low", "difference_high",
    ]  # fmt: skip
    order = ["code", "group", "baseline"]
    return both.astype({"code": int}).sort_values(order)[kept].reset_index(drop=True)
