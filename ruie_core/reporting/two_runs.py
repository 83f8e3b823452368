"""Sentences of two runs on the same data: which serves people better, and what changed in it."""

from collections.abc import Sequence

import pandas as pd

from ruie_core.figures.numbers import THIN, count, number, percent, short
from ruie_core.figures.rows import Record, records
from ruie_core.reporting.sides import Names, beyond_chance, compared, furthest, gap, ndcg, whole
from ruie_core.reporting.text import few, listed, strong

NEIGHBORS_HELP = (
    "The nearest items by cosine of the item embeddings, in the model's full width. Overlap: how "
    "many of an item's nearest are the same in both runs."
)
SHORT_REQUESTS = {"unknown": "not given", "known": "given"}
"""The two kinds of request, where there is little room: is the next scenario given?"""
REQUESTS = {"unknown": "next scenario not given", "known": "next scenario given"}

TRAININGS_HELP = (
    "A training is one run with one seed. Runs with the same data and settings but other seeds lie "
    "beside these two; counted together, they show what is the model's and what is chance in "
    "training. Up to five of either count."
)

EACH_ONE = (
    "Either run is one training: the intervals are over people, and another seed of either may "
    "differ by as much."
)
ONE_TRAINING = (
    f"{EACH_ONE} Train both with other seeds (`--train.seed 2`) and this view counts them all."
)
"""Where there are no other trainings of both."""
ONE_OF_SEVERAL = f"{EACH_ONE} Choose *all trainings* to count the others."
"""Where there are, and only two are looked at."""
SAME_MODEL = (
    "They are two trainings of one model, alike but for their seed: what lies between them is "
    "chance in training, not a merit of either."
)


def runs_verdict(
    frame: pd.DataFrame, names: Names, k: int, head: Sequence[str] = (), note: str = ONE_TRAINING
) -> str:
    """Answer for two runs: by which model are people better served, and where.

    Args:
        frame: as from ``frames.paired.paired_ndcg``.
        names: of both runs.
        k: cut-off.
        head: names of the head scenarios.
        note: what ends the answer where either side is one training.
    """
    if frame.empty:
        return (
            "The two runs held out no event in common, so nothing can be paired: train both with "
            "the same split."
        )
    request = frame["request_scenario"].iloc[0]
    own = frame[frame["request_scenario"] == request]
    row = whole(own)
    if row is None:
        return "No held-out event was ranked by both runs."
    side = "no better than"
    if beyond_chance(row):
        side = "better than" if row["difference"] > 0 else "worse than"
    lead = f"{names.first} is {side} {names.second} on the same events"
    said = compared(row, names, ndcg(k))
    counts = trainings(row)
    if counts is not None:
        lead = f"over {_trainings_of(counts, names)}, {lead}"
        reach = " and ".join(_reach(row[f"each_{side}"], k) for side in ("1", "2"))
        note = f"Single trainings reach {reach}: intervals are over people and trainings."
    parts = (
        f"{said}.", _tail(own, k, head), furthest(own, names, ndcg(k)), _asked_else(frame, k), note
    )  # fmt: skip
    told = " ".join(part for part in parts if part)
    return f"{lead[0].upper()}{lead[1:]} ({REQUESTS[request]}). {told}"


def trainings(row: Record) -> tuple[int, int] | None:
    """Return how many trainings either side is the mean of; none where each is one."""
    counts = len(row.get("each_1", ())), len(row.get("each_2", ()))
    return counts if min(counts) > 1 else None


def _trainings_of(counts: tuple[int, int], names: Names) -> str:
    own, its = counts
    if own == its:
        return f"{own} trainings of each"
    return f"{own} trainings of {names.first} and {its} of {names.second}"


def _reach(each: Sequence[float], k: int) -> str:
    unit = ndcg(k)
    return f"{unit.value(min(each))} to {unit.value(max(each))}"


def _asked_else(frame: pd.DataFrame, k: int) -> str:
    """Say how far the runs lie apart under the other kind of request, where there is one."""
    request = frame["request_scenario"]
    row = whole(frame[request != request.iloc[0]])
    if row is None:
        return ""
    other = REQUESTS[str(row["request_scenario"])]
    return f"With the {other}: {gap(row, ndcg(k))}."


def _tail(own: pd.DataFrame, k: int, head: Sequence[str]) -> str:
    """Say how far the runs lie apart in the tail scenarios, where there is a tail."""
    row = next((row for row in records(own) if row["group"] == "tail"), None)
    if row is None or not head:
        return ""
    return (
        f"In the tail, every scenario but {listed(few(head))}: {gap(row, ndcg(k))}, "
        f"n = {count(row['n_1'])}."
    )


def only_those(names: Names) -> str:
    """Say that only some events are looked at.

    Args:
        names: the first side is what is looked at.
    """
    return (
        f"Charts and people: only events of {names.first}. Nearest items and settings are of the "
        "whole runs."
    )


def trainings_note(own: int, its: int, names: Names, *, same: bool) -> str:
    """Say what a statement about two runs has to be read with.

    Args:
        own: trainings of this run that count.
        its: of the other.
        names: of both runs.
        same: they are trainings of one model.
    """
    if same:
        return SAME_MODEL
    if min(own, its) < 2:
        return EACH_ONE
    return (
        f"Means over {_trainings_of((own, its), names)}; intervals are over people and trainings."
    )


def trainings_line(own: int, its: int, names: Names) -> str:
    """Say what the parts of the view that are of two trainings are of, and what the others are.

    Args:
        own: trainings of this run that the answer and the charts count.
        its: of the other.
        names: of both runs.
    """
    return (
        f"Answer and charts: {_trainings_of((own, its), names)}, alike but for their seed. People, "
        "nearest items and settings: the two that are named."
    )


def pairs_reading(held: Record, frame: pd.DataFrame, names: Names) -> str:
    """Say which events are paired and how.

    Args:
        held: own, other, paired, of all events.
        frame: contrast of what is drawn.
        names: of both runs.
    """
    row = whole(frame)
    n = 0 if row is None else row["n_1"]
    text = (
        f"The same {count(n)} held-out events, ranked by either; lines: 95{THIN}% intervals, users "
        "resampled 1,000 times, the difference paired."
    )
    if row is not None and trainings(row) is not None:
        text = (
            f"The same {count(n)} held-out events, ranked by every training; full dot and ring: "
            f"means; strokes: single trainings; lines: 95{THIN}% intervals over users (resampled "
            "1,000 times) and trainings, the difference paired by user."
        )
    if held["paired"] < max(held["own"], held["other"]):
        text += (
            f" {names.first[0].upper()}{names.first[1:]} held out {count(held['own'])} events, "
            f"{names.second} {count(held['other'])}; the others are in one run only."
        )
    return text


def moved_line(row: Record, k: int, single: bool) -> str:
    """Say for how many users one run ranks better.

    Args:
        row: up, down, same.
        k: cut-off.
        single: every user has one held-out event.
    """
    total = row["up"] + row["down"] + row["same"]
    text = (
        f"NDCG@{k} is higher for {count(row['up'])} users, lower for {count(row['down'])}, the "
        f"same for {count(row['same'])}, of {count(total)}. Click a row to look at the person."
    )
    if single:
        text += " One held-out event each: read the ranks, not the NDCG."
    return text


def user_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay a page of users out to be read: user, main scenario, n, ranks, change."""
    return pd.DataFrame(
        {
            "user": frame["user_id"].astype(str),
            "mostly in": [short(name, 24) for name in frame["scenario"]],
            "n": [count(n) for n in frame["n"]],
            "rank": [count(rank) for rank in frame["rank_1"]],
            "other": [count(rank) for rank in frame["rank_2"]],
            "NDCG": [_signed(gap) for gap in frame["difference"]],
        }
    )


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{number(value, 3)}"


def item_rows(frame: pd.DataFrame, k: int) -> pd.DataFrame:
    """Lay a page of items out to be read: item, category, events, how many of k are the same."""
    titles = [
        short(row["item_id"] if row["title"] is None else row["title"], 34)
        for row in records(frame)
    ]
    return pd.DataFrame(
        {
            "item": titles,
            "category": ["" if row["category"] is None else row["category"]
                         for row in records(frame)],
            "events": [count(n) for n in frame["count"]],
            f"same of {k}": [count(n) for n in frame["common"]],
        }
    )  # fmt: skip


def overlap_line(row: Record, k: int) -> str:
    """Say how alike the items' nearest are in both runs.

    Args:
        row: items, mean, none.
        k: how many nearest.
    """
    if not row["items"]:
        return "Neither run has neighbours of the same items."
    return (
        f"Of an item's {k} nearest, {number(k * row['mean'], 1)} are the same in both runs on "
        f"average (n = {count(row['items'])} items); {percent(row['none'])} share none. Those that "
        "changed most first; click a row to select the item."
    )


def settings_line(frame: pd.DataFrame) -> str:
    """Say how many settings differ."""
    if frame.empty:
        return "Both runs have the same settings."
    one = strong(frame["setting"].iloc[0])
    if len(frame) == 1:
        return f"One setting differs: {one}."
    return f"{count(len(frame))} settings differ, {one} among them."


def page_line(page: int, size: int, of: int) -> str:
    """Say which rows a page shows.

    >>> page_line(1, 10, 23), page_line(0, 10, 0)
    ('11 to 20 of 23', 'none')
    """
    if not of:
        return "none"
    return f"{count(page * size + 1)} to {count(min(of, (page + 1) * size))} of {count(of)}"
