"""Everything that is compared before a statement about everyone is made, in one table.

Kinds of rows (see ``analysis.evidence`` for the columns):

- ``ndcg``: NDCG@k of the model (first) less that of the better baseline (second, its name is the
  label) on the same held-out events; scenario of what came, or ``all``.
- ``lift``: log of how many times as often a move happens (first) as the base rate of where it leads
  (second); n moves of the n_of events that leave.
- ``misread``: next-scenario probability of the model (first) less the share that happened (second).
- ``gate``: a scenario's share of gate mass (first) over its share of traffic (second).
- ``promise``: mean Q (first) less mean realised return (second), reward units; n_of of them held
  out; scenario or ``all``.
- ``slope``: realised return per unit of Q; first is the share of the spread of returns that it
  explains; n and n_of as before.

Intervals take users as clusters, by linearisation (``analysis.contrast.standard_error``).
"""

from typing import Final

import numpy as np
import pandas as pd

from ruie_core.analysis.contrast import FEW_USERS, Z, standard_error
from ruie_core.analysis.evidence import tested
from ruie_core.analysis.frames import gate, transitions
from ruie_core.analysis.frames.metrics import BASELINES, SMALL_CELL
from ruie_core.analysis.narrow import events
from ruie_core.analysis.store import RunStore, quote

REQUEST: Final = "unknown"
"""Statements are about the stricter protocol: the request does not name its scenario."""

ALL: Final = "all"
"""What the row over all scenarios is called."""

_SOUND: Final = 'q_taken IS NOT NULL AND "return" IS NOT NULL AND NOT truncated'
"""Events whose return the end of the log does not cut off."""


def looked_at(store: RunStore, k: int) -> pd.DataFrame:
    """Return every comparison about everyone, tested as one family (``analysis.evidence``).

    Cells of fewer than 30 events or 5 users are left out: they are not claimed, and do not make
    the correction stricter for the others.

    Args:
        store: the run.
        k: cut-off of NDCG.
    """
    return tested(
        [
            ndcg_gains(store, k),
            _lifts(store),
            misreadings(store),
            _gates(store),
            promises(store),
            slope(store),
        ]
    )


def ndcg_gains(store: RunStore, k: int) -> pd.DataFrame:
    """Return the paired difference of NDCG@k to the better baseline, per scenario and over all."""
    found = store.sql(
        """
        WITH gains AS (
            SELECT "user", t, scenario, model, list_contains($baselines, model) AS other,
                CASE WHEN rank <= $k THEN 1 / log2(1 + rank) ELSE 0 END AS gain
            FROM ranks WHERE request_scenario = $request
        ), pairs AS (
            SELECT own."user", own.scenario, base.model AS label, own.gain AS a, base.gain AS b
            FROM gains own JOIN gains base USING ("user", t) WHERE NOT own.other AND base.other
        ), per_user AS (
            SELECT label, scenario, "user", sum(a) AS a, sum(b) AS b, count(*) AS x FROM pairs
            GROUP BY GROUPING SETS ((label, scenario, "user"), (label, "user"))
        )
        SELECT label, coalesce(scenario, 'all') AS scenario, scenario IS NULL AS whole,
            sum(a) AS a, sum(b) AS b, sum(a - b) AS y, sum(x) AS x, sum((a - b) ** 2) AS yy,
            sum((a - b) * x) AS yx, sum(x * x) AS xx, count(*) AS users
        FROM per_user GROUP BY label, per_user.scenario
        """,
        {"k": k, "request": REQUEST, "baselines": list(BASELINES)},
    )
    found = found[found["x"] >= SMALL_CELL].sort_values(["b", "label"], ascending=[False, True])
    found = found.drop_duplicates(["whole", "scenario"])
    found["first"], found["second"] = found["a"] / found["x"], found["b"] / found["x"]
    made = _estimated(found, "ndcg", null=0.0)
    # A scenario may be called "all": the row over all events is the one without a scenario's code.
    order = {name: place for place, name in enumerate(store.scenarios, start=1)}
    place = found["scenario"].map(order).fillna(0).where(~found["whole"], 0)
    made["scenario"] = made["scenario"].where(~found["whole"].to_numpy(), ALL)
    return made.iloc[place.argsort(kind="stable")].reset_index(drop=True)


def misreadings(store: RunStore) -> pd.DataFrame:
    """Return, per move, the model's mean probability less the share that happened."""
    names = list(store.scenarios)
    chances = [quote(f"p_{name}") for name in names]
    gaps = ", ".join(
        f"sum({chance} - (scenario = $name{at})::INTEGER) AS d{at}, "
        f"sum((scenario = $name{at})::INTEGER) AS n{at}"
        for at, chance in enumerate(chances)
    )
    sums = ", ".join(
        f"sum(d{at}) AS y{at}, sum(d{at} * d{at}) AS yy{at}, sum(d{at} * x) AS yx{at}, "
        f"sum(n{at}) AS n{at}"
        for at in range(len(names))
    )
    wide = store.sql(
        f"""
        WITH per_user AS (
            SELECT "user", source, count(*) AS x, {gaps}
            FROM {events(store)}
            WHERE source IS NOT NULL AND split <> 'forecast' GROUP BY "user", source
        )
        SELECT source::VARCHAR AS source, sum(x) AS x, sum(x * x) AS xx, count(*) AS users, {sums}
        FROM per_user GROUP BY source
        """,
        {f"name{at}": name for at, name in enumerate(names)},
    )
    shared = wide[["source", "x", "xx", "users"]].rename(columns={"source": "scenario"})
    parts = []
    for at, name in enumerate(names):
        part = shared.assign(
            to=name, y=wide[f"y{at}"], yy=wide[f"yy{at}"], yx=wide[f"yx{at}"], moved=wide[f"n{at}"]
        )
        parts.append(part)
    found = pd.concat(parts, ignore_index=True)
    found = found[(found["x"] >= SMALL_CELL) & (found["users"] >= FEW_USERS)]
    found["second"] = found["moved"] / found["x"]
    found["first"] = found["second"] + found["y"] / found["x"]
    made = _estimated(found, "misread", null=0.0)
    made["n_of"], made["n"] = made["n"], found["moved"].to_numpy()
    return _by_code(store, made)


def promises(store: RunStore) -> pd.DataFrame:
    """Return mean Q less mean realised return, per scenario and over all, in reward units."""
    found = store.sql(
        f"""
        WITH per_user AS (
            SELECT scenario::VARCHAR AS scenario, "user", sum(q_taken::DOUBLE) AS q,
                sum("return"::DOUBLE) AS r, count(*) AS x,
                count(*) FILTER (split <> 'train') AS held
            FROM {events(store)} WHERE {_SOUND}
            GROUP BY GROUPING SETS ((scenario, "user"), ("user"))
        )
        SELECT coalesce(scenario, '{ALL}') AS scenario, scenario IS NULL AS whole, sum(q) AS q,
            sum(r) AS r, sum(q - r) AS y, sum(x) AS x, sum((q - r) ** 2) AS yy,
            sum((q - r) * x) AS yx, sum(x * x) AS xx, count(*) AS users, sum(held) AS held
        FROM per_user GROUP BY per_user.scenario
        """
    )
    found = found[(found["x"] >= SMALL_CELL) & (found["users"] >= FEW_USERS)]
    found = found.sort_values("whole", ascending=False, kind="stable")
    found["first"], found["second"] = found["q"] / found["x"], found["r"] / found["x"]
    made = _estimated(found, "promise", null=0.0)
    made["n_of"] = found["held"].to_numpy()
    whole = int(found["whole"].sum())
    return pd.concat([made[:whole], _by_code(store, made[whole:])], ignore_index=True)


def slope(store: RunStore) -> pd.DataFrame:
    """Return the slope of realised return over Q: least squares, users as clusters.

    The interval is that of Liang & Zeger (1986, https://doi.org/10.1093/biomet/73.1.13). No row
    where Q does not vary or too few returns are finished.
    """
    found = store.sql(
        f"""
        WITH pairs AS (
            SELECT "user", split, q_taken::DOUBLE - avg(q_taken::DOUBLE) OVER () AS q,
                "return"::DOUBLE - avg("return"::DOUBLE) OVER () AS r
            FROM {events(store)} WHERE {_SOUND}
        ), line AS (
            SELECT sum(q * r) / nullif(sum(q * q), 0) AS b, sum(q * q) AS qq,
                sum(q * r) ** 2 / nullif(sum(q * q) * sum(r * r), 0) AS explained
            FROM pairs
        ),
        per_user AS (
            SELECT "user", count(*) AS x, count(*) FILTER (split <> 'train') AS held,
                sum(q * (r - b * q)) AS score
            FROM pairs, line GROUP BY "user"
        )
        SELECT any_value(b) AS value, any_value(qq) AS qq, any_value(explained) AS first,
            sum(score * score) AS ss,
            sum(x) AS n, sum(held) AS n_of, count(*) AS n_users
        FROM per_user, line
        """
    )
    row = found.iloc[0]
    if not row["n"] >= SMALL_CELL or row["n_users"] < FEW_USERS or not np.isfinite(row["value"]):
        return pd.DataFrame()
    error = Z * np.sqrt(row["ss"] * row["n_users"] / (row["n_users"] - 1)) / row["qq"]
    counts = found[["value", "first", "n", "n_of", "n_users"]]
    return counts.assign(
        kind="slope", scenario=ALL, null=0.0, low=row["value"] - error, high=row["value"] + error
    )


def _lifts(store: RunStore) -> pd.DataFrame:
    """Moves between scenarios against the base rate; what stays is no move."""
    found = as_lifts(transitions.everyone(store), transitions.movers(store))
    enough = (found["n_of"] >= SMALL_CELL) & (found["n_users"] >= FEW_USERS)
    return found[enough & (found["scenario"] != found["to"])].assign(
        kind="lift", null=0.0, label="base rate"
    )


def as_lifts(found: pd.DataFrame, movers: pd.DataFrame) -> pd.DataFrame:
    """Return transitions in the columns of comparisons: the log-lift with its interval.

    Args:
        found: as from ``frames.transitions`` or ``frames.sides.transitions``.
        movers: as from ``frames.transitions.movers``.
    """
    return found.merge(movers, on=["from_scenario", "to_scenario"], how="left").rename(
        columns={
            "from_scenario": "scenario", "to_scenario": "to", "log_lift": "value",
            "log_lift_low": "low", "log_lift_high": "high", "p_observed": "first",
            "p_reference": "second", "n_from": "n_of",
        }
    )  # fmt: skip


def as_differences(contrast: pd.DataFrame, kind: str, label: str) -> pd.DataFrame:
    """Return the rows of a contrast (``frames.sides``) in the columns of comparisons.

    Args:
        contrast: its differences are the values that are tested.
        kind: of the comparisons.
        label: what the first side is compared with.
    """
    return contrast.rename(
        columns={
            "difference": "value", "difference_low": "low", "difference_high": "high",
            "value_1": "first", "value_2": "second", "n_1": "n", "users_1": "n_users",
        }
    ).assign(kind=kind, label=label, null=0.0)  # fmt: skip


def _gates(store: RunStore) -> pd.DataFrame:
    """Shares of gate mass against shares of traffic; one scenario alone has all of both."""
    found = gate.mass(store)
    if len(found) < 2:
        return pd.DataFrame()
    people = store.sql(
        f"""SELECT scenario::VARCHAR AS scenario, count(DISTINCT "user") AS n_users
           FROM {events(store)} WHERE gate IS NOT NULL GROUP BY scenario"""
    )
    found = found.merge(people, on="scenario").rename(
        columns={"ratio": "value", "mass": "first", "traffic": "second"}
    )
    enough = (found["n"] >= SMALL_CELL) & (found["n_users"] >= FEW_USERS)
    return found[enough].assign(kind="gate", null=1.0, label="traffic", n_of=found["n"].sum())


def _estimated(found: pd.DataFrame, kind: str, null: float) -> pd.DataFrame:
    """Turn sums over users into rows: the ratio of totals y / x with its interval."""
    sums = (found[name].to_numpy(float) for name in ("y", "x", "yy", "yx", "xx", "users"))
    value = found["y"].to_numpy(float) / found["x"].to_numpy(float)
    error = Z * standard_error(*sums)
    columns = {
        "kind": kind, "scenario": found["scenario"].to_numpy(), "value": value,
        "low": value - error, "high": value + error, "null": null,
        "first": found["first"].to_numpy(float), "second": found["second"].to_numpy(float),
        "n": found["x"].to_numpy("int64"), "n_users": found["users"].to_numpy("int64"),
    }  # fmt: skip
    made = pd.DataFrame(columns)
    for name in ("to", "label"):
        if name in found:
            made[name] = found[name].to_numpy()
    return made


def _by_code(store: RunStore, frame: pd.DataFrame) -> pd.DataFrame:
    order = {name: place for place, name in enumerate(store.scenarios)}
    columns = [name for name in ("scenario", "to") if name in frame]
    places = frame[columns].apply(lambda column: column.map(order))
    ordered: pd.DataFrame = frame.loc[places.sort_values(columns, kind="stable").index]
    return ordered.reset_index(drop=True)
