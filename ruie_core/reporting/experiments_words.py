"""Words that all sentences on experiments share: names, differences, p-values, how many."""

import math

import pandas as pd

from ruie_core.figures.experiments_names import experiment_name
from ruie_core.figures.numbers import bracket, count, p_value, signed
from ruie_core.figures.rows import Record
from ruie_core.reporting.text import strong


def metric_title(metric: str) -> str:
    """Return what a metric's control says.

    >>> metric_title("share_of_ceiling"), metric_title("ndcg")
    ('share of the ceiling', 'NDCG')
    """
    return "share of the ceiling" if metric == "share_of_ceiling" else experiment_name(metric)


def named(name: str) -> str:
    """Write a model's or change's name in bold, safe for Markdown.

    >>> named("ruie-paper")
    '**RUIE as in the paper**'
    """
    return strong(experiment_name(name))


def effect(row: Record) -> str:
    """Write what was changed and the difference that it makes.

    >>> effect({"variant": "triplet", "value": 0.0, "low": None, "high": None})
    '**triplet loss** 0.0000 [no interval]'
    """
    return f"{named(row['variant'])} {estimate(row)}"


def estimate(row: Record, digits: int = 4) -> str:
    """Write a difference with its interval.

    >>> estimate({"value": -0.0012, "low": -0.002, "high": -0.0004})
    '−0.0012 [−0.0020, −0.0004]'
    """
    return f"{signed(row['value'], digits)} {bracket(row['low'], row['high'], digits)}"


def significance(row: Record) -> str:
    """Write a p-value and whether it was corrected for the family of comparisons.

    >>> significance({"p": 0.02, "p_holm": 0.12}), significance({"p": 0.02, "p_holm": None})
    ('p = 0.12 after Holm', 'p = 0.020, not corrected')
    """
    if row["p_holm"] is not None:
        return f"{p_value(row['p_holm'])} after Holm"
    return f"{p_value(row['p'])}, not corrected"


def size(frame: pd.DataFrame) -> str:
    """Write how many users and seeds are behind a frame.

    >>> size(pd.DataFrame({"n_users": [452, 452], "seeds": [5, 3]}))
    'n = 452 users, 3 to 5 seeds'
    """
    users, seeds = (_range(frame[name]) for name in ("n_users", "seeds"))
    return f"n = {users} users, {seeds} {'seed' if seeds == '1' else 'seeds'}"


def _range(column: "pd.Series[float]") -> str:
    least, most = column.min(), column.max()
    if math.isnan(least):
        return "unknown"
    return count(least) if least == most else f"{count(least)} to {count(most)}"
