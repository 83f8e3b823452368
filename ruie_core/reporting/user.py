"""The words around the storyboard: the figures above it, who matches, what was ranked first."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from ruie_core.analysis.frames.people import Place
from ruie_core.figures.numbers import count, number, percent, short
from ruie_core.reporting.glossary import explained
from ruie_core.reporting.text import escape, plural


def person(user_id: object) -> str:
    r"""Write a user's id as a title; a number gets thin-space thousands.

    >>> print(person("u_17"))
    User u\_17
    """
    text = str(user_id)
    grouped = text.isdecimal() and not text.startswith("0") and len(text) <= 12
    return f"User {count(int(text)) if grouped else escape(text)}"


class Figure(NamedTuple):
    """A personal figure, its quiet reference, and what it means."""

    label: str
    value: str
    reference: str
    meaning: str


def headline(person_row: pd.DataFrame, population_row: pd.DataFrame) -> list[Figure]:
    """Return the five figures above the storyboard.

    Args:
        person_row: ``frames.user.user_row``.
        population_row: ``frames.user.population``.
    """
    row, usual = _record(person_row), _record(population_row)
    share = float(row["share_with_events"])
    events = (
        f"top {percent(max(0.01, math.ceil(100 * share) / 100))} of users"
        if share <= 0.5
        else f"{percent(share)} of users have as many or more"
    )
    return [
        Figure("events", count(row["n_events"]), events, "Positive behaviours in the log."),
        Figure(
            "scenario switches",
            count(row["n_switches"]),
            f"population median {number(usual['switches'], 0)}",
            "How often an event lies in another scenario than the event before it.",
        ),
        _ranking(row, usual),
        Figure(
            "mean gate",
            number(_value(row["gate_mean"])),
            f"population {number(_value(usual['gate']))}",
            explained("Gate"),
        ),
        Figure(
            "reward per event",
            number(_value(row["reward_mean"])),
            f"population {number(_value(usual['reward']))}",
            "Averaged over this person's events, in reward units.",
        ),
    ]


def beside(figures: Sequence[Figure], others: Sequence[Figure], name: str) -> list[Figure]:
    r"""Add another person's figures to the quiet references of the first one's.

    Args:
        figures: ``headline`` of the person.
        others: ``headline`` of the other person.
        name: what the other one is called, in Markdown.

    >>> own = [Figure("events", "64", "top 12 %", "")]
    >>> beside(own, [Figure("events", "31", "top 40 %", "")], "User 7")[0].reference
    'top 12 %  \n**User 7: 31**'
    """
    added = []
    for own, other in zip(figures, others, strict=True):
        # One held-out event gives a rank, several an NDCG: these are not the same figure.
        value = other.value if other.label == own.label else f"{other.label} {other.value}"
        added.append(own._replace(reference=f"{own.reference}  \n**{name}: {value}**"))
    return added


def _ranking(row: Mapping[str, Any], usual: Mapping[str, Any]) -> Figure:
    """A rank for one held-out event; NDCG@10 only where several were held out."""
    held = int(_value(row["n_heldout"]) or 0)
    ndcg = _value(usual["ndcg_10"])
    if held > 1:
        return Figure(
            "NDCG@10",
            number(_value(row["ndcg_10"]), 3),
            f"{count(held)} held-out events; population {number(ndcg, 3)}",
            "Mean over this user's held-out events of 1 / log2(1 + rank), 0 beyond rank 10. "
            "1 would be first place every time.",
        )
    label = "held-out rank"
    meaning = (
        "Place of the item that came last, which the model never saw, among all "
        f"{count(usual['items'])} items. One event gives a rank, not an NDCG."
    )
    rank = _value(row["rank_test"])
    if rank is None:
        return Figure(label, "–", "too few events to hold one out", meaning)
    return Figure(
        label,
        count(rank),
        f"population median {number(_value(usual['rank']), 0)}",
        meaning,
    )


def _record(frame: pd.DataFrame) -> dict[str, Any]:
    return {str(key): value for key, value in frame.iloc[0].items()}


def _value(value: object) -> float | None:
    """Return a number from a table's cell, None where it is missing."""
    return None if pd.isna(value) else float(value)  # type: ignore[call-overload,arg-type]


def match_line(place: Place, matches: int, users: int, cohort: str | None = None) -> str:
    """Say how many users match and where this one stands among them.

    Args:
        place: where the user stands.
        matches: how many match.
        users: how many were asked: the run's, or those of the cohort.
        cohort: name of the cohort that was asked.
    """
    among = "" if cohort is None else f" in cohort {escape(cohort)}"
    if not matches:
        return f"No user matches (of {count(users)}{among})"
    noun = plural(matches, "user")
    verb = "matches" if matches == 1 else "match"
    if place.position is None:
        everybody = f"**{count(matches)}** of {count(users)} {plural(users, 'user')}"
        return f"{everybody}{among} {verb}; not this one"
    if matches == users:
        return f"**{count(place.position)}** of {count(users)} {plural(users, 'user')}{among}"
    position = f"**{count(place.position)} of {count(matches)}**"
    return f"{position} {noun} {verb} (of {count(users)}{among})"


def window_line(first: int, last: int, n: int) -> str:
    """Announce which events are drawn; nothing is cut silently."""
    if (first, last) == (1, n):
        every = {1: "The only event is", 2: "Both events are"}
        return f"{every.get(n, f'All {count(n)} events are')} drawn."
    span = f"Events {count(first)} to {count(last)} of {count(n)}"
    return f"{span} are drawn; move the range to see the others."


STORY_TERMS = (
    "Event", "Q", "Target network", "Gate", "Next-scenario probability", "Rank of what came",
    "Held out", "Category drift", "Session",
)  # fmt: skip
"""The words of the storyboard, as the glossary has them."""


def reading(time_zone: str, pause_hours: float, clickable: bool = True) -> str:
    """Say once how the storyboard is read, and, where it answers, what a click does."""
    click = (
        " Click an event to look at it, Z and a drag zoom, ← → step, P plays." if clickable else ""
    )
    return (
        "Reading: on the Q lines the ring marks the scenario that was taken; the stronger a gate's "
        "colour, the more the model trusts the event; the green band is the top 10. Hollow ranks "
        "are training steps (in-sample), filled ones were held out. Drift above the grey band is "
        "more than the same events in random order show (95 % of them lie inside); dotted: how far "
        "what was ranked first lies from what was watched before. Estimates are from before the "
        f"event; times are {escape(time_zone)}; a session ends after a pause of "
        f"{_hours(pause_hours)}.{click}"
    )


def _hours(hours: float) -> str:
    """Write a pause in words."""
    return f"{hours * 60:.0f} minutes" if hours < 2 else f"{hours:g} hours"


def ranking_title(t: int, n: int) -> str:
    """Head the table of first-ranked items."""
    if t > n:
        return f"**After event {count(n)}:** first ranked for the next"
    return f"**At event {count(t)}:** first ranked, and what came"


def ranking_line(ranking: pd.DataFrame, t: int, n: int) -> str:
    """Say in one sentence what the table of first-ranked items shows."""
    if t <= 1:
        return "Nothing is known before a user's first event, so nothing was ranked."
    if ranking.empty:
        return "This step was not ranked: only a sample of the training steps is."
    if t > n:
        return "A forecast: nothing has come yet."
    came = ranking[ranking["came"]]
    if came.empty:
        return "What came was not ranked at this step."
    rank = int(came["rank"].iloc[0])
    listed_items = int((~ranking["came"]).sum())
    where = "among the first ranked" if rank <= listed_items else "further down"
    return f"What came was ranked {count(rank)}, {where}."


def ranking_rows(ranking: pd.DataFrame) -> pd.DataFrame:
    """Lay the first-ranked items and the one that came out as a table to read.

    A row of dots stands where ranks are left out; an item without a title shows its id.

    >>> came = pd.DataFrame({"rank": [1, 37], "item_id": ["a", "b"], "title": ["A", None],
    ...     "category": ["x", None], "score": [0.5, 0.1], "came": [False, True]})
    >>> ranking_rows(came)[["rank", "item"]].values.tolist()
    [['1', 'A'], ['…', ''], ['37', '▸ b']]
    """
    rows: list[dict[str, object]] = []
    before = 0
    for row in ranking.to_dict("records"):
        if row["came"] and row["rank"] > before + 1 and row["rank"] > len(ranking) - 1:
            rows.append({"rank": "…", "item": "", "category": "", "score": ""})
        name = row["item_id"] if pd.isna(row["title"]) else row["title"]
        rows.append(
            {
                "rank": count(row["rank"]),
                "item": short(f"▸ {name}" if row["came"] else name, 19),
                "category": "" if pd.isna(row["category"]) else short(row["category"], 12),
                "score": number(float(row["score"])),
            }
        )
        before = int(row["rank"])
    return pd.DataFrame(rows, columns=["rank", "item", "category", "score"])
