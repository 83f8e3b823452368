"""A row per scenario, a dot with its interval, and a line where there is no difference."""

from typing import Final

import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.numbers import plain, short
from ruie_core.figures.rows import records
from ruie_core.figures.theme import LIGHT, Theme, finish, scenario_colors

STILL: Final = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}
"""A click does not pale the other marks: what is selected is drawn anew, everywhere."""


def dots(
    frame: pd.DataFrame,
    scenarios: tuple[str, ...],
    fair: float,
    texts: list[str],
    sides: list[str],
    hovers: list[str],
    theme: Theme = LIGHT,
    selected: str | None = None,
) -> go.Figure:
    """Draw a row per scenario: ``value`` with ``low`` to ``high``, and a line where it is fair.

    Args:
        frame: scenario, value, low, high.
        scenarios: all scenarios by code, which fixes the colours; other rows have that of text.
        fair: the value that means no difference.
        texts: what is written over each dot.
        sides: what is written at the right of each row, HTML that Plotly reads.
        hovers: what is said under the pointer, after the row's name.
        theme: colours.
        selected: the scenario whose row keeps its colour; none: all do.

    Example:
        >>> frame = pd.DataFrame({"scenario": ["feed"], "value": [1.2], "low": [1.1], "high": 1.3})
        >>> dots(frame, ("feed",), 1.0, ["×1.2"], ["n = 9"], [""]).data[0].text
        ('×1.2',)
    """
    colors = scenario_colors(scenarios)
    rows = records(frame)
    paint = [
        colors.get(row["scenario"], theme.text)
        if selected in {None, row["scenario"]}
        else theme.faint
        for row in rows
    ]
    codes = {name: code for code, name in enumerate(scenarios, 1)}
    heads = [f"<b>{plain(row['scenario'])}</b><br>" for row in rows]
    figure = go.Figure(
        go.Scatter(
            x=[row["value"] for row in rows],
            y=list(range(len(rows))),
            mode="markers+text",
            text=texts,
            textposition="top center",
            textfont={"color": theme.text, "size": 12},
            marker={"size": 12, "color": paint},
            customdata=[
                [head + hover, codes.get(row["scenario"], 0)]
                for head, hover, row in zip(heads, hovers, rows, strict=True)
            ],
            hovertemplate="%{customdata[0]}<extra></extra>",
            showlegend=False,
            **STILL,
        )
    )
    # Put in at once below: one by one, Plotly goes through all earlier ones again for each.
    notes = [
        {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 10, "y": place, "text": side,
         "align": "left", "font": {"size": 12, "color": theme.muted}}
        for place, side in enumerate(sides)
    ]  # fmt: skip
    shapes = [
        {"type": "line", "x0": row["low"], "x1": row["high"], "y0": place, "y1": place,
         "layer": "between", "line": {"color": color, "width": 2.5}}
        for place, (row, color) in enumerate(zip(rows, paint, strict=True))
        if row["low"] is not None
    ]  # fmt: skip
    shapes.append(
        {"type": "line", "x0": fair, "x1": fair, "y0": 0, "y1": 1, "yref": "paper",
         "layer": "below", "line": {"color": theme.muted, "width": 1, "dash": "dot"}}
    )  # fmt: skip
    figure.update_layout(shapes=shapes, annotations=notes)
    drawn = [row[name] for row in rows for name in ("low", "high", "value")]
    bounds = [value for value in drawn if value is not None]
    least, most = min([fair - 0.2, *bounds]), max([fair + 0.2, *bounds])
    pad = 0.08 * (most - least)
    figure.update_xaxes(range=[least - pad, most + pad], nticks=6, showgrid=True)
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=[plain(short(row["scenario"], 24)) for row in rows],
        range=[len(rows) - 0.5, -0.6],
        showgrid=False,
        ticklabelstandoff=8,
        tickfont={"color": theme.text, "size": 13},
    )
    widest = max((len(part) for side in sides for part in side.split("<br>")), default=0)
    margin = {"t": 8, "r": 20 + 6.5 * widest}  # px: sides stay beside
    figure.update_layout(margin=margin, clickmode="event+select")
    return finish(figure, theme, 70 + 58 * max(1, len(rows)))
