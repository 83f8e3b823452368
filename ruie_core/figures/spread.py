"""Distributions of two sides over each other, and their calibration curves."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.contrast import sides_key
from ruie_core.figures.gate import gate_strips
from ruie_core.figures.numbers import count, number, percent, plain, short
from ruie_core.figures.panels import axis
from ruie_core.figures.rows import Record, records
from ruie_core.figures.theme import LIGHT, Theme, finish, scenario_colors, translucent


def strips(
    frame: pd.DataFrame,
    centres: pd.DataFrame,
    scenarios: tuple[str, ...],
    names: tuple[str, str],
    selected: str | None = None,
    theme: Theme = LIGHT,
) -> go.Figure:
    """Draw the gates of each scenario: bars for the first side, a line for the second.

    Args:
        frame: scenario, side, left, right, n, share, density.
        centres: scenario, side, n, median, ends.
        scenarios: all scenarios by code.
        names: of both sides, plain.
        selected: scenario that stands out; none: all alike.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({"scenario": "feed", "side": [True, False], "left": 0.25,
        ...                       "right": 0.5, "n": [1, 3], "share": 1.0, "density": 4.0})
        >>> centres = pd.DataFrame({"scenario": "feed", "side": [True, False], "n": [1, 3],
        ...                         "median": 0.3, "ends": 0.0})
        >>> [trace.type for trace in strips(frame, centres, ("feed",), ("a", "b")).data]
        ['bar', 'scatter']
    """
    colors = scenario_colors(scenarios)
    drawn = [name for name in scenarios if (centres["scenario"] == name).any()]
    size = max(1, len(drawn))
    traces: list[Any] = []
    lines, notes = [], [sides_key(*names, ("■", "―"), theme)]
    for place, name in enumerate(drawn, start=1):
        across, up = axis("x", place), f"{axis('y', place)} domain"
        aside = selected is not None and name != selected
        color = theme.faint if aside else colors[name]
        part = frame[frame["scenario"] == name]
        code = scenarios.index(name) + 1
        traces += _pair(part, name, color, names, theme, row=place, code=code)
        middle = {bool(row["side"]): row for row in records(centres[centres["scenario"] == name])}
        for side, ink, dash in ((True, theme.text, "solid"), (False, theme.muted, "dot")):
            if side in middle:
                x = middle[side]["median"]
                lines.append({
                    "type": "line", "x0": x, "x1": x, "xref": across,
                    "y0": 0, "y1": 1, "yref": up,
                    "line": {"color": ink, "width": 1.5, "dash": dash},
                })  # fmt: skip
        ns = [count(middle[side]["n"]) if side in middle else "0" for side in (True, False)]
        for x, anchor, text, ink, letters in (
            (0, "right", plain(short(name, 24)), theme.faint if aside else theme.text, 13),
            (1, "left", f"n = {ns[0]}<br>and {ns[1]}", theme.muted, 12),
        ):
            notes.append({
                "x": x, "xref": across, "xanchor": anchor, "y": 0.5, "yref": up,
                "text": text, "align": "left", "xshift": -10 if anchor == "right" else 10,
                "font": {"size": letters, "color": ink},
            })  # fmt: skip
    layout = gate_strips(size) | {
        "barmode": "overlay", "margin": {"l": 168, "r": 84, "t": 44}, "showlegend": False,
        "shapes": lines, "annotations": notes,
    }  # fmt: skip
    figure = go.Figure(traces, layout)
    return finish(figure, theme, 90 + 58 * size)


def histograms(
    frame: pd.DataFrame, of: str, names: tuple[str, str], theme: Theme = LIGHT
) -> go.Figure:
    """Draw one histogram per side over each other: bars for the first, a line for the second.

    Args:
        frame: side, left, right, n, share, density, of all scenarios together.
        of: what is spread, with its unit.
        names: of both sides, plain.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({"side": [True, False], "left": 0.25, "right": 0.5, "n": [1, 3],
        ...                       "share": 1.0, "density": 4.0})
        >>> histograms(frame, "gate", ("a", "b")).data[0].x
        (0.375,)
    """
    layout = {
        "xaxis": {"title": {"text": of}, "showgrid": True},
        "yaxis": {"title": {"text": "share of events"}, "tickformat": ".0%", "rangemode": "tozero"},
        "bargap": 0, "barmode": "overlay",
    }  # fmt: skip
    figure = go.Figure(_pair(frame, of.split(",")[0], theme.accent, names, theme, row=1), layout)
    for trace, side in zip(figure.data, (True, False), strict=True):
        rows = frame[frame["side"] == side]
        trace.y = _steps(rows["share"]) if trace.type == "scatter" else rows["share"].tolist()
    return finish(figure, theme, 300)


def _steps(values: "pd.Series[float]") -> list[float]:
    return [0.0, *np.repeat(values.to_numpy(float), 2).tolist(), 0.0] if len(values) else []


def _pair(
    frame: pd.DataFrame,
    name: str,
    color: str,
    names: tuple[str, str],
    theme: Theme,
    *,
    row: int,
    code: int = 0,
) -> list[Any]:
    """Return the bars of the first side and the outline of the second, in a panel's axes."""
    place = {"xaxis": axis("x", row), "yaxis": axis("y", row), "showlegend": row == 1}
    own, other = (frame[frame["side"] == side] for side in (True, False))
    rows = records(own)
    edges = other[["left", "right"]].to_numpy(float).ravel().tolist()
    return [
        go.Bar(
            x=[(one["left"] + one["right"]) / 2 for one in rows],
            y=[one["density"] for one in rows],
            width=[one["right"] - one["left"] for one in rows],
            marker={"color": translucent(color, 0.75), "line": {"width": 0}},
            name=plain(short(names[0], 44)),
            customdata=[[_hover(one, name, names[0]), code] for one in rows],
            hovertemplate="%{customdata[0]}<extra></extra>",
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
            legendgroup="1",
            **place,
        ),
        go.Scatter(
            x=[edges[0], *edges, edges[-1]] if edges else [],
            y=_steps(other["density"]),
            mode="lines",
            line={"color": theme.text, "width": 1.4},
            name=plain(short(names[1], 44)),
            hoverinfo="skip",
            legendgroup="2",
            **place,
        ),
    ]


def _hover(row: Record, name: str, side: str) -> str:
    return (
        f"<b>{plain(name)}</b><br>{plain(short(side, 44))}<br>{number(row['left'], 3)} to "
        f"{number(row['right'], 3)}<br>{count(row['n'])} events, {percent(row['share'], 1)}"
    )
