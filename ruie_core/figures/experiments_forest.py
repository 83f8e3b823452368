"""Differences with their intervals: ablation, rewards, RUIE against others per scenario."""

from collections.abc import Callable, Sequence

import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.experiments_names import experiment_name, metric_name, row_label
from ruie_core.figures.experiments_rows import Panel, Point, Side, dot_rows
from ruie_core.figures.numbers import THIN, bracket, count, number, p_value, plain, signed
from ruie_core.figures.rows import Record, records
from ruie_core.figures.theme import LIGHT, Theme, scenario_colors

APART, ALIKE = "told apart from zero", "not told apart"
CONTROL = "control: must not help"


def ablation(frame: pd.DataFrame, k: int | None = 10, theme: Theme = LIGHT) -> go.Figure:
    """Draw what each change costs the full model, as a forest with a line at zero.

    Args:
        frame: variant, reference, value, low, high, p, p_holm, clear, n_users, n_events, seeds.
        k: cut-off.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({
        ...     "variant": ["gate constant"], "reference": "ruie", "value": [-0.0012],
        ...     "low": -0.002, "high": -0.0004, "p": 0.01, "p_holm": 0.04, "clear": True,
        ...     "n_users": 7452, "n_events": 7452, "seeds": 5})
        >>> figure = ablation(frame)
        >>> figure.data[0].x, figure.layout.yaxis.ticktext
        ((-0.0012,), ('gate = 1',))
    """
    rows = records(frame)
    full = plain(experiment_name(rows[0]["reference"])) if rows else "the full model"
    points = [_point(place, "d", row, theme.text, 4) for place, row in enumerate(rows)]
    sides = [
        Side(
            f"difference [95{THIN}%]",
            [f"{signed(row['value'])} {bracket(row['low'], row['high'])}" for row in rows],
            176,
        ),
        Side(
            "p after Holm" if frame["p_holm"].notna().all() else "p, not corrected",
            [plain(p_value(_best_p(row))) for row in rows],
            104,
        ),
    ]
    panel = Panel("d", f"{metric_name('ndcg', k)} minus that of {full}")
    labels = [row_label(experiment_name(row["variant"])) for row in rows]
    return dot_rows(labels, [panel], points, theme, sides)


def rewards(frame: pd.DataFrame, k: int | None = 10, theme: Theme = LIGHT) -> go.Figure:
    """Draw what other rewards change: NDCG, mean Q, mean gate, ranks; one panel each.

    Args:
        frame: variant, reference, panel, metric, value, low, high, p, p_holm, clear, control,
            n_users, n_events, seeds.
        k: cut-off of ranking metrics.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({
        ...     "variant": ["like-5", "random"], "reference": "ruie", "panel": "difference",
        ...     "metric": "ndcg", "value": [0.0001, -0.0002], "low": -0.001, "high": 0.001,
        ...     "p": 0.5, "p_holm": 0.9, "clear": False, "control": [False, True],
        ...     "n_users": 99, "n_events": 99, "seeds": 5, "k": 10})
        >>> [trace.name for trace in rewards(frame).data]
        ['not told apart', 'control: must not help']
    """
    order = list(dict.fromkeys(frame["variant"]))
    panels = []
    for panel, metric in dict.fromkeys(zip(frame["panel"], frame["metric"], strict=True)):
        change = panel == "difference"
        name = metric_name(metric, k)
        title = f"change of {name}" if change else name
        panels.append(Panel(f"{panel} {metric}", title, 0.0 if change else None))
    points = []
    for row in records(frame):
        color = theme.muted if row["control"] else theme.text
        digits = 4 if row["metric"] in ("ndcg", "hr") else 3
        write = signed if row["panel"] == "difference" else number
        key = f"{row['panel']} {row['metric']}"
        group = CONTROL if row["control"] else None
        if row["panel"] != "difference":  # agreement of ranks: there is no zero to be told from
            row, group = row | {"clear": True}, group or ""
        place = order.index(row["variant"])
        points.append(
            _point(place, key, row, color, digits, text=write(row["value"], digits), group=group)
        )
    labels = [row_label(experiment_name(name)) for name in order]
    return dot_rows(labels, panels, points, theme)


def scenario_gaps(
    frame: pd.DataFrame,
    others: Sequence[str],
    scenarios: tuple[str, ...] = (),
    k: int | None = 10,
    theme: Theme = LIGHT,
) -> go.Figure:
    """Draw NDCG of RUIE minus others per scenario: right of zero RUIE serves it better.

    Args:
        frame: scenario, other, value, low, high, p, p_holm, clear, small, n_users, n_events, seeds.
        others: what it is compared with, a panel each.
        scenarios: all scenarios by code, which fixes the colours; others are drawn in ink.
        k: cut-off.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({
        ...     "scenario": ["head", "tail"], "other": "sasrec", "value": [0.002, -0.001],
        ...     "low": [0.001, -0.002], "high": [0.003, 0.001], "p": None, "p_holm": None,
        ...     "clear": [True, False], "small": False, "n_users": 99, "n_events": 99,
        ...     "seeds": 5})
        >>> scenario_gaps(frame, ["sasrec"]).layout.xaxis.title.text
        'NDCG@10, RUIE minus SASRec'
    """
    shown = frame[frame["other"].isin(list(others))]
    order = list(dict.fromkeys(shown["scenario"]))
    colors = scenario_colors(scenarios)
    events = shown.groupby("scenario")["n_events"].max()
    panels = [
        Panel(name, f"{metric_name('ndcg', k)}, RUIE minus {plain(experiment_name(name))}")
        for name in others
    ]
    points = []
    for row in records(shown):
        color = theme.faint if row["small"] else colors.get(row["scenario"], theme.text)
        text = signed(row["value"])
        place = order.index(row["scenario"])
        points.append(_point(place, row["other"], row, color, 4, text=text, named=_scenario))
    labels = [_scenario_label(name, colors.get(name)) for name in order]
    few = set(shown.loc[shown["small"], "scenario"])
    ns = [f"{count(events[name])}{' · too few' if name in few else ''}" for name in order]
    figure = dot_rows(labels, panels, points, theme, [Side("events", ns, 110)])
    _ink_legend(figure, theme)
    return figure


_POOLED = ("all", "head", "tail")


def _scenario(row: Record) -> str:
    name = row["scenario"]
    return experiment_name(name) if name in _POOLED else str(name)


def _scenario_label(name: str, color: str | None) -> str:
    if name in _POOLED:
        return f"<b>{row_label(experiment_name(name))}</b>"
    if color is None:
        return row_label(name)
    return f'<span style="color:{color}">■</span> {row_label(name)}'


def _ink_legend(figure: go.Figure, theme: Theme) -> None:
    """Draw the legend's two marks in ink: scenarios have colours, what is told apart has none."""
    for trace in figure.data:
        trace.showlegend = False
    for name, color in ((APART, theme.text), (ALIKE, theme.ground)):
        if any(trace.name == name for trace in figure.data):
            marker = {"size": 10, "color": color, "line": {"color": theme.text, "width": 2}}
            figure.add_scatter(
                x=[None],
                y=[None],
                mode="markers",
                marker=marker,
                name=name,
                legendgroup=name,
                showlegend=True,
                hoverinfo="skip",
            )


def _best_p(row: Record) -> float | None:
    p: float | None = row["p"] if row["p_holm"] is None else row["p_holm"]
    return p


def _p(row: Record) -> str:
    if row["p_holm"] is None:
        return "" if row["p"] is None else f" · {plain(p_value(row['p']))}, not corrected"
    return f" · {plain(p_value(row['p_holm']))} after Holm"


def _variant(row: Record) -> str:
    return experiment_name(row["variant"])


def _point(
    place: int,
    panel: str,
    row: Record,
    color: str,
    digits: int,
    *,
    text: str = "",
    group: str | None = None,
    named: Callable[[Record], str] = _variant,
) -> Point:
    hover = (
        f"<b>{plain(named(row))}</b><br>{signed(row['value'], digits)} "
        f"{bracket(row['low'], row['high'], digits)}{_p(row)}<br>"
        f"{count(row['n_events'])} events of {count(row['n_users'])} users, "
        f"{count(row['seeds'])} seeds"
    )
    clear = bool(row["clear"])
    words = (APART if clear else ALIKE) if group is None else group
    return Point(
        place, panel, row["value"], row["low"], row["high"], color, hover, clear, words, text,
        quiet=bool(row.get("small")),
    )  # fmt: skip
