"""A statement, the family of comparisons that it comes from, and how both are written down."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from ruie_core.analysis.frames.findings import ALL
from ruie_core.figures.numbers import THIN, count, interval, number, signed
from ruie_core.figures.rows import Record, records
from ruie_core.reporting.text import plural, strong

Standing = Literal["shown", "open", "person"]
"""A difference is shown; none is shown; one person's path, which shows nothing about others."""

STANDINGS: Final[dict[str, str]] = {
    "shown": "shown",
    "open": "no difference shown",
    "person": "one person, an illustration",
}


@dataclass(frozen=True)
class Finding:
    """A statement with what it rests on; all texts are Markdown, names from the data escaped.

    Attributes:
        key: names it in lists; with cohort, user and other run it is unique in a run.
        title: what it is about, in a few words.
        sentence: the statement.
        evidence: effect, interval, n, corrected p-value.
        standing: whether a difference is claimed.
        view: module of the view that shows it.
        note: what has to be known beside it, or empty.
        scenario: the scenario that it is about, for the link to its view.
        to: of a move, the scenario it leads to.
        cohort: id of the cohort that it is about.
        user: id of the person that it is about.
        run: name of the run that this one is compared with.
    """

    key: str
    title: str
    sentence: str
    evidence: str
    standing: Standing
    view: str
    note: str = ""
    scenario: str | None = None
    to: str | None = None
    cohort: str | None = None
    user: str | None = None
    run: str | None = None

    @property
    def identity(self) -> tuple[str | None, ...]:
        """What a list names it by."""
        return self.key, self.cohort, self.user, self.run


class Family:
    """The comparisons that were looked at together: rows by kind, and how many were corrected."""

    def __init__(self, looked: pd.DataFrame) -> None:
        """Keep the rows of ``analysis.evidence.tested``."""
        self._rows = records(looked)
        self.size = int(looked["p"].notna().sum())

    def rows(self, kind: str) -> list[Record]:
        """Return the comparisons of a kind."""
        return [row for row in self._rows if row["kind"] == kind]

    def told(self, kind: str) -> list[Record]:
        """Return those of them that may be claimed."""
        return [row for row in self.rows(kind) if row["told"]]

    def whole(self, kind: str) -> Record | None:
        """Return the comparison over all scenarios."""
        return next((row for row in self.rows(kind) if row["scenario"] == ALL), None)

    def parts(self, kind: str) -> list[Record]:
        """Return the comparisons of single scenarios."""
        whole = self.whole(kind)
        return [row for row in self.rows(kind) if row is not whole]

    def tail(self, row: Record) -> str:
        """Write how sure a comparison is: its p-value after Holm over the family."""
        if row["p_holm"] is None:
            return "no interval, so nothing is claimed"
        p = row["p_holm"]
        told = "p < 0.001" if p < 0.001 else f"p = {number(p, 3 if p < 0.1 else 2)}"
        return f"{told} after Holm over {count(self.size)} comparisons"


def within(row: Record, digits: int = 3, scale: float = 1.0) -> str:
    """Write the 95 % interval of a comparison in brackets."""
    if row["low"] is None:
        return "no interval"
    return f"95{THIN}% {interval(scale * row['low'], scale * row['high'], digits)}"


def people(row: Record, noun: str = "event") -> str:
    """Write n: events and users."""
    events = f"{count(row['n'])} {plural(int(row['n']), noun)}"
    return f"n = {events} of {count(row['n_users'])} {plural(int(row['n_users']), 'user')}"


def ndcg_evidence(family: Family, row: Record, k: int, other: str) -> str:
    """Write a difference of NDCG with all that it rests on."""
    return (
        f"NDCG@{k} {number(row['first'], 3)} against {number(row['second'], 3)} for {other}: "
        f"{signed(row['value'], 3)} ({within(row)}), {people(row, 'held-out event')}, "
        f"{family.tail(row)}"
    )


def times(row: Record) -> str:
    """Write a log-ratio and its interval as how many times as often."""
    spread = within(row)
    if row["low"] is not None:
        spread = f"95{THIN}% {interval(np.exp(row['low']), np.exp(row['high']), 2)}"
    return f"×{THIN}{number(np.exp(row['value']), 2)} ({spread})"


def points(row: Record) -> str:
    """Write a difference of shares in percentage points with its interval."""
    return f"{signed(100 * row['value'], 1)} points ({within(row, 1, 100)})"


def pair(row: Record) -> str:
    """Write a move."""
    return f"{strong(row['scenario'])} → {strong(row['to'])}"
