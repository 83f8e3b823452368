"""Is Q what came? Realised return over Q, of everybody or of two sides of a log."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.numbers import THIN, count, interval, number, plain, short
from ruie_core.figures.rows import records
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
    rows = records(frame)
    ink = color or theme.text
    ends = frame[["q_mean", "return_mean", "return_low", "return_high"]].to_numpy(float)
    least, most = (float(np.nanmin(ends)), float(np.nanmax(ends))) if len(rows) else (0.0, 1.0)
    pad = 0.06 * (most - least or 1.0)
    span = [least - pad, most + pad]
    figure = go.Figure(
        go.Scatter(
            x=span, y=span, mode="lines", hoverinfo="skip", showlegend=False,
            line={"color": theme.muted, "width": 1, "dash": "dot"},
        )
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=[row["q_mean"] for row in rows],
            y=[row["return_mean"] for row in rows],
            mode="lines+markers",
            line={"color": translucent(ink, 0.4), "width": 1.5},
            marker={"size": 9, "color": ink},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": _gaps(frame["return_high"] - frame["return_mean"]),
                "arrayminus": _gaps(frame["return_mean"] - frame["return_low"]),
                "thickness": 1.5,
                "width": 0,
                "color": ink,
            },
            customdata=[
                f"<b>Q {number(row['q_mean'])}</b><br>realised {number(row['return_mean'])} "
                f"(95{THIN}% interval {interval(row['return_low'], row['return_high'], 2)})<br>"
                f"{count(row['n'])} events"
                for row in rows
            ],
            hovertemplate="%{customdata}<extra></extra>",
            showlegend=False,
        )
    )
    for x, y, text, anchor in (
        (span[0], span[1], "more came than Q said", "left"),
        (span[1], span[0], "less came than Q said", "right"),
    ):
        figure.add_annotation(
            x=x, y=y, text=text, xanchor=anchor, yanchor="top" if y == span[1] else "bottom",
            font={"size": 12, "color": theme.muted},
        )  # fmt: skip
    figure.update_xaxes(title_text="Q of the scenario taken, reward units", range=span, nticks=7)
    figure.update_xaxes(showgrid=True)
    figure.update_yaxes(title_text="realised discounted return, reward units", range=span, nticks=7)
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
    for side, name, ink in ((False, names[1], theme.muted), (True, names[0], color or theme.text)):
        rows = records(frame[frame["side"] == side])
        reach = [
            (0.0, 0.0)
            if row["return_low"] is None
            else (row["return_high"] - row["return_mean"], row["return_mean"] - row["return_low"])
            for row in rows
        ]
        figure.add_trace(
            go.Scatter(
                x=[row["q_mean"] for row in rows],
                y=[row["return_mean"] for row in rows],
                name=plain(short(name, 44)),
                mode="lines+markers",
                line={"color": translucent(ink, 0.4), "width": 1.5},
                marker={
                    "size": 9 if side else 7,
                    "color": ink if side else theme.ground,
                    "line": {"width": 0 if side else 1.6, "color": ink},
                },
                error_y={
                    "type": "data", "symmetric": False, "array": [high for high, _ in reach],
                    "arrayminus": [low for _, low in reach], "thickness": 1.5 if side else 1,
                    "width": 0, "color": ink,
                },
                customdata=[
                    f"<b>{plain(short(name, 44))}</b><br>Q {number(row['q_mean'])}<br>realised "
                    f"{number(row['return_mean'])} (95{THIN}% interval "
                    f"{interval(row['return_low'], row['return_high'], 2)})<br>"
                    f"{count(row['n'])} events"
                    for row in rows
                ],
                hovertemplate="%{customdata}<extra></extra>",
                legendrank=1 if side else 2,
            )
        )  # fmt: skip
    figure.update_xaxes(title_text="Q of the scenario taken, reward units", range=span, nticks=7)
    figure.update_xaxes(showgrid=True)
    figure.update_yaxes(title_text="realised discounted return, reward units", range=span, nticks=7)
    return finish(figure, theme, 380)


def _gaps(distance: "pd.Series[float]") -> list[float]:
    """Return lengths of error bars; where there is no interval there is no bar."""
    return [float(value) for value in distance.fillna(0.0).clip(lower=0.0)]
