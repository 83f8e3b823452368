"""Two sides beside each other: a figure per scenario on either, and their difference."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.legible import legible
from ruie_core.figures.numbers import THIN, count, number, percent, plain, short, signed
from ruie_core.figures.rows import Record, records
from ruie_core.figures.scenarios import GROUP_NAMES
from ruie_core.figures.strokes import strokes
from ruie_core.figures.theme import LIGHT, Theme, finish, scenario_colors

_SHIFT = 0.17
"""How far, in rows, the first side stands over the middle of its row and the second under it."""
_ROW = 66
"""Height of a row, px."""
_LEFT, _RIGHT = (0.0, 0.6), (0.68, 1.0)
"""Parts of the width: both values, and their difference."""


@dataclass(frozen=True)
class Drawn:
    """What is drawn and how it is written.

    Attributes:
        axis: title of the values' axis, with its unit.
        first: what the first side is called, plain.
        second: what the second side is called, plain.
        share: values are shares of one, written as percent and their differences as points.
        digits: decimals of values that are no shares.
        floor: left end of the axis; none: by the values.
        same: both sides are the same events, so that one n is written.
        selected: scenario that stands out; none: all alike.
    """

    axis: str
    first: str
    second: str
    share: bool = False
    digits: int = 3
    floor: float | None = 0.0
    same: bool = False
    selected: str | None = None

    def value(self, value: float | None) -> str:
        """Write a value."""
        return percent(value, 1) if self.share else number(value, self.digits)

    def gap(self, value: float | None) -> str:
        """Write a difference."""
        if self.share:
            return signed(None if value is None else 100 * value, 1)
        return signed(value, self.digits)


def contrast(
    frame: pd.DataFrame, scenarios: tuple[str, ...], drawn: Drawn, theme: Theme = LIGHT
) -> go.Figure:
    """Draw both sides' values as a dot and a ring with intervals, and the difference beside them.

    A click on a mark carries the scenario's code as the second of its ``customdata``.

    Args:
        frame: a contrast: group, scenario, code, value_1, low_1, high_1, n_1, users_1, the same
            of side 2, difference, difference_low, difference_high, small; where a side is the mean
            of several trainings, their figures in each_1 and each_2 (tuples).
        scenarios: all scenarios by code, which fixes the colours.
        drawn: how it is written.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({
        ...     "group": ["scenario"], "scenario": ["feed"], "code": [1], "small": [False],
        ...     "value_1": [0.3], "low_1": [0.2], "high_1": [0.4], "n_1": [90], "users_1": [80],
        ...     "value_2": [0.1], "low_2": [0.1], "high_2": [0.2], "n_2": [70], "users_2": [60],
        ...     "difference": [0.2], "difference_low": [0.1], "difference_high": [0.3]})
        >>> figure = contrast(frame, ("feed",), Drawn("NDCG@10", "cohort", "rest"))
        >>> [trace.x for trace in figure.data]
        [(0.1,), (0.3,), (0.2,)]
    """
    colors = scenario_colors(scenarios)
    rows = records(frame)
    places = [
        place + (0.35 if row["group"] == "scenario" and rows[0]["group"] == "all" else 0.0)
        for place, row in enumerate(rows)
    ]
    paint = [_paint(row, colors, drawn, theme) for row in rows]
    ring = [theme.faint if color == theme.faint else theme.muted for color in paint]
    marks = [
        *strokes(rows, "each_2", [p + _SHIFT for p in places], ring, drawn.second, drawn.value),
        *strokes(rows, "each_1", [p - _SHIFT for p in places], paint, drawn.first, drawn.value),
        _marks(rows, places, "2", ring, drawn, theme),
        _marks(rows, places, "1", paint, drawn, theme),
        _marks(rows, places, "", paint, drawn, theme),
    ]
    notes = [sides_key(drawn.first, drawn.second, ("●", "○"), theme)]
    shapes: list[dict[str, object]] = [
        {"type": "line", "x0": 0, "x1": 0, "xref": "x2", "y0": 0, "y1": 1, "yref": "paper",
         "layer": "below", "line": {"color": theme.muted, "width": 1, "dash": "dot"}}
    ]  # fmt: skip
    scale = 100.0 if drawn.share else 1.0
    for row, place, color, other in zip(rows, places, paint, ring, strict=True):
        shapes += _line(row, "low_1", "high_1", "x", place - _SHIFT, color, 2.5)
        shapes += _line(row, "low_2", "high_2", "x", place + _SHIFT, other, 1.5)
        shapes += _line(row, "difference_low", "difference_high", "x2", place, color, 2.5, scale)
        notes.append(
            {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 10, "y": place,
             "text": _n(row, drawn), "align": "left",
             "font": {"size": 12, "color": theme.faint if row["small"] else theme.muted}}
        )  # fmt: skip
    layout = _axes(rows, places, paint, drawn, theme) | {
        "shapes": shapes, "annotations": notes, "clickmode": "event+select",
    }  # fmt: skip
    # A page has eight of these: the tests validate them instead.
    figure = go.Figure(marks, layout, _validate=False)
    return finish(figure, theme, 104 + _ROW * max(1, len(rows)))


def _axes(
    rows: list[Record],
    places: list[float],
    paint: list[str],
    drawn: Drawn,
    theme: Theme,
) -> dict[str, Any]:
    ends = [row[name] for row in rows for name in (
        "value_1", "low_1", "high_1", "value_2", "low_2", "high_2")]  # fmt: skip
    gaps = [0.0] + [row[name] for row in rows if not row["small"] for name in (
        "difference", "difference_low", "difference_high")]  # fmt: skip
    left = _range([value for value in ends if value is not None], drawn.floor)
    scale = 100.0 if drawn.share else 1.0
    right = _range([scale * value for value in gaps if value is not None], None)
    shown = ".0%" if drawn.share else ""
    return {
        "xaxis": {
            "range": left, "domain": _LEFT, "showgrid": True, "nticks": 6,
            "title": {"text": drawn.axis}, "tickformat": shown,
        },
        "xaxis2": {
            "range": right, "domain": _RIGHT, "showgrid": True, "nticks": 4, "anchor": "y",
            "title": {"text": "difference" + (", points" if drawn.share else "")},
        },
        "yaxis": {
            "tickvals": places,
            "ticktext": [_label(row, color, drawn, theme)
                for row, color in zip(rows, paint, strict=True)],
            "range": [max(places, default=0) + 0.6, -0.75],
            "showgrid": False,
            "ticklabelstandoff": 8,
            "tickfont": {"color": theme.text, "size": 13},
        },
        "margin": {"r": 84, "t": 44},
    }  # fmt: skip


def _range(values: list[float], floor: float | None) -> list[float]:
    least, most = min(values, default=0.0), max(values, default=1.0)
    pad = 0.12 * (most - least or abs(most) or 1.0)
    return [least - pad if floor is None else floor - 0.02 * (most - floor), most + pad]


def _marks(
    rows: list[Record],
    places: list[float],
    side: str,
    paint: list[str],
    drawn: Drawn,
    theme: Theme,
) -> dict[str, Any]:
    """Draw one side's values, or the differences where ``side`` is empty.

    Of too few events no difference is drawn: it would take the room that the others are read in.
    """
    column = f"value_{side}" if side else "difference"
    values = [None if row["small"] and not side else row[column] for row in rows]
    shift = {"1": -_SHIFT, "2": _SHIFT, "": 0.0}[side]
    write = drawn.value if side else drawn.gap
    scale = 100.0 if drawn.share and not side else 1.0
    faint = [color == theme.faint for color in paint]
    marker = {
        "size": 11 if side != "2" else 9,
        "color": paint if side != "2" else theme.ground,
        "symbol": "diamond" if not side else "circle",
        "line": {"width": 1.8 if side == "2" else 0, "color": paint},
        "opacity": 1,
    }
    text = ["" if value is None else write(value) for value in values]
    return {
        "type": "scatter",
        "x": [None if value is None else scale * value for value in values],
        "y": [place + shift for place in places],
        "xaxis": "x" if side else "x2",
        "mode": "markers+text",
        "cliponaxis": False,
        "text": text,
        "textposition": "bottom center" if side == "2" else "top center",
        "textfont": {
            "size": 12 if side != "2" else 11,
            "color": [
                theme.faint if gone else theme.muted if side == "2" else theme.text
                for gone in faint
            ],
        },
        "marker": marker,
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
        "customdata": [[_hover(row, drawn), row["code"]] for row in rows],
        "hovertemplate": "%{customdata[0]}<extra></extra>",
        "showlegend": False,
    }


def sides_key(first: str, second: str, marks: tuple[str, str], theme: Theme) -> dict[str, object]:
    """Return a line over the plot that says what both sides' marks are.

    A legend wraps where the plot is narrow, and takes the room from it.
    """
    own, other = (plain(short(name, 30)) for name in (first, second))
    return {
        "x": 0, "xref": "paper", "xanchor": "left", "xshift": -48, "y": 1, "yref": "paper",
        "yanchor": "bottom", "yshift": 12, "showarrow": False, "align": "left",
        "text": f"{marks[0]} {own}     {marks[1]} {other}",
        "font": {"size": 12, "color": theme.text},
    }  # fmt: skip


def _line(
    row: Record,
    low: str,
    high: str,
    axis: str,
    place: float,
    color: str,
    width: float,
    scale: float = 1.0,
) -> list[dict[str, object]]:
    if row[low] is None:
        return []
    return [
        {
            "type": "line", "xref": axis, "yref": "y", "x0": scale * row[low],
            "x1": scale * row[high], "y0": place, "y1": place, "layer": "between",
            "line": {"color": color, "width": width},
        }
    ]  # fmt: skip


def _paint(row: Record, colors: dict[str, str], drawn: Drawn, theme: Theme) -> str:
    aside = drawn.selected is not None and row["scenario"] != drawn.selected
    if row["small"] or (aside and row["group"] == "scenario"):
        return theme.faint
    return colors[row["scenario"]] if row["group"] == "scenario" else theme.text


def _label(row: Record, color: str, drawn: Drawn, theme: Theme) -> str:
    if row["group"] != "scenario":
        return f"<b>{GROUP_NAMES[row['group']]}</b>"
    mark = f'<span style="color:{legible(color, theme, 1.6)}">■</span>'
    name = plain(short(row["scenario"], 24))
    return f"{mark} <b>{name}</b>" if row["scenario"] == drawn.selected else f"{mark} {name}"


def _n(row: Record, drawn: Drawn) -> str:
    """Write how many events either side has; of shares, how many of them lie in the scenario."""
    own, other = (count(row[f"{'y' if drawn.share else 'n'}_{side}"]) for side in ("1", "2"))
    mark = "<br>too few" if row["small"] else ""
    return f"n = {own}{mark}" if drawn.same else f"n = {own}<br>and {other}{mark}"


def _hover(row: Record, drawn: Drawn) -> str:
    name = GROUP_NAMES.get(row["group"], row["scenario"])
    lines = [f"<b>{plain(name)}</b>"]
    for side, called in (("1", drawn.first), ("2", drawn.second)):
        spread = ""
        if row[f"low_{side}"] is not None:
            low, high = drawn.value(row[f"low_{side}"]), drawn.value(row[f"high_{side}"])
            spread = f" ({low} to {high})"
        lines.append(
            f"{plain(short(called, 44))}: {drawn.value(row[f'value_{side}'])}{spread}, "
            f"n = {count(row[f'n_{side}'])} of {count(row[f'users_{side}'])} users"
        )
    gap = f"difference {drawn.gap(row['difference'])}"
    if row["difference_low"] is not None:
        gap += (
            f" (95{THIN}% interval {drawn.gap(row['difference_low'])} to "
            f"{drawn.gap(row['difference_high'])})"
        )
    return "<br>".join([*lines, gap + (", points" if drawn.share else "")])
