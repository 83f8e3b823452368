"""The map of items, with what lies near one of them."""

from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.hover import spoken
from ruie_core.figures.maps import Trace, gl, item_name, over, records
from ruie_core.figures.numbers import number
from ruie_core.figures.theme import LIGHT, Theme, translucent

MOST_CARDS: Final = 20_000
"""Points that the cursor can tell all about."""


def mark_items(
    figure: go.Figure,
    *,
    found: pd.DataFrame | None = None,
    near: pd.DataFrame | None = None,
    theme: Theme = LIGHT,
) -> go.Figure:
    """Return the map with rings and with lines to what lies near an item in model space.

    Args:
        figure: a map of items; it stays as it is.
        found: items to ring, with the columns of the map's points.
        near: an item (``position`` 0) and its nearest, to be joined by lines.
        theme: colours of the ground.

    Example:
        >>> items = pd.DataFrame(
        ...     {
        ...         "position": [0, 1], "item": [4, 7], "item_id": ["a", "b"], "x": [0.0, 1.0],
        ...         "y": [0.0, 2.0], "title": ["Jazz", None], "category": [None, None],
        ...         "scenario": ["feed", "feed"], "count": [9, 3],
        ...     }
        ... )
        >>> bare = go.Figure()
        >>> marked = mark_items(bare, found=items, near=items)
        >>> [trace.name for trace in marked.data], len(marked.data[1].x), len(bare.data)
        (['found', 'nearest', 'near'], 3, 0)
    """
    traces: list[Trace] = []
    notes: list[Trace] = []
    if found is not None and len(found):
        traces.append(_rings(found.dropna(subset=["x", "y"]), theme))
    if near is not None:
        placed = near.dropna(subset=["x", "y"])
        if len(placed) and placed["position"].iloc[0] == 0:
            traces += _joined(placed, theme)
            notes.append(_named(placed, theme))
    return over(figure, traces, [], notes)


def cards(points: pd.DataFrame) -> pd.DataFrame:
    """Return what the cursor says about each item, in its parts (``hover.spoken``).

    Of more than 20,000 it says the name alone: the text of all others would outweigh the points.

    >>> one = pd.DataFrame({"item_id": ["a"], "title": ["R&B"], "category": [None],
    ...     "scenario": ["feed"], "count": [1234], "gate": [0.5]})
    >>> cards(one).iloc[0].to_dict()
    {'title': 'R&amp;B', 'id': 'a', 'category': '', 'scenario': 'feed', 'count': 1234, 'gate': 0.5}
    """
    title = safe(points["title"].fillna(points["item_id"]), 48)
    if len(points) > MOST_CARDS:
        return pd.DataFrame({"name": title})
    category = safe(points["category"].fillna(""), 30)
    parts = {
        "title": title,
        "id": safe(points["item_id"], 40),
        "category": category.where(category == "", category + " · "),
        "scenario": safe(points["scenario"].fillna("no scenario"), 30),
        "count": points["count"],
    }
    if "gate" in points.columns:
        if points["gate"].notna().all():
            parts["gate"] = points["gate"].astype("float64")
        else:
            parts["some gates"] = gates(points["gate"], " · mean gate ")
    if "member" in points.columns and points["member"].any():
        met = points["member"].map({True: "<br>met by the cohort", False: ""})
        parts["member"] = met.astype("str")
    return pd.DataFrame(parts)


def gates(column: "pd.Series[Any]", word: str) -> "pd.Series[Any]":
    """Write gates behind a word; nothing where there is none.

    >>> gates(pd.Series([0.123, None]), "gate ").tolist()
    ['gate 0.12', '']
    """
    rounded = column.astype("float64").round(2)
    written = {value: f"{word}{number(value)}" for value in rounded.dropna().unique()}
    return rounded.map(written).fillna("").astype("str")


def safe(column: "pd.Series[Any]", limit: int) -> "pd.Series[Any]":
    """Cut and escape a column of text, as ``short`` and ``plain`` do."""
    text = column.astype("str")
    text = text.where(text.str.len() <= limit, text.str.slice(0, limit - 1) + "…")
    for sign, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.str.replace(sign, escaped, regex=False)
    return text


def _rings(found: pd.DataFrame, theme: Theme) -> Trace:
    ring = {
        "symbol": "circle-open", "size": 11, "color": theme.text, "line": {"width": 1.6},
    }  # fmt: skip
    said = spoken(cards(found), found["item"])
    return gl(found["x"], found["y"], "found", marker=ring) | said


def _joined(near: pd.DataFrame, theme: Theme) -> list[Trace]:
    """Draw lines from an item to its nearest ones, and all of them as points."""
    others = near.iloc[1:]
    x, y = (
        np.column_stack(
            [np.full(len(others), near[axis].iloc[0]), others[axis], np.full(len(others), np.nan)]
        ).ravel()
        for axis in ("x", "y")
    )
    pen = {"color": theme.text, "width": 1}
    marker = {
        "color": [theme.accent] + [theme.ground] * len(others),
        "size": [13] + [8] * len(others), "line": {"color": theme.text, "width": 1.4},
    }  # fmt: skip
    said = spoken(cards(near), near["item"])
    return [
        gl(x, y, "nearest", mode="lines", line=pen),
        gl(near["x"], near["y"], "near", marker=marker) | said,
    ]


def _named(near: pd.DataFrame, theme: Theme) -> Trace:
    return {
        "x": near["x"].iloc[0], "y": near["y"].iloc[0], "yshift": 17, "showarrow": False,
        "text": f"<b>{item_name(records(near)[0], 30)}</b>", "borderpad": 2,
        "font": {"size": 13, "color": theme.text}, "bgcolor": translucent(theme.ground, 0.85),
    }  # fmt: skip


def around(near: pd.DataFrame) -> list[float]:
    """Return x0, x1, y0, y1 around an item and its nearest; empty where none is on the map."""
    placed = near.dropna(subset=["x", "y"])
    if placed.empty:
        return []
    ends = [(float(placed[axis].min()), float(placed[axis].max())) for axis in ("x", "y")]
    half = 0.6 * max(*(high - low for low, high in ends), 0.5)
    return [(low + high) / 2 + sign * half for low, high in ends for sign in (-1, 1)]
