"""Sentences about cohorts."""

from ruie_core.reporting.text import strong


def everyone_line(name: str) -> str:
    r"""Say that a view does not read the selected cohort.

    >>> print(everyone_line("late_movers"))
    Cohort **late\_movers** is selected; this view shows everyone.
    """
    return f"Cohort {strong(name)} is selected; this view shows everyone."
