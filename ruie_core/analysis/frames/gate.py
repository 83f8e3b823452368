"""Frames of the Gate and Q view: spread of gates, their mass, and Q against realised return."""

import numpy as np
import pandas as pd

from ruie_core.analysis.narrow import events
from ruie_core.analysis.personal import HIGH, LOW
from ruie_core.analysis.store import RunStore

BINS = 40
"""Bins of the gate's histogram over (0, 1)."""

_Z = 1.96


def distribution(store: RunStore) -> pd.DataFrame:
    """Return the histogram of gates per scenario.

    Returns:
        scenario, left and right (edges of the bin), n, share (of the scenario's gates), density
        (share over the bin's width).
    """
    found = store.sql(
        f"""
        SELECT scenario::VARCHAR AS scenario,
            least(floor(gate * {BINS}), {BINS - 1})::INTEGER AS bin, count(*) AS n
        FROM {events(store)} WHERE gate IS NOT NULL GROUP BY ALL ORDER BY ALL
        """
    )
    found["left"], found["right"] = found["bin"] / BINS, (found["bin"] + 1) / BINS
    found["share"] = found["n"] / found.groupby("scenario")["n"].transform("sum")
    found["density"] = found["share"] * BINS
    return found[["scenario", "left", "right", "n", "share", "density"]]


def mass(store: RunStore) -> pd.DataFrame:
    """Return how much gate each scenario gets for its traffic, with intervals over users.

    Returns:
        One row per scenario with gates, by code: scenario, n (gated events), gate_mean, median,
        ends (share of gates below 0.05 or above 0.95), traffic (share of gated events), mass
        (share of the sum of gates), ratio (mass over traffic) with low and high: 95 %, users
        clustered, the overall mean taken as known; null where one user has all the gates.
    """
    found = store.sql(
        f"""
        WITH gates AS (
            SELECT scenario, "user", gate FROM {events(store)} WHERE gate IS NOT NULL
        ), cells AS (
            SELECT scenario, "user", count(*) AS n, sum(gate::DOUBLE) AS gate FROM gates
            GROUP BY ALL
        ), means AS (
            SELECT scenario, sum(n)::BIGINT AS n, sum(gate) / sum(n) AS gate_mean FROM cells
            GROUP BY scenario
        ), errors AS (
            SELECT scenario, sqrt(sum((gate - gate_mean * cells.n) ** 2)
                * count(*) / nullif(count(*) - 1, 0)) / any_value(means.n) AS error
            FROM cells JOIN means USING (scenario) GROUP BY scenario
        ), spread AS (
            SELECT scenario, median(gate) AS median,
                avg((gate < {LOW} OR gate > {HIGH})::INTEGER) AS ends
            FROM gates GROUP BY scenario
        )
        SELECT * REPLACE (scenario::VARCHAR AS scenario)
        FROM means JOIN errors USING (scenario) JOIN spread USING (scenario)
        """
    )
    found["traffic"] = found["n"] / found["n"].sum()
    weight = found["n"] * found["gate_mean"]
    found["mass"] = weight / weight.sum()
    overall = weight.sum() / found["n"].sum()
    found["ratio"] = found["gate_mean"] / overall
    found["low"] = (found["gate_mean"] - _Z * found["error"]) / overall
    found["high"] = (found["gate_mean"] + _Z * found["error"]) / overall
    return _by_code(store, found.drop(columns="error"))


def calibration(store: RunStore, split: str, scenario: str = "all") -> pd.DataFrame:
    """Return the calibration curve of the taken Q for one split and scenario.

    Args:
        store: the run.
        split: ``heldout``, ``train`` or ``all``.
        scenario: a scenario, or ``all``.

    Returns:
        bin, n, q_mean, return_mean, return_low, return_high (95 %), by rising Q; reward units.
    """
    return store.sql(
        """
        SELECT bin, n, q_mean, return_mean, return_low, return_high FROM calibration
        WHERE split = ? AND scenario = ? ORDER BY bin
        """,
        [split, scenario],
    )


def promises(store: RunStore, split: str) -> pd.DataFrame:
    """Return how far Q lies from what came, per scenario.

    Returns:
        scenario, by code; n, gap (Q minus realised return, reward units), low, high (95 %, from the
        intervals of the calibration bins, taken as independent).
    """
    bins = store.sql("SELECT * FROM calibration WHERE split = ? AND scenario <> 'all'", [split])
    total = bins.groupby("scenario")["n"].transform("sum")
    weight = bins["n"] / total
    bins["gap"] = weight * (bins["q_mean"] - bins["return_mean"])
    bins["variance"] = (weight * (bins["return_high"] - bins["return_low"]) / 2) ** 2
    by = bins.groupby("scenario")
    found = by[["n", "gap"]].sum()
    # A bin that one user fills has no interval; then the scenario has none either.
    half = np.sqrt(by["variance"].agg(lambda part: part.sum(skipna=False)))
    found["low"], found["high"] = found["gap"] - half, found["gap"] + half
    return _by_code(store, found.reset_index())


def _by_code(store: RunStore, frame: pd.DataFrame) -> pd.DataFrame:
    order = {name: place for place, name in enumerate(store.scenarios)}
    known = frame[frame["scenario"].isin(list(order))]
    place = known["scenario"].map(order).argsort(kind="stable")
    return known.iloc[place].reset_index(drop=True)


def calibrated(store: RunStore) -> pd.DataFrame:
    """Return what there is a calibration curve of: split, scenario, n."""
    return store.sql(
        "SELECT split, scenario, sum(n)::BIGINT AS n FROM calibration GROUP BY ALL ORDER BY ALL"
    )


def health(store: RunStore) -> pd.DataFrame:
    """Return the run's health figures in one row.

    Returns:
        ends (share of gates at an end), collapsed, dominant_scenario, ratio (its gate mass over
        traffic), dominant, slope (of realised return over Q), spearman (rank correlation of both),
        overestimation (Q minus return, reward units), ece (mean distance of the curve from the
        diagonal, reward units), n (events with a finished return), miscalibrated.
    """
    gate, shares = store.health["gate"], store.health["dominance"]
    fit = store.health["calibration"].get("all", {})
    top = max(shares, key=lambda name: shares[name]["ratio"] or 0.0, default=None)
    return pd.DataFrame(
        [
            {
                "ends": gate["low_share"] + gate["high_share"],
                "collapsed": bool(gate["collapsed"]),
                "dominant_scenario": top,
                "ratio": shares[top]["ratio"] if top else np.nan,
                "dominant": bool(store.health["dominant"]),
                "slope": fit.get("slope", np.nan),
                "spearman": fit.get("spearman", np.nan),
                "overestimation": fit.get("overestimation", np.nan),
                "ece": fit.get("ece", np.nan),
                "n": fit.get("n", 0),
                "miscalibrated": bool(store.health["miscalibrated"]),
            }
        ]
    )
