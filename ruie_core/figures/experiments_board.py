"""The leaderboard: every model with its interval, and whether it is told apart from RUIE."""

import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.experiments_names import experiment_name, metric_name, row_label
from ruie_core.figures.experiments_rows import Panel, Point, Side, dot_rows
from ruie_core.figures.numbers import THIN, bracket, count, number, p_value, plain, signed
from ruie_core.figures.rows import Record, records
from ruie_core.figures.theme import LIGHT, Theme

REFERENCE = "RUIE"
APART, ALIKE = "told apart from RUIE", "not told apart"
ALONE = "not compared"


def leaderboard(
    frame: pd.DataFrame, metric: str = "ndcg", k: int | None = 10, theme: Theme = LIGHT
) -> go.Figure:
    """Draw each model's level as a dot with its interval, best on top.

    Args:
        frame: variant, value, low, high, difference (RUIE minus the model), difference_low,
            difference_high, p, p_holm, compared, clear, n_users, n_events, seeds.
        metric: ndcg or hr.
        k: its cut-off.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({
        ...     "variant": ["ruie", "sasrec"], "value": [0.0281, 0.0278], "low": [0.026, 0.026],
        ...     "high": [0.030, 0.029], "difference": [None, 0.0003],
        ...     "difference_low": [None, -0.0011], "difference_high": [None, 0.0017],
        ...     "p": [None, 0.3], "p_holm": [None, 0.61], "compared": [False, True],
        ...     "clear": False, "n_users": 7452, "n_events": 7452, "seeds": 5})
        >>> [trace.name for trace in leaderboard(frame).data]
        ['RUIE', 'not told apart']
    """
    rows = records(frame)
    title = metric_name(metric, k)
    points = [
        Point(
            place,
            metric,
            row["value"],
            row["low"],
            row["high"],
            theme.accent if _group(row) == REFERENCE else theme.text,
            _hover(row, title),
            filled=_group(row) in (REFERENCE, APART),
            group=_group(row),
        )
        for place, row in enumerate(rows)
    ]
    labels = [_label(row["variant"]) for row in rows]
    sides = [
        Side(
            f"{title} [95{THIN}%]",
            [f"{number(row['value'], 4)} {bracket(row['low'], row['high'])}" for row in rows],
            166,
        ),
        Side("RUIE minus it", [_gap(row) for row in rows], 128),
    ]
    return dot_rows(labels, [Panel(metric, title, None)], points, theme, sides)


def _group(row: Record) -> str:
    if row["variant"] == "ruie":
        return REFERENCE
    if not row["compared"]:
        return ALONE
    return APART if row["clear"] else ALIKE


def _label(model: str) -> str:
    name = row_label(experiment_name(model))
    return f"<b>{name}</b>" if model == "ruie" else name


def _gap(row: Record) -> str:
    if not row["compared"]:
        return "" if row["variant"] == "ruie" else "–"
    p = row["p_holm"] if row["p_holm"] is not None else row["p"]
    return f"{signed(row['difference'])} · {plain(p_value(p))}"


def _hover(row: Record, title: str) -> str:
    text = (
        f"<b>{plain(experiment_name(row['variant']))}</b> ({plain(row['variant'])})<br>"
        f"{title} {number(row['value'], 4)} {bracket(row['low'], row['high'])}"
    )
    if row["compared"]:
        words = "after Holm" if row["p_holm"] is not None else "uncorrected"
        p = row["p_holm"] if row["p_holm"] is not None else row["p"]
        text += (
            f"<br>RUIE minus it {signed(row['difference'])} "
            f"{bracket(row['difference_low'], row['difference_high'])}, {plain(p_value(p))} {words}"
        )
    return (
        f"{text}<br>{count(row['n_events'])} held-out events of {count(row['n_users'])} users, "
        f"{count(row['seeds'])} seeds"
    )
