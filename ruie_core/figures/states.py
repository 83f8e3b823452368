"""The map of user states, and over it the way that one person went."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.legible import ramp
from ruie_core.figures.maps import (
    Trace,
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
from ruie_core.figures.numbers import count, number, plain
from ruie_core.figures.theme import LIGHT, Theme, gate_scale, scenario_colors, translucent

STATE_COLORS = ("scenario", "gate")
"""What the colour of a state can mean."""


def state_map(
    points: pd.DataFrame,
    scenarios: Sequence[str],
    *,
    color: str = "scenario",
    density: pd.DataFrame | None = None,
    faded: bool = True,
    theme: Theme = LIGHT,
) -> go.Figure:
    """Draw user states by their place in model space.

    Args:
        points: ``x, y, scenario, gate`` of the states to draw.
        scenarios: the run's scenarios by code.
        color: what the colour means.
        density: ``x, y, n`` of all states, for the ground.
        faded: pale the points, because a path will lie over them.
        theme: colours of the ground.

    Raises:
        UserError: the colour is unknown.

    Example:
        >>> points = pd.DataFrame({"x": [0.0, 1], "y": [0.0, 1], "scenario": ["feed"] * 2,
        ...     "gate": [None, 0.5]})
        >>> path = points.assign(t=[1, 2], item_id=["a", "b"], title=[None, "B"])
        >>> figure = mark_path(state_map(points, ["feed"]), path, ["feed"])
        >>> [trace.name for trace in figure.data]
        ['feed', 'path']
    """
    known_color(color, STATE_COLORS)
    ground = density is not None and len(density) > 3
    traces = [density_ground(density, theme)] if density is not None and ground else []
    opacity = 0.28 if faded else 0.6
    if color == "gate":
        return lay_map([*traces, _gates(points, opacity + 0.3, theme)], [], theme)
    colors, groups = scenario_colors(scenarios), points["scenario"].astype(str)
    traces += grouped_points(points, groups, colors, opacity=opacity)
    return lay_map(traces, group_labels(points, groups, colors, theme), theme)


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
        figure: ``state_map``; it stays as it is.
        path: ``t, x, y, scenario, gate, item_id, title`` of the person's states, in order.
        scenarios: the run's scenarios by code.
        selected: the event to ring.
        theme: colours of the ground.
    """
    if path.empty:
        return figure
    chosen = path[path["t"] == (-1 if selected is None else selected)]
    traces = [_way(path, scenario_colors(scenarios), theme), *_ring(chosen, theme)]
    return over(figure, traces, _arrows(path, theme), _numbers(path, selected, theme))


def stations(path: pd.DataFrame, most: int = 6) -> list[int]:
    """Return the events that are numbered on the map: evenly spread, first and last among them.

    >>> stations(pd.DataFrame({"t": range(1, 12)}), most=3)
    [1, 6, 11]
    """
    places = np.linspace(0, len(path) - 1, min(most, len(path))).round().astype(int)
    return [int(t) for t in path["t"].to_numpy()[places]]


def _gates(points: pd.DataFrame, opacity: float, theme: Theme) -> Trace:
    known = points[points["gate"].notna()]
    marker = {
        "color": known["gate"].to_numpy(), "colorscale": gate_scale(theme), "cmin": 0, "cmax": 1,
        "size": point_size(len(points)), "opacity": opacity,
        "colorbar": {
            "title": {"text": "gate", "side": "right"}, "thickness": 8, "len": 0.5,
            "outlinewidth": 0, "tickvals": [0, 0.5, 1],
        },
    }  # fmt: skip
    return gl(known["x"], known["y"], "gate", marker=marker)


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
    said = spoken(pd.Series(text), path["t"])
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
