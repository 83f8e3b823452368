"""One form for every estimate with an interval: a row each, a panel per metric, words at the side.

A filled dot is told apart from its reference, a hollow one is not; the legend says so in words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from ruie_core.figures.theme import Theme, finish

_GAP = 0.045
"""Between panels, as a share of the width."""

ROW = 32
"""Height of a row, pixels; ``TALL`` where values stand over their dots."""
TALL = 46

_HEAD, _FOOT = 34, 52


@dataclass(frozen=True)
class Panel:
    """One axis of estimates.

    Attributes:
        key: what its points are marked with.
        title: of the axis, with the unit.
        fair: where a line is drawn that estimates are read against: zero for a difference.
    """

    key: str
    title: str
    fair: float | None = 0.0


@dataclass(frozen=True)
class Point:
    """One estimate.

    Attributes:
        row: place of its row, 0 on top.
        panel: key of its panel.
        value: the estimate.
        low: of its interval, or none.
        high: of its interval, or none.
        color: of dot and line.
        hover: Plotly's markup, names escaped.
        filled: told apart from its reference.
        group: words of the legend; empty: none.
        text: written over the dot.
        quiet: its interval says little and may run off the axis, which fits the others.
    """

    row: int
    panel: str
    value: float
    low: float | None
    high: float | None
    color: str
    hover: str
    filled: bool = True
    group: str = ""
    text: str = ""
    quiet: bool = False


@dataclass(frozen=True)
class Side:
    """A column of words right of the panels: its head, a text per row, its width in pixels."""

    title: str
    texts: Sequence[str]
    width: int


def dot_rows(
    labels: Sequence[str],
    panels: Sequence[Panel],
    points: Sequence[Point],
    theme: Theme,
    sides: Sequence[Side] = (),
) -> go.Figure:
    """Draw estimates in rows.

    Args:
        labels: of the rows, from the top; Plotly's markup.
        panels: from left to right.
        points: in any order.
        theme: colours.
        sides: columns of words at the right.

    Example:
        >>> from ruie_core.figures.theme import LIGHT
        >>> point = Point(0, "d", -0.001, -0.002, 0.001, "#1B1F24", "", filled=False)
        >>> figure = dot_rows(["no attention"], [Panel("d", "ΔNDCG@10")], [point], LIGHT)
        >>> figure.data[0].x, figure.data[0].error_x.array, figure.data[0].marker.color
        ((-0.001,), (0.002,), '#FFFFFF')
        >>> figure.layout.shapes[0].x0
        0.0
    """
    figure = go.Figure()
    width = (1 + _GAP) / max(1, len(panels)) - _GAP
    named: set[str] = set()
    lines: list[dict[str, Any]] = []
    for place, panel in enumerate(panels):
        own = [point for point in points if point.panel == panel.key]
        axis = "x" if place == 0 else f"x{place + 1}"
        looks = dict.fromkeys((point.group, point.color, point.filled) for point in own)
        for look in looks:
            part = [point for point in own if (point.group, point.color, point.filled) == look]
            figure.add_trace(_dots(part, axis, look[0] not in named, theme))
            named.add(look[0])
        if panel.fair is not None:
            lines.append({
                "type": "line", "xref": axis, "yref": "paper", "layer": "between",
                "x0": panel.fair, "x1": panel.fair, "y0": 0, "y1": 1,
                "line": {"color": theme.muted, "width": 1.5, "dash": "dot"},
            })  # fmt: skip
        left = place * (width + _GAP)
        figure.layout[axis.replace("x", "xaxis")] = {
            "title": {"text": panel.title},
            "domain": [left, min(1.0, left + width)],
            "range": _span(own, panel.fair),
            "anchor": "y",
            "nticks": max(3, 8 // len(panels)),
            "showgrid": True,
        }
    lines += [
        {
            "type": "line", "xref": "paper", "yref": "y", "layer": "below",
            "x0": 0, "x1": 1, "y0": place, "y1": place, "line": {"color": theme.line, "width": 1},
        }
        for place in range(len(labels))
    ]  # fmt: skip
    tall = any(point.text for point in points)
    headed = bool(sides) or bool(named - {""})
    figure.update_yaxes(
        tickvals=list(range(len(labels))),
        ticktext=list(labels),
        range=[len(labels) - 0.4, -0.75 if tall else -0.6],
        showgrid=False,
        ticklabelstandoff=8,
        tickfont={"color": theme.text, "size": 13},
    )
    top = _HEAD if headed else 8
    figure.update_layout(
        shapes=lines,
        annotations=list(_side_notes(sides, theme)),
        margin={"t": top, "r": 8 + sum(side.width for side in sides)},
        # A dot of the legend is a mark, not the interval with it.
        legend={"itemsizing": "constant", "tracegroupgap": 0, "y": 1.0, "yref": "paper"},
    )
    height = top + _FOOT + (TALL if tall else ROW) * max(1, len(labels))
    return finish(figure, theme, height)


def _dots(part: Sequence[Point], axis: str, named: bool, theme: Theme) -> go.Scatter:
    first = part[0]
    return go.Scatter(
        x=[point.value for point in part],
        y=[point.row for point in part],
        xaxis=axis,
        yaxis="y",
        name=first.group,
        legendgroup=first.group,
        legendrank=1 if first.filled else 2,
        showlegend=bool(first.group) and named,
        mode="markers+text" if any(point.text for point in part) else "markers",
        text=[point.text for point in part],
        textposition="top center",
        textfont={"color": theme.text, "size": 12},
        cliponaxis=False,
        marker={
            "size": 10,
            "symbol": "circle",
            "color": first.color if first.filled else theme.ground,
            "line": {"color": first.color, "width": 2},
            "opacity": 1,
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [_length(point.value, point.high) for point in part],
            "arrayminus": [_length(point.low, point.value) for point in part],
            "thickness": 2,
            "width": 0,
            "color": first.color,
        },
        customdata=[point.hover for point in part],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _length(start: float | None, end: float | None) -> float:
    """Return the length of an error bar; where there is no interval there is no bar."""
    return 0.0 if start is None or end is None else max(0.0, end - start)


def _span(points: Sequence[Point], fair: float | None) -> list[float]:
    """Return an axis range that holds every interval and the reference, with room at both ends."""
    loud = [end for point in points if not point.quiet for end in (point.low, point.high)]
    ends = [*loud, *(point.value for point in points)]
    known = [end for end in (*ends, fair) if end is not None]
    least, most = min(known, default=0.0), max(known, default=1.0)
    pad = 0.07 * (most - least) or 0.1 * abs(most) or 1.0
    return [least - pad, most + pad]


def _side_notes(sides: Sequence[Side], theme: Theme) -> Iterator[dict[str, Any]]:
    left = 14
    for side in sides:
        yield {
            "x": 1, "xref": "paper", "xanchor": "left", "xshift": left,
            "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 4,
            "text": side.title, "font": {"size": 12, "color": theme.muted},
        }  # fmt: skip
        for place, text in enumerate(side.texts):
            yield {
                "x": 1, "xref": "paper", "xanchor": "left", "xshift": left, "y": place, "yref": "y",
                "text": text, "font": {"size": 12, "color": theme.text}, "align": "left",
            }  # fmt: skip
        left += side.width
