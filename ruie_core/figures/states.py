"""The map of user states, and over it the way that one person went."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.legible import ramp
from ruie_core.figures.maps import (
    HEIGHT,
    density_ground,
    frame_map,
    group_labels,
    grouped_points,
    item_name,
    known_color,
    point_size,
    records,
)
from ruie_core.figures.numbers import count, number, plain
from ruie_core.figures.theme import LIGHT, Theme, finish, gate_scale, scenario_colors, translucent

STATE_COLORS = ("scenario", "gate")
"""What the colour of a state can mean."""


def state_map(
    points: pd.DataFrame,
    scenarios: Sequence[str],
    *,
    color: str = "scenario",
    density: pd.DataFrame | None = None,
    path: pd.DataFrame | None = None,
    selected: int | None = None,
    theme: Theme = LIGHT,
) -> go.Figure:
    """Draw user states, and over them one person's path from light (early) to strong (late).

    Args:
        points: ``x, y, scenario, gate`` of the states to draw.
        scenarios: the run's scenarios by code.
        color: what the colour of the ground's points means.
        density: ``x, y, n`` of all states, for the ground.
        path: ``t, x, y, scenario, item_id, title`` of the person's states, in order.
        selected: the event to ring.
        theme: colours of the ground.

    Example:
        >>> points = pd.DataFrame({"x": [0.0, 1], "y": [0.0, 1], "scenario": ["feed"] * 2,
        ...     "gate": [None, 0.5]})
        >>> path = points.assign(t=[1, 2], item_id=["a", "b"], title=[None, "B"])
        >>> [trace.name for trace in state_map(points, ["feed"], path=path).data]
        ['feed', 'path']
    """
    known_color(color, STATE_COLORS)
    figure = go.Figure()
    if density is not None and len(density) > 3:
        figure.add_trace(density_ground(density, theme))
    faded = 0.28 if path is not None and len(path) else 0.6
    colors = scenario_colors(scenarios)
    if color == "gate":
        figure.add_trace(_gates(points, faded + 0.3, theme))
    else:
        groups = points["scenario"].astype(str)
        figure.add_traces(grouped_points(points, groups, colors, opacity=faded))
        figure.update_layout(annotations=group_labels(points, groups, colors, theme))
    if path is not None and len(path):
        figure.add_trace(_stations(path, colors, theme))
        _walked(figure, path, selected, theme)
    return finish(frame_map(figure, theme), theme, HEIGHT)


def stations(path: pd.DataFrame, most: int = 6) -> list[int]:
    """Return the events that are numbered on the map: evenly spread, first and last among them.

    >>> stations(pd.DataFrame({"t": range(1, 12)}), most=3)
    [1, 6, 11]
    """
    places = np.linspace(0, len(path) - 1, min(most, len(path))).round().astype(int)
    return [int(t) for t in path["t"].to_numpy()[places]]


def _gates(points: pd.DataFrame, opacity: float, theme: Theme) -> go.Scattergl:
    known = points[points["gate"].notna()]
    return go.Scattergl(
        x=known["x"], y=known["y"], mode="markers", name="gate", showlegend=False,
        hoverinfo="skip",
        marker={
            "color": known["gate"], "colorscale": gate_scale(theme), "cmin": 0, "cmax": 1,
            "size": point_size(len(points)), "opacity": opacity,
            "colorbar": {
                "title": {"text": "gate", "side": "right"}, "thickness": 8, "len": 0.5,
                "outlinewidth": 0, "tickvals": [0, 0.5, 1],
            },
        },
    )  # fmt: skip


def _stations(path: pd.DataFrame, colors: dict[str, str], theme: Theme) -> go.Scattergl:
    text = [
        f"<b>after event {count(row['t'])}</b><br>{item_name(row)}<br>{plain(row['scenario'])}"
        + ("" if pd.isna(row["gate"]) else f" · gate {number(float(row['gate']))}")
        for row in records(path)
    ]
    return go.Scattergl(
        x=path["x"], y=path["y"], mode="markers", name="path", showlegend=False, text=text,
        customdata=path["t"].tolist(), hovertemplate="%{text}<extra></extra>",
        marker={
            "color": [colors.get(str(name), theme.faint) for name in path["scenario"]],
            "size": 8, "line": {"color": theme.text, "width": 1}, "opacity": 1,
        },
        selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}},
    )  # fmt: skip


def _walked(figure: go.Figure, path: pd.DataFrame, selected: int | None, theme: Theme) -> None:
    """Draw an arrow per step, its colour running with time, and number a few events."""
    x, y, t = (path[name].to_numpy() for name in ("x", "y", "t"))
    arrows = [
        {
            "x": x[k + 1], "y": y[k + 1], "ax": x[k], "ay": y[k], "xref": "x", "yref": "y",
            "axref": "x", "ayref": "y", "text": "", "showarrow": True, "arrowhead": 2,
            "arrowsize": 0.9, "arrowwidth": 1.5, "arrowcolor": color, "standoff": 4,
            "startstandoff": 4,
        }
        for k, color in enumerate(ramp(theme.faint, theme.text, max(1, len(t) - 1)))
        if k + 1 < len(t)
    ]  # fmt: skip
    named = {int(k) for k in np.flatnonzero(np.isin(t, stations(path)))}
    chosen = np.flatnonzero(t == (-1 if selected is None else selected))
    numbers = [
        {
            "x": x[k], "y": y[k], "text": f"<b>{count(t[k])}</b>", "showarrow": False,
            "yshift": 12, "font": {"size": 12, "color": theme.text},
            "bgcolor": translucent(theme.ground, 0.75), "borderpad": 0,
        }
        for k in sorted(named | {int(k) for k in chosen})
    ]  # fmt: skip
    figure.layout.annotations = [*arrows, *figure.layout.annotations, *numbers]
    for k in chosen:
        figure.add_trace(
            go.Scattergl(
                x=[x[k]], y=[y[k]], mode="markers", hoverinfo="skip", showlegend=False,
                name="selected", marker={
                    "symbol": "circle-open", "size": 19, "color": theme.accent,
                    "line": {"width": 3},
                },
            )
        )  # fmt: skip
