"""Sentences about cohorts."""

from typing import Final

from ruie_core.reporting.text import strong

SHOWS_ONLY: Final = (
    "This server only shows: cohorts can be looked at and exported, not made or removed."
)


def everyone_line(name: str) -> str:
    r"""Say that a view does not read the selected cohort.

    >>> print(everyone_line("late_movers"))
    Cohort **late\_movers** is selected; this view shows everyone.
    """
    return f"Cohort {strong(name)} is selected; this view shows everyone."
