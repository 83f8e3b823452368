"""The map of items, with what lies near one of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.maps import (
    HEIGHT,
    category_colors,
    category_groups,
    density_ground,
    frame_map,
    group_labels,
    grouped_points,
    item_name,
    known_color,
    point_size,
    records,
)
from ruie_core.figures.numbers import count, plain, short
from ruie_core.figures.theme import LIGHT, Theme, finish, scenario_colors, translucent

ITEM_COLORS = ("category", "scenario", "popularity")
"""What the colour of an item can mean."""


def item_map(
    points: pd.DataFrame,
    scenarios: Sequence[str],
    *,
    color: str = "scenario",
    density: pd.DataFrame | None = None,
    found: pd.DataFrame | None = None,
    near: pd.DataFrame | None = None,
    zoomed: bool = False,
    theme: Theme = LIGHT,
) -> go.Figure:
    """Draw items by their place in model space.

    Args:
        points: ``item, item_id, title, category, scenario, count, x, y``.
        scenarios: the run's scenarios by code.
        color: what the colour means.
        density: ``x, y, n`` of all items, for the ground; None leaves it bare.
        found: items to ring, with the columns of ``points``.
        near: an item (``position`` 0) and its nearest, to be joined by lines.
        zoomed: show only the surroundings of ``near``.
        theme: colours of the ground.

    Example:
        >>> points = pd.DataFrame({
        ...     "item": [1, 2], "item_id": ["a", "b"], "title": ["A", None], "x": [0.0, 1.0],
        ...     "category": ["x", None], "scenario": ["feed", "feed"], "count": [9, 1],
        ...     "y": [0.0, 1.0]})
        >>> [trace.name for trace in item_map(points, ["feed", "search"]).data]
        ['feed']
    """
    known_color(color, ITEM_COLORS)
    figure = go.Figure()
    if density is not None and len(density) > 3:
        figure.add_trace(density_ground(density, theme))
    text = pd.Series([_card(row) for row in records(points)], index=points.index)
    if color == "popularity":
        figure.add_trace(_popularity(points, text, theme))
    else:
        groups, colors = _groups(points, color, scenarios, theme)
        figure.add_traces(
            grouped_points(points, groups, colors, opacity=0.7, text=text, ids=points["item"])
        )
        figure.update_layout(annotations=group_labels(points, groups, colors, theme))
    if found is not None and len(found):
        figure.add_trace(_rings(found.dropna(subset=["x", "y"]), theme))
    box = None
    if near is not None:
        placed = near.dropna(subset=["x", "y"])
        _join(figure, placed, theme)
        box = _around(placed) if zoomed else None
    return finish(frame_map(figure, theme, box), theme, HEIGHT)


def _groups(
    points: pd.DataFrame, color: str, scenarios: Sequence[str], theme: Theme
) -> tuple["pd.Series[Any]", dict[str, str]]:
    if color == "category":
        groups, order = category_groups(points["category"])
        return groups, {name: category_colors(order, theme)[name] for name in order}
    return points["scenario"].astype(str), scenario_colors(scenarios)


def _card(row: dict[str, Any]) -> str:
    facts = [] if pd.isna(row["category"]) else [plain(short(row["category"], 30))]
    facts += [] if pd.isna(row["scenario"]) else [f"mostly in {plain(short(row['scenario'], 30))}"]
    events = "event" if row["count"] == 1 else "events"
    return (
        f"<b>{item_name(row)}</b> ({plain(row['item_id'])})<br>{' · '.join(facts)}"
        f"<br>{count(row['count'])} {events}"
    )


def _popularity(points: pd.DataFrame, text: "pd.Series[Any]", theme: Theme) -> go.Scattergl:
    ordered = points.sort_values("count", kind="stable")  # the frequent ones lie on top
    scale = [[place, color] for place, color in theme.sequential]
    scale[0][1] = theme.line
    top = max(1.0, float(np.log10(max(1, ordered["count"].max()))))
    ticks = list(range(int(top) + 1))
    return go.Scattergl(
        x=ordered["x"], y=ordered["y"], mode="markers", name="items", showlegend=False,
        text=text.loc[ordered.index].tolist(), customdata=ordered["item"].tolist(),
        hovertemplate="%{text}<extra></extra>",
        marker={
            "color": np.log10(ordered["count"].clip(lower=1)), "colorscale": scale,
            "cmin": 0, "cmax": top, "size": point_size(len(points)), "opacity": 0.85,
            "colorbar": {
                "title": {"text": "events (log scale)", "side": "right"}, "thickness": 8,
                "len": 0.5, "outlinewidth": 0, "tickvals": ticks,
                "ticktext": [count(10**tick) for tick in ticks],
            },
        },
        selected={"marker": {"opacity": 0.85}}, unselected={"marker": {"opacity": 0.85}},
    )  # fmt: skip


def _rings(found: pd.DataFrame, theme: Theme) -> go.Scattergl:
    return go.Scattergl(
        x=found["x"], y=found["y"], mode="markers", name="found", showlegend=False,
        text=[_card(row) for row in records(found)], customdata=found["item"].tolist(),
        hovertemplate="%{text}<extra></extra>",
        marker={"symbol": "circle-open", "size": 11, "color": theme.text, "line": {"width": 1.6}},
    )  # fmt: skip


def _join(figure: go.Figure, near: pd.DataFrame, theme: Theme) -> None:
    """Draw lines from an item to its nearest ones, and name it."""
    if near.empty or near["position"].iloc[0] != 0:
        return
    center, others = near.iloc[0], near.iloc[1:]
    x = np.column_stack(
        [np.full(len(others), center["x"]), others["x"], np.full(len(others), np.nan)]
    )
    y = np.column_stack(
        [np.full(len(others), center["y"]), others["y"], np.full(len(others), np.nan)]
    )
    figure.add_trace(
        go.Scattergl(
            x=x.ravel(), y=y.ravel(), mode="lines", hoverinfo="skip", showlegend=False,
            name="nearest", line={"color": theme.text, "width": 1},
        )
    )  # fmt: skip
    figure.add_trace(
        go.Scattergl(
            x=near["x"], y=near["y"], mode="markers", name="near", showlegend=False,
            text=[_card(row) for row in records(near)], customdata=near["item"].tolist(),
            hovertemplate="%{text}<extra></extra>",
            marker={
                "color": [theme.accent] + [theme.ground] * len(others),
                "size": [13] + [8] * len(others), "line": {"color": theme.text, "width": 1.4},
            },
        )
    )  # fmt: skip
    figure.add_annotation(
        x=center["x"], y=center["y"], text=f"<b>{item_name(records(near)[0], 30)}</b>", yshift=17,
        showarrow=False, font={"size": 13, "color": theme.text},
        bgcolor=translucent(theme.ground, 0.85), borderpad=2,
    )  # fmt: skip


def _around(near: pd.DataFrame) -> list[float]:
    middle = [(near[axis].min() + near[axis].max()) / 2 for axis in ("x", "y")]
    half = 0.6 * max(near["x"].max() - near["x"].min(), near["y"].max() - near["y"].min(), 0.5)
    return [middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half]
