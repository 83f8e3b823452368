"""Sentences of the Gate and Q view: can its confidence be believed?"""

import pandas as pd

from ruie_core.figures.numbers import THIN, count, number, percent
from ruie_core.figures.rows import Record, records
from ruie_core.reporting.glossary import explained
from ruie_core.reporting.sides import ENDS, GAP, GATE, Names, compared, reading, whole
from ruie_core.reporting.text import escape, listed, strong

GATE_HELP, Q_HELP, MASS_HELP = explained("Gate"), explained("Q"), explained("Gate mass")
SPLITS = {"heldout": "held-out events", "train": "training events", "all": "all events"}

TELLS_APART = 0.3
"""Rank agreement of Q with what came, from which on Q is said to tell events apart."""


def verdict(health: Record) -> str:
    """Answer the view's question from the health figures.

    Args:
        health: ends, collapsed, dominant_scenario, ratio, dominant, slope, spearman,
            overestimation, n, miscalibrated.

    Example:
        >>> health = {"ends": 0.01, "collapsed": False, "dominant_scenario": "feed", "ratio": 1.1,
        ...           "dominant": False, "slope": 0.9, "spearman": 0.6, "overestimation": 0.1,
        ...           "n": 500, "miscalibrated": False}
        >>> verdict(health).startswith("**Yes**")
        True
    """
    bad = [
        word
        for flag, word in (
            ("collapsed", "its gates collapse to the ends"),
            ("dominant", f"{strong(health['dominant_scenario'])} dominates the gate mass"),
            ("miscalibrated", "its Q is not calibrated"),
        )
        if health[flag]
    ]
    if bad:
        lead = f"**With care**: {listed(bad)}"
    elif (health["spearman"] or 0.0) < TELLS_APART:
        lead = "**On average yes, event by event hardly**: all three health checks pass"
    else:
        lead = "**Yes**, by all three health checks"
    return f"{lead}. {_curve(health)}"


def _curve(health: Record) -> str:
    if health["slope"] is None:
        return "Too few returns are finished to compare Q with what came."
    side = "overstates" if health["overestimation"] >= 0 else "understates"
    return (
        f"Q {side} what came by {number(abs(health['overestimation']))} reward units on average; "
        f"one more unit of Q comes with {number(health['slope'])} more realised (rank agreement "
        f"{number(health['spearman'])}, n = {count(health['n'])})."
    )


def distribution(frame: pd.DataFrame) -> str:
    """Say what is seen in the gates per scenario.

    Args:
        frame: scenario, median, n, as from ``frames.gate.mass``.
    """
    rows = records(frame)
    most, least = (pick(rows, key=lambda row: row["median"]) for pick in (max, min))
    text = f"Line: the median, highest in {strong(most['scenario'])} ({number(most['median'])})"
    if len(rows) > 1:
        text += f", lowest in {strong(least['scenario'])} ({number(least['median'])})"
    return f"{text}. Shaded: gates below 0.05 or above 0.95. Heights are densities."


def mass(frame: pd.DataFrame) -> str:
    """Say which scenario trains the model more than its traffic warrants.

    Args:
        frame: scenario, ratio, low, high.
    """
    rows = records(frame)
    most, least = (pick(rows, key=lambda row: row["ratio"]) for pick in (max, min))
    text = (
        f"{strong(most['scenario'])} trains the model {number(most['ratio'])} times as much as its "
        "traffic alone would"
    )
    if len(rows) > 1:
        text += f", {strong(least['scenario'])} {number(least['ratio'])} times"
    return f"{text}. Lines: 95{THIN}% intervals, users clustered; dotted: a fair share."


def calibration(frame: pd.DataFrame, split: str, scenario: str, heldout: bool = True) -> str:
    """Say how to read the curve, what is drawn and over how many events.

    Args:
        frame: n.
        split: heldout, train or all.
        scenario: a scenario or ``all``.
        heldout: whether held-out events have a curve, too.
    """
    where = "" if scenario == "all" else f" in {strong(scenario)}"
    return (
        f"{count(frame['n'].sum())} {SPLITS[split]}{where} in {len(frame)} bins of rising Q; bars: "
        f"95{THIN}% intervals; on the dotted line Q is exact. Events whose return the end of the "
        f"log cuts off are left out{'' if heldout else ', which is every held-out one'}."
    )


def promises(frame: pd.DataFrame) -> str:
    """Say in which scenarios Q promises too much or too little.

    Args:
        frame: scenario, gap, low, high, as from ``frames.gate.promises``.

    Example:
        >>> frame = pd.DataFrame({"scenario": ["feed", "search"], "gap": [0.2, 0.0],
        ...                       "low": [0.1, -0.1], "high": [0.3, 0.1]})
        >>> promises(frame).split(".")[0]
        'Too much in **feed**'
    """
    rows = records(frame)
    told = [row for row in rows if row["low"] is not None]
    over = [strong(row["scenario"]) for row in told if row["low"] > 0]
    under = [strong(row["scenario"]) for row in told if row["high"] < 0]
    parts = [f"Too much in {listed(over)}"] if over else []
    parts += [f"too little in {listed(under)}"] if under else []
    text = "; ".join(parts) or "In no scenario is Q off beyond chance"
    return f"{text[0].upper()}{text[1:]}. Lines: 95{THIN}% intervals of the mean difference."


def ends(health: Record) -> str:
    """Write the share of gates at an end.

    >>> ends({"ends": 0.0123}).replace(THIN, " ")
    '1.2 %'
    """
    return percent(health["ends"], 1)


def figures(health: Record) -> list[tuple[str, str, str, str]]:
    """Return the row of health figures: label, value, reference, what the word means."""
    top = health["dominant_scenario"]
    return [
        (
            "gates at an end",
            ends(health),
            "below 0.05 or above 0.95",
            GATE_HELP,
        ),
        (
            "gate mass / traffic",
            f"×{THIN}{number(health['ratio'])}",
            f"largest: {escape(top)}" if top else "",
            "Share of all gates that a scenario's events hold, over its share of events.",
        ),
        (
            "Q − return",
            number(health["overestimation"]),
            f"reward units, n = {count(health['n'])}",
            Q_HELP,
        ),
        (
            "slope over Q",
            number(health["slope"]),
            "1 is exact",
            explained("Slope"),
        ),
        (
            "rank agreement",
            number(health["spearman"]),
            "1 is the same order",
            explained("Rank agreement", "Realised return"),
        ),
    ]


def sides_verdict(gate: pd.DataFrame, gaps: pd.DataFrame, names: Names) -> str:
    """Say whether the model is as sure, and as right, on one side of a log as on the other.

    Args:
        gate: contrast of the mean gate.
        gaps: contrast of Q minus what came.
        names: of the two sides.
    """
    found = [(whole(gate), GATE), (whole(gaps), GAP)]
    said = [compared(row, names, unit) for row, unit in found if row is not None]
    return " ".join(f"{one}." for one in said) or "No event of either side has a gate."


def sides_figures(
    gate: pd.DataFrame, ends: pd.DataFrame, gaps: pd.DataFrame, names: Names
) -> list[tuple[str, str, str, str]]:
    """Return the row of figures of two sides: label, value, reference, what the word means.

    Args:
        gate: contrast of the mean gate.
        ends: contrast of the share of gates at an end.
        gaps: contrast of Q minus what came.
        names: of the two sides.
    """
    made = []
    for label, frame, unit, meaning in (
        ("mean gate", gate, GATE, GATE_HELP),
        ("gates at an end", ends, ENDS, "Share of gates below 0.05 or above 0.95."),
        ("Q minus what came", gaps, GAP, f"In reward units. {Q_HELP}"),
    ):
        row = whole(frame)
        if row is None:
            made.append((label, "–", "no such event", meaning))
            continue
        spread = f"difference {unit.gap(row['difference'])}"
        if row["difference_low"] is not None:
            low, high = unit.gap(row["difference_low"]), unit.gap(row["difference_high"])
            spread += f", {low} to {high}"
        reference = (
            f"n = {count(row['n_1'])}  \n{names.second}: {unit.value(row['value_2'])}, n = "
            f"{count(row['n_2'])}  \n{spread}"
        )
        made.append((label, unit.value(row["value_1"]), reference, meaning))
    return made


def sides_distribution(names: Names) -> str:
    """Say how to read the gates per scenario of two sides."""
    return (
        f"Bars: {names.first}; outline: {names.second}. Upright lines: their medians, dotted "
        "for the second. Heights are densities."
    )


def sides_mass(frame: pd.DataFrame, names: Names) -> str:
    """Say in which scenario the gate mass of two sides differs."""
    return f"{reading(frame, names)} Each side's overall mean gate is taken as known."


def sides_calibration(frame: pd.DataFrame, split: str, scenario: str, names: Names) -> str:
    """Say how to read the two curves and over how many events.

    Args:
        frame: side, n.
        split: heldout, train or all.
        scenario: a scenario or ``all``.
        names: of the two sides.
    """
    n = [count(frame.loc[frame["side"] == side, "n"].sum()) for side in (True, False)]
    where = "" if scenario == "all" else f" in {strong(scenario)}"
    return (
        f"Full dots: {names.first} (n = {n[0]}), rings: {names.second} (n = {n[1]}); "
        f"{SPLITS[split]}{where} in the same bins of Q; bars: 95{THIN}% intervals, users as "
        "clusters; on the dotted line Q is exact. Events whose return the end of the log cuts off "
        "are left out."
    )
