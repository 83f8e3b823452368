"""Sentences of the Scenarios view: for whom does it work?"""

from collections.abc import Sequence

import pandas as pd

from ruie_core.analysis.frames.metrics import SMALL_CELL
from ruie_core.figures.numbers import THIN, count, interval, number
from ruie_core.figures.overview import model_name
from ruie_core.figures.rows import Record, records
from ruie_core.reporting.sides import Names, compared, furthest, ndcg, reading, whole
from ruie_core.reporting.text import few, listed, plural, strong


def verdict(frame: pd.DataFrame, k: int = 10) -> str:
    """Answer the view's question from NDCG per scenario.

    Args:
        frame: scenario, group, model, value, low, high, n_events, baseline, small.
        k: cut-off.

    Example:
        >>> frame = pd.DataFrame({
        ...     "scenario": ["feed", "feed", "search", "search"], "group": "scenario",
        ...     "model": ["ruie", "popularity"] * 2, "value": [0.3, 0.1, 0.1, 0.1],
        ...     "low": [0.2, 0.05, 0.05, 0.05], "high": [0.4, 0.15, 0.15, 0.15], "n_events": 90,
        ...     "baseline": [False, True] * 2, "small": False})
        >>> print(verdict(frame).split("; ")[1])
        it beats the better baseline beyond chance in 1 of 2 scenarios, not in **search**.
    """
    cells = frame[(frame["group"] == "scenario") & ~frame["small"]]
    own = records(cells[~cells["baseline"]])
    if not own:
        return "No scenario has 30 held-out events, so nothing can be said per scenario."
    best, worst = (pick(own, key=lambda row: row["value"]) for pick in (max, min))
    text = f"It works best in {_cell(best, k)}"
    if len(own) > 1:
        text += f" and least in {_cell(worst, k)}"
    weak = [row["scenario"] for row in own if not _beats(row, cells)]
    won = len(own) - len(weak)
    text += (
        f"; it beats the better baseline beyond chance in {won} of {len(own)} "
        f"{plural(len(own), 'scenario')}"
    )
    if weak:
        text += f", not in {listed(few(weak), 'or')}"
    return f"{text}."


def sides_verdict(frame: pd.DataFrame, names: Names, k: int = 10) -> str:
    """Say whether the model serves both sides of a log equally well.

    Args:
        frame: contrast of NDCG@k, as from ``frames.sides.ndcg``.
        names: of the two sides.
        k: cut-off.
    """
    row = whole(frame)
    if row is None or not row["n_1"]:
        return f"No held-out event of {names.first} was ranked."
    if not row["n_2"]:
        return f"{compared(row, names, ndcg(k))}."
    told = [one for one in records(frame) if one["group"] == "scenario" and not one["small"]]
    few = "" if told else " No scenario has 30 held-out events on both sides."
    return f"{compared(row, names, ndcg(k))}. {furthest(frame, names, ndcg(k))}{few}"


def sides_dots(frame: pd.DataFrame, names: Names, request_scenario: str) -> str:
    """Say how to read NDCG per scenario of two sides, and under which protocol."""
    given = "is not told" if request_scenario == "unknown" else "is told"
    return f"{reading(frame, names)} The model {given} which scenario comes next."


def dots(frame: pd.DataFrame, request_scenario: str) -> str:
    """Say how to read NDCG per scenario, and under which protocol.

    Args:
        frame: small.
        request_scenario: ``unknown`` or ``known``.
    """
    given = "is not told" if request_scenario == "unknown" else "is told"
    text = (
        f"Dot and line: the model's mean and its 95{THIN}% interval, users resampled; it {given} "
        "which scenario comes next. Grey marks under it: popularity (stroke) and popularity in the "
        "scenario (cross)."
    )
    if frame["small"].any():
        text += " Grey rows hold fewer than 30 events and say little."
    return text


def head_and_tail(frame: pd.DataFrame, head: Sequence[str], k: int = 10) -> str:
    """Compare the most visited scenarios with the rest.

    Args:
        frame: group, model, k, value, low, high, n_events, baseline.
        head: names of the head scenarios.
        k: cut-off that is quoted.
    """
    rows = records(frame[(frame["k"] == k) & ~frame["baseline"]])
    by = {row["group"]: row for row in rows}
    named = f"Head: {listed(few(head))}." if head else ""
    if "head" not in by or "tail" not in by:
        return f"Only one side has held-out events. {named}".strip()
    first, second = by["head"], by["tail"]
    return (
        f"NDCG@{k} {_spread(first)} in head scenarios, {_spread(second)} in the tail: "
        f"{_gap(first, second)}. {_tail_rival(frame[frame['k'] == k], second)}{named} Solid: head; "
        f"dotted: tail; bars: 95{THIN}% intervals."
    )


def _tail_rival(frame: pd.DataFrame, own: Record) -> str:
    """Set the tail against the better popularity there."""
    rivals = records(frame[frame["baseline"] & (frame["group"] == "tail")])
    if not rivals:
        return ""
    best = max(rivals, key=lambda row: row["value"])
    text = f"In the tail {model_name(str(best['model'])).lower()} reaches {_spread(best)}"
    if min(own["n_events"], best["n_events"]) < SMALL_CELL or None in (own["low"], best["low"]):
        return f"{text}. "
    if own["low"] > best["high"]:
        return f"{text}, less than the model. "
    if best["low"] > own["high"]:
        return f"{text}, more than the model. "
    return f"{text}, an interval that overlaps the model's. "


def _spread(row: Record) -> str:
    """Write a figure with interval and n."""
    n = f"n = {count(row['n_events'])}"
    if row["low"] is None:
        return f"{number(row['value'], 3)} ({n})"
    return f"{number(row['value'], 3)} ({interval(row['low'], row['high'])}, {n})"


def _gap(first: Record, second: Record) -> str:
    few = min(first["n_events"], second["n_events"]) < SMALL_CELL
    if few or None in (first["low"], second["low"]):
        return "too few events to tell them apart"
    if first["low"] > second["high"]:
        return "the tail is served worse"
    if second["low"] > first["high"]:
        return "the tail is served better"
    return "their intervals overlap"


def _cell(row: Record, k: int) -> str:
    value = f"NDCG@{k} {number(row['value'], 3)}"
    spread = "" if row["low"] is None else f", {interval(row['low'], row['high'])}"
    return f"{strong(row['scenario'])} ({value}{spread}, n = {count(row['n_events'])})"


def _beats(row: Record, cells: pd.DataFrame) -> bool:
    """Tell whether the model's interval lies above that of every baseline in the same scenario."""
    rivals = records(cells[cells["baseline"] & (cells["scenario"] == row["scenario"])])
    if row["low"] is None:
        return False
    return all(rival["high"] is not None and row["low"] > rival["high"] for rival in rivals)
