"""How gates and Q are spread on two sides (``analysis.sides``), and whether Q is what came."""

import pandas as pd

from ruie_core.analysis.contrast import contrasted, ratios
from ruie_core.analysis.frames.gate import BINS
from ruie_core.analysis.frames.sides import MEASURES, by_scenario
from ruie_core.analysis.narrow import events
from ruie_core.analysis.once import once
from ruie_core.analysis.personal import HIGH, LOW, binned, bins, counted, edges
from ruie_core.analysis.store import RunStore, quote
from ruie_core.analysis.tally import MOST, cells, joined, sided, tally

LEAST = 10
"""Events below which a bin of a side has no interval."""
LEAST_EVENTS = 20
"""Events below which there is no curve."""


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
    low, high = (0.0, 1.0) if measure == "gate" else _bounds_of_q(store)
    width = (high - low) / BINS or 1.0
    found = store.sql(
        f"""
        SELECT {"scenario::VARCHAR" if each else "'all'"} AS scenario, side,
            least(floor(({column}::DOUBLE - $low) / $width), {BINS - 1})::INTEGER AS bin,
            count(*) AS n
        FROM {sided(store, sides)} WHERE {column} IS NOT NULL GROUP BY ALL ORDER BY ALL
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
        SELECT scenario::VARCHAR AS scenario, side, count(*) AS n, median(gate) AS median,
            avg((gate < {LOW} OR gate > {HIGH})::INT) AS ends
        FROM {sided(store, sides)} WHERE gate IS NOT NULL GROUP BY ALL ORDER BY side DESC
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
    found = ratios(store, cells(tally(store, sides), "gate", "gates"))
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
    """Return the calibration curves of the taken Q on both sides, in the same bins: the log's.

    Args:
        store: the run.
        sides: table of the sides.
        split: a key of ``personal.SPLITS``.
        scenario: a scenario, or ``all``.

    Returns:
        side (bool), bin (from 1, of equal numbers of the log's events, whoever is compared; events
        of the same Q share one), n, q_mean, return_mean, return_low, return_high (95 %, users as
        clusters, null under 10 events or 5 users), by side and rising Q; reward units. Empty with
        fewer than 20 events.
    """
    binned = quote(_binned(store, sides, split, scenario))
    found = ratios(store, f'SELECT "user", side, cell, value AS y, n AS x FROM {binned}')
    returns = contrasted(found.sort_values("cell", ignore_index=True), few_events=LEAST)
    means = store.sql(f"SELECT side, cell, sum(q) / sum(n) AS q FROM {binned} GROUP BY side, cell")
    parts = []
    for side in ("1", "2"):
        part = pd.DataFrame({"side": side == "1", "bin": returns["cell"].astype("int64")})
        q = means[means["side"] == (side == "1")].set_index("cell")["q"]
        part["n"], part["q_mean"] = returns[f"n_{side}"], returns["cell"].map(q)
        part["return_mean"] = returns[f"value_{side}"]
        part["return_low"], part["return_high"] = returns[f"low_{side}"], returns[f"high_{side}"]
        parts.append(part[part["n"] > 0])
    return pd.concat(parts, ignore_index=True)


def _binned(store: RunStore, sides: str, split: str, scenario: str) -> str:
    """Return the name of a table with what a user adds to each bin: n, sums of q and value."""
    query = f"""
        WITH added AS (
            SELECT "user", side, cell, n, q, value
            FROM {bins(store, split, scenario)} JOIN {quote(sides)} USING ("user") WHERE whole
            UNION ALL
            SELECT s."user", side, {binned()}
            FROM {joined(sides, events(store), counted(split))} AND NOT whole,
                {edges(store, split, scenario)}
            GROUP BY s."user", side, cell
        )
        SELECT * FROM added WHERE (SELECT sum(n) FROM added) >= {LEAST_EVENTS}
    """
    return store.keep(query, {"scenario": scenario}, "binned", MOST)


@once
def _bounds_of_q(store: RunStore) -> tuple[float, float]:
    found = store.sql(f"SELECT min(q_taken) AS low, max(q_taken) AS high FROM {events(store)}")
    return float(found["low"].iloc[0]), float(found["high"].iloc[0])
