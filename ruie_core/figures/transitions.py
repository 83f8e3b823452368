"""Figures of the Transitions view: three heatmaps beside each other."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.numbers import THIN, count, interval, number, percent, plain, short
from ruie_core.figures.panels import axis, beside
from ruie_core.figures.rows import Record, records
from ruie_core.figures.theme import LIGHT, Theme, finish, scenario_colors

RATIOS = {
    "misread": "model against observed",
    "log_lift": "observed against the reference",
}
"""What the third heatmap may show: column of the frame and its title."""

MOST_WRITTEN = 8
"""Scenarios up to which the cells carry their values; beyond, colours and the pointer tell."""

_FURTHEST = float(np.log(4))
"""Log-ratio at which the colours end: four times as often, or as seldom."""


def heatmaps(
    frame: pd.DataFrame,
    scenarios: tuple[str, ...],
    ratio: str = "misread",
    reference: str = "base rate",
    theme: Theme = LIGHT,
    selected: str | None = None,
) -> go.Figure:
    """Draw observed shares, the model's mean probabilities and the log of a ratio.

    Args:
        frame: as from ``frames.transitions``: one row per pair, by code.
        scenarios: all scenarios by code.
        ratio: ``misread`` (model over observed) or ``log_lift`` (observed over the reference).
        reference: what ``p_reference`` is, in words.
        theme: colours.
        selected: scenario whose row and column are framed.

    The second of a cell's ``customdata`` is the code of the scenario that is left: what a click
    selects.

    Example:
        >>> frame = pd.DataFrame({
        ...     "from_scenario": ["a", "a", "b", "b"], "to_scenario": ["a", "b", "a", "b"],
        ...     "n": [3, 1, 1, 1], "n_from": [4, 4, 2, 2], "p_observed": [0.75, 0.25, 0.5, 0.5],
        ...     "p_low": 0.1, "p_high": 0.9, "p_model": 0.5, "p_reference": 0.5,
        ...     "misread": [-0.4, 0.7, 0.0, 0.0], "misread_low": -1.0, "misread_high": 1.0,
        ...     "log_lift": 0.0, "log_lift_low": -1.0, "log_lift_high": 1.0})
        >>> heatmaps(frame, ("a", "b")).data[0].z.tolist()
        [[0.75, 0.25], [0.5, 0.5]]
    """
    size = len(scenarios)
    title = RATIOS[ratio].replace("the reference", f"the {reference}")
    rows = records(frame)
    hover = [_hover(row, reference) for row in rows]
    written = size <= MOST_WRITTEN
    traces: list[Any] = []
    for column, (name, scale) in enumerate(
        (("p_observed", theme.sequential), ("p_model", theme.sequential), (ratio, theme.diverging)),
        start=1,
    ):
        values = frame[name].to_numpy(float).reshape(size, size)
        signed = name == ratio
        traces.append(
            go.Heatmap(
                z=values,
                x=list(range(size)),
                y=list(range(size)),
                xaxis=axis("x", column),
                yaxis=axis("y", column),
                colorscale=[[place, color] for place, color in scale],
                zmin=-_FURTHEST if signed else 0,
                zmax=_FURTHEST if signed else 1,
                text=np.array(
                    [_ratio_text(row, ratio, theme) if signed else _share_text(row[name])
                     for row in rows]
                ).reshape(size, size),
                texttemplate="%{text}" if written else "",
                textfont={"size": 13 if size <= 6 else 11},
                hoverinfo="skip",
                showscale=False,
                xgap=2,
                ygap=2,
            )
        )  # fmt: skip
    traces += [_targets(hover, size, column) for column in (1, 2, 3)]
    below = [label(name, scenarios, 24 if written else 14) for name in scenarios]
    left = [label(name, scenarios) for name in scenarios]
    layout = beside(
        3, 0.035,
        {
            "tickvals": list(range(size)), "ticktext": below, "title": {"text": "to"},
            "side": "bottom", "tickangle": 0 if size <= 3 else -35 if written else -70,
            "showgrid": False, "fixedrange": True,
        },
        {
            "tickvals": list(range(size)), "ticktext": left, "autorange": "reversed",
            "showgrid": False, "ticklabelstandoff": 6, "tickfont": {"color": theme.text},
            "fixedrange": True,
        },
    )  # fmt: skip
    layout["yaxis"]["title"] = {"text": "from"}
    titles = ("observed", "expected by the model", title)
    layout |= {
        "annotations": [
            {
                "x": layout[panel]["domain"][0], "xref": "paper", "xanchor": "left", "y": 1,
                "yref": "paper", "yanchor": "bottom", "text": text, "showarrow": False,
                "font": {"size": 13, "color": theme.text},
            }
            for panel, text in zip(("xaxis", "xaxis2", "xaxis3"), titles, strict=True)
        ],
        "shapes": _frames(scenarios.index(selected), size, theme) if selected in scenarios else [],
        "dragmode": False,
        "clickmode": "event+select",
    }  # fmt: skip
    figure = go.Figure(traces, layout)
    return finish(figure, theme, 150 + (46 if written else 26) * max(2, size))


def _targets(hover: list[str], size: int, column: int) -> go.Scatter:
    """Return unseen marks over the cells: a heatmap tells nobody that it was clicked."""
    shown = {"marker": {"opacity": 0}}
    return go.Scatter(
        x=[place % size for place in range(len(hover))],
        y=[place // size for place in range(len(hover))],
        xaxis=axis("x", column),
        yaxis=axis("y", column),
        mode="markers",
        marker={"symbol": "square", "size": 40 if size <= MOST_WRITTEN else 22, "opacity": 0},
        selected=shown,
        unselected=shown,
        customdata=[[text, place // size + 1] for place, text in enumerate(hover)],
        hovertemplate="%{customdata[0]}<extra></extra>",
        showlegend=False,
    )


def _frames(code: int, size: int, theme: Theme) -> list[dict[str, Any]]:
    """Return lines around the row and the column of a scenario in each of the three panels."""
    around = (
        (-0.5, size - 0.5, code - 0.5, code + 0.5, "solid"),
        (code - 0.5, code + 0.5, -0.5, size - 0.5, "dot"),
    )
    return [
        {
            "type": "rect", "x0": x0, "x1": x1, "y0": y0, "y1": y1,
            "xref": f"x{panel}", "yref": f"y{panel}", "fillcolor": "rgba(0,0,0,0)",
            "line": {"color": theme.text, "width": 1.6, "dash": dash},
        }
        for panel in ("", "2", "3")
        for x0, x1, y0, y1, dash in around
    ]  # fmt: skip


def label(name: str, scenarios: tuple[str, ...], limit: int = 24) -> str:
    """Return an axis label with the scenario's colour before its name.

    >>> label("feed", ("feed",))
    '<span style="color:#0072B2">■</span> feed'
    """
    color = scenario_colors(scenarios)[name]
    return f'<span style="color:{color}">■</span> {plain(short(name, limit))}'


def _share_text(share: float | None) -> str:
    if share is None:
        return ""
    return percent(share) if share >= 0.0095 or share == 0 else f"&lt;{THIN}1{THIN}%"


def _ratio_text(row: Record, ratio: str, theme: Theme) -> str:
    """Write a ratio, in bold where its interval leaves out 1."""
    if row[ratio] is None:
        return f'<span style="color:{theme.faint}">–</span>' if row["n_from"] else ""
    text = f"×{THIN}{number(float(np.exp(row[ratio])), 2 if row[ratio] < 2.3 else 0)}"
    low, high = row[f"{ratio}_low"], row[f"{ratio}_high"]
    sure = (low is not None and low > 0) or (high is not None and high < 0)
    return f"<b>{text}</b>" if sure else text


def _hover(row: Record, reference: str) -> str:
    head = f"<b>{plain(row['from_scenario'])} → {plain(row['to_scenario'])}</b>"
    if not row["n_from"]:
        return f"{head}<br>nothing left this scenario"
    lines = [
        head,
        f"{count(row['n'])} of {count(row['n_from'])} transitions: "
        f"{percent(row['p_observed'], 1)} "
        f"({percent(row['p_low'], 1)} to {percent(row['p_high'], 1)})",
        f"model: {percent(row['p_model'], 1)}",
        f"{reference}: {percent(row['p_reference'], 1)}",
    ]
    for name, text in (("misread", "model / observed"), ("log_lift", f"observed / {reference}")):
        if row[name] is not None:
            lines.append(
                f"log {text}: {number(row[name])} "
                f"({interval(row[f'{name}_low'], row[f'{name}_high'], 2)})"
            )
    return "<br>".join(lines)
