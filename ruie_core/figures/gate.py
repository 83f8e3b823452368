"""Figures of the Gate and Q view: gates per scenario, gate mass, calibration of Q."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.dots import STILL, dots
from ruie_core.figures.numbers import THIN, count, interval, number, percent, plain, short
from ruie_core.figures.panels import axis, key, stacked
from ruie_core.figures.rows import Record, records
from ruie_core.figures.theme import LIGHT, Theme, finish, scenario_colors, translucent


def distribution(
    frame: pd.DataFrame,
    mass: pd.DataFrame,
    scenarios: tuple[str, ...],
    theme: Theme = LIGHT,
    selected: str | None = None,
) -> go.Figure:
    """Draw the gates of each scenario as a strip of bars; the two ends are shaded.

    Args:
        frame: scenario, left, right, n, share, density.
        mass: scenario, n, median, ends.
        scenarios: all scenarios by code, which fixes colours and order.
        theme: colours.
        selected: scenario that stands out; none: all alike.

    A click on a bar carries the scenario's code as the second of its ``customdata``.

    Example:
        >>> frame = pd.DataFrame({"scenario": "feed", "left": [0.25, 0.5], "right": [0.5, 0.75],
        ...                       "n": [1, 3], "share": [0.25, 0.75], "density": [1.0, 3.0]})
        >>> mass = pd.DataFrame({"scenario": ["feed"], "n": [4], "median": [0.6], "ends": [0.0]})
        >>> distribution(frame, mass, ("feed",)).data[0].x
        (0.375, 0.625)
    """
    colors = scenario_colors(scenarios)
    cells = records(mass)
    traces, shapes, notes = [], [], []
    for place, cell in enumerate(cells, start=1):
        inside = {"xref": axis("x", place), "yref": f"{axis('y', place)} domain"}
        aside = selected not in {None, cell["scenario"]}
        rows = records(frame[frame["scenario"] == cell["scenario"]])
        traces.append(
            go.Bar(
                x=[(row["left"] + row["right"]) / 2 for row in rows],
                y=[row["density"] for row in rows],
                xaxis=axis("x", place),
                yaxis=axis("y", place),
                width=[row["right"] - row["left"] for row in rows],
                marker={
                    "color": theme.faint if aside else colors[cell["scenario"]],
                    "line": {"width": 0},
                },
                **STILL,
                customdata=[
                    [
                        f"<b>{plain(cell['scenario'])}</b><br>gate {number(row['left'], 3)} to "
                        f"{number(row['right'], 3)}<br>{count(row['n'])} events, "
                        f"{percent(row['share'], 1)} of the scenario",
                        scenarios.index(cell["scenario"]) + 1,
                    ]
                    for row in rows
                ],
                hovertemplate="%{customdata[0]}<extra></extra>",
                showlegend=False,
            )
        )
        for x0, x1 in ((0, 0.05), (0.95, 1)):
            shapes.append(
                {"type": "rect", "x0": x0, "x1": x1, "y0": 0, "y1": 1, "line": {"width": 0},
                 "fillcolor": translucent(theme.bad, 0.10), "layer": "below"} | inside
            )  # fmt: skip
        shapes.append(
            {"type": "line", "x0": cell["median"], "x1": cell["median"], "y0": 0, "y1": 1,
             "line": {"color": theme.text, "width": 1.5}} | inside
        )  # fmt: skip
        for x, anchor, text, color in (
            (
                0,
                "right",
                plain(short(cell["scenario"], 24)),
                theme.faint if aside else theme.text,
            ),
            (
                1,
                "left",
                f"n = {count(cell['n'])}<br>{percent(cell['ends'], 1)} at an end",
                theme.muted,
            ),
        ):
            notes.append(
                {"x": x, "xanchor": anchor, "y": 0.5, "text": text, "align": "left",
                 "xshift": -10 if anchor == "right" else 10, "showarrow": False,
                 "font": {"size": 13 if anchor == "right" else 12, "color": color}} | inside
            )  # fmt: skip
    layout = gate_strips(max(1, len(cells))) | {
        "shapes": shapes, "annotations": notes, "margin": {"l": 168, "r": 110, "t": 8},
    }  # fmt: skip
    figure = go.Figure(traces, layout)
    return finish(figure, theme, 70 + 58 * max(1, len(cells)))


def gate_strips(rows: int) -> dict[str, Any]:
    """Return the layout of histograms of gates under each other: gates from 0 to 1, heights free.

    Args:
        rows: one per scenario, one at least.
    """
    gates = {"range": [0, 1], "showgrid": True, "tickvals": [0, 0.25, 0.5, 0.75, 1]}
    layout = stacked(rows, 0.02, gates, {"visible": False, "rangemode": "tozero"})
    layout[key("x", rows)]["title"] = {"text": "gate"}
    return layout | {"bargap": 0, "clickmode": "event+select"}


def mass(
    frame: pd.DataFrame,
    scenarios: tuple[str, ...],
    theme: Theme = LIGHT,
    selected: str | None = None,
) -> go.Figure:
    """Draw each scenario's gate mass over its traffic as a dot with its interval; 1 is fair.

    Args:
        frame: scenario, n, traffic, mass, ratio, low, high.
        scenarios: all scenarios by code.
        theme: colours.
        selected: scenario that stands out; none: all alike.

    Example:
        >>> frame = pd.DataFrame({"scenario": ["feed"], "n": [9], "traffic": [0.5], "mass": [0.6],
        ...                       "ratio": [1.2], "low": [1.1], "high": [1.3]})
        >>> mass(frame, ("feed",)).data[0].x
        (1.2,)
    """
    rows = records(frame)
    figure = dots(
        frame.assign(value=frame["ratio"]),
        scenarios,
        fair=1.0,
        texts=[f"×{THIN}{number(row['ratio'])}" for row in rows],
        sides=[
            f"{percent(row['mass'])} of mass<br>{percent(row['traffic'])} of traffic"
            for row in rows
        ],
        hovers=[
            f"{percent(row['mass'], 1)} of the gate mass, "
            f"{percent(row['traffic'], 1)} of the traffic<br>ratio {number(row['ratio'])} "
            f"({_interval(row)})<br>{count(row['n'])} events"
            for row in rows
        ],
        theme=theme,
        selected=selected,
    )
    figure.update_xaxes(title_text="gate mass over traffic", tickprefix=f"×{THIN}")
    return figure


def _interval(row: Record) -> str:
    if row["low"] is None:
        return "too few users for an interval"
    return f"95{THIN}% interval {interval(row['low'], row['high'], 2)}"


def promises(
    frame: pd.DataFrame,
    scenarios: tuple[str, ...],
    theme: Theme = LIGHT,
    selected: str | None = None,
) -> go.Figure:
    """Draw Q minus realised return per scenario as a dot with its interval; 0 is exact.

    Args:
        frame: scenario, n, gap, low, high; reward units.
        scenarios: all scenarios by code.
        theme: colours.
        selected: scenario that stands out; none: all alike.

    Example:
        >>> frame = pd.DataFrame({"scenario": ["feed"], "n": [9], "gap": [0.2], "low": [0.1],
        ...                       "high": [0.3]})
        >>> promises(frame, ("feed",)).data[0].x
        (0.2,)
    """
    rows = records(frame)
    figure = dots(
        frame.assign(value=frame["gap"]),
        scenarios,
        fair=0.0,
        texts=[number(row["gap"]) for row in rows],
        sides=[f"n = {count(row['n'])}" for row in rows],
        hovers=[
            f"Q minus what came: {number(row['gap'])} reward units<br>{_interval(row)}<br>"
            f"{count(row['n'])} events"
            for row in rows
        ],
        theme=theme,
        selected=selected,
    )
    figure.update_xaxes(title_text="Q minus realised return, reward units")
    return figure
