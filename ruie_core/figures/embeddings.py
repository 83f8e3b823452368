"""The map of items, with what lies near one of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.maps import (
    Trace,
    category_colors,
    category_groups,
    density_ground,
    gl,
    group_labels,
    grouped_points,
    item_name,
    known_color,
    lay_map,
    over,
    point_size,
    records,
    spoken,
)
from ruie_core.figures.numbers import count
from ruie_core.figures.theme import LIGHT, Theme, scenario_colors, translucent

ITEM_COLORS = ("category", "scenario", "popularity")
"""What the colour of an item can mean."""


def item_map(
    points: pd.DataFrame,
    scenarios: Sequence[str],
    *,
    color: str = "scenario",
    density: pd.DataFrame | None = None,
    theme: Theme = LIGHT,
) -> go.Figure:
    """Draw items by their place in model space.

    Args:
        points: ``item, item_id, title, category, scenario, count, x, y``.
        scenarios: the run's scenarios by code.
        color: what the colour means.
        density: ``x, y, n`` of all items, for the ground; None leaves it bare.
        theme: colours of the ground.

    Raises:
        UserError: the colour is unknown.

    Example:
        >>> points = pd.DataFrame({
        ...     "item": [1, 2], "item_id": ["a", "b"], "title": ["A", None], "x": [0.0, 1.0],
        ...     "category": ["x", None], "scenario": ["feed", "feed"], "count": [9, 1],
        ...     "y": [0.0, 1.0]})
        >>> [trace.name for trace in item_map(points, ["feed", "search"]).data]
        ['feed']
    """
    known_color(color, ITEM_COLORS)
    ground = density is not None and len(density) > 3
    traces = [density_ground(density, theme)] if density is not None and ground else []
    text = cards(points)
    if color == "popularity":
        return lay_map([*traces, _popularity(points, text, theme)], [], theme)
    groups, colors = _groups(points, color, scenarios, theme)
    traces += grouped_points(points, groups, colors, opacity=0.7, text=text, ids=points["item"])
    return lay_map(traces, group_labels(points, groups, colors, theme), theme)


def mark_items(
    figure: go.Figure,
    *,
    found: pd.DataFrame | None = None,
    near: pd.DataFrame | None = None,
    zoomed: bool = False,
    theme: Theme = LIGHT,
) -> go.Figure:
    """Return the map with rings and with lines to what lies near an item in model space.

    Args:
        figure: ``item_map``; it stays as it is.
        found: items to ring, with the columns of the map's points.
        near: an item (``position`` 0) and its nearest, to be joined by lines.
        zoomed: show only the surroundings of ``near``.
        theme: colours of the ground.
    """
    traces: list[Trace] = []
    notes: list[Trace] = []
    box = None
    if found is not None and len(found):
        traces.append(_rings(found.dropna(subset=["x", "y"]), theme))
    if near is not None:
        placed = near.dropna(subset=["x", "y"])
        if len(placed) and placed["position"].iloc[0] == 0:
            traces += _joined(placed, theme)
            notes.append(_named(placed, theme))
            box = _around(placed) if zoomed else None
    return over(figure, traces, [], notes, box)


def _groups(
    points: pd.DataFrame, color: str, scenarios: Sequence[str], theme: Theme
) -> tuple["pd.Series[Any]", dict[str, str]]:
    if color == "category":
        groups, order = category_groups(points["category"])
        return groups, {name: category_colors(order, theme)[name] for name in order}
    return points["scenario"].astype(str), scenario_colors(scenarios)


def cards(points: pd.DataFrame) -> "pd.Series[Any]":
    """Return what the cursor says about each item; column-wise, since there are many.

    >>> from ruie_core.figures.numbers import THIN
    >>> one = pd.DataFrame({"item_id": ["a"], "title": ["R&B"], "category": [None],
    ...     "scenario": ["feed"], "count": [1234]})
    >>> print(cards(one)[0].replace(THIN, "_"))
    <b>R&amp;B</b> (a)<br>mostly in feed<br>events: 1_234
    """
    title = _safe(points["title"].fillna(points["item_id"]), 48)
    category = _safe(points["category"].fillna(""), 30)
    category = category.where(category == "", category + " · ")
    scenario = _safe(points["scenario"].fillna("no scenario"), 30)
    ids = _safe(points["item_id"], 40)
    written = {n: count(n) for n in points["count"].unique()}
    counts = points["count"].map(written).astype("str")
    head = "<b>" + title + "</b> (" + ids + ")<br>"
    return head + category + "mostly in " + scenario + "<br>events: " + counts


def _safe(column: "pd.Series[Any]", limit: int) -> "pd.Series[Any]":
    """Cut and escape a column of text, as ``short`` and ``plain`` do."""
    text = column.astype("str")
    text = text.where(text.str.len() <= limit, text.str.slice(0, limit - 1) + "…")
    for sign, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.str.replace(sign, escaped, regex=False)
    return text


def _popularity(points: pd.DataFrame, text: "pd.Series[Any]", theme: Theme) -> Trace:
    ordered = points.sort_values("count", kind="stable")  # the frequent ones lie on top
    scale = [[place, color] for place, color in theme.sequential]
    scale[0][1] = theme.line
    top = max(1.0, float(np.log10(max(1, ordered["count"].max())))) if len(ordered) else 1.0
    ticks = list(range(int(top) + 1))
    marker = {
        "color": np.log10(ordered["count"].clip(lower=1)).to_numpy(), "colorscale": scale,
        "cmin": 0, "cmax": top, "size": point_size(len(points)), "opacity": 0.85,
        "colorbar": {
            "title": {"text": "events (log scale)", "side": "right"}, "thickness": 8,
            "len": 0.5, "outlinewidth": 0, "tickvals": ticks,
            "ticktext": [count(10**tick) for tick in ticks],
        },
    }  # fmt: skip
    said = spoken(text.loc[ordered.index], ordered["item"])
    return gl(ordered["x"], ordered["y"], "items", marker=marker) | said


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


def _around(near: pd.DataFrame) -> list[float]:
    middle = [(near[axis].min() + near[axis].max()) / 2 for axis in ("x", "y")]
    half = 0.6 * max(near["x"].max() - near["x"].min(), near["y"].max() - near["y"].min(), 0.5)
    return [middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half]
