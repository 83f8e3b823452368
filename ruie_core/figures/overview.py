"""Figures of the Overview: NDCG by model, training curves, traffic by scenario."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ruie_core.figures.numbers import THIN, count, interval, number, percent, plain, short
from ruie_core.figures.rows import records
from ruie_core.figures.theme import LIGHT, Theme, finish, scenario_colors, translucent

MODEL_NAMES = {
    "ruie": "RUIE",
    "popularity": "Popularity",
    "scenario-popularity": "Popularity in scenario",
    "the cohort": "The cohort",
    "the rest": "The rest",
}
_FEW_EPOCHS = 6
REQUEST_TITLES = {
    "unknown": "next scenario not given",
    "known": "next scenario given",
}


def model_name(model: str) -> str:
    """Return how a model is called in the app.

    >>> model_name("popularity"), model_name("sasrec")
    ('Popularity', 'sasrec')
    """
    return MODEL_NAMES.get(model, model)


def ndcg_dots(frame: pd.DataFrame, k: int = 10, theme: Theme = LIGHT) -> go.Figure:
    """Draw NDCG@k of each model as a dot with its interval, a panel per request protocol.

    Args:
        frame: model, request_scenario, value, low, high, n_events, n_users, baseline.
        k: cut-off.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({
        ...     "model": ["ruie", "popularity"], "request_scenario": "unknown",
        ...     "value": [0.18, 0.03], "low": [0.16, 0.02], "high": [0.20, 0.04],
        ...     "n_events": 500, "n_users": 500, "baseline": [False, True]})
        >>> [trace.x[0] for trace in ndcg_dots(frame).data]
        [0.18, 0.03]
    """
    requests = [name for name in REQUEST_TITLES if (frame["request_scenario"] == name).any()]
    models = list(dict.fromkeys(frame["model"]))
    figure = make_subplots(
        rows=1,
        cols=max(1, len(requests)),
        shared_yaxes=True,
        horizontal_spacing=0.06,
        subplot_titles=[REQUEST_TITLES[name] for name in requests],
    )
    top = float(frame[["value", "high"]].max().max()) if len(frame) else 1.0
    for column, request in enumerate(requests, start=1):
        for row in records(frame[frame["request_scenario"] == request]):
            color = theme.muted if row["baseline"] else theme.text
            low, high = (row["low"], row["high"]) if row["low"] is not None else (row["value"],) * 2
            figure.add_trace(
                go.Scatter(
                    x=[row["value"]],
                    y=[model_name(row["model"])],
                    mode="markers+text",
                    text=[f"  {number(row['value'], 3)}"],
                    textposition="top center",
                    textfont={"size": 13, "color": color},
                    marker={"size": 11, "color": color},
                    error_x={
                        "type": "data",
                        "symmetric": False,
                        "array": [high - row["value"]],
                        "arrayminus": [row["value"] - low],
                        "thickness": 2,
                        "width": 0,
                        "color": color,
                    },
                    hovertemplate=(
                        f"<b>{plain(model_name(row['model']))}</b><br>"
                        f"NDCG@{k} {number(row['value'], 3)} "
                        f"(95{THIN}% interval {interval(low, high)})<br>"
                        f"{count(row['n_events'])} held-out events of {count(row['n_users'])} users"
                        "<extra></extra>"
                    ),
                    showlegend=False,
                ),
                row=1,
                col=column,
            )
    figure.update_xaxes(range=[0, top * 1.12 or 1], nticks=5, title_text=f"NDCG@{k}", showgrid=True)
    figure.update_yaxes(
        categoryorder="array",
        categoryarray=[model_name(name) for name in reversed(models)],
        range=[-0.5, len(models) - 0.35],
        showgrid=False,
        ticklabelstandoff=6,
        tickfont={"color": theme.text, "size": 13},
    )
    _left_titles(figure, theme)
    return finish(figure, theme, 70 + 56 * max(1, len(models)))


def training_curves(frame: pd.DataFrame, theme: Theme = LIGHT) -> go.Figure:
    """Draw loss, validation NDCG@10, Q and gate ends over the epochs; the kept epoch is marked.

    Args:
        frame: epoch, loss, ndcg, q_mean, q_low, q_high, gate_ends, kept.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({
        ...     "epoch": [1, 2], "loss": [6.0, 5.0], "ndcg": [0.1, 0.2], "q_mean": [1.0, 1.5],
        ...     "q_low": [0.5, 1.0], "q_high": [1.5, 2.0], "gate_ends": [0.0, 0.01],
        ...     "kept": [False, True]})
        >>> figure = training_curves(frame)
        >>> figure.layout.xaxis.title.text
        'epoch'
    """
    panels = (
        ("loss", "training loss", ".3~f"),
        ("ndcg", "validation NDCG@10", ".3~f"),
        ("q_mean", "Q, reward units", ".2~f"),
        ("gate_ends", "gates at an end", ".1~%"),
    )
    figure = make_subplots(
        rows=1, cols=4, horizontal_spacing=0.055, subplot_titles=[title for _, title, _ in panels]
    )
    marker = len(frame) == 1
    for column, (name, title, form) in enumerate(panels, start=1):
        if name == "q_mean":
            band = pd.concat([frame["q_high"], frame["q_low"][::-1]])
            epochs = pd.concat([frame["epoch"], frame["epoch"][::-1]])
            figure.add_trace(
                go.Scatter(
                    x=epochs, y=band, fill="toself", mode="lines", line={"width": 0},
                    fillcolor=translucent(theme.muted, 0.18), hoverinfo="skip", showlegend=False,
                ),
                row=1, col=column,
            )  # fmt: skip
        figure.add_trace(
            go.Scatter(
                x=frame["epoch"],
                y=frame[name],
                mode="lines+markers" if marker else "lines",
                line={"color": theme.text, "width": 2},
                hovertemplate=f"epoch %{{x}}<br>{title} %{{y:{form}}}<extra></extra>",
                showlegend=False,
            ),
            row=1,
            col=column,
        )
        kept = frame[frame["kept"]]
        figure.add_trace(
            go.Scatter(
                x=kept["epoch"], y=kept[name], mode="markers", hoverinfo="skip", showlegend=False,
                marker={"size": 9, "color": theme.accent},
            ),
            row=1, col=column,
        )  # fmt: skip
        figure.update_yaxes(tickformat=form, nticks=5, rangemode="tozero", row=1, col=column)
    figure.update_yaxes(rangemode="normal", row=1, col=1)
    figure.update_xaxes(title_text="epoch", nticks=6, tickformat="d")
    if len(frame) <= _FEW_EPOCHS:
        figure.update_xaxes(dtick=1, nticks=0)  # no epoch lies between two
    _left_titles(figure, theme)
    return finish(figure, theme, 240)


def traffic_bar(frame: pd.DataFrame, scenarios: tuple[str, ...], theme: Theme = LIGHT) -> go.Figure:
    """Draw how the events are shared among the scenarios, most visited on top.

    Args:
        frame: scenario, events, share.
        scenarios: all scenarios by code, which fixes the colours.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({"scenario": ["feed", "search"], "events": [75, 25],
        ...                       "share": [0.75, 0.25]})
        >>> traffic_bar(frame, ("feed", "search")).data[0].marker.color
        ('#0072B2', '#D55E00')
    """
    colors = scenario_colors(scenarios)
    names = [plain(short(name, 24)) for name in frame["scenario"]]
    figure = go.Figure(
        go.Bar(
            x=frame["events"],
            y=list(range(len(frame))),
            orientation="h",
            width=0.62,
            marker={"color": [colors[name] for name in frame["scenario"]]},
            text=[f"{count(row['events'])} · {percent(row['share'])}" for row in records(frame)],
            textposition="outside",
            textfont={"color": theme.muted, "size": 12},
            cliponaxis=False,
            customdata=[plain(name) for name in frame["scenario"]],
            hovertemplate="<b>%{customdata}</b><br>%{x:,d} events<extra></extra>",
        )
    )
    most = float(frame["events"].max()) if len(frame) else 1.0
    figure.update_xaxes(range=[0, most * 1.35], visible=False)
    figure.update_yaxes(
        tickvals=list(range(len(frame))),
        ticktext=names,
        autorange="reversed",
        showgrid=False,
        ticklabelstandoff=6,
        tickfont={"color": theme.text, "size": 13},
    )
    figure.update_layout(margin={"t": 8})
    return finish(figure, theme, max(120, 30 * len(frame) + 24))


def _left_titles(figure: go.Figure, theme: Theme) -> None:
    """Set the panels' titles small, grey and flush left over their panels."""
    for place, note in enumerate(figure.layout.annotations, start=1):
        axis = figure.layout["xaxis" if place == 1 else f"xaxis{place}"]
        note.update(
            x=axis.domain[0], xanchor="left", font={"size": 12, "color": theme.muted}, yshift=6
        )
