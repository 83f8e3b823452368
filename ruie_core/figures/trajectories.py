"""How groups moved over the map of states: mean places joined by arrows, each with its ellipse."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.legible import legible
from ruie_core.figures.maps import Trace, density_ground, lay_map
from ruie_core.figures.numbers import count, plain
from ruie_core.figures.rows import Record, records
from ruie_core.figures.theme import LIGHT, Theme, translucent

_CORNERS = 48
_CONTEXT = 0.2
"""Share of the map that is shown at least, so that one sees where on it the places lie."""


def trajectory_map(
    centroids: pd.DataFrame, *, density: pd.DataFrame | None = None, theme: Theme = LIGHT
) -> go.Figure:
    """Draw the mean places of each side, from its first window to its last.

    Args:
        centroids: ``side, window, users, states, x, y, major, minor, angle``, the side in front
            first; where windows are of the calendar also ``start, end``.
        density: ``x, y, n`` of all states, for the ground.
        theme: colours of the ground.

    Example:
        >>> frame = pd.DataFrame({"side": ["everyone"] * 2, "window": [1, 2], "users": [9, 9],
        ...     "states": [18, 20], "x": [0.0, 1.0], "y": [0.0, 0.5], "major": [0.2, 0.3],
        ...     "minor": [0.1, 0.1], "angle": [0.0, 1.0]})
        >>> figure = trajectory_map(frame)
        >>> [trace.name for trace in figure.data], len(figure.layout.annotations)
        (['everyone, 95 % ellipses', 'everyone'], 3)
    """
    sides = list(dict.fromkeys(centroids["side"]))
    colors = side_colors(sides, theme)
    ground = density is not None and len(density) > 3
    traces = [density_ground(density, theme)] if density is not None and ground else []
    notes: list[Trace] = []
    for side in reversed(sides):  # the first lies on top
        rows = records(centroids[centroids["side"] == side])
        traces += _side(rows, side, colors[side], theme)
        notes += [*_arrows(rows, colors[side]), *_numbers(rows, colors[side], theme)]
    figure = lay_map(traces, notes, theme)
    if len(centroids):
        box = surroundings(centroids, density)
        figure.update_layout(
            xaxis={"range": box[:2]}, yaxis={"range": box[2:]}, dragmode="pan", height=480
        )
    return figure


def side_colors(sides: list[str], theme: Theme) -> dict[str, str]:
    """Return the colours of the sides: the first is the app's accent, the second is quiet."""
    return dict(zip(sides, (theme.accent, theme.muted), strict=False))


def surroundings(centroids: pd.DataFrame, density: pd.DataFrame | None = None) -> list[float]:
    """Return x0, x1, y0, y1 that hold every place and its ellipse, and enough of the map around."""
    reach = centroids["major"].astype(float).fillna(0.0)
    box = []
    for axis in ("x", "y"):
        low, high = (centroids[axis] - reach).min(), (centroids[axis] + reach).max()
        least = 0.0 if density is None or density.empty else float(np.ptp(density[axis]))
        half = max(0.62 * (high - low), _CONTEXT * least / 2, 1e-3)
        box += [float((low + high) / 2 - half), float((low + high) / 2 + half)]
    return box


def ellipse(row: Record) -> tuple[list[float], list[float]]:
    """Return the outline of a row's ellipse.

    >>> x, y = ellipse({"x": 1.0, "y": 0.0, "major": 2.0, "minor": 1.0, "angle": np.pi / 2})
    >>> round(max(x), 6), round(max(y), 6)
    (2.0, 2.0)
    """
    turn = np.linspace(0, 2 * np.pi, _CORNERS + 1)
    along, across = row["major"] * np.cos(turn), row["minor"] * np.sin(turn)
    cos, sin = np.cos(row["angle"]), np.sin(row["angle"])
    x = row["x"] + along * cos - across * sin
    y = row["y"] + along * sin + across * cos
    return x.tolist(), y.tolist()


def _side(rows: list[Record], side: str, color: str, theme: Theme) -> list[Trace]:
    x: list[float | None] = []
    y: list[float | None] = []
    for row in rows:
        if row["major"] is not None:
            outline = ellipse(row)
            x, y = [*x, *outline[0], None], [*y, *outline[1], None]
    name = plain(side)
    area = {
        "type": "scatter", "x": x, "y": y, "mode": "lines", "name": f"{name}, 95 % ellipses",
        "fill": "toself", "fillcolor": translucent(color, 0.12), "hoverinfo": "skip",
        "line": {"width": 1, "color": translucent(color, 0.6)}, "showlegend": False,
        "legendgroup": side,
    }  # fmt: skip
    places = {
        "type": "scatter", "x": [row["x"] for row in rows], "y": [row["y"] for row in rows],
        "mode": "markers", "name": name, "legendgroup": side, "showlegend": True,
        "marker": {"size": 11, "color": color, "line": {"width": 1.5, "color": theme.ground}},
        "text": [_said(row, side) for row in rows], "hoverinfo": "text",
        "hovertemplate": "%{text}<extra></extra>",
    }  # fmt: skip
    return [area, places]


def _said(row: Record, side: str) -> str:
    when = f"window {row['window']}"
    if row.get("start") is not None:
        when += f", {row['start']:%d %b %Y} to {row['end']:%d %b %Y}"
    sure = "" if row["major"] is not None else "<br>too few users for an ellipse"
    return (
        f"<b>{plain(side)}</b>, {when}<br>n = {count(row['users'])} users, "
        f"{count(row['states'])} states{sure}"
    )


def _arrows(rows: list[Record], color: str) -> list[dict[str, Any]]:
    look = {
        "xref": "x", "yref": "y", "axref": "x", "ayref": "y", "text": "", "showarrow": True,
        "arrowhead": 2, "arrowsize": 1, "arrowwidth": 2, "standoff": 7, "startstandoff": 7,
        "arrowcolor": color,
    }  # fmt: skip
    return [
        look | {"x": to["x"], "y": to["y"], "ax": start["x"], "ay": start["y"]}
        for start, to in pairwise(rows)
    ]


def _numbers(rows: list[Record], color: str, theme: Theme) -> list[dict[str, Any]]:
    look = {
        "showarrow": False, "yshift": 15, "bgcolor": translucent(theme.ground, 0.75),
        "font": {"size": 13, "color": legible(color, theme)}, "borderpad": 0,
    }  # fmt: skip
    return [
        look | {"x": row["x"], "y": row["y"], "text": f"<b>{row['window']}</b>"} for row in rows
    ]
