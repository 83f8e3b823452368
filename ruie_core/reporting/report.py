"""The Findings view in words: how much can be told, and how much is chosen."""

from collections.abc import Sequence

from ruie_core.figures.numbers import count
from ruie_core.reporting.finding import Finding
from ruie_core.reporting.text import plural


def verdict(offered: Sequence[Finding], chosen: int) -> str:
    """Answer what can be told to a product team.

    Args:
        offered: all statements that can be chosen.
        chosen: how many are.
    """
    tested = [each for each in offered if each.standing != "person"]
    shown = sum(each.standing == "shown" for each in tested)
    differ = "shows" if shown == 1 else "show"
    taken = f"{count(chosen)} {'is' if chosen == 1 else 'are'} chosen for the report"
    return (
        f"{count(shown)} of {count(len(tested))} {plural(len(tested), 'statement')} {differ} a "
        f"difference after the correction for everything that was looked at; {taken}."
    )


METHOD = (
    "A difference is claimed only where its p-value, corrected by Holm's method for all "
    "comparisons that were looked at together, is under 0.05. “No difference shown” does not mean "
    "that two figures are equal."
)

EMPTY_CHOICE = "Nothing is chosen yet: tick a statement at the left, and it is told here."
EMPTY_RUN = (
    "This run's tables support no statement: evaluate it on held-out events and write its tables "
    "anew."
)
MORE = (
    "Choose a cohort at the side to compare it with the rest, a run to compare this one with, or a "
    "person in the User view to tell their path as an illustration."
)

SAVED = "Saved: changes are kept in this list as you make them."
CUT = (
    "The link leaves out the captions of its findings, which are too long for it: whoever wrote "
    "them can save the choice as a list and send a link to that."
)
SHOWS_ONLY = (
    "This server only shows (RUIE_READ_ONLY is set): changes stay in this browser tab, and no list "
    "is written."
)


def unnamed_line(cut: bool, shows_only: bool) -> str:
    """Say where a choice without a name is kept.

    Args:
        cut: whether its captions are too long for a link.
        shows_only: whether the server writes no lists.

    >>> unnamed_line(cut=False, shows_only=False)
    'Not named yet: kept in the link to this page until you save it as a list.'
    """
    until = " (this server only shows, and no list is written)" if shows_only else ""
    until = until or " until you save it as a list"
    if not cut:
        return f"Not named yet: kept in the link to this page{until}."
    return (
        "Not named yet: the findings and their order are kept in the link to this page; the "
        f"captions are too long for it and stay in this browser tab{until}."
    )
