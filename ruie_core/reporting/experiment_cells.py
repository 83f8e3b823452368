"""Cells and lines of Markdown tables of experiments."""

from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from ruie_core.figures.numbers import count, number, p_value
from ruie_core.reporting.text import plural

Writer = Callable[[pd.Series], str]
"""A row of the summary → the text of a cell."""
Written = tuple[str, pd.DataFrame]
"""A table and the rows of the summary that it shows."""


def share(row: pd.Series, digits: int = 2) -> str:
    """A fraction with its interval, in percent.

    >>> share(pd.Series({"value": 0.02463, "low": 0.0221, "high": 0.0274}))
    '2.46 [2.21, 2.74]'
    """
    return _with_interval(row, 100, digits)


def plain(row: pd.Series, digits: int = 3) -> str:
    """A number with its interval, in its own unit."""
    return _with_interval(row, 1, digits)


def gap(row: pd.Series) -> str:
    """A difference of fractions in percentage points, with interval and adjusted p-value.

    >>> gap(pd.Series({"value": 0.001, "low": -0.001, "high": 0.003, "p_holm": 0.4}))
    '0.10 [−0.10, 0.30], p = 0.40'
    """
    told = "" if pd.isna(row["p_holm"]) else f", {p_value(row['p_holm'])}"
    return share(row) + told


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a Markdown table.

    >>> print(table(["model", "NDCG"], [["a", "1"]]))
    | model | NDCG |
    |---|---|
    | a | 1 |
    """
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        f"|{'|'.join(line)}|" if at == 1 else f"| {' | '.join(line)} |"
        for at, line in enumerate(lines)
    )


def one(frame: pd.DataFrame, **columns: object) -> pd.Series | None:
    """The only row with these values; none if there is none.

    Raises:
        ValueError: several rows fit.
    """
    for name, value in columns.items():
        frame = frame[frame[name] == value]
    if len(frame) > 1:
        raise ValueError(f"{len(frame)} rows fit {columns}")
    return frame.iloc[0] if len(frame) else None


def cell(row: pd.Series | None, write: Writer) -> str:
    """What ``write`` makes of a row; a dash without one."""
    return "–" if row is None else write(row)


def footer(rows: pd.DataFrame, runs: pd.DataFrame) -> str:
    """The line under every table: n, seeds, commits and commands.

    Args:
        rows: of the summary, those in the table.
        runs: trials of these experiments; a counted model has no parameters.
    """
    seeds = sorted({int(seed) for seed in runs["seed"]})
    commits = sorted({str(commit)[:10] for commit in runs["commit"]})
    commands = sorted({one for text in rows["command"] for one in str(text).split("; ")})
    counted = set(runs.loc[~(runs["parameters"] > 0), "variant"])  # they have no chance in them
    fewest = rows.loc[~rows["variant"].isin(counted), "seeds"].min()
    few = f" (fewest {fewest})" if fewest < len(seeds) else ""
    return (
        f"n = {_span(rows['n_users'])} users, {_span(rows['n_events'])} events; brackets: 95 %, "
        "users and seeds; p: two-sided, after Holm; "
        f"{plural(len(seeds), 'seed')} {_runs_of(seeds)}{few}; "
        f"{plural(len(commits), 'commit')} {', '.join(commits)}; "
        + ", ".join(f"`{command}`" for command in commands)
        + "."
    )


def _with_interval(row: pd.Series, factor: float, digits: int) -> str:
    value = number(factor * row["value"], digits)
    if pd.isna(row["low"]):
        return value
    low, high = (number(factor * row[end], digits) for end in ("low", "high"))
    return f"{value} [{low}, {high}]"


def _span(values: pd.Series) -> str:
    low, high = count(values.min()), count(values.max())
    return low if low == high else f"{low} to {high}"


def _runs_of(numbers: Sequence[int]) -> str:
    """Shorten runs of whole numbers: 1, 2, 3, 7 → 1–3, 7."""
    text, start = [], 0
    for at in range(1, len(numbers) + 1):
        if at == len(numbers) or numbers[at] != numbers[at - 1] + 1:
            first, last = numbers[start], numbers[at - 1]
            text.append(str(first) if first == last else f"{first}–{last}")
            start = at
    return ", ".join(text)
