"""Statements about two runs on the same data: which ranks better, and where they differ most."""

import pandas as pd

from ruie_core.analysis.frames.findings import ALL
from ruie_core.figures.rows import Record
from ruie_core.reporting.finding import Family, Finding, ndcg_evidence
from ruie_core.reporting.sides import Names
from ruie_core.reporting.text import strong
from ruie_core.reporting.two_runs import trainings_note


def about_run(
    looked: pd.DataFrame, k: int, names: Names, trainings: tuple[int, int], *, same: bool
) -> list[Finding]:
    """Return the statements about a run and another.

    Args:
        looked: ``frames.findings_run.looked_at``.
        k: cut-off of NDCG.
        names: of both runs.
        trainings: of either that count.
        same: they are trainings of one model.
    """
    of = (names, trainings, trainings_note(*trainings, names, same=same))
    family = Family(looked)
    row = family.whole("run-ndcg")
    if row is None:
        return []
    said = f"No difference between {names.first} and {names.second} is shown"
    if row["told"]:
        said = f"{_upper(names.first)} ranks what comes next {_better(row)} than {names.second}"
    made = [_finding(family, row, "run", "Which run ranks better?", said, k, *of)]
    told = [each for each in family.parts("run-ndcg") if each["told"]]
    if told:
        most = max(told, key=lambda each: abs(each["value"]))
        said = f"{_upper(names.first)} and {names.second} differ most in {strong(most['scenario'])}"
        said += f", where {names.first} ranks {_better(most)}"
        title = "Where the runs differ most"
        made.append(_finding(family, most, "run-scenario", title, said, k, *of))
    return made


def _finding(
    family: Family,
    row: Record,
    key: str,
    title: str,
    said: str,
    k: int,
    names: Names,
    trainings: tuple[int, int],
    note: str,
) -> Finding:
    own, its = trainings
    counted = f"means of {own} and {its} trainings" if own > 1 else "one training each"
    return Finding(
        key, title, said, f"{ndcg_evidence(family, row, k, names.second)}; {counted}",
        "shown" if row["told"] else "open", "compare",
        f"The same held-out events, next scenario not given. {note}",
        scenario=None if row["scenario"] == ALL else str(row["scenario"]),
        run=names.second_plain,
    )  # fmt: skip


def _better(row: Record) -> str:
    return "better" if row["value"] > 0 else "worse"


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]
