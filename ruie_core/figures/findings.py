"""Pictures of single statements: differences per scenario, and where events go from one scenario.

They are read in a meeting: one message a picture, the row that it is about in bold.
"""

import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.dots import dots
from ruie_core.figures.numbers import THIN, count, interval, number, percent, plain, short, signed
from ruie_core.figures.rows import Record, records
from ruie_core.figures.theme import LIGHT, Theme, finish, scenario_colors

EVERY = "All events"
"""How the row over all scenarios is called."""


def differences(
    frame: pd.DataFrame,
    scenarios: tuple[str, ...],
    axis: str,
    about: str | None = None,
    digits: int = 3,
    theme: Theme = LIGHT,
) -> go.Figure:
    """Draw each difference as a dot with its interval; at 0 there is none.

    Args:
        frame: scenario (``all`` for the row over all), value, low, high, first, second, n: the rows
            of one kind of ``analysis.frames.findings``.
        scenarios: all scenarios by code, which fixes the colours.
        axis: title of the axis, with its unit.
        about: the scenario that the statement is about; none: the row over all.
        digits: decimals.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({"scenario": ["all", "feed"], "value": [0.1, 0.2], "n": [90, 40],
        ...                       "low": [0.05, 0.1], "high": [0.15, 0.3], "first": [0.2, 0.3],
        ...                       "second": [0.1, 0.1]})
        >>> figure = differences(frame, ("feed",), "gain in NDCG@10")
        >>> figure.data[0].x, figure.layout.yaxis.ticktext
        ((0.1, 0.2), ('<b>All events</b>', 'feed'))
    """
    rows = records(frame)
    figure = dots(
        frame,
        scenarios,
        fair=0.0,
        texts=[signed(row["value"], digits) for row in rows],
        sides=[
            f"{number(row['first'], digits)} − {number(row['second'], digits)}<br>"
            f"n = {count(row['n'])}"
            for row in rows
        ],
        hovers=[
            f"{number(row['first'], digits)} less {number(row['second'], digits)}: "
            f"{signed(row['value'], digits)}<br>95{THIN}% interval "
            f"{interval(row['low'], row['high'], digits)}<br>{count(row['n'])} events"
            for row in rows
        ],
        theme=theme,
    )
    # Without a scenario of that name the first row is the one over all.
    whole = bool(rows) and rows[0]["scenario"] == "all"
    names = [EVERY if whole and not at else str(row["scenario"]) for at, row in enumerate(rows)]
    chosen = EVERY if about is None else about
    figure.update_yaxes(ticktext=[_label(name, name == chosen) for name in names])
    bounds = [row[name] for row in rows for name in ("low", "high", "value")]
    ends = [0.0, *(value for value in bounds if value is not None)]
    pad = 0.12 * (max(ends) - min(ends) or 1.0)
    figure.update_xaxes(title_text=axis, range=[min(ends) - pad, max(ends) + pad], nticks=6)
    return figure


def destinations(
    frame: pd.DataFrame,
    scenarios: tuple[str, ...],
    source: str,
    about: str,
    reference: str = "base rate",
    theme: Theme = LIGHT,
) -> go.Figure:
    """Draw where the events go that leave one scenario: observed, expected, and the reference.

    Args:
        frame: as from ``frames.transitions``: one row per pair.
        scenarios: all scenarios by code.
        source: the scenario that is left.
        about: the destination that the statement is about.
        reference: what ``p_reference`` is, in words.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({
        ...     "from_scenario": ["a", "a"], "to_scenario": ["a", "b"], "n": [3, 1], "n_from": 4,
        ...     "p_observed": [0.75, 0.25], "p_low": [0.2, 0.1], "p_high": [0.9, 0.8],
        ...     "p_model": 0.5, "p_reference": 0.5})
        >>> [trace.name for trace in destinations(frame, ("a", "b"), "a", "b").data]
        ['base rate', 'expected by the model', 'observed']
    """
    rows = records(frame[frame["from_scenario"] == source])
    colors = scenario_colors(scenarios)
    places = list(range(len(rows)))
    paint = [colors[row["to_scenario"]] for row in rows]
    figure = go.Figure()
    marks = (
        (reference, "p_reference", theme.muted, {"symbol": "line-ns", "size": 16}),
        ("expected by the model", "p_model", theme.text, {"symbol": "diamond-open", "size": 11}),
        ("observed", "p_observed", paint, {"symbol": "circle", "size": 13}),
    )
    for name, column, color, mark in marks:
        figure.add_trace(
            go.Scatter(
                x=[row[column] for row in rows],
                y=places,
                name=name,
                mode="markers",
                marker=mark | {"color": color, "line": {"width": 2, "color": color}},
                customdata=[_destination(row, reference) for row in rows],
                hovertemplate="%{customdata}<extra></extra>",
                cliponaxis=False,
            )
        )
    lines, notes = [], []
    for place, (row, color) in enumerate(zip(rows, paint, strict=True)):
        if row["p_low"] is not None:
            lines.append({
                "type": "line", "x0": row["p_low"], "x1": row["p_high"], "y0": place, "y1": place,
                "line": {"color": color, "width": 2.5}, "layer": "between",
            })  # fmt: skip
        notes.append({
            "x": 1, "xref": "paper", "xanchor": "right", "y": place, "align": "left",
            "text": f"{percent(row['p_observed'], 1)}<br>n = {count(row['n'])}",
            "font": {"size": 12, "color": theme.muted},
        })  # fmt: skip
    figure.update_xaxes(
        title_text=f"share of the events after {plain(short(source, 40))}", domain=[0, 0.86],
        tickformat=".0%", rangemode="tozero", nticks=7, showgrid=True,
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=places,
        ticktext=[_label(str(row["to_scenario"]), row["to_scenario"] == about) for row in rows],
        range=[len(rows) - 0.4, -0.6],
        showgrid=False,
        ticklabelstandoff=8,
        tickfont={"color": theme.text, "size": 13},
    )
    figure.update_layout(
        margin={"t": 34}, legend={"traceorder": "reversed"}, shapes=lines, annotations=notes
    )
    return finish(figure, theme, 100 + 48 * max(1, len(rows)))


def _label(name: str, about: bool) -> str:
    text = plain(short(name, 26))
    return f"<b>{text}</b>" if about else text


def _destination(row: Record, reference: str) -> str:
    return (
        f"<b>{plain(row['from_scenario'])} → {plain(row['to_scenario'])}</b><br>"
        f"observed {percent(row['p_observed'], 1)} (95{THIN}% interval "
        f"{percent(row['p_low'], 1)} to {percent(row['p_high'], 1)})<br>"
        f"expected by the model {percent(row['p_model'], 1)}<br>"
        f"{plain(reference)} {percent(row['p_reference'], 1)}<br>"
        f"{count(row['n'])} of {count(row['n_from'])} events"
    )
