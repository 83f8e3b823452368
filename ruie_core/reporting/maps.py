"""Sentences about what a map draws, what lies in a part of it, and how groups moved over it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruie_core.analysis.contrast import FEW_USERS
from ruie_core.analysis.frames.areas import PAGE
from ruie_core.analysis.frames.maps import ITEMS, MOST_OVER
from ruie_core.analysis.frames.trajectories import CALENDAR
from ruie_core.figures.numbers import count, interval, number, percent
from ruie_core.reporting.text import escape, plural, strong

TRAJECTORY_HELP = (
    "The mean place of a group's states in each window of time, in the plane of the map of states. "
    "Every person counts once. The ellipse is the 95 % confidence region of that mean over persons."
)

_COLORS = {
    "gate": "Colour is the mean gate of a cell's points, grey where there is none.",
    "popularity": "Colour is the mean of the logarithm of the item's events.",
    "cohort": "A cell with a point of the cohort has the cohort's colour; all others are grey.",
}


def points_line(drawn: int, total: int, noun: str) -> str:
    """Say how many points are drawn one by one.

    >>> from ruie_core.figures.numbers import THIN
    >>> points_line(20_000, 312_450, "states").replace(THIN, " ")
    '20 000 of 312 450 states drawn, stratified by scenario; the shade under them counts all. '
    """
    if drawn < total:
        text = f"{count(drawn)} of {count(total)} {noun} drawn, stratified by scenario; "
    else:
        text = f"All {count(total)} {noun} on the map drawn; "
    return text + "the shade under them counts all. "


def density_line(inside: int, total: int, drawn: int, noun: str, color: str) -> str:
    """Say what a raster counts and what can be pointed at.

    Args:
        inside: points in view.
        total: points on the map.
        drawn: those in view that are drawn one by one.
        noun: what they are, in the plural.
        color: what the colour means.
    """
    text = (
        f"{count(inside)} {noun} in view of {count(total)}, all counted, none sampled. The "
        "stronger a cell, the more points (on a log scale). "
    )
    text += _COLORS.get(color, "Where groups share a cell their colours mix by their counts.") + " "
    if drawn:
        return text + "All in view are also drawn as points. "
    return text + f"Zoom in to {count(MOST_OVER)} or fewer to point at single ones. "


def rule_line(total: int, noun: str, rule: Mapping[str, Any]) -> str:
    """Announce the samples that were taken when the map was made.

    Args:
        total: points on the map.
        noun: what they are, in the plural.
        rule: the map's entry in ``health.json``: ``points``, ``fitted``, ``rule`` and maybe ``of``.
    """
    fitted, of = int(rule.get("fitted", total)), int(rule.get("of", total))
    text = f"The map holds {count(total)} of {count(of)} {noun}. " if of > total else ""
    if fitted < total:
        how = escape(rule.get("rule", ""))
        text += f"UMAP was fitted on {count(fitted)} ({how}), the rest placed. "
    return text


def cohort_line(reach: pd.DataFrame, name: str, users: int) -> str:
    """Say what a cohort takes up of both maps."""
    row = reach.iloc[0]
    items, states = int(row["items"]), int(row["states"])
    text = (
        f"Cohort {strong(name)} ({count(users)} {plural(users, 'user')}) met {count(items)} of "
        f"{count(row['all_items'])} items ({percent(items / max(1, row['all_items']))}) and has "
        f"{count(states)} of {count(row['all_states'])} states on the map"
    )
    if row["users"] < users:
        text += f", of {count(row['users'])} of its users"
    return text + "."


def area_line(summary: pd.DataFrame, table: str, cohort: str | None = None) -> str:
    """Say what lies in the area that was drawn, counted over all points of the map."""
    row = summary.iloc[0]
    noun = "item" if table == ITEMS else "state"
    n, users = int(row["n"]), int(row["users"])
    if not n:
        return f"No {noun} lies in the area: draw it over points, or zoom out first."
    verb = "lies" if n == 1 else "lie"
    text = (
        f"{count(n)} of {count(row['of'])} {noun}s {verb} in the area, drawn or not: "
        f"{percent(row['leading'] / n)} {'mostly ' if table == ITEMS else ''}in "
        f"{strong(row['scenario'])}; {count(users)} {plural(users, 'user')} "
    )
    text += "met at least one of them" if table == ITEMS else "had at least one of them"
    if cohort is not None:
        share = f"{count(row['members'])} ({percent(row['members'] / n)})"
        text += f"; {share} {'met by' if table == ITEMS else 'of'} cohort {strong(cohort)}"
    return text + "."


def page_line(page: int, n: int) -> str:
    """Say which rows of a list are shown.

    >>> page_line(2, 130)
    'Rows 101 to 130 of 130; the CSV holds all.'
    """
    first = PAGE * (page - 1) + 1
    return f"Rows {count(first)} to {count(min(n, PAGE * page))} of {count(n)}; the CSV holds all."


def trajectory_line(drift: pd.DataFrame, windows: int, cohort: str | None = None) -> str:
    """Say who moved from the first window to the last, as the confidence region has it.

    Args:
        drift: ``frames.trajectories.drift``.
        windows: how many.
        cohort: its name; none: everyone.
    """
    sides = {row["side"]: row for row in drift.to_dict("records")}
    sides.pop("difference", None)
    if not sides:
        return "Nobody has enough states on the map for a trajectory: choose fewer windows."
    names = {"the cohort": f"Cohort {strong(cohort or '')}", "the rest": "The rest"}
    parts = [
        f"{names.get(side, 'Everyone')} {_moved(row)} from window 1 to window {windows} "
        f"(n = {count(row['users'])} {plural(int(row['users']), 'user')})"
        for side, row in sides.items()
    ]
    return ". ".join(parts) + "." + _difference(drift)


def trajectory_reading(left: pd.DataFrame, windows: int, clock: str) -> str:
    """Say how the trajectories are read, and who is left out."""
    row = left.iloc[0]
    text = "Reading: numbers are windows, arrows run with time. "
    if clock == CALENDAR:
        text += (
            f"The log's time is cut into {windows} equal windows; who has no state in one is not "
            "counted there, so n differs. "
        )
    else:
        text += f"Each person's own events are cut into {windows} windows of equal count. "
        if row["users"]:
            text += (
                f"{count(row['users'])} of {count(row['of'])} users with fewer than {windows} "
                "states are left out. "
            )
    if row["outside"]:
        text += f"{count(row['outside'])} users have no state on the map. "
    return text + (
        f"Ellipses: 95 % region of the mean over users, none with fewer than {FEW_USERS} of them. "
        "Distances on a UMAP have no unit: compare directions, and lengths with each other."
    )


def _moved(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["moved"]):
        return "has too few users to say whether they moved"
    return f"{'moved' if row['moved'] else 'did not clearly move'} ({_length(row)})"


def _length(row: Mapping[Any, Any]) -> str:
    ends = interval(float(row["low"]), float(row["high"]), 2)
    return f"{number(float(row['length']))} map units, 95 % interval {ends}"


def _difference(drift: pd.DataFrame) -> str:
    found = drift[drift["side"] == "difference"].to_dict("records")
    if not found or pd.isna(found[0]["moved"]):
        return ""
    sure = "a" if found[0]["moved"] else "no"
    return f" There is {sure} clear difference between their moves ({_length(found[0])})."
