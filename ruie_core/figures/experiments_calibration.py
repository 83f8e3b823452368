"""How well Q fits what came: slope, rank agreement and errors of single and double Q."""

import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.experiments_names import experiment_name, row_label
from ruie_core.figures.experiments_rows import Panel, Point, dot_rows
from ruie_core.figures.numbers import bracket, count, number, plain
from ruie_core.figures.rows import Record, records
from ruie_core.figures.theme import LIGHT, Theme

PANELS = {
    "slope": Panel("slope", "slope of return over Q (1 is exact)", 1.0),
    "spearman": Panel("spearman", "Spearman (1 is the same order)", 0.0),
    "overestimation": Panel("overestimation", "Q minus return, reward units", 0.0),
    "ece": Panel("ece", "calibration error, reward units", 0.0),
}
"""What is drawn, with the value that it is read against."""


def fits(frame: pd.DataFrame, theme: Theme = LIGHT) -> go.Figure:
    """Draw slope, Spearman and errors of each Q with their intervals, a panel each.

    Args:
        frame: variant, metric, value, low, high, n_users, n_events, seeds.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({
        ...     "variant": ["single Q", "double Q"], "metric": "slope", "value": [0.6, 0.9],
        ...     "low": 0.5, "high": 1.0, "n_users": 99, "n_events": 99, "seeds": 5})
        >>> figure = fits(frame)
        >>> figure.layout.shapes[0].x0, figure.data[0].text
        (1.0, ('0.60', '0.90'))
    """
    order = list(dict.fromkeys(frame["variant"]))
    panels = [panel for name, panel in PANELS.items() if (frame["metric"] == name).any()]
    points = [
        Point(
            order.index(row["variant"]), row["metric"], row["value"], row["low"], row["high"],
            theme.text, _hover(row), text=number(row["value"]),
        )
        for row in records(frame)
        if row["metric"] in PANELS
    ]  # fmt: skip
    return dot_rows([row_label(experiment_name(name)) for name in order], panels, points, theme)


def _hover(row: Record) -> str:
    return (
        f"<b>{plain(experiment_name(row['variant']))}, {experiment_name(row['metric'])}</b><br>"
        f"{number(row['value'])} {bracket(row['low'], row['high'], 2)}<br>"
        f"{count(row['n_events'])} events of {count(row['n_users'])} users, "
        f"{count(row['seeds'])} seeds"
    )
