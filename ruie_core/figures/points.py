"""A map whose points are drawn one by one, for items and states alike, in every colour.

Also what colours mean, which rasters share: the groups and their colours, the scales of values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.hover import spoken
from ruie_core.figures.maps import (
    NONE,
    REST,
    Trace,
    category_colors,
    density_ground,
    gl,
    group_labels,
    grouped_points,
    known_color,
    lay_map,
    point_size,
)
from ruie_core.figures.numbers import count
from ruie_core.figures.theme import LIGHT, Theme, gate_scale, scenario_colors

COLORS: Final = ("scenario", "category", "popularity", "gate")
"""What the colour of a point can mean; with a cohort, also ``cohort``."""
COHORT_COLOR: Final = "cohort"
GROUPED: Final = ("scenario", "category", COHORT_COLOR)
"""Colours that name groups; the others are scales."""

OUTSIDE, INSIDE = "the rest", "the cohort"


@dataclass(frozen=True)
class Scale:
    """A scale of values: Plotly's colour scale, its ends, and the colour bar."""

    colors: list[list[float | str]]
    low: float
    high: float
    title: str
    ticks: tuple[float, ...]
    texts: tuple[str, ...]

    @property
    def bar(self) -> dict[str, Any]:
        """The colour bar beside a map."""
        return {
            "title": {"text": self.title, "side": "right"}, "thickness": 8, "len": 0.5,
            "outlinewidth": 0, "tickvals": list(self.ticks), "ticktext": list(self.texts),
        }  # fmt: skip


def value_scale(color: str, theme: Theme, most: int = 1) -> Scale:
    """Return the scale of ``gate`` (0 to 1) or ``popularity`` (decimal logarithm of events).

    Args:
        color: what the colour means.
        theme: colours of the ground.
        most: events of the most frequent item.
    """
    if color == "gate":
        return Scale(gate_scale(theme), 0, 1, "gate", (0, 0.5, 1), ("0", "0.5", "1"))
    colors: list[list[float | str]] = [[place, name] for place, name in theme.sequential]
    colors[0][1] = theme.line
    top = max(1.0, float(np.log10(max(1, most))))
    ticks = tuple(float(tick) for tick in range(int(top) + 1))
    texts = tuple(count(10**tick) for tick in ticks)
    return Scale(colors, 0, top, "events (log scale)", ticks, texts)


def group_colors(
    color: str, scenarios: Sequence[str], categories: Sequence[str], theme: Theme
) -> dict[str, str]:
    """Return the groups of a colour with their colours, those in front last.

    Args:
        color: one of ``GROUPED``.
        scenarios: the run's scenarios by code.
        categories: the categories that have a colour, the most frequent first.
        theme: colours of the ground.
    """
    if color == "scenario":
        return scenario_colors(scenarios)
    if color == COHORT_COLOR:
        return {OUTSIDE: theme.faint, INSIDE: theme.accent}
    return category_colors([*categories, REST, NONE], theme)


def point_map(
    points: pd.DataFrame,
    scenarios: Sequence[str],
    *,
    color: str = "scenario",
    density: pd.DataFrame | None = None,
    categories: Sequence[str] = (),
    most: int = 1,
    said: "pd.DataFrame | pd.Series[Any] | None" = None,
    opacity: float = 0.7,
    theme: Theme = LIGHT,
) -> go.Figure:
    """Draw items or states by their place in model space.

    Args:
        points: ``id, x, y, scenario, category, count, gate`` and, for the cohort, ``member``.
        scenarios: the run's scenarios by code.
        color: what the colour means.
        density: ``x, y, n`` of all points, for the ground; None leaves it bare.
        categories: those that have a colour, the most frequent first.
        most: events of the most frequent item, the end of popularity's scale.
        said: what the cursor says of each point.
        opacity: of the points; lower where something will lie over them.
        theme: colours of the ground.

    Raises:
        UserError: the colour is unknown.

    Example:
        >>> points = pd.DataFrame({"id": [1, 2], "x": [0.0, 1.0], "y": [0.0, 1.0],
        ...     "scenario": ["feed", "feed"], "category": ["x", None], "count": [9, 1],
        ...     "gate": [0.5, None], "member": [True, False]})
        >>> [trace.name for trace in point_map(points, ["feed", "search"]).data]
        ['feed']
        >>> [trace.name for trace in point_map(points, ["feed"], color="cohort").data]
        ['the rest', 'the cohort']
    """
    known_color(color, (*COLORS, COHORT_COLOR))
    ground = density is not None and len(density) > 3
    traces = [density_ground(density, theme)] if density is not None and ground else []
    if color not in GROUPED:
        return lay_map([*traces, _valued(points, color, most, said, opacity, theme)], [], theme)
    groups = _groups(points, color, categories)
    colors = group_colors(color, scenarios, categories, theme)
    traces += grouped_points(points, groups, colors, opacity=opacity, text=said, ids=points["id"])
    labels = [] if color == COHORT_COLOR else group_labels(points, groups, colors, theme)
    return lay_map(traces, labels, theme)


def _groups(points: pd.DataFrame, color: str, categories: Sequence[str]) -> "pd.Series[Any]":
    if color == "category":
        known = points["category"].astype(object)
        groups = known.where(known.isin(categories), REST)
        return groups.where(known.notna(), NONE).astype(str)
    if color == COHORT_COLOR:
        return points["member"].map({True: INSIDE, False: OUTSIDE}).astype(str)
    return points["scenario"].astype(str)


def _valued(
    points: pd.DataFrame,
    color: str,
    most: int,
    said: "pd.DataFrame | pd.Series[Any] | None",
    opacity: float,
    theme: Theme,
) -> Trace:
    """Colour points by a value, high ones on top; who has none is grey, below."""
    column = "gate" if color == "gate" else "count"
    ordered = points.sort_values(column, kind="stable", na_position="first")
    scale = value_scale(color, theme, most)
    values = ordered[column].to_numpy(float, na_value=np.nan)
    shown = values if color == "gate" else np.log10(np.maximum(values, 1))
    marker = {
        "color": shown.astype("float32"), "colorscale": scale.colors, "cmin": scale.low,
        "cmax": scale.high, "size": point_size(len(points)), "opacity": min(1.0, opacity + 0.15),
        "colorbar": scale.bar,
    }  # fmt: skip
    hover = {} if said is None else spoken(said.loc[ordered.index], ordered["id"])
    return gl(ordered["x"], ordered["y"], color, marker=marker) | hover
