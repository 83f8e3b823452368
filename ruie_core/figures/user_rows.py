"""The rows of the storyboard: each a function from the drawn steps to traces on its own y axis.

Traces are plain mappings rather than graph objects: a storyboard has thirty of them, and Plotly's
validation of each would take longer than everything else. The tests validate them instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ruie_core.figures.numbers import plain, short
from ruie_core.figures.theme import (
    LIGHT,
    Theme,
    action_symbols,
    gate_scale,
    scenario_colors,
    translucent,
)

Trace = dict[str, Any]

STILL = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}
"""Trace settings with which a click does not pale the other points."""
_SIZES = ((45, 10.0), (90, 8.0), (150, 6.5), (320, 5.0))
"""Marker size (px) up to a number of drawn events, so that neighbours stay apart."""


@dataclass(frozen=True)
class Story:
    """The steps to draw and how things are called and coloured.

    Attributes:
        steps: rows of ``steps`` inside the window, in order; the forecast row last if inside.
        scenarios: every scenario of the run, by code.
        lanes: the scenarios that get a lane, lowest first.
        actions: every action of the run.
        n_items: size of the catalogue, the worst possible rank.
        theme: colours of the ground.
    """

    steps: pd.DataFrame
    scenarios: tuple[str, ...]
    lanes: tuple[str, ...]
    actions: tuple[str, ...]
    n_items: int
    theme: Theme = LIGHT

    @cached_property
    def colors(self) -> dict[str, str]:
        """Colour of every scenario."""
        return scenario_colors(self.scenarios)

    @cached_property
    def cards(self) -> dict[str, tuple[str, str]]:
        """Dot and name of every scenario as the cursor's cards write them."""
        return {
            name: (f"<span style='color:{color}'>●</span>", plain(short(name, 24)))
            for name, color in self.colors.items()
        }

    @cached_property
    def events(self) -> pd.DataFrame:
        """The drawn rows that hold an event."""
        return self.steps[self.steps["split"] != "forecast"]

    @cached_property
    def t(self) -> np.ndarray:
        """Numbers of the drawn events."""
        return self.events["t"].to_numpy()

    @cached_property
    def taken(self) -> list[str]:
        """Scenario of every drawn event."""
        return self.events["scenario"].astype(str).tolist()

    @cached_property
    def taken_colors(self) -> list[str]:
        """Colour of every drawn event's scenario."""
        return [self.colors.get(name, self.theme.faint) for name in self.taken]

    @cached_property
    def size(self) -> float:
        """Size of a marker, px."""
        n = len(self.steps)
        return next((px for most, px in _SIZES if n <= most), 3.5)

    @cached_property
    def q(self) -> np.ndarray:
        """Q of every row and scenario, reward units."""
        return self._table("q")

    @cached_property
    def p(self) -> np.ndarray:
        """Next-scenario probability of every row and scenario."""
        return self._table("p")

    def _table(self, prefix: str) -> np.ndarray:
        columns = [f"{prefix}_{name}" for name in self.scenarios]
        return self.steps[columns].to_numpy("float64", na_value=np.nan)


def strongest_action(actions: object, order: Sequence[str]) -> str:
    """Return the action that an event's marker shows: anything else wins over a click.

    >>> strongest_action(["click", "like"], ("click", "like", "follow", "share"))
    'like'
    """
    names = list(actions) if isinstance(actions, list | tuple | np.ndarray) else []
    place = {name: index for index, name in enumerate(order)}
    ranked = sorted(names, key=lambda name: (name != "click", place.get(name, -1)))
    return str(ranked[-1]) if ranked else "click"


def trace(kind: str, axis: str, **settings: Any) -> Trace:
    """Return a trace that says nothing itself: the cursor's cards do (see ``user_hover``)."""
    return {"type": kind, "yaxis": axis, "hoverinfo": "skip", "showlegend": False} | settings


def lane_traces(story: Story, axis: str) -> list[Trace]:
    """Draw the way between the scenarios, and every event with its action's shape."""
    lane = {name: float(place) for place, name in enumerate(story.lanes)}
    y = np.array([lane.get(name, np.nan) for name in story.taken])
    shown = [strongest_action(names, story.actions) for names in story.events["actions"]]
    shapes = action_symbols(tuple(dict.fromkeys((*story.actions, *shown))))
    strong = np.array([name != "click" for name in shown])
    way = {"color": story.theme.faint, "width": 1}
    marker = {
        "symbol": [shapes[name] for name in shown],
        "color": story.taken_colors,
        "size": story.size * np.where(strong, 1.6, 1.0),
        "line": {"width": np.where(strong, 1.0, 0.0), "color": story.theme.text},
        "opacity": 1,
    }
    return [
        trace("scatter", axis, x=story.t, y=y, mode="lines", line=way),
        trace("scatter", axis, x=story.t, y=y, mode="markers", marker=marker, **STILL),
    ]


def reward_traces(story: Story, axis: str) -> list[Trace]:
    """Draw every event's reward as a slim bar."""
    reward = story.events["reward"].to_numpy(dtype="float64", na_value=np.nan)
    marker = {"color": story.theme.muted, "line": {"width": 0}, "opacity": 1}
    width = min(0.62, max(1, len(story.steps)) / 70)
    return [
        trace("bar", axis, x=story.t, y=reward, width=width, marker=marker, **STILL),
    ]


def q_traces(story: Story, axis: str) -> list[Trace]:
    """Draw Q of every scenario; the taken one is ringed, the forecast is dotted."""
    visited, n = set(story.taken), len(story.t)
    t = story.steps["t"].to_numpy()
    traces = []
    for code, name in reversed(list(enumerate(story.scenarios))):
        seen = name in visited
        pen = {"color": story.colors[name], "width": 2.0 if seen else 1.0}
        common = {"mode": "lines", "opacity": 1.0 if seen else 0.6}
        values = story.q[:, code]
        traces.append(trace("scatter", axis, x=t[:n], y=values[:n], line=pen, **common))
        if len(t) > n > 0:
            dotted = pen | {"dash": "dot"}
            traces.append(
                trace("scatter", axis, x=t[n - 1 :], y=values[n - 1 :], line=dotted, **common)
            )
    ring = {
        "color": story.theme.ground,
        "size": max(3.5, 0.75 * story.size),
        "line": {"color": story.taken_colors, "width": 1.6},
        "opacity": 1,
    }
    q = story.events["q_taken"].to_numpy(dtype="float64", na_value=np.nan)
    rings = trace("scatter", axis, x=story.t, y=q, mode="markers", marker=ring, **STILL)
    return [*traces, rings]


def gate_traces(story: Story, axis: str, place: float, length: float) -> list[Trace]:
    """Draw the gate as one strip; ``place`` and ``length`` of its scale are shares of the plot."""
    scale = {
        "thickness": 8,
        "len": length,
        "y": place,
        "yanchor": "middle",
        "x": 1.0,
        "xpad": 6,
        "ypad": 0,
        "tickvals": [0, 0.5, 1],
        "outlinewidth": 0,
        "ticks": "",
        "tickfont": {"size": 10, "color": story.theme.muted},
    }
    gate = story.events["gate"].to_numpy(dtype="float64", na_value=np.nan)
    strip = {
        "x": story.t,
        "y": [0.5],
        "z": [gate],
        "zmin": 0,
        "zmax": 1,
        "colorscale": gate_scale(story.theme),
        "colorbar": scale,
        "xgap": 0 if len(gate) > 150 else 0.6,
    }
    heatmap = trace("heatmap", axis, **strip)
    heatmap.pop("showlegend")
    return [heatmap]


def next_traces(story: Story, axis: str) -> list[Trace]:
    """Draw the next-scenario probabilities as areas, under a strip with what came."""
    known = np.isfinite(story.p).all(axis=1)
    t = story.steps["t"].to_numpy()[known]
    traces = [
        trace(
            "scatter",
            axis,
            x=t,
            y=story.p[known, code],
            stackgroup="p",
            mode="lines",
            line={"width": 0, "color": story.colors[name]},
            fillcolor=story.colors[name],
        )
        for code, name in enumerate(story.scenarios)
    ]
    square = {
        "symbol": "square",
        "color": story.taken_colors,
        "size": min(7.0, 0.9 * story.size),
        "opacity": 1,
    }
    strip = np.full(len(story.t), CAME)
    came = trace("scatter", axis, x=story.t, y=strip, mode="markers", marker=square, **STILL)
    return [*traces, came]


CAME = 1.13
"""Height of the strip with what came, above the probabilities 0..1."""


def rank_traces(story: Story, axis: str) -> list[Trace]:
    """Draw the rank of what came: hollow where the model was trained on it, filled held out."""
    theme, size = story.theme, max(3.5, 0.75 * story.size)
    rank = story.events["rank"].to_numpy(dtype="float64", na_value=np.nan)
    known = np.isfinite(rank)
    heldout = known & story.events["split"].isin(["validation", "test"]).to_numpy()
    traces = []
    for chosen, solid in ((known & ~heldout, False), (heldout, True)):
        if not chosen.any():
            continue
        values = rank[chosen]
        color = np.where(values <= 10, theme.good, theme.text if solid else theme.muted).tolist()
        marker: Trace = {
            "color": theme.ground,
            "size": size,
            "line": {"color": color, "width": 1.3},
        }
        if solid:
            marker = {"color": color, "size": 1.4 * size}
        drawn = {"x": story.t[chosen], "y": values, "marker": marker | {"opacity": 1}}
        traces.append(trace("scatter", axis, mode="markers", **drawn, **STILL))
    return traces


def top_band(story: Story) -> dict[str, object]:
    """Return the fill of the top-10 band."""
    return {"fillcolor": translucent(story.theme.good, 0.1), "line": {"width": 0}}
