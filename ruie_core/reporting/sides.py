"""Sentences of two sides of a log: what they are called, and how far they lie apart."""

from typing import NamedTuple

import pandas as pd

from ruie_core.analysis.periods import Period, Share, Span
from ruie_core.figures.numbers import THIN, count, number, percent, signed
from ruie_core.figures.rows import Record, records
from ruie_core.reporting.text import escape, listed, plural, strong


class Names(NamedTuple):
    """What two sides are called: in a sentence (Markdown), and in a figure (plain)."""

    first: str
    second: str
    first_plain: str
    second_plain: str


class Unit(NamedTuple):
    """How a figure is called and written."""

    name: str
    digits: int = 3
    share: bool = False

    def value(self, value: float | None) -> str:
        """Write a value."""
        return percent(value, 1) if self.share else number(value, self.digits)

    def gap(self, value: float | None) -> str:
        """Write a difference with its sign; of shares in points."""
        if self.share:
            scaled = None if value is None else 100 * value
            return f"{signed(scaled, 1)} points"
        return signed(value, self.digits)


MIX = Unit("share of events", share=True)
GATE = Unit("mean gate", 3)
Q = Unit("mean Q", 3)
ENDS = Unit("share of gates at an end", share=True)
GAP = Unit("Q minus what came in reward units", 3)
MASS = Unit("gate mass over traffic", 2)


def ndcg(k: int) -> Unit:
    """Return the unit of NDCG@k."""
    return Unit(f"NDCG@{k}", 3)


def days(period: Period) -> str:
    """Write a period as people do.

    >>> from datetime import date
    >>> days(Period(date(2026, 5, 1), date(2026, 5, 14), "UTC"))
    '1 May – 14 May 2026'
    >>> days(Period(date(2025, 12, 30), date(2026, 1, 2), "UTC"))
    '30 Dec 2025 – 2 Jan 2026'
    """
    last = f"{period.last.day} {period.last:%b %Y}"
    if period.first == period.last:
        return last
    year = f" {period.first:%Y}" if period.first.year != period.last.year else ""
    return f"{period.first.day} {period.first:%b}{year} – {last}"


def all_time_line(period: Period) -> str:
    """Say that a view does not read the selected days."""
    return f"The days {escape(days(period))} are selected; this view shows all time."


def span_name(span: Span) -> str:
    """Write a span of either kind, plainly.

    >>> span_name(Share(0, 50)).replace(THIN, " ")
    '0 to 50 % of everybody’s events'
    """
    if isinstance(span, Share):
        return f"{span.first} to {span.last}{THIN}% of everybody’s events"
    return days(span)


def cohort_names(name: str, period: Period | None) -> Names:
    """Name a cohort and the rest, within some days."""
    within = "" if period is None else f" on {escape(days(period))}"
    return Names(f"cohort {strong(name)}{within}", "the rest", f"cohort {name}", "the rest")


def period_names(period: Period) -> Names:
    """Name some days and all other times."""
    return Names(f"**{escape(days(period))}**", "other times", days(period), "other times")


def span_names(early: Span, late: Span) -> Names:
    """Name two spans; the later one is looked at."""
    first, second = span_name(late), span_name(early)
    return Names(f"**{escape(first)}**", f"**{escape(second)}**", first, second)


def user_names(own: str, other: str) -> Names:
    """Name two people by how ``reporting.user.person`` writes them."""
    return Names(f"**{own}**", f"**{other}**", _unescaped(own), _unescaped(other))


def run_names(own: str, other: str) -> Names:
    """Name two runs."""
    return Names(f"run {strong(own)}", f"run {strong(other)}", own, other)


def _unescaped(text: str) -> str:
    return text.replace("\\", "")


def whole(frame: pd.DataFrame) -> Record | None:
    """Return the row over all scenarios of a contrast, where there is one."""
    return next((row for row in records(frame) if row["group"] == "all"), None)


def compared(row: Record, names: Names, unit: Unit) -> str:
    """Say a figure of the first side and how far it lies from the second's.

    Args:
        row: of a contrast.
        names: of the two sides.
        unit: of the figure.
    """
    own = f"{unit.name} is {unit.value(row['value_1'])} for {names.first}{_spread(row, '1', unit)}"
    other = f"{unit.value(row['value_2'])} for {names.second}{_spread(row, '2', unit)}"
    if not row["n_1"] or not row["n_2"]:
        without = names.second if row["n_1"] else names.first
        return f"{_upper(unit.name)} cannot be compared: {without} has no such event."
    return f"{_upper(own)} and {other}: {gap(row, unit)}"


def gap(row: Record, unit: Unit) -> str:
    """Write a difference, its interval, and whether chance could do it."""
    text = f"a difference of {unit.gap(row['difference'])}"
    if row["difference_low"] is None:
        return f"{text}, too few events or users for an interval"
    low, high = unit.gap(row["difference_low"]), unit.gap(row["difference_high"])
    within = "" if beyond_chance(row) else ", which chance could do"
    return f"{text} (95{THIN}% interval {low} to {high}{within})"


def beyond_chance(row: Record) -> bool:
    """Tell whether the interval of the difference leaves out nought."""
    low, high = row["difference_low"], row["difference_high"]
    return low is not None and (low > 0 or high < 0)


def furthest(frame: pd.DataFrame, names: Names, unit: Unit) -> str:
    """Name the scenario in which the sides differ most beyond chance."""
    cells = [row for row in records(frame) if row["group"] == "scenario"]
    told = [row for row in cells if beyond_chance(row)]
    if not told:
        return "No single scenario differs beyond chance."
    most = max(told, key=lambda row: abs(row["difference"]))
    return (
        f"It differs most in {strong(most['scenario'])}: {unit.value(most['value_1'])} for "
        f"{names.first} against {unit.value(most['value_2'])}, {gap(most, unit)}."
    )


def reading(frame: pd.DataFrame, names: Names) -> str:
    """Say how to read a contrast, with what is beyond chance in it.

    Args:
        frame: a contrast.
        names: of the two sides.
    """
    rows = [row for row in records(frame) if row["group"] == "scenario"]
    told = [strong(row["scenario"]) for row in rows if beyond_chance(row)]
    lead = f"Beyond chance in {listed(told)}. " if told else "No scenario differs beyond chance. "
    if all(row["difference_low"] is None for row in rows):
        lead = "Too few events or users for intervals. "
    text = (
        f"{lead}Full dot: {names.first}; ring: {names.second}; right: their difference. Lines: "
        f"95{THIN}% intervals, users as clusters."
    )
    if any(row["small"] for row in rows) and not all(row["small"] for row in rows):
        text += " Grey: fewer than 30 events on a side."
    return text


def spread(frame: pd.DataFrame, names: Names) -> str:
    """Say how to read two histograms over each other.

    Args:
        frame: side, n.
        names: of the two sides.
    """
    n = [count(frame.loc[frame["side"] == side, "n"].sum()) for side in (True, False)]
    return (
        f"Bars: {names.first} (n = {n[0]}); line: {names.second} (n = {n[1]}). Each adds up to 100 "
        "%."
    )


def amounts(frame: pd.DataFrame, names: Names) -> str:
    """Say how much there is on either side.

    Args:
        frame: side, users, events.
        names: of the two sides.
    """
    sizes = {bool(row["side"]): row for row in records(frame)}
    parts = [
        f"{name}: {count(sizes[side]['events'])} {plural(sizes[side]['events'], 'event')} of "
        f"{count(sizes[side]['users'])} {plural(sizes[side]['users'], 'user')}"
        if side in sizes
        else f"{name}: no event"
        for side, name in ((True, names.first), (False, names.second))
    ]
    return f"{_upper(parts[0])}; {parts[1]}."


def _spread(row: Record, side: str, unit: Unit) -> str:
    n = f"n = {count(row[f'n_{side}'])}"
    if row[f"low_{side}"] is None:
        return f" ({n})"
    low, high = unit.value(row[f"low_{side}"]), unit.value(row[f"high_{side}"])
    return f" ({low} to {high}, {n})"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
