"""The map of user states, and over it the way that one person went."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.embeddings import MOST_CARDS, gates, safe
from ruie_core.figures.hover import spoken
from ruie_core.figures.legible import ramp
from ruie_core.figures.maps import Trace, gl, item_name, over, records
from ruie_core.figures.numbers import count, number, plain
from ruie_core.figures.theme import LIGHT, Theme, scenario_colors, translucent


def mark_path(
    figure: go.Figure,
    path: pd.DataFrame,
    scenarios: Sequence[str],
    *,
    selected: int | None = None,
    theme: Theme = LIGHT,
) -> go.Figure:
    """Return the map with one person's path over it, from light (early) to strong (late).

    Args:
        figure: a map of states; it stays as it is.
        path: ``id, t, x, y, scenario, gate, item_id, title`` of the person's states, in order.
        scenarios: the run's scenarios by code.
        selected: the event to ring.
        theme: colours of the ground.

    Example:
        >>> path = pd.DataFrame(
        ...     {
        ...         "id": [0, 1, 2], "t": [1, 2, 3], "x": [0.0, 1.0, 1.0], "y": [0.0, 0.0, 2.0],
        ...         "scenario": ["feed", "search", "feed"], "gate": [0.5, 0.2, None],
        ...         "item_id": ["a", "b", "c"], "title": [None, None, None],
        ...     }
        ... )
        >>> walked = mark_path(go.Figure(), path, ["feed", "search"], selected=2)
        >>> [trace.name for trace in walked.data], [float(x) for x in walked.data[1].x]
        (['path', 'selected'], [1.0])
        >>> sum(note.showarrow for note in walked.layout.annotations)  # a step less than events
        2
    """
    if path.empty:
        return figure
    chosen = path[path["t"] == (-1 if selected is None else selected)]
    traces = [_way(path, scenario_colors(scenarios), theme), *_ring(chosen, theme)]
    return over(figure, traces, _arrows(path, theme), _numbers(path, selected, theme))


def state_cards(points: pd.DataFrame) -> "pd.Series[Any]":
    """Return what the cursor says about each state; of very many, whose and when alone.

    >>> one = pd.DataFrame({"user_id": ["u<1>"], "t": [3], "scenario": ["feed"], "gate": [0.5]})
    >>> state_cards(one)[0]
    '<b>User u&lt;1&gt;</b> after event 3<br>feed · gate 0.50'
    """
    head = "User " + safe(points["user_id"], 40) + " after event " + points["t"].astype("str")
    if len(points) > MOST_CARDS:
        return head
    head = "<b>" + head.str.replace(" after event", "</b> after event", regex=False)
    return head + "<br>" + safe(points["scenario"], 30) + gates(points["gate"], " · gate ")


def stations(path: pd.DataFrame, most: int = 6) -> list[int]:
    """Return the events that are numbered on the map: evenly spread, first and last among them.

    >>> stations(pd.DataFrame({"t": range(1, 12)}), most=3)
    [1, 6, 11]
    """
    places = np.linspace(0, len(path) - 1, min(most, len(path))).round().astype(int)
    return [int(t) for t in path["t"].to_numpy()[places]]


def _way(path: pd.DataFrame, colors: dict[str, str], theme: Theme) -> Trace:
    """Draw the person's states as points that can be asked and clicked."""
    text = [
        f"<b>after event {count(row['t'])}</b><br>{item_name(row)}<br>{plain(row['scenario'])}"
        + ("" if pd.isna(row["gate"]) else f" · gate {number(float(row['gate']))}")
        for row in records(path)
    ]
    marker = {
        "color": [colors.get(str(name), theme.faint) for name in path["scenario"]],
        "size": 8, "line": {"color": theme.text, "width": 1}, "opacity": 1,
    }  # fmt: skip
    said = spoken(pd.Series(text), path["id"])
    return gl(path["x"], path["y"], "path", marker=marker) | said


def _ring(chosen: pd.DataFrame, theme: Theme) -> list[Trace]:
    if chosen.empty:
        return []
    ring = {
        "symbol": "circle-open", "size": 19, "color": theme.accent, "line": {"width": 3},
    }  # fmt: skip
    return [gl(chosen["x"], chosen["y"], "selected", marker=ring)]


def _arrows(path: pd.DataFrame, theme: Theme) -> list[Trace]:
    """Draw an arrow per step, its colour running with time."""
    x, y = path["x"].tolist(), path["y"].tolist()
    steps = len(x) - 1
    look = {
        "xref": "x", "yref": "y", "axref": "x", "ayref": "y", "text": "", "showarrow": True,
        "arrowhead": 2, "arrowsize": 0.9, "arrowwidth": 1.5, "standoff": 4, "startstandoff": 4,
    }  # fmt: skip
    return [
        look | {"x": x[k + 1], "y": y[k + 1], "ax": x[k], "ay": y[k], "arrowcolor": color}
        for k, color in enumerate(ramp(theme.faint, theme.text, steps) if steps else [])
    ]


def _numbers(path: pd.DataFrame, selected: int | None, theme: Theme) -> list[Trace]:
    """Number the stations and the selected event."""
    named = path[path["t"].isin([*stations(path), -1 if selected is None else selected])]
    look = {
        "showarrow": False, "yshift": 12, "font": {"size": 12, "color": theme.text},
        "bgcolor": translucent(theme.ground, 0.75), "borderpad": 0,
    }  # fmt: skip
    return [
        look | {"x": row["x"], "y": row["y"], "text": f"<b>{count(row['t'])}</b>"}
        for row in records(named)
    ]
