"""What may be told to a product team: statements in plain words, each from one tested comparison.

A statement claims a difference only where its p-value, corrected for all that was looked at, is
small; otherwise it says that none was shown, or is not offered.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ruie_core.figures.numbers import THIN, count, number, percent, signed
from ruie_core.figures.rows import Record
from ruie_core.reporting.finding import (
    Family,
    Finding,
    ndcg_evidence,
    pair,
    people,
    points,
    times,
    within,
)
from ruie_core.reporting.text import escape, strong

_RIVALS = {"popularity": "popularity", "scenario-popularity": "popularity within the scenario"}


def about_everyone(looked: pd.DataFrame, k: int) -> list[Finding]:
    """Return the statements about everyone, in the order in which they are told.

    Args:
        looked: ``frames.findings.looked_at``.
        k: cut-off of NDCG.
    """
    family = Family(looked)
    made = (
        _skill(family, k), *_scenarios(family, k), _flow(family), _misread(family), _gate(family),
        _promise(family), _slope(family),
    )  # fmt: skip
    return [finding for finding in made if finding is not None]


def _skill(family: Family, k: int) -> Finding | None:
    row = family.whole("ndcg")
    if row is None:
        return None
    other = _RIVALS.get(str(row["label"]), str(row["label"]))
    if not row["told"]:
        said = f"No difference between the model and {other} is shown"
    elif row["value"] > 0:
        said = f"The model ranks what comes next better than {other} does"
    else:
        said = f"{other.capitalize()} ranks what comes next better than the model does"
    return Finding(
        "skill", "Model against popularity", said, ndcg_evidence(family, row, k, other),
        "shown" if row["told"] else "open", "scenarios",
        "Both rank the same held-out events, and every item of the catalogue; the model is not "
        "told which scenario comes next.",
    )  # fmt: skip


def _scenarios(family: Family, k: int) -> Iterator[Finding | None]:
    cells = family.parts("ndcg")
    if len(cells) < 2:
        return
    for key, row in (
        ("best", max(cells, key=lambda row: row["value"])),
        ("worst", min(cells, key=lambda row: row["value"])),
    ):
        other = _RIVALS.get(str(row["label"]), str(row["label"]))
        name = strong(row["scenario"])
        order = "largest" if key == "best" else "smallest"
        yield Finding(
            key, "Where it gains most" if key == "best" else "Where it gains least",
            _gain(key, row, name, other), ndcg_evidence(family, row, k, other),
            "shown" if row["told"] else "open", "scenarios",
            f"The {order} gain of {count(len(cells))} scenarios with 30 held-out events or more; "
            "that it differs from the others is not tested. Smaller scenarios are not claimed.",
            scenario=str(row["scenario"]),
        )  # fmt: skip


def _gain(key: str, row: Record, name: str, other: str) -> str:
    if not row["told"]:
        some = "Even in" if key == "best" else "In"
        return f"{some} {name} no gain over {other} is shown"
    if row["value"] < 0:
        return f"In {name} {other} does better than the model"
    if key == "best":
        return f"In {name} the model gains most over {other}"
    return f"Even in {name}, where it gains least, the model beats {other}"


def _flow(family: Family) -> Finding | None:
    rows = family.rows("lift")
    if not rows:
        return None
    told = family.told("lift")
    # The end of the interval that is nearer to no difference: large counts before large ratios.
    more = max(told, key=lambda row: row["low"], default=None)
    fewer = min(told, key=lambda row: row["high"], default=None)
    row = more if more is not None and more["value"] > 0 else fewer
    title = "The most surprising move"
    if row is None:
        most = max(rows, key=lambda row: abs(row["value"]))
        return Finding(
            "flow", title,
            "No move between scenarios is shown to be more or less common than its base rate",
            f"Largest of {count(len(rows))}: {pair(most)}, {times(most)}, "
            f"{people(most, 'move')}, {family.tail(most)}",
            "open", "transitions", scenario=str(most["scenario"]), to=str(most["to"]),
        )  # fmt: skip
    often = f"{number(np.exp(row['value']), 1)} times as often"
    said = (
        f"After {strong(row['scenario'])} people go to {strong(row['to'])} {often} as the base rate"
    )
    missed = _expected(family, row)
    return Finding(
        "flow", title, said,
        f"{percent(row['first'], 1)} of {count(row['n_of'])} events that leave it, base rate "
        f"{percent(row['second'], 1)}: {times(row)}, {people(row, 'move')}, {family.tail(row)}"
        f"{missed}",
        "shown", "transitions",
        "Chosen for being unusual out of all moves between scenarios, so the true ratio is likely "
        "somewhat nearer to 1.", scenario=str(row["scenario"]), to=str(row["to"]),
    )  # fmt: skip


def _expected(family: Family, row: Record) -> str:
    """Say what the model expected of the same move."""
    for other in family.rows("misread"):
        if (other["scenario"], other["to"]) == (row["scenario"], row["to"]):
            judged = "" if other["told"] else ", which the correction does not uphold"
            return f"; the model expects {percent(other['first'], 1)}: {points(other)}{judged}"
    return ""


def _misread(family: Family) -> Finding | None:
    rows, told = family.rows("misread"), family.told("misread")
    if not rows:
        return None
    title = "What the model misreads"
    if not told:
        most = max(rows, key=lambda row: abs(row["value"]) * row["n_of"])
        return Finding(
            "misread", title, "No misreading of the next scenario by the model is shown",
            f"Largest of {count(len(rows))} pairs: {pair(most)}, {points(most)}, "
            f"n = {count(most['n_of'])} events of {count(most['n_users'])} users, "
            f"{family.tail(most)}",
            "open", "transitions", scenario=str(most["scenario"]), to=str(most["to"]),
        )  # fmt: skip
    row = max(told, key=lambda row: abs(row["value"]) * row["n_of"])
    often = "more often than it happens" if row["value"] > 0 else "less often than it happens"
    what = f"another event in {strong(row['to'])}" if row["scenario"] == row["to"] else pair(row)
    return Finding(
        "misread", title, f"The model expects {what} {often}",
        f"It expects {percent(row['first'], 1)}, {percent(row['second'], 1)} happen: "
        f"{points(row)}, n = {count(row['n_of'])} events after {escape(row['scenario'])} of "
        f"{count(row['n_users'])} users, {family.tail(row)}",
        "shown", "transitions",
        f"Concerns the most events of the {count(len(told))} pairs of {count(len(rows))} that it "
        "misreads.", scenario=str(row["scenario"]), to=str(row["to"]),
    )  # fmt: skip


def _gate(family: Family) -> Finding | None:
    rows, told = family.rows("gate"), family.told("gate")
    if not rows:
        return None
    row = max(told or rows, key=lambda row: abs(np.log(max(row["value"], 1e-9))))
    name = strong(row["scenario"])
    if not told:
        said = "No scenario is shown to train the model more or less than its traffic"
    else:
        more = "more" if row["value"] > 1 else "less"
        said = f"The gate lets {name} train the model {more} than its traffic would"
    lead = "" if told else f"Farthest of {count(len(rows))}: {name}, "
    return Finding(
        "gate", "What the gate does", said,
        f"{lead}{percent(row['first'], 1)} of gate mass on {percent(row['second'], 1)} of traffic: "
        f"×{THIN}{number(row['value'])} ({within(row, 2)}), {people(row)}, {family.tail(row)}",
        "shown" if told else "open", "gate", scenario=str(row["scenario"]),
    )  # fmt: skip


def _held(row: Record) -> str:
    if not row["n_of"]:
        return "All of these events were trained on: no return of a held-out one is finished."
    return f"{count(row['n_of'])} of these events are held out, the others were trained on."


def _promise(family: Family) -> Finding | None:
    row = family.whole("promise")
    if row is None:
        return None
    more = "more" if row["value"] > 0 else "less"
    said = f"Q promises {more} than comes" if row["told"] else "On average Q promises what comes"
    known = f"; {signed(100 * row['value'] / row['second'], 1)}{THIN}%" if row["second"] else ""
    return Finding(
        "promise", "Is Q what comes?", said if row["told"] else f"{said}: no difference is shown",
        f"Mean Q {number(row['first'], 3)}, realised {number(row['second'], 3)} reward units: "
        f"{signed(row['value'], 3)} ({within(row)}{known}), {people(row)}, {family.tail(row)}",
        "shown" if row["told"] else "open", "gate", _held(row),
    )  # fmt: skip


def _slope(family: Family) -> Finding | None:
    row = family.whole("slope")
    if row is None:
        return None
    if not row["told"]:
        said = "No relation between a higher Q and a higher return is shown"
    elif row["value"] < 0:
        said = "Where Q is higher, less comes"
    else:
        exact = "about as much as it promises"
        if row["low"] > 1:
            exact = "and more than it promises"
        elif row["high"] < 1:
            exact = "but less than it promises"
        said = f"Where Q is higher, more comes, {exact}"
    spread = percent(row["first"], 1) if row["first"] is not None else "–"
    return Finding(
        "slope", "Does Q tell events apart?", said,
        f"One more unit of Q comes with {number(row['value'])} units of return "
        f"({within(row, 2)}; 1 is exact), {people(row)}, {family.tail(row)}",
        "shown" if row["told"] else "open", "gate",
        f"A statement about averages: Q accounts for {spread} of the spread of returns between "
        f"events. {_held(row)}",
    )  # fmt: skip
