"""Is Q what came? Realised return over Q, of everybody or of two sides of a log."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.numbers import THIN, count, interval, number, plain, short
from ruie_core.figures.rows import Record, records
from ruie_core.figures.theme import LIGHT, Theme, finish, translucent


def calibration(frame: pd.DataFrame, color: str | None = None, theme: Theme = LIGHT) -> go.Figure:
    """Draw realised discounted return over Q, bin by bin, beside the diagonal where they agree.

    Args:
        frame: bin, n, q_mean, return_mean, return_low, return_high; reward units.
        color: of the points: a scenario's; none: that of text.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({"bin": [1, 2], "n": 50, "q_mean": [1.0, 2.0],
        ...                       "return_mean": [1.1, 1.8], "return_low": [1.0, 1.7],
        ...                       "return_high": [1.2, 1.9]})
        >>> calibration(frame).data[1].y
        (1.1, 1.8)
    """
    figure, span = _plane(frame, theme)
    figure.add_trace(_line(records(frame), "", color or theme.text, theme))
    for x, y, text, anchor in (
        (span[0], span[1], "more came than Q said", "left"),
        (span[1], span[0], "less came than Q said", "right"),
    ):
        figure.add_annotation(
            x=x, y=y, text=text, xanchor=anchor, yanchor="top" if y == span[1] else "bottom",
            font={"size": 12, "color": theme.muted},
        )  # fmt: skip
    figure.update_layout(margin={"t": 8})
    return finish(figure, theme, 380)


def curves(
    frame: pd.DataFrame, names: tuple[str, str], color: str | None = None, theme: Theme = LIGHT
) -> go.Figure:
    """Draw realised return over Q for both sides, beside the diagonal where they agree.

    Args:
        frame: side, bin, n, q_mean, return_mean, return_low, return_high; reward units.
        names: of both sides, plain.
        color: of the first side: a scenario's; none: that of text.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({"side": [True, False], "bin": 1, "n": 50, "q_mean": 1.0,
        ...     "return_mean": 1.1, "return_low": 1.0, "return_high": 1.2})
        >>> len(curves(frame, ("a", "b")).data)
        3
    """
    figure, _ = _plane(frame, theme)
    for side, name, ink in ((False, names[1], theme.muted), (True, names[0], color or theme.text)):
        rows = records(frame[frame["side"] == side])
        figure.add_trace(_line(rows, plain(short(name, 44)), ink, theme, first=side))
    return finish(figure, theme, 380)


def _plane(frame: pd.DataFrame, theme: Theme) -> tuple[go.Figure, list[float]]:
    """Return the diagonal on axes of the same span, and that span, in reward units."""
    ends = frame[["q_mean", "return_mean", "return_low", "return_high"]].to_numpy(float)
    least, most = (float(np.nanmin(ends)), float(np.nanmax(ends))) if len(frame) else (0.0, 1.0)
    pad = 0.06 * (most - least or 1.0)
    span = [least - pad, most + pad]
    figure = go.Figure(
        go.Scatter(
            x=span, y=span, mode="lines", hoverinfo="skip", showlegend=False,
            line={"color": theme.muted, "width": 1, "dash": "dot"},
        )
    )  # fmt: skip
    figure.update_xaxes(title_text="Q of the scenario taken, reward units", range=span, nticks=7)
    figure.update_xaxes(showgrid=True)
    figure.update_yaxes(title_text="realised discounted return, reward units", range=span, nticks=7)
    return figure, span


def _line(
    rows: list[Record], name: str, ink: str, theme: Theme, *, first: bool = True
) -> go.Scatter:
    """Draw the bins of one side with their intervals; where there is none there is no bar.

    Args:
        rows: its bins.
        name: in legend and hover; empty where there is one side only.
        ink: colour.
        theme: colours.
        first: the side that is looked at, drawn full; the other has rings.
    """
    reach = [
        (0.0, 0.0)
        if row["return_low"] is None
        else (
            max(0.0, row["return_high"] - row["return_mean"]),
            max(0.0, row["return_mean"] - row["return_low"]),
        )
        for row in rows
    ]
    head = f"<b>{name}</b><br>Q" if name else "<b>Q"
    tail = "" if name else "</b>"
    return go.Scatter(
        x=[row["q_mean"] for row in rows],
        y=[row["return_mean"] for row in rows],
        name=name,
        mode="lines+markers",
        line={"color": translucent(ink, 0.4), "width": 1.5},
        marker={
            "size": 9 if first else 7,
            "color": ink if first else theme.ground,
            "line": {"width": 0 if first else 1.6, "color": ink},
        },
        error_y={
            "type": "data", "symmetric": False, "array": [high for high, _ in reach],
            "arrayminus": [low for _, low in reach], "thickness": 1.5 if first else 1,
            "width": 0, "color": ink,
        },
        customdata=[
            f"{head} {number(row['q_mean'])}{tail}<br>realised {number(row['return_mean'])} "
            f"(95{THIN}% interval {interval(row['return_low'], row['return_high'], 2)})<br>"
            f"{count(row['n'])} events"
            for row in rows
        ],
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=bool(name),
        legendrank=1 if first else 2,
    )  # fmt: skip
