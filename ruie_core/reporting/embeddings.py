"""What the maps show, in plain words with their numbers."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ruie_core.analysis.frames.embeddings import NEAREST
from ruie_core.figures.numbers import count, number, percent, short
from ruie_core.reporting.glossary import explained
from ruie_core.reporting.text import escape, plural, strong

MAP_HELP = (
    f"{explained('Embedding', 'UMAP')}  \n"
    "A group is named on "
    "the map only where it is the majority; the legend names all, and a click there hides "
    "one."
)
STATES_HELP = f"{explained('State', 'UMAP')}  \nThe ground is everybody, the arrows are one person."

_TRAITS = {"category": "a category", "scenario": "the same most frequent scenario"}


def agreement_line(agreement: pd.DataFrame) -> str:
    """Answer what the model holds to be alike: how often neighbours share a trait beside chance.

    The category speaks where there is one, else the scenario; no interval over 1 is claimed
    without one: whether the interval leaves chance out is said in words.
    """
    if agreement.empty:
        return "No item has neighbours in model space, so nothing can be said about likeness."
    row = agreement.iloc[0]
    share, chance = float(row["share"]), float(row["chance"])
    figures = (
        f"{percent(share, 1)} of the {NEAREST} nearest items (95 % interval "
        f"{percent(float(row['low']), 1)} to {percent(float(row['high']), 1)}, "
        f"{count(row['items'])} {plural(int(row['items']), 'item')}) against "
        f"{percent(chance, 1)} of random pairs"
    )
    trait = _TRAITS[str(row["trait"])]
    if not np.isfinite(row["low"]) or not chance > 0:
        return f"There are too few items to say whether neighbours share {trait}: {figures}."
    if row["low"] > chance:
        times = share / chance
        often = f"{number(times, 1)} times as often as" if times >= 1.05 else "slightly more than"
    else:
        often = "less often than" if row["high"] < chance else "no more often than"
    return f"Items that the model holds to be alike share {trait} {often} chance: {figures}."


def further_agreement(agreement: pd.DataFrame) -> str:
    """Say the same of the scenario where the category came first; empty otherwise."""
    if len(agreement) < 2:
        return ""
    row = agreement.iloc[1]
    return (
        f"For the most frequent scenario it is {percent(float(row['share']), 1)} against "
        f"{percent(float(row['chance']), 1)}."
    )


ITEM_READING = (
    "Reading: near means alike to the model; the axes have no unit, and distances between far-off "
    "groups mean little. "
)
STATE_READING = (
    "Reading: a state is what the model knows of a person after an event. The arrows run from "
    "light (early) to strong (late), the numbers are events. "
)


def nearest_title(near: pd.DataFrame) -> str:
    """Head the table of nearest items."""
    first = near.iloc[0]
    name = first["item_id"] if pd.isna(first["title"]) else first["title"]
    return f"Nearest to {strong(name)}"


def nearest_line(near: pd.DataFrame) -> str:
    """Say what an item is and how many of its nearest share its category."""
    first, others = near.iloc[0], near.iloc[1:]
    if others.empty:
        return (
            "It has no neighbours in the tables: they hold the most frequent items only. "
            "Choose a more frequent item."
        )
    n = len(others)
    events = f"{count(first['count'])} {plural(int(first['count']), 'event')}"
    if pd.isna(first["category"]):
        same = int((others["scenario"] == first["scenario"]).sum())
        return (
            f"{events}, no category; {same} of its {n} nearest are most frequent in the same "
            "scenario."
        )
    same = int((others["category"] == first["category"]).sum())
    return (
        f"{events} in {strong(first['category'])}; {same} of its {n} nearest share that category."
    )


def nearest_rows(near: pd.DataFrame) -> pd.DataFrame:
    """Lay the nearest items out as a table to read: ``item``, ``category``, ``cosine``."""
    others = near.iloc[1:]
    return pd.DataFrame(
        {
            "item": [short(name, 24) for name in others["title"].fillna(others["item_id"])],
            "category": [short(name, 14) for name in others["category"].fillna("")],
            "cosine": [number(float(value)) for value in others["cosine"]],
        }
    ).reset_index(drop=True)


def found_rows(found: pd.DataFrame) -> pd.DataFrame:
    """Lay the found items out as a table to click: ``item``, ``category``, ``events``."""
    return pd.DataFrame(
        {
            "item": [short(name, 24) for name in found["title"].fillna(found["item_id"])],
            "category": [short(name, 14) for name in found["category"].fillna("")],
            "events": [count(n) for n in found["count"]],
        }
    )


def found_line(found: pd.DataFrame, text: str) -> str:
    """Say how many items a search found, and which of them is looked at."""
    if found.empty:
        return f"No title holds “{escape(text)}” and no item has that id: try fewer letters."
    matches = int(found["matches"].iloc[0])
    if matches == 1:
        return f"One item matches “{escape(text)}”."
    ringed = "all ringed" if matches <= len(found) else f"the {len(found)} most frequent ringed"
    return (
        f"{count(matches)} items match “{escape(text)}”, {ringed}; click one, on the map or in the "
        "list, to look at it."
    )


def walk_line(path: pd.DataFrame, who: str, drawn: pd.DataFrame) -> str:
    """Say in one sentence where a person's states begin and end.

    Args:
        path: the person's states on the map, in order.
        who: the person as a title.
        drawn: those of them in the picture.
    """
    if path.empty:
        return f"{who} has no state on this map: it holds a sample of users. Choose another user."
    if len(path) == 1:
        return (
            f"{who} has one state on the map, after an event in {strong(path['scenario'].iloc[0])}."
        )
    first, last = drawn.iloc[0], drawn.iloc[-1]
    step = np.hypot(np.diff(drawn["x"]), np.diff(drawn["y"]))
    text = f"{who} walked from {strong(first['scenario'])} (event {count(first['t'])}) to "
    text += f"{strong(last['scenario'])} (event {count(last['t'])})"
    if len(step) >= 5 and np.median(step) > 0:
        far = int(step.argmax())
        text += (
            f"; the longest stride on the map, {number(float(step[far] / np.median(step)), 1)} "
            f"times the median one, is the step to event {count(drawn['t'].iloc[far + 1])}"
        )
    return text + "."


def station_rows(path: pd.DataFrame, stations: Sequence[int]) -> pd.DataFrame:
    """Lay the numbered events of a path out as a table: ``event``, ``scenario``, ``item``."""
    chosen = path[path["t"].isin(stations)]
    return pd.DataFrame(
        {
            "event": [count(t) for t in chosen["t"]],
            "scenario": [short(name, 15) for name in chosen["scenario"]],
            "item": [short(name, 22) for name in chosen["title"].fillna(chosen["item_id"])],
        }
    )
