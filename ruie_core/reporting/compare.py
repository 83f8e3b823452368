"""Sentences of the Compare view: two people, two runs, two periods."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ruie_core.figures.numbers import count, number, percent
from ruie_core.figures.rows import records
from ruie_core.reporting.sides import Names, compared, ndcg, whole
from ruie_core.reporting.text import listed, plural, strong
from ruie_core.reporting.user import Figure
from ruie_core.reporting.walk import Walk

COMPARISONS = {
    "users": "Two users",
    "cohort": "A cohort and the rest",
    "runs": "Two checkpoints",
    "periods": "Two periods",
}
"""What can be compared, as it is called in the control."""

REFERENCES = {"compare_cohort": "rest", "compare_periods": "first period"}
"""What transitions are compared with, by comparison."""

NO_CLOCK = (
    "This log has an order of events but no clock, so the periods are parts of everybody’s events."
)


def parting(first: Walk, second: Walk) -> int | None:
    """Return the event, from 1, at which two people are first in different scenarios.

    None where the shorter path ends before that.
    """
    shorter = min(first.n, second.n)
    apart = np.flatnonzero(first.scenario[:shorter] != second.scenario[:shorter])
    return int(apart[0]) + 1 if len(apart) else None


def parted(first: Walk, second: Walk, names: Names) -> str:
    """Say where the paths of two people part.

    Args:
        first: one person's path.
        second: the other's.
        names: of both.
    """
    event = parting(first, second)
    if not first.n or not second.n:
        return f"{names.second if first.n else names.first} has no event in this time."
    if event is None:
        shorter, which = min((first.n, names.first), (second.n, names.second))
        return (
            f"Their first {count(shorter)} {plural(shorter, 'event')} lie in the same scenarios; "
            f"there the path of {which} ends."
        )
    one, two = (strong(path.names[path.scenario[event - 1]]) for path in (first, second))
    if event == 1:
        return f"They begin apart: {names.first} in {one}, {names.second} in {two}."
    before = strong(first.names[first.scenario[event - 2]])
    return (
        f"They part at event {count(event)}: from {before}, {names.first} "
        f"{_goes(first, event, one)}, {names.second} {_goes(second, event, two)}."
    )


def _goes(path: Walk, event: int, name: str) -> str:
    stays = path.scenario[event - 1] == path.scenario[event - 2]
    return "stays there" if stays else f"goes to {name}"


def users_verdict(
    first: Walk, second: Walk, gate: pd.DataFrame, q: pd.DataFrame, names: Names
) -> str:
    """Answer for two people: where they part, and whom the model trusts and expects more of."""
    text = parted(first, second, names)
    told = [
        f"{label} {number(row['value_1'])} against {number(row['value_2'])}"
        for label, row in (("mean gate", whole(gate)), ("mean Q", whole(q)))
        if row is not None and None not in (row["value_1"], row["value_2"])
    ]
    if not told:
        return text
    return f"{text} {listed(told)[0].upper()}{listed(told)[1:]} (reward units)."


def users_figures(
    size: pd.DataFrame,
    gate: pd.DataFrame,
    q: pd.DataFrame,
    ranks: Sequence[pd.DataFrame],
    usual: pd.DataFrame,
    other: str,
) -> list[Figure]:
    """Return the figures of one person with the other's under them.

    Args:
        size: side, events of both.
        gate: contrast of the mean gate.
        q: contrast of the mean taken Q.
        ranks: held-out ranks of either.
        usual: ``frames.user.population``.
        other: what the other person is called, Markdown.
    """
    events = {bool(row["side"]): count(row["events"]) for row in records(size)}
    means = [whole(frame) or {"value_1": None, "value_2": None} for frame in (gate, q)]
    held = [ranks_line(frame) for frame in ranks]
    median = number(float(usual["rank"].iloc[0]), 0)
    told = (
        ("events", events.get(True, "0"), events.get(False, "0"), "", "Positive behaviours."),
        (
            "mean gate", number(means[0]["value_1"]), number(means[0]["value_2"]),
            f"population {number(float(usual['gate'].iloc[0]))}",
            "Gate, 0 to 1: how strongly a behaviour trains the model.",
        ),
        (
            "mean Q", number(means[1]["value_1"]), number(means[1]["value_2"]),
            "of the scenario taken, reward units",
            "Q: expected engagement: discounted reward of the next event and those after it.",
        ),
        (
            "held-out rank", held[0], held[1], f"population median {median}",
            "Place of the item that came, which the model never saw, among all items. One event "
            "gives a rank, not an NDCG.",
        ),
    )  # fmt: skip
    return [
        Figure(label, own, f"{quiet or ' '}  \n**{other}: {its}**", meaning)
        for label, own, its, quiet, meaning in told
    ]


def users_mix(frame: pd.DataFrame, names: Names) -> str:
    """Say how to read the mix of two people.

    Args:
        frame: contrast of the share of events.
        names: of both.
    """
    n = [count(frame[f"n_{side}"].max()) for side in ("1", "2")]
    return (
        f"Full dot: {names.first} (n = {n[0]} events); ring: {names.second} (n = {n[1]}); right: "
        "their difference. Two people say nothing about how people differ: there is no interval."
    )


def paths_reading(window: tuple[int, int], last: int, parting: int | None) -> str:
    """Say how to read the two paths and which events are drawn."""
    whole_path = window[1] >= last
    span = f"Events {count(window[0])} to {count(min(window[1], last))} of {count(last)}"
    shown = f"{span} are drawn (choose others with the range in the User view)"
    if whole_path and window[0] <= 1:
        shown = "All events are drawn"
    mark = "; dashed: where they part" if parting is not None else ""
    return (
        f"{shown}, on the same axes{mark}. Rings on the Q lines: the scenario taken; a darker gate "
        "means that the model trusts this behaviour more. Click an event to select its scenario."
    )


def of_group(name: str) -> str:
    """Say that both periods are of a cohort.

    >>> of_group("Movers")
    'Both periods hold the events of cohort **Movers** only.'
    """
    return f"Both periods hold the events of cohort {strong(name)} only."


def ranks_line(ranks: pd.DataFrame) -> str:
    """Write the held-out ranks of one person: one rank, or the best of several.

    >>> ranks_line(pd.DataFrame({"rank": [12]})), ranks_line(pd.DataFrame({"rank": [12, 3]}))
    ('12', '3 best of 2')
    >>> ranks_line(pd.DataFrame({"rank": []}))
    '–'
    """
    if ranks.empty:
        return "–"
    best = count(int(ranks["rank"].min()))
    return best if len(ranks) == 1 else f"{best} best of {count(len(ranks))}"


def sides_verdict(served: pd.DataFrame, mix: pd.DataFrame, names: Names, k: int) -> str:
    """Answer for two sides of a log: who is better served, and what they do otherwise.

    Args:
        served: contrast of NDCG@k.
        mix: contrast of the share of events.
        names: of both sides.
        k: cut-off.
    """
    row = whole(served)
    if row is None:
        lead = "No held-out event of either side was ranked."
    else:
        lead = f"{compared(row, names, ndcg(k))}."
    gaps = [one for one in records(mix) if one["difference"] is not None]
    if not gaps:
        return lead
    most = max(gaps, key=lambda one: abs(one["difference"]))
    return (
        f"{lead} Their events differ most in {strong(most['scenario'])}: "
        f"{percent(most['value_1'], 1)} for {names.first}, {percent(most['value_2'], 1)} for "
        f"{names.second}."
    )
