"""Sentences of the Transitions view: where people go, and what the model misreads."""

import pandas as pd

from ruie_core.analysis.behaviour.conditions import Behaviour, Move
from ruie_core.figures.numbers import count, percent
from ruie_core.figures.rows import Record, records
from ruie_core.reporting.glossary import explained
from ruie_core.reporting.text import escape, plural, strong

ENOUGH = 30
"""Transitions that leave a scenario, from which on a pair is worth a sentence."""

INVITATION = (
    "Choose a user in the User view to set one person against everyone, or a cohort at the side to "
    "set it against the rest."
)

HEATMAPS_HELP = explained("Next-scenario probability", "Log-lift")


def everyone(frame: pd.DataFrame) -> str:
    """Answer the view's question for the population.

    Args:
        frame: as from ``frames.transitions.everyone``.

    Example:
        >>> frame = pd.DataFrame({
        ...     "from_scenario": ["a", "a", "b", "b"], "to_scenario": ["a", "b", "a", "b"],
        ...     "n": [30, 10, 10, 30], "n_from": 40, "p_observed": [0.75, 0.25, 0.25, 0.75],
        ...     "p_low": 0.1, "p_high": 0.9, "p_model": [0.7, 0.3, 0.5, 0.5]})
        >>> everyone(frame).startswith("People stay where they are in 75")
        True
    """
    rows = [row for row in records(frame) if row["n_from"]]
    total = sum(row["n"] for row in rows)
    if not total:
        return "No user has two events yet, so there is no transition to look at."
    stays = sum(row["n"] for row in rows if row["from_scenario"] == row["to_scenario"])
    parts = [
        f"People stay where they are in {percent(stays / total)} of {count(total)} transitions"
    ]
    moves = [row for row in rows if row["from_scenario"] != row["to_scenario"] and row["n"]]
    if moves:
        most = max(moves, key=lambda row: row["n"])
        parts[0] += (
            f"; the commonest move is {strong(most['from_scenario'])} → "
            f"{strong(most['to_scenario'])} ({count(most['n'])}, "
            f"{percent(most['p_observed'])} of what leaves {escape(most['from_scenario'])})"
        )
    parts.append(_misread(rows))
    return ". ".join(part for part in parts if part) + "."


def of_days(frame: pd.DataFrame, days: str) -> str:
    """Answer the view's question for some days against other times.

    Args:
        frame: as from ``frames.sides.transitions``.
        days: how the days are called, plain.
    """
    if not frame["n"].sum():
        return f"No transition arrives on {strong(days)}."
    return _against(frame, f"On {strong(days)} everybody", "other times")


def of_user(frame: pd.DataFrame, user_id: str, when: str = "") -> str:
    """Answer the view's question for one user against the population.

    Args:
        frame: as from ``frames.transitions.of_user``.
        user_id: the user's id in the log.
        when: the days that are looked at, plain; empty: all of the log.
    """
    name = f"User {strong(user_id)}{_dated(when)}"
    if not frame["n"].sum():
        return f"{name} has one event only, so there is no transition to look at."
    return _against(frame, name, "others" if when else "population")


def of_cohort(
    frame: pd.DataFrame, name: str, users: int, behaviour: Behaviour | None, when: str = ""
) -> str:
    """Answer the view's question for a cohort against the rest.

    Args:
        frame: as from ``frames.cohorts.transitions``.
        name: the cohort's name.
        users: how many they are.
        behaviour: what they were chosen by; none: they were listed.
        when: the days that are looked at, plain; empty: all of the log.
    """
    who = f"Cohort {strong(name)} ({count(users)} {plural(users, 'user')}){_dated(when)}"
    if not frame["n"].sum():
        return f"{who} has no user with two events, so there is no transition to look at."
    text = _against(frame, who, "rest")
    if behaviour is not None and any(isinstance(each, Move) for each in behaviour.conditions):
        text += " They were chosen by a move, so part of the difference is by construction."
    return text


def _dated(when: str) -> str:
    return f" on {escape(when)}" if when else ""


def _against(frame: pd.DataFrame, who: str, others: str) -> str:
    rows = [row for row in records(frame) if row["n_from"]]
    total = sum(row["n"] for row in rows)
    pairs = [row for row in rows if row["from_scenario"] == row["to_scenario"]]
    stays = sum(row["n"] for row in pairs)
    expected = sum(row["n_from"] * (row["p_reference"] or 0.0) for row in pairs)
    text = (
        f"{who} stays in {percent(stays / total)} of {count(total)} "
        f"{plural(total, 'transition')}; the {others}, leaving the same scenarios, in "
        f"{percent(expected / total)}"
    )
    told = [row for row in rows if _excludes_zero(row, "log_lift")]
    if not told:
        return f"{text}. No single move differs from the {others} beyond chance."
    most = max(told, key=lambda row: abs(row["n"] - row["n_from"] * row["p_reference"]))
    return (
        f"{text}. Most unlike the others: {_pair(most)} in {count(most['n'])} of "
        f"{count(most['n_from'])} ({percent(most['p_observed'])}; {others} "
        f"{percent(most['p_reference'])})."
    )


def heatmaps(ratio: str, reference: str) -> str:
    """Say how to read the three heatmaps.

    Args:
        ratio: ``misread`` or ``log_lift``.
        reference: what the reference is, in words.
    """
    compared = (
        "how many times as often the model expects a move as it happens"
        if ratio == "misread"
        else f"how many times as often a move happens as in the reference ({reference})"
    )
    return (
        f"Each row sums to 100 %: where events go next, from the scenario on the left. The third "
        f"panel is {compared}: blue more, orange less, bold where the 95 % interval leaves out ×1, "
        "a dash where the move never happened. Counts and intervals are under the pointer."
    )


def flows(frame: pd.DataFrame, moves_only: bool) -> str:
    """Say how to read the Sankey and what it leaves out.

    Args:
        frame: from_scenario, to_scenario, n.
        moves_only: whether events that stay are left out.
    """
    total = int(frame["n"].sum())
    stays = int(frame.loc[frame["from_scenario"] == frame["to_scenario"], "n"].sum())
    text = "Left: the scenario of an event; right: that of the next; width: number of events."
    text += " A click on a dot selects its scenario."
    if moves_only:
        return f"{text} {count(stays)} of {count(total)} transitions stay and are left out."
    return f"{text} All {count(total)} transitions."


def _misread(rows: list[Record]) -> str:
    """Name the pair with the most events that the model puts elsewhere."""
    sure = [row for row in rows if row["n_from"] >= ENOUGH and not _within(row) and row["p_model"]]
    if not sure:
        return "The model's probabilities lie within the interval of every observed share"
    most = max(sure, key=lambda row: abs(row["p_model"] - row["p_observed"]) * row["n_from"])
    return (
        f"The model misreads {_pair(most)} most: it expects {percent(most['p_model'])}, and "
        f"{percent(most['p_observed'])} happen ({percent(most['p_low'])} to "
        f"{percent(most['p_high'])}, n = {count(most['n'])} of {count(most['n_from'])})"
    )


def _pair(row: Record) -> str:
    return f"{strong(row['from_scenario'])} → {strong(row['to_scenario'])}"


def _within(row: Record) -> bool:
    return bool(row["p_low"] <= row["p_model"] <= row["p_high"])


def _excludes_zero(row: Record, name: str) -> bool:
    if row[name] is None:
        return False
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return (low is not None and low > 0) or (high is not None and high < 0)
