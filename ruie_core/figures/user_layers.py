"""What lies on or under the rows of the storyboard where it is known: seeds, sessions, categories.

As in ``user_rows``, traces are plain mappings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ruie_core.figures.numbers import number, plain, short
from ruie_core.figures.theme import Theme, translucent
from ruie_core.figures.user_rows import STILL, Story, Trace, trace

WIDTH = 10
"""Events in a mix of categories: ``ruie_core.analysis.drift.WIDTH``, which a test compares."""
CATEGORIES = 5
"""Categories that get a row of their own; the others share one."""
OTHERS = "others"
CATEGORY_NAME = 14
"""Letters of a category's name beside its row, at most."""


@dataclass(frozen=True)
class Layers:
    """What may be drawn beside the steps; each is absent where it is not known.

    Attributes:
        categories: ``frames.story.category_path``.
        breaks: ``frames.story.session_breaks``.
        band: ``frames.story.seed_band``.
    """

    categories: pd.DataFrame | None = None
    breaks: pd.DataFrame | None = None
    band: pd.DataFrame | None = None

    def between(self, first: int, last: int) -> "Layers":
        """Return the layers of the events of a window."""
        frames = (self.categories, self.breaks, self.band)
        return Layers(*(_between(frame, first, last) for frame in frames))

    @property
    def names(self) -> tuple[str, ...]:
        """Rows of the category mix, lowest first; none where no category is known."""
        if self.categories is None:
            return ()
        shares = [str(name) for name in self.categories.columns if str(name).startswith("share_")]
        names = [name.removeprefix("share_") for name in shares]
        rest = [OTHERS] if len(names) > CATEGORIES else []
        return tuple(reversed(names[:CATEGORIES] + rest))


def _between(frame: pd.DataFrame | None, first: int, last: int) -> pd.DataFrame | None:
    if frame is None or frame.empty:
        return None
    inside = frame[frame["t"].between(first, last)].reset_index(drop=True)
    return None if inside.empty else inside


def band_traces(story: Story, layers: Layers, axis: str) -> list[Trace]:
    """Fill between the lowest and the highest Q of all seeds, for the scenarios that are visited.

    Lines of scenarios that are not visited are thin, and a band would outweigh them.
    """
    if layers.band is None:
        return []
    traces = []
    t = layers.band["t"].to_numpy()
    for name in story.scenarios:
        if name not in set(story.taken):
            continue
        low, high = (layers.band[f"{end}_{name}"].to_numpy(float) for end in ("low", "high"))
        known = np.isfinite(low)
        ring = {"x": np.concatenate([t[known], t[known][::-1]]),
                "y": np.concatenate([high[known], low[known][::-1]])}  # fmt: skip
        fill = {"fill": "toself", "fillcolor": translucent(story.colors[name], 0.14)}
        traces.append(trace("scatter", axis, mode="lines", line={"width": 0}, **ring, **fill))
    return traces


def target_traces(story: Story, axis: str) -> list[Trace]:
    """Mark by a dash what the target network expects of the taken scenario."""
    if "q_target_taken" not in story.events:
        return []
    target = story.events["q_target_taken"].to_numpy(dtype="float64", na_value=np.nan)
    dash = {"width": 2, "color": story.taken_colors}
    marker = {"symbol": "line-ew", "size": max(6.0, 1.1 * story.size), "line": dash, "opacity": 1}
    return [trace("scatter", axis, x=story.t, y=target, mode="markers", marker=marker, **STILL)]


def mix_traces(story: Story, layers: Layers, axis: str) -> list[Trace]:
    """Shade each category by its share of the last events; a dot marks the event's own."""
    names = layers.names
    if not names or layers.categories is None:
        return []
    events = layers.categories[layers.categories["t"].isin(story.t)]
    top = [name for name in names if name != OTHERS]
    shares = {name: events[f"share_{name}"].to_numpy(float) for name in top}
    rest = 1 - np.sum(list(shares.values()), axis=0)
    z = [shares.get(name, rest) for name in names]
    strip = {"x": events["t"].to_numpy(), "y": list(range(len(names))), "z": np.round(z, 3),
             "zmin": 0, "zmax": 1, "showscale": False, "ygap": 2, "xgap": 0,
             "colorscale": [[place, color] for place, color in story.theme.sequential]}  # fmt: skip
    heatmap = trace("heatmap", axis, **strip)
    heatmap.pop("showlegend")
    row = {name: place for place, name in enumerate(names)}
    known = events["category"].notna().to_numpy()
    own = [row.get(str(name), row.get(OTHERS, np.nan)) for name in events["category"][known]]
    marker = {"color": story.theme.text, "size": max(2.5, 0.42 * story.size), "opacity": 1}
    dots = {"x": events["t"].to_numpy()[known], "y": own, "marker": marker}
    return [heatmap, trace("scatter", axis, mode="markers", **dots, **STILL)]


def drift_traces(story: Story, layers: Layers, axis: str) -> list[Trace]:
    """Draw the drift, and dotted how far the first ranked lie from what was watched."""
    frame = layers.categories
    if not layers.names or frame is None:
        return []
    t = frame["t"].to_numpy()
    drift = {"color": story.theme.text, "width": 1.8}
    gap = {"color": story.theme.muted, "width": 1.3, "dash": "dot"}
    return [
        trace("scatter", axis, x=t, y=frame[column].to_numpy(float), mode="lines", line=pen)
        for column, pen in (("served_gap", gap), ("drift", drift))
    ]


def drift_labels(story: Story, layers: Layers, axis: str) -> list[dict[str, Any]]:
    """Name the two lines and the level of chance at the right end."""
    frame = layers.categories
    if not layers.names or frame is None:
        return []
    theme = story.theme
    ends = [("drift", "drift", theme.text), ("served_gap", "ranked ↔ watched", theme.muted)]
    common = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 6, "showarrow": False}
    out = []
    for place, (column, name, color) in enumerate(ends):
        known = frame[column].dropna()
        if known.empty:
            continue
        out.append(
            common | {"yref": f"{axis} domain", "y": 0.78 - 0.56 * place, "yanchor": "middle",
                      "text": f"<b>{number(float(known.iloc[-1]))}</b> {name}",
                      "font": {"size": 11.5, "color": color}}
        )  # fmt: skip
    return out


def break_traces(story: Story, layers: Layers, axis: str) -> list[Trace]:
    """Stand a tick under the lanes where a new session begins."""
    if layers.breaks is None:
        return []
    tick = {"width": 1.4, "color": story.theme.text}
    marker = {"symbol": "line-ns", "size": 9, "line": tick, "opacity": 1}
    at = {"x": layers.breaks["t"].to_numpy() - 0.5, "y": np.full(len(layers.breaks), BREAK)}
    return [trace("scatter", axis, mode="markers", marker=marker, **at, **STILL)]


BREAK = -0.62
"""Height of the ticks between sessions, under the lowest lane (0)."""


def layer_shapes(story: Story, layers: Layers, axes: Mapping[str, str]) -> list[dict[str, Any]]:
    """Lay a band under the level of drift that is chance."""
    theme: Theme = story.theme
    drawn: list[dict[str, Any]] = []
    level = np.nan if layers.categories is None else layers.categories["drift_level"].iloc[0]
    if layers.names and np.isfinite(level):
        drawn.append(
            {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "yref": axes["drift"], "y0": 0,
             "y1": float(level), "layer": "below", "line": {"width": 0},
             "fillcolor": translucent(theme.muted, 0.12)}
        )  # fmt: skip
    return drawn


def layer_axes(layers: Layers) -> dict[str, dict[str, Any]]:
    """Return the y axes of the rows that exist only where categories are known."""
    names = layers.names
    if not names:
        return {}
    return {
        "mix": {
            "range": [-0.5, len(names) - 0.5],
            "tickvals": list(range(len(names))),
            "ticktext": [plain(short(name, CATEGORY_NAME)) for name in names],
            "tickfont": {"size": 11},
            "showgrid": False,
        },
        "drift": {"range": [0, 1.05], "tickvals": [0, 0.5, 1]},
    }
