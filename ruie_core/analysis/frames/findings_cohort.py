"""Everything that is compared before a statement about a cohort is made, in one table.

Kinds of rows, each the cohort (first) against all other users (second):

- ``cohort-ndcg``: difference of NDCG@k of the model; scenario of what came, or ``all``.
- ``cohort-move``: log of how many times as often the cohort goes from a scenario to another.
- ``cohort-gate``: difference of the mean gate; scenario, or ``all``.
"""

import numpy as np
import pandas as pd

from ruie_core.analysis.contrast import FEW_USERS, standard_error
from ruie_core.analysis.evidence import Z, tested
from ruie_core.analysis.frames import cohorts
from ruie_core.analysis.frames.findings import ALL, REQUEST
from ruie_core.analysis.frames.metrics import SMALL_CELL
from ruie_core.analysis.store import RunStore, quote


def looked_at(store: RunStore, among: str, k: int) -> pd.DataFrame:
    """Return every comparison of a cohort with the rest, tested as one family.

    Args:
        store: the run.
        among: table of the cohort's users (``RunStore.keep_users``).
        k: cut-off of NDCG.
    """
    return tested([_ndcg(store, among, k), _moves(store, among), mean_gates(store, among)])


def _ndcg(store: RunStore, among: str, k: int) -> pd.DataFrame:
    found = cohorts.ndcg_by_scenario(store, among, k, REQUEST)
    keys = ["group", "scenario"]
    rest = found[found["baseline"]][[*keys, "value", "small"]]
    both = found[~found["baseline"]].merge(rest, on=keys, suffixes=("", "_rest"))
    both = both[~both["small"] & ~both["small_rest"]]
    return pd.DataFrame(
        {
            "kind": "cohort-ndcg", "scenario": both["scenario"].where(both["group"] != "all", ALL),
            "label": cohorts.REST, "value": both["difference"], "low": both["difference_low"],
            "high": both["difference_high"], "null": 0.0, "first": both["value"],
            "second": both["value_rest"], "n": both["n_events"], "n_users": both["n_users"],
        }
    )  # fmt: skip


def _moves(store: RunStore, among: str) -> pd.DataFrame:
    found = cohorts.transitions(store, among)
    people = store.sql(
        f"""
        WITH path AS (
            SELECT "user", scenario AS "to", split,
                lag(scenario) OVER (PARTITION BY "user" ORDER BY t) AS scenario
            FROM steps WHERE "user" IN (SELECT "user" FROM {quote(among)})
        )
        SELECT scenario, "to", count(DISTINCT "user") AS n_users FROM path
        WHERE scenario IS NOT NULL AND split <> 'forecast' GROUP BY scenario, "to"
        """
    )
    found = found[found["n_from"] >= SMALL_CELL].rename(
        columns={
            "from_scenario": "scenario", "to_scenario": "to", "log_lift": "value",
            "log_lift_low": "low", "log_lift_high": "high", "p_observed": "first",
            "p_reference": "second", "n_from": "n_of",
        }
    )  # fmt: skip
    found = found.merge(people, on=["scenario", "to"], how="left")
    found = found[found["low"].notna()]
    return found.assign(kind="cohort-move", null=0.0, label=cohorts.REST)


def mean_gates(store: RunStore, among: str) -> pd.DataFrame:
    """Return the cohort's mean gate less that of the rest, per scenario and over all."""
    found = store.sql(
        f"""
        WITH gates AS (
            SELECT "user" IN (SELECT "user" FROM {quote(among)}) AS member, "user", scenario,
                gate::DOUBLE AS gate
            FROM steps WHERE gate IS NOT NULL
        ), per_user AS (
            SELECT member, "user", scenario, sum(gate) AS y, count(*) AS x FROM gates
            GROUP BY GROUPING SETS ((member, "user", scenario), (member, "user"))
        )
        SELECT member, scenario IS NOT NULL AS part, coalesce(scenario, '{ALL}') AS scenario,
            sum(y) AS y, sum(x) AS x, sum(y * y) AS yy, sum(y * x) AS yx, sum(x * x) AS xx,
            count(*) AS users
        FROM per_user GROUP BY member, per_user.scenario
        """
    )
    sums = (found[name].to_numpy(float) for name in ("y", "x", "yy", "yx", "xx", "users"))
    found["value"] = found["y"] / found["x"]
    found["se"] = standard_error(*sums)
    found = found[(found["x"] >= SMALL_CELL) & (found["users"] >= FEW_USERS)]
    keys = ["part", "scenario"]
    rest = found[~found["member"]][[*keys, "value", "se"]]
    both = found[found["member"]].merge(rest, on=keys, suffixes=("", "_rest"))
    both = both.sort_values("part", kind="stable")
    gap = both["value"] - both["value_rest"]
    error = Z * np.hypot(both["se"], both["se_rest"])
    return pd.DataFrame(
        {
            "kind": "cohort-gate", "scenario": both["scenario"], "label": cohorts.REST,
            "value": gap, "low": gap - error, "high": gap + error, "null": 0.0,
            "first": both["value"], "second": both["value_rest"], "n": both["x"],
            "n_users": both["users"],
        }
    )  # fmt: skip
