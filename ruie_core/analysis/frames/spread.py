"""How gates and Q are spread on two sides (``analysis.sides``), and whether Q is what came."""

import pandas as pd

from ruie_core.analysis.contrast import contrasted, ratios
from ruie_core.analysis.frames.gate import BINS, HIGH, LOW
from ruie_core.analysis.frames.sides import MEASURES, by_scenario, everywhere, finished, joined
from ruie_core.analysis.store import RunStore

MOST_BINS = 10
"""Bins of the calibration curve of two sides, of as many events of both together."""
LEAST = 10
"""Events below which a bin of a side has no interval."""


def histogram(store: RunStore, sides: str, measure: str, each: bool = False) -> pd.DataFrame:
    """Return the histogram of gate or taken Q on either side.

    Args:
        store: the run.
        sides: table of the sides.
        measure: a key of ``frames.sides.MEASURES``; Q in reward units.
        each: one histogram per scenario; otherwise one over all.

    Returns:
        scenario (``all``), side (bool, true: what is looked at), left and right (edges of the bin),
        n, share (of the side's events in the scenario), density (share over the bin's width).
    """
    column = MEASURES[measure]
    bounds = store.sql(f"SELECT min({column}) AS low, max({column}) AS high FROM steps").iloc[0]
    low, high = (0.0, 1.0) if measure == "gate" else (float(bounds["low"]), float(bounds["high"]))
    width = (high - low) / BINS or 1.0
    found = store.sql(
        f"""
        SELECT {"scenario" if each else "'all'"} AS scenario, side,
            least(floor(({column}::DOUBLE - $low) / $width), {BINS - 1})::INTEGER AS bin,
            count(*) AS n
        FROM {joined(sides)} WHERE {column} IS NOT NULL GROUP BY ALL ORDER BY ALL
        """,
        {"low": low, "width": width},
    )
    found["left"] = low + found["bin"] * width
    found["right"] = found["left"] + width
    found["share"] = found["n"] / found.groupby(["scenario", "side"])["n"].transform("sum")
    found["density"] = found["share"] / width
    return found[["scenario", "side", "left", "right", "n", "share", "density"]]


def centres(store: RunStore, sides: str) -> pd.DataFrame:
    """Return middle and ends of the gates per scenario and side: scenario, side, n, median, ends.

    ``ends`` is the share of gates below 0.05 or above 0.95.
    """
    found = store.sql(
        f"""
        SELECT scenario, side, count(*) AS n, median(gate) AS median,
            avg((gate < {LOW} OR gate > {HIGH})::INT) AS ends
        FROM {joined(sides)} WHERE gate IS NOT NULL GROUP BY ALL
        """
    )
    order = {name: place for place, name in enumerate(store.scenarios)}
    place = found["scenario"].map(order).argsort(kind="stable")
    return found.iloc[place].reset_index(drop=True)


def mass(store: RunStore, sides: str) -> pd.DataFrame:
    """Return gate mass over traffic per scenario on both sides: a contrast (``frames.sides``).

    The side's overall mean gate is taken as known. Beside the contrast's columns: traffic_i (share
    of the side's gated events) and mass_i (share of the side's sum of gates).
    """
    found = ratios(store, everywhere(sides, "gate::DOUBLE", "1", "gate IS NOT NULL"))
    whole = found[found["cell"].isna()]
    if whole.empty:
        return by_scenario(store, contrasted(found)).assign(
            traffic_1=0.0, traffic_2=0.0, mass_1=0.0, mass_2=0.0
        )
    totals = whole.iloc[0]
    overall = {side: totals[f"value_{side}"] for side in ("1", "2")}
    for side, mean in overall.items():
        found[[f"value_{side}", f"se_{side}"]] /= mean
    found["cov"] /= overall["1"] * overall["2"]
    made = by_scenario(store, contrasted(found))
    for side in ("1", "2"):
        made[f"traffic_{side}"] = made[f"n_{side}"] / totals[f"x_{side}"]
        made[f"mass_{side}"] = made[f"y_{side}"] / totals[f"y_{side}"]
    return made[made["group"] == "scenario"].reset_index(drop=True)


def calibration(store: RunStore, sides: str, split: str, scenario: str = "all") -> pd.DataFrame:
    """Return the calibration curves of the taken Q on both sides, in the same bins.

    Args:
        store: the run.
        sides: table of the sides.
        split: ``heldout``, ``train`` or ``all``.
        scenario: a scenario, or ``all``.

    Returns:
        side (bool), bin (from 1, of equal numbers of events of both sides together), n, q_mean,
        return_mean, return_low, return_high (95 %, users as clusters, null under 10 events or 5
        users), by side and rising Q; reward units. Empty with fewer than 20 events.
    """
    where = f"{finished(split)} AND ($scenario = 'all' OR scenario = $scenario)"
    binned = f"""
        WITH pairs AS (
            SELECT s."user", side, q_taken::DOUBLE AS q, "return"::DOUBLE AS value,
                ntile({MOST_BINS}) OVER (ORDER BY q_taken, s."user", s.t) AS cell,
                count(*) OVER () AS total
            FROM {joined(sides)} WHERE {where}
        )
        SELECT * FROM pairs WHERE total >= 20
    """
    values = {"scenario": scenario}
    curves = [
        ratios(store, f'SELECT "user", side, cell, {y} AS y, 1 AS x FROM ({binned})', values)
        for y in ("value", "q")
    ]
    returns, q = (
        contrasted(curve.sort_values("cell", ignore_index=True), few_events=LEAST)
        for curve in curves
    )
    parts = []
    for side in ("1", "2"):
        part = pd.DataFrame({"side": side == "1", "bin": returns["cell"].astype("int64")})
        part["n"], part["q_mean"] = returns[f"n_{side}"], q[f"value_{side}"]
        part["return_mean"] = returns[f"value_{side}"]
        part["return_low"], part["return_high"] = returns[f"low_{side}"], returns[f"high_{side}"]
        parts.append(part[part["n"] > 0])
    return pd.concat(parts, ignore_index=True)
