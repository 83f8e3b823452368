"""What is written on the storyboard: row titles, line ends, moments, the selected event."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ruie_core.figures.legible import legible
from ruie_core.figures.numbers import count, number, plain, short
from ruie_core.figures.theme import translucent
from ruie_core.figures.user_layers import WIDTH, Layers
from ruie_core.figures.user_rows import Story, top_band

AXES = {
    "lanes": "y", "reward": "y2", "q": "y3", "gate": "y4", "next": "y5", "rank": "y6",
    "mix": "y7", "drift": "y8",
}  # fmt: skip
"""Rows from top to bottom, and the y axis of each; the last two where categories are known."""
LINE_NAME = 14
"""Letters of a scenario's name at the end of its Q line, at most."""
_NAMED = 10
"""Q lines at most that get a name; more would not fit beside each other."""


def titles(
    story: Story,
    layers: Layers,
    domains: Mapping[str, tuple[float, float]],
    margin: float,
) -> list[dict[str, Any]]:
    """Stand a title over every row; it replaces axis titles and legends.

    Args:
        story: what is drawn.
        layers: what is drawn beside it.
        domains: each row's share of the height.
        margin: at the left of the rows, px: titles begin where the figure does.
    """
    dash = "   – target network" if "q_target_taken" in story.events else ""
    seeds = None if layers.band is None else int(layers.band["seeds"].iloc[0])
    band = "" if seeds is None else f"   ▒ range of {seeds} seeds"
    signs = {"click": "●", "like": "★", "follow": "◆", "share": "▲"}
    known = "   ".join(f"{signs[name]} {name}" for name in story.actions if name in signs)
    texts = {
        "reward": "reward of the event, units",
        "q": f"Q: expected engagement, reward units (○ taken{dash}{band})",
        "gate": "gate: how strongly the event trains the model",
        "next": "probability of the next scenario (squares: what came)",
        "rank": f"rank of what came, of {count(story.n_items)} items, log scale "
        "(○ in-sample   ● held out)",
        "mix": f"category: share of the last {WIDTH} events (shade), what was watched (●)",
        "drift": f"category drift: last {WIDTH} events against the {WIDTH} before (grey: chance)",
    }
    texts = {name: text for name, text in texts.items() if name in domains}
    common: dict[str, Any] = {
        "xref": "paper", "x": 0, "xanchor": "left", "xshift": -margin,
        "yref": "paper", "yanchor": "bottom", "showarrow": False, "align": "left",
    }  # fmt: skip
    font = {"size": 11.5, "color": story.theme.muted}
    common |= {"bgcolor": translucent(story.theme.ground, 0.8), "borderpad": 0}
    out = [
        common | {"y": domains[name][1], "yshift": 4, "text": text, "font": font}
        for name, text in texts.items()
    ]  # fmt: skip
    breaks = "" if layers.breaks is None else "   ┊ new session"
    head = f"scenario taken   {known}{breaks}"
    out.append(common | {"y": 1, "yshift": 22, "text": head, "font": font})
    return out


def q_labels(story: Story, height: int) -> list[dict[str, Any]]:
    """Name the Q lines at their right ends, ten at most, pushed apart where they meet."""
    ends = zip(story.q[-1], story.scenarios, strict=True)
    known = sorted((float(value), name) for value, name in ends if np.isfinite(value))
    if not known:
        return []
    low, high = q_range(story)
    unit = height / (high - low)  # px per reward unit
    if len(known) > _NAMED:  # those that the person visits come first, then the highest
        visited = set(story.taken)
        first = sorted(known, key=lambda pair: (pair[1] not in visited, -pair[0]))[:_NAMED]
        known = sorted(first)
    wanted = np.array([(value - low) * unit for value, _ in known])
    placed = _apart(wanted, 14.0, height)
    return [
        {
            "xref": "paper", "x": 1, "xanchor": "left", "xshift": 6, "yref": AXES["q"],
            "y": value, "yshift": shift, "showarrow": False,
            "text": f"<b>{number(value, 1 if high >= 10 else 2)}</b> "
            f"{plain(short(name, LINE_NAME))}",
            "font": {"size": 11.5, "color": legible(story.colors[name], story.theme)},
        }
        for (value, name), shift in zip(known, placed - wanted, strict=True)
    ]  # fmt: skip


def rank_labels(story: Story, height: int, reach: Sequence[float]) -> list[dict[str, Any]]:
    """Name the band and, where few events were held out, their ranks, at the right end.

    Args:
        story: what is drawn.
        height: of the row, px.
        reach: range of the axis, log10 of the worst and of the best rank.
    """
    theme, events = story.theme, story.events
    held = events[events["split"].isin(["validation", "test"]) & events["rank"].notna()]
    entries = [(np.log10(3.2), "top 10", theme.good)]
    if len(held) <= 3:
        entries += [
            (np.log10(float(rank)), f"<b>{count(rank)}</b> {split}", theme.text)
            for rank, split in zip(held["rank"], held["split"], strict=True)
        ]
    entries.sort(key=lambda entry: -entry[0])
    unit = height / (reach[0] - reach[1])
    wanted = np.array([(reach[0] - value) * unit for value, _, _ in entries])
    return [
        {
            "xref": "paper", "x": 1, "xanchor": "left", "xshift": 6, "yref": AXES["rank"],
            "y": value, "yshift": shift, "showarrow": False, "text": text,
            "font": {"size": 11.5, "color": color},
        }
        for (value, text, color), shift in zip(
            entries, _apart(wanted, 14.0, height) - wanted, strict=True
        )
    ]  # fmt: skip


def q_range(story: Story) -> list[float]:
    """Return the range of the Q axis: all drawn estimates and a little air."""
    known = story.q[np.isfinite(story.q)]
    if not known.size:
        return [0.0, 1.0]
    low, high = float(known.min()), float(known.max())
    air = 0.08 * max(high - low, 0.1 * abs(high), 1e-3)
    return [low - air, high + air]


def _apart(wanted: np.ndarray, least: float, height: float) -> np.ndarray:
    """Move ascending positions little until neighbours are ``least`` apart, all inside a row.

    >>> _apart(np.array([0.0, 1.0, 50.0]), 10.0, 60.0).tolist()
    [0.0, 10.0, 50.0]
    >>> _apart(np.array([30.0, 31.0, 50.0]), 10.0, 60.0).tolist()
    [25.5, 35.5, 50.0]
    """
    groups: list[list[float]] = []
    for value in wanted:
        groups.append([float(value)])
        while (
            len(groups) > 1
            and _spread(groups[-2], least)[-1] + least > _spread(groups[-1], least)[0]
        ):
            top = groups.pop()
            groups[-1] += top
    placed = np.array([place for group in groups for place in _spread(group, least)])
    order = np.arange(len(placed))
    low, high = order * least, height - order[::-1] * least
    inside: np.ndarray = np.minimum(np.maximum(placed, low), high)
    return inside


def _spread(group: Sequence[float], least: float) -> list[float]:
    middle = float(np.mean(group))
    return [middle + (place - (len(group) - 1) / 2) * least for place in range(len(group))]


def shapes(
    story: Story,
    moments: pd.DataFrame | None,
    selected: int | None,
    n: int,
    bounds: tuple[float, float],
) -> list[dict[str, Any]]:
    """Lay bands under the marks: top 10, the forecast, moments, the selected event."""
    theme = story.theme
    drawn: list[dict[str, Any]] = [
        {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "yref": AXES["rank"], "y0": 0.7,
         "y1": 10, "layer": "below", **top_band(story)}
    ]  # fmt: skip
    column = {"type": "rect", "xref": "x", "yref": "paper", "y0": 0, "y1": 1, "line": {"width": 0}}
    if bounds[1] > n + 1:
        drawn.append(
            column | {"x0": n + 0.5, "x1": bounds[1], "fillcolor": translucent(theme.side, 0.6)}
        )
    if selected is not None and bounds[0] < selected < bounds[1]:
        half = min(0.5, 0.03 * (bounds[1] - bounds[0]))
        drawn.append(
            column | {"x0": selected - half, "x1": selected + half, "layer": "below",
                      "fillcolor": translucent(theme.accent, 0.16)}
        )  # fmt: skip
    for moment in _visible(moments, bounds):
        drawn.append(
            {"type": "line", "xref": "x", "yref": "paper", "x0": moment["first"] - 0.5,
             "x1": moment["first"] - 0.5, "y0": 0, "y1": 1,
             "line": {"width": 1, "color": theme.muted, "dash": "dot"}}
        )  # fmt: skip
        if moment["last"] > moment["first"]:
            drawn.append(
                column | {"x0": moment["first"] - 0.5, "x1": moment["last"] + 0.5,
                          "layer": "below", "fillcolor": translucent(theme.muted, 0.1)}
            )  # fmt: skip
    return drawn


def marks(
    story: Story,
    moments: pd.DataFrame | None,
    selected: int | None,
    n: int,
    bounds: tuple[float, float],
) -> list[dict[str, Any]]:
    """Number the moments over the lanes, name the selected event and the forecast."""
    theme = story.theme
    common = {"xref": "x", "yref": "paper", "showarrow": False}
    drawn: list[dict[str, Any]] = []
    seen = _visible(moments, bounds)
    width = bounds[1] - bounds[0]
    for place, moment in enumerate(seen):
        following = seen[place + 1]["first"] if place + 1 < len(seen) else bounds[1]
        roomy = following - moment["first"] > 0.32 * width
        name = f" {plain(moment['kind'])}" if roomy else ""
        drawn.append(
            common | {"x": moment["first"] - 0.5, "y": 1, "yanchor": "bottom", "xanchor": "left",
                      "xshift": -7, "text": f"<b>{_circled(moment['number'])}</b>{name}",
                      "font": {"size": 12.5, "color": theme.text}}
        )  # fmt: skip
    if bounds[1] > n + 1:
        drawn.append(
            common | {"x": bounds[1], "y": 1, "yanchor": "bottom", "xanchor": "left", "xshift": 4,
                      "text": "forecast", "font": {"size": 11, "color": theme.muted}}
        )  # fmt: skip
    if selected is not None and bounds[0] < selected < bounds[1]:
        label = "forecast" if selected > n else f"event {count(selected)}"
        drawn.append(
            common | {"x": selected, "y": 0, "yanchor": "top", "xanchor": "center",
             "yshift": -3,
                      "text": f"<b>{label}</b>", "font": {"size": 11, "color": theme.accent},
                      "bgcolor": theme.ground}
        )  # fmt: skip
    return drawn


def _visible(moments: pd.DataFrame | None, bounds: tuple[float, float]) -> list[dict[str, Any]]:
    if moments is None:
        return []
    inside = moments["first"].between(*bounds) & moments["last"].between(*bounds)
    records = moments[inside].to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in records]


def _circled(value: int) -> str:
    """Write 1 to 9 as a circled digit."""
    return chr(0x245F + int(value))
