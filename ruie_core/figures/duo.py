"""Two people on comparable axes: lanes, Q and gate of either, side by side."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.numbers import count, number, plain, short
from ruie_core.figures.rows import records
from ruie_core.figures.theme import LIGHT, Theme, finish, scenario_colors
from ruie_core.figures.user_rows import Story, Trace, gate_traces, lane_traces, q_traces

_LANE, _Q, _GATE, _GAP, _TOP, _BOTTOM = 27, 190, 34, 30, 44, 54
"""Heights of the rows, of the gap over a row and of the margins, px."""
_COLUMNS = ((0.0, 0.475), (0.525, 1.0))


def duo(
    first: pd.DataFrame,
    second: pd.DataFrame,
    scenarios: Sequence[str],
    names: tuple[str, str],
    *,
    actions: Sequence[str] = ("click", "like", "follow", "share"),
    window: tuple[int, int] | None = None,
    parting: int | None = None,
    selected: str | None = None,
    theme: Theme = LIGHT,
) -> go.Figure:
    """Draw the lanes, Q and gate of two people; both share the axes, so heights can be compared.

    Args:
        first: one person's rows of ``steps``, ordered, with ``item_id`` and ``title``.
        second: the other's.
        scenarios: the run's scenarios by code.
        names: how both are called, plain.
        actions: the run's actions.
        window: first and last event to draw of either; None draws all.
        parting: the event at which their scenarios differ first, to be marked.
        selected: scenario whose Q stands out; none: all alike.
        theme: colours of the ground.

    Example:
        >>> steps = pd.DataFrame({
        ...     "t": [1, 2], "scenario": ["feed", "search"], "item_id": ["a", "b"],
        ...     "title": ["A", "B"], "actions": [["click"], ["click"]], "reward": [1.0, 1.0],
        ...     "split": ["train", "test"], "rank": [None, 7], "gate": [None, 0.4],
        ...     "q_taken": [None, 2.0], "q_feed": [None, 1.0], "q_search": [None, 2.0],
        ...     "p_feed": [None, 0.7], "p_search": [None, 0.3]})
        >>> figure = duo(steps, steps, ("feed", "search"), ("one", "two"), parting=2)
        >>> [trace.type for trace in figure.data].count("heatmap")
        2
    """
    ends = [int(part["t"].max()) for part in (first, second) if len(part)]
    low, high = window or (1, max(ends, default=1))
    stories = [
        Story(
            part[part["t"].between(low, high)].reset_index(drop=True),
            tuple(scenarios), tuple(scenarios), tuple(actions), 1, theme,
        )
        for part in (first, second)
    ]  # fmt: skip
    heights = (len(scenarios) * _LANE, _Q, _GATE)
    inside = sum(heights) + 2 * _GAP
    domains, top = [], inside
    for height in heights:
        domains.append(((top - height) / inside, top / inside))
        top -= height + _GAP
    traces: list[Trace] = []
    for column, story in enumerate(stories):
        traces += _column(story, column, domains[2], selected)
    layout = _axes(stories, domains, (low - 0.7, high + 0.7))
    layout |= {
        "margin": {"l": 20 + 5.9 * min(24, max(map(len, scenarios))), "r": 62, "t": _TOP,
                   "b": _BOTTOM},
        "hovermode": "closest",
        "dragmode": False,
        "bargap": 0,
        "clickmode": "event+select",
        "shapes": _parting(parting, (low, high), domains[:2], theme),
        "annotations": _titles(names, domains, theme),
    }  # fmt: skip
    figure = go.Figure(data=traces, layout=layout, _validate=False)
    return finish(figure, theme, inside + _TOP + _BOTTOM)


def _column(
    story: Story, column: int, gate: tuple[float, float], selected: str | None
) -> list[Trace]:
    """Draw one person; the axes of the second column are numbered on."""
    axes = [f"y{place}" if place > 1 else "y" for place in range(1 + 3 * column, 4 + 3 * column)]
    way, events = lane_traces(story, axes[0])
    shown = records(story.events)
    code = {name: place for place, name in enumerate(story.scenarios, start=1)}
    events = events | {
        "hoverinfo": "text",
        "hovertext": [_hover(row) for row in shown],
        "customdata": [[row["t"], code.get(row["scenario"], 0)] for row in shown],
    }
    quiet = q_traces(story, axes[1])
    if selected is not None:
        color = story.colors[selected]
        for trace in quiet[:-1]:
            if trace["line"]["color"] != color:
                trace["opacity"] = 0.18
    strips = gate_traces(story, axes[2], sum(gate) / 2, gate[1] - gate[0])
    for strip in strips:
        strip["showscale"] = column == 1
        strip |= {"hoverinfo": "x+z"}
    horizontal = "x" if column == 0 else "x2"
    return [trace | {"xaxis": horizontal} for trace in (way, events, *quiet, *strips)]


def _hover(row: dict[str, Any]) -> str:
    title = row["title"] or row["item_id"]
    lines = [
        f"<b>event {count(row['t'])}</b> · {plain(row['scenario'])}",
        plain(short(title, 60)),
        f"Q {number(row['q_taken'])} · gate {number(row['gate'])}",
    ]
    if row["rank"] is not None:
        held = "held out" if row["split"] in {"validation", "test"} else "in-sample"
        lines.append(f"rank {count(row['rank'])} ({held})")
    return "<br>".join(lines)


def _axes(
    stories: Sequence[Story], domains: Sequence[tuple[float, float]], bounds: tuple[float, float]
) -> dict[str, Any]:
    scenarios, theme = stories[0].scenarios, stories[0].theme
    colors = scenario_colors(scenarios)
    known = np.concatenate([story.q[np.isfinite(story.q)].ravel() for story in stories])
    least, most = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    pad = 0.08 * (most - least or 1.0)
    lanes = {
        "range": [-0.6, len(scenarios) - 0.4],
        "tickvals": list(range(len(scenarios))),
        "ticktext": [
            f'<span style="color:{colors[name]}">■</span> {plain(short(name, 24))}'
            for name in scenarios
        ],
        "tickfont": {"color": theme.text},
    }
    rows: tuple[dict[str, Any], ...] = (
        lanes, {"range": [least - pad, most + pad], "nticks": 5}, {"visible": False},
    )  # fmt: skip
    layout: dict[str, Any] = {}
    for column in (0, 1):
        horizontal = "x" if column == 0 else "x2"
        for place, (domain, row) in enumerate(zip(domains, rows, strict=True)):
            number_ = place + 1 + 3 * column
            layout[f"yaxis{number_ if number_ > 1 else ''}"] = (
                {"domain": list(domain), "anchor": horizontal, "fixedrange": True}
                | row
                | ({"showticklabels": False} if column and place < 2 else {})
            )
        layout[f"xaxis{'' if column == 0 else 2}"] = {
            "domain": list(_COLUMNS[column]), "range": list(bounds), "fixedrange": True,
            "anchor": f"y{3 + 3 * column}", "nticks": 9, "showgrid": False,
            "title": {"text": "event of the user, in order"},
        }  # fmt: skip
    return layout


def _titles(
    names: tuple[str, str], domains: Sequence[tuple[float, float]], theme: Theme
) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for column, name in enumerate(names):
        left = _COLUMNS[column][0]
        look: dict[str, Any] = {
            "xref": "paper",
            "yref": "paper",
            "x": left,
            "xanchor": "left",
            "align": "left",
        }
        for (_, top), text, size, color in zip(
            domains,
            (f"<b>{plain(short(name, 40))}</b>", "Q of every scenario, reward units", "gate"),
            (14, 12, 12),
            (theme.text, theme.muted, theme.muted),
            strict=True,
        ):
            made.append(
                look
                | {"y": top, "yanchor": "bottom", "yshift": 6, "text": text, "showarrow": False,
                   "font": {"size": size, "color": color}}
            )  # fmt: skip
    return made


def _parting(
    parting: int | None,
    window: tuple[int, int],
    domains: Sequence[tuple[float, float]],
    theme: Theme,
) -> list[dict[str, Any]]:
    """Mark the event at which the two part, in the rows of the lanes and of Q."""
    if parting is None or not window[0] <= parting <= window[1]:
        return []
    return [
        {
            "type": "line", "xref": axis, "yref": "paper", "x0": parting, "x1": parting, "y0": low,
            "y1": high, "layer": "below", "line": {"color": theme.bad, "width": 1, "dash": "dash"},
        }
        for axis in ("x", "x2")
        for low, high in domains
    ]  # fmt: skip
