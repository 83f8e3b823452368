"""Curves that carry their names: gates over noise, transfer over scarce data, Q over return."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.experiments_names import experiment_name, is_oracle, metric_name
from ruie_core.figures.numbers import bracket, count, number, percent, plain, signed
from ruie_core.figures.rows import Record, records
from ruie_core.figures.theme import LIGHT, Theme, finish, template

_HEIGHT = 380
_LETTER = 6.6
"""Pixels of a letter at the curves' ends, on average."""
_ENDS = ["value", "low", "high"]
_AIR = 0.75
"""How far intervals are drawn beyond all values, as a share of what the values span."""


def apart(heights: Sequence[float], least: float) -> list[float]:
    """Push heights apart so that no two lie nearer than ``least``; their order stays.

    >>> apart([0.0, 0.05, 1.0], 0.1)
    [0.0, 0.1, 1.0]
    """
    moved = list(heights)
    below = float("-inf")
    for place in np.argsort(heights, kind="stable"):
        moved[place] = below = max(heights[place], below + least)
    return moved


def line_looks(names: Sequence[str], theme: Theme) -> dict[str, tuple[str, str]]:
    """Return each curve's colour and dash: the oracle is ink, gate = 1 is grey, others coloured.

    >>> line_looks(["gate oracle", "gate constant", "gate q"], LIGHT)["gate q"]
    ('#0072B2', 'solid')
    """
    palette = [theme.accent, *template(theme).layout.colorway[1:]]
    fixed = {
        name: (theme.text, "dash") if is_oracle(name) else (theme.muted, "dot")
        for name in names
        if is_oracle(name) or experiment_name(name) == "gate = 1"
    }
    free = [name for name in names if name not in fixed]
    colors = {name: (palette[place % len(palette)], "solid") for place, name in enumerate(free)}
    return fixed | colors


def noise(frame: pd.DataFrame, metric: str, k: int | None = 10, theme: Theme = LIGHT) -> go.Figure:
    """Draw a metric of each gate over the share of noise in a generated log.

    Args:
        frame: variant, x (share of noise), value, low, high, n_users, n_events, seeds.
        metric: share_of_ceiling, ndcg or auc.
        k: cut-off, where the metric has one.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({
        ...     "variant": "gate q", "x": [0.1, 0.3], "value": [0.2, 0.4], "low": 0.1,
        ...     "high": 0.5, "n_users": 99, "n_events": 99, "seeds": 5})
        >>> noise(frame, "share_of_ceiling").layout.yaxis.title.text
        "share of the oracle's gain over gate = 1"
    """
    share = metric == "share_of_ceiling"
    title = "share of the oracle's gain over gate = 1" if share else metric_name(metric, k)
    write: Callable[[float], str] = percent if share else _four if metric == "ndcg" else _two
    figure = _curves(frame, theme, write, "noise", lambda share, step: share + 0.003 * step)
    figure.update_yaxes(title_text=title, tickformat=".0%" if share else None, nticks=6)
    _share_axis(figure, frame, "share of events that are noise")
    low, high = reach(frame)
    if cut(frame):
        figure.update_yaxes(range=[min(low, 0), max(high, 1)] if share else [low, high])
    if share:
        for level in (0, 1):
            _level(figure, level, theme)
    return figure


def reach(frame: pd.DataFrame) -> tuple[float, float]:
    """Return the part of the value axis that is drawn: no interval dwarfs what is compared.

    Args:
        frame: value, low, high.

    >>> reach(pd.DataFrame({"value": [1.0, 2.0], "low": [0.5, -40.0], "high": [1.5, 2.5]}))
    (0.25, 2.5)
    """
    values, ends = (frame[columns].to_numpy(float) for columns in (["value"], _ENDS))
    if not np.isfinite(values).any():
        return 0.0, 1.0
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    air = _AIR * (high - low or abs(high) or 1.0)
    return max(low - air, float(np.nanmin(ends))), min(high + air, float(np.nanmax(ends)))


def cut(frame: pd.DataFrame) -> bool:
    """Tell whether an interval leaves the part of the axis that is drawn."""
    ends, (low, high) = frame[_ENDS].to_numpy(float), reach(frame)
    return bool(((ends < low) | (ends > high)).any())


def scarcity(frame: pd.DataFrame, k: int | None = 10, theme: Theme = LIGHT) -> go.Figure:
    """Draw NDCG of joint minus single-scenario training over the share of data that is kept.

    Args:
        frame: variant, x (share kept), value, low, high, n_users, n_events, seeds.
        k: cut-off.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({
        ...     "variant": "joint", "x": [0.05, 1.0], "value": [0.004, 0.001], "low": 0.0,
        ...     "high": 0.005, "n_users": 99, "n_events": 99, "seeds": 5})
        >>> scarcity(frame).layout.xaxis.type
        'log'
    """
    figure = _curves(frame, theme, _signed, "data", lambda share, step: share * 1.02**step)
    _share_axis(figure, frame, "share of the scenario's training data that is kept")
    ends = [math.log10(share) for share in (frame["x"].min(), frame["x"].max())]
    reach = [ends[0] - 0.08, ends[1] + 0.08] if len(frame) else None
    figure.update_xaxes(type="log", range=reach)
    figure.update_yaxes(
        title_text=f"{metric_name('ndcg', k)}, joint minus alone", nticks=6, tickformat=".4~f"
    )
    figure.update_yaxes(zeroline=True, zerolinecolor=theme.muted, zerolinewidth=1)
    return figure


def reliability(frame: pd.DataFrame, theme: Theme = LIGHT) -> go.Figure:
    """Draw realised discounted return over Q, single and double, beside the line where they agree.

    Args:
        frame: variant (single Q, double Q), x (mean Q of a bin), value (mean return), low, high,
            n_users, n_events, seeds; reward units.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({
        ...     "variant": "double Q", "x": [1.0, 2.0], "value": [1.1, 1.8], "low": 1.0,
        ...     "high": 2.0, "n_users": 99, "n_events": 99, "seeds": 5})
        >>> reliability(frame).data[0].y, reliability(frame).layout.shapes[0].y1
        ((1.1, 1.8), 2.06)
    """
    figure = _curves(frame, theme, _two, "Q", lambda q, _: q)
    ends = frame[["x", *_ENDS]].to_numpy(float)
    least, most = (float(np.nanmin(ends)), float(np.nanmax(ends))) if len(frame) else (0.0, 1.0)
    pad = 0.06 * (most - least or 1.0)
    span = [least - pad, round(most + pad, 12)]
    figure.add_shape(
        type="line", x0=span[0], x1=span[1], y0=span[0], y1=span[1], layer="between",
        line={"color": theme.muted, "width": 1, "dash": "dot"},
    )  # fmt: skip
    for x, y, words, anchor in (
        (span[0], span[1], "more came than Q said", "left"),
        (span[1], span[0], "less came than Q said", "right"),
    ):
        figure.add_annotation(
            x=x, y=y, text=words, xanchor=anchor, yanchor="top" if y == span[1] else "bottom",
            font={"size": 12, "color": theme.muted},
        )  # fmt: skip
    figure.update_xaxes(
        title_text="Q of the scenario taken, reward units", range=span, nticks=7, showgrid=True
    )
    figure.update_yaxes(title_text="realised discounted return, reward units", range=span, nticks=7)
    return figure


def _curves(
    frame: pd.DataFrame,
    theme: Theme,
    write: Callable[[float], str],
    axis: str,
    beside: Callable[[float, float], float],
) -> go.Figure:
    """Draw a curve with error bars per variant, and its name at its end in its colour.

    ``beside`` moves x by so many steps, so that bars at the same x do not hide each other.
    """
    names = list(dict.fromkeys(frame["variant"]))
    looks = line_looks(names, theme)
    figure = go.Figure()
    parts: Mapping[str, list[Record]] = {
        name: records(frame[frame["variant"] == name].sort_values("x")) for name in names
    }
    for place, (name, rows) in enumerate(parts.items()):
        color, dash = looks[name]
        step = place - (len(parts) - 1) / 2
        figure.add_trace(
            go.Scatter(
                x=[beside(row["x"], step) for row in rows],
                y=[row["value"] for row in rows],
                name=experiment_name(name),
                mode="lines+markers",
                line={"color": color, "width": 2, "dash": dash},
                marker={"size": 7, "color": color},
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": [_length(row["value"], row["high"]) for row in rows],
                    "arrayminus": [_length(row["low"], row["value"]) for row in rows],
                    "thickness": 1.2,
                    "width": 0,
                    "color": color,
                },
                customdata=[_hover(name, row, write, axis) for row in rows],
                hovertemplate="%{customdata}<extra></extra>",
                showlegend=False,
            )
        )
    _names(figure, parts, {name: look[0] for name, look in looks.items()}, frame)
    return finish(figure, theme, _HEIGHT)


def _names(
    figure: go.Figure,
    parts: Mapping[str, list[Record]],
    colors: dict[str, str],
    frame: pd.DataFrame,
) -> None:
    low, high = reach(frame)
    heights = apart([rows[-1]["value"] for rows in parts.values()], 0.06 * (high - low))
    notes = [
        {
            "x": 1, "xref": "paper", "xanchor": "left", "xshift": 6, "y": height,
            "showarrow": False, "text": plain(experiment_name(name)),
            "font": {"size": 12, "color": colors[name]},
        }
        for name, height in zip(parts, heights, strict=True)
    ]  # fmt: skip
    longest = max((len(experiment_name(name)) for name in parts), default=0)
    right = 16 + round(_LETTER * longest)
    figure.update_layout(margin={"t": 12, "r": right}, annotations=notes)


def _share_axis(figure: go.Figure, frame: pd.DataFrame, title: str) -> None:
    """Mark the shares that were tried, with room beside them: a single one is a place, too."""
    shares = sorted(frame["x"].unique())
    figure.update_xaxes(
        title_text=title, tickvals=shares, ticktext=[percent(share) for share in shares]
    )
    if shares:
        figure.update_xaxes(range=[shares[0] - 0.05, shares[-1] + 0.05])


def _level(figure: go.Figure, height: float, theme: Theme) -> None:
    figure.add_shape(
        type="line", xref="paper", x0=0, x1=1, y0=height, y1=height, layer="between",
        line={"color": theme.muted, "width": 1, "dash": "dot"},
    )  # fmt: skip


def _length(start: float | None, end: float | None) -> float:
    return 0.0 if start is None or end is None else max(0.0, end - start)


def _two(value: float | None) -> str:
    return number(value, 2)


def _four(value: float | None) -> str:
    return number(value, 4)


def _signed(value: float | None) -> str:
    return signed(value, 4)


def _hover(name: str, row: Record, write: Callable[[float], str], axis: str) -> str:
    at = number(row["x"], 2) if axis == "Q" else percent(row["x"])
    spread = ""
    if row["low"] is not None and row["high"] is not None:
        spread = (
            f" [{write(row['low'])}, {write(row['high'])}]"
            if write is percent
            else f" {bracket(row['low'], row['high'], 2 if write is _two else 4)}"
        )
    return (
        f"<b>{plain(experiment_name(name))}, {axis} {at}</b><br>{write(row['value'])}{spread}<br>"
        f"{count(row['n_events'])} events of {count(row['n_users'])} users, "
        f"{count(row['seeds'])} seeds"
    )
