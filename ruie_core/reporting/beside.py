"""The words of what each model would have ranked first for one event, against what came."""

import pandas as pd

from ruie_core.analysis.frames.beside import POPULARITY
from ruie_core.figures.numbers import count, short
from ruie_core.figures.rows import records
from ruie_core.reporting.text import escape, listed, strong

_PROBLEMS = {
    "user": "does not know this user",
    "event": "has another event here",
    "step": "this step was not ranked",
}
_LETTERS = 26
"""Letters of a name in the table, at most."""


def choice_rows(choices: pd.DataFrame) -> pd.DataFrame:
    """Lay ``first_choices`` out to be read: ``model``, ``what came``, ``first choice``.

    >>> frame = pd.DataFrame([{"model": "a", "item_id": "i1", "title": "Wok", "rank": 12},
    ...     {"model": "b", "problem": "user"}], columns=["model", "item_id", "title", "category",
    ...     "rank", "items", "split", "problem"])
    >>> choice_rows(frame).values.tolist()
    [['a', '12', 'Wok'], ['b', '–', 'does not know this user']]
    """
    rows = [
        {
            "model": short(row["model"], 16),
            "what came": "–" if row["rank"] is None else count(row["rank"]),
            "first choice": _choice(row),
        }
        for row in records(choices)
    ]
    return pd.DataFrame(rows, columns=["model", "what came", "first choice"])


def _choice(row: dict[str, object]) -> str:
    if row["problem"] is not None:
        return _PROBLEMS[str(row["problem"])]
    return short(row["item_id"] if row["title"] is None else row["title"], _LETTERS)


def choice_line(choices: pd.DataFrame, t: int, n: int) -> str:
    """Say in one sentence who came nearest to what came, and on what ground."""
    if t > n:
        return "Nothing has come yet: these are what each would show next."
    known = [row for row in records(choices) if row["rank"] is not None]
    items = max((row["items"] for row in known if row["items"] is not None), default=None)
    if not known or items is None:
        return "What came was not ranked at this step."
    best = min(row["rank"] for row in known)
    nearest = [strong(row["model"]) for row in known if row["rank"] == best]
    among = f"of {count(items)} items"
    who = f"{listed(nearest)} put what came highest, at {count(best)} {among}"
    if len(known) == 1:
        who = f"{nearest[0]} put what came at {count(best)} {among}"
    return f"{who}{_ground(choices)}."


def _ground(choices: pd.DataFrame) -> str:
    splits = {row["split"] for row in records(choices) if row["split"] is not None}
    if splits == {"train"}:
        return "; a training step, which all have seen (in-sample)"
    if "train" in splits:
        seen = [
            escape(row["model"])
            for row in records(choices)
            if row["split"] == "train" and row["model"] != POPULARITY
        ]
        return f"; {listed(seen)} was trained on this step, the others were not" if seen else ""
    return "; one held-out event, so a rank and not yet a comparison of models"


CHOICE_HELP = (
    "What each run would have ranked first for this event, before it came, and the rank that it "
    "gave to what came, ties counted against it. Popularity knows only how often each item "
    "occurs in training. Choose a run under “Compare with” to see it here."
)
"""What the table shows, for a help mark."""
