"""Statements about a cohort against all others, and one person's path as an illustration."""

import pandas as pd

from ruie_core.analysis.behaviour.conditions import Behaviour, Change, Mostly, Move, Taken
from ruie_core.figures.numbers import count, number, percent, signed
from ruie_core.figures.rows import Record
from ruie_core.reporting.finding import (
    Family,
    Finding,
    ndcg_evidence,
    pair,
    people,
    times,
    within,
)
from ruie_core.reporting.path import summary
from ruie_core.reporting.text import plural, strong
from ruie_core.reporting.user import person
from ruie_core.reporting.walk import Walk

_BY_CONSTRUCTION = {
    "cohort-ndcg": "its ranks",
    "cohort-move": "where it goes",
    "cohort-gate": "its gates, or Q, which the gate may follow",
}


def about_cohort(
    looked: pd.DataFrame, k: int, identity: str, name: str, users: int, behaviour: Behaviour | None
) -> list[Finding]:
    """Return the statements about a cohort.

    Args:
        looked: ``frames.findings_cohort.looked_at``.
        k: cut-off of NDCG.
        identity: the cohort's id.
        name: the cohort's name.
        users: how many they are.
        behaviour: what they were chosen by; none: they were listed.
    """
    family = Family(looked)
    who = strong(name)
    made = []
    for key, row, said, evidence, view in (
        *_served(family, who, k), *_moves(family, who), *_trusted(family, who)
    ):  # fmt: skip
        made.append(
            Finding(
                key, _TITLES[key], said, evidence, "shown" if row["told"] else "open", view,
                _note(key, users, behaviour),
                scenario=None if view == "gate" else _named(row["scenario"]), to=row["to"],
                cohort=identity,
            )
        )  # fmt: skip
    return made


_TITLES = {
    "cohort-ndcg": "Is the cohort served as well?",
    "cohort-move": "How the cohort moves",
    "cohort-gate": "Is the cohort trusted as much?",
}

_Made = tuple[str, Record, str, str, str]


def _named(scenario: object) -> str | None:
    return None if scenario in (None, "all") else str(scenario)


def _served(family: Family, who: str, k: int) -> list[_Made]:
    row = family.whole("cohort-ndcg")
    if row is None:
        return []
    said = f"No difference in how well the model serves {who} and the rest is shown"
    if row["told"]:
        better = "better" if row["value"] > 0 else "worse"
        said = f"The model ranks what comes next {better} for {who} than for the rest"
    return [("cohort-ndcg", row, said, ndcg_evidence(family, row, k, "the rest"), "scenarios")]


def _moves(family: Family, who: str) -> list[_Made]:
    rows, told = family.rows("cohort-move"), family.told("cohort-move")
    if not rows:
        return []
    # The move that concerns the most events beyond what the rest's shares would give.
    row = max(told or rows, key=lambda row: abs(row["n"] - row["n_of"] * row["second"]))
    said = f"No single move of {who} is shown to differ from the rest"
    if told:
        often = "more often" if row["value"] > 0 else "less often"
        did = f"stays in {strong(row['to'])}" if row["scenario"] == row["to"] else (
            f"goes from {strong(row['scenario'])} to {strong(row['to'])}"
        )  # fmt: skip
        said = f"{who} {did} {often} than the rest"
    lead = pair(row) if told else f"Largest of {count(len(rows))}: {pair(row)}"
    evidence = (
        f"{lead} in {percent(row['first'], 1)} of {count(row['n_of'])} events, the rest in "
        f"{percent(row['second'], 1)}: {times(row)}, {people(row, 'move')}, {family.tail(row)}"
    )
    return [("cohort-move", row, said, evidence, "transitions")]


def _trusted(family: Family, who: str) -> list[_Made]:
    row = family.whole("cohort-gate")
    if row is None:
        return []
    said = f"No difference in how strongly {who} and the rest train the model is shown"
    if row["told"]:
        more = "more" if row["value"] > 0 else "less"
        said = f"The gate lets an event of {who} train the model {more} than one of the rest"
    evidence = (
        f"Mean gate {number(row['first'], 3)} against {number(row['second'], 3)}: "
        f"{signed(row['value'], 3)} ({within(row)}), {people(row)}, {family.tail(row)}"
    )
    return [("cohort-gate", row, said, evidence, "gate")]


def _note(key: str, users: int, behaviour: Behaviour | None) -> str:
    text = f"The cohort holds {count(users)} {plural(users, 'user')}."
    if behaviour is not None and any(_bears_on(key, each) for each in behaviour.conditions):
        text += (
            f" It was chosen by {_BY_CONSTRUCTION[key]}, so part of the difference is by "
            "construction."
        )
    return text


def _bears_on(key: str, condition: object) -> bool:
    """Tell whether a cohort that is chosen by the condition differs by construction."""
    measure = getattr(condition, "measure", None)
    if key == "cohort-ndcg":
        return measure in {"rank", "ndcg", "held_out_rank"}
    if key == "cohort-gate":
        return isinstance(condition, Change) or measure in {"gate", "q", "p", "rank"}
    if isinstance(condition, Move | Taken | Mostly):
        return True
    return measure in {"switches", "scenarios", "p"}


def about_person(path: Walk, user_id: str) -> Finding | None:
    """Return one person's path as an illustration; none where there is no path yet."""
    if path.n < 2:
        return None
    return Finding(
        "person", f"One person: {person(user_id)}", summary(path),
        f"n = 1 person, {count(path.n)} events: an illustration, from which nothing follows for "
        "others",
        "person", "user", user=user_id,
    )  # fmt: skip
