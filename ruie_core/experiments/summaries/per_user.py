"""Figures of transitions and of users: means, and how two settings order the users."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from ruie_core.errors import UserError
from ruie_core.evaluation.bootstrap import Array, user_sums
from ruie_core.experiments.summaries.trials import TRANSITIONS, Finished

EVENT = ["user", "t"]


def transitions(variants: Mapping[str, Sequence[Finished]]) -> dict[str, list[pd.DataFrame]]:
    """Read the transitions of every trial, in one order of events.

    Raises:
        UserError: two trials have different events, so that they cannot be paired.
    """
    first: pd.DataFrame | None = None
    tables: dict[str, list[pd.DataFrame]] = {}
    for variant, trials in variants.items():
        tables[variant] = []
        for trial in trials:
            table = trial.table(TRANSITIONS).sort_values(EVENT, ignore_index=True)
            first = table if first is None else first
            if not table[EVENT].equals(first[EVENT]):
                raise UserError(
                    f"{trial.folder / TRANSITIONS} has other events than the trials that it is "
                    "compared with: run the experiment again on one dataset."
                )
            tables[variant].append(table)
    return tables


def mean_block(table: pd.DataFrame, columns: Sequence[str]) -> Array:
    """(U, columns + 1) sums of each user, and its transitions."""
    values = table[list(columns)].to_numpy(np.float64)
    sums, _ = user_sums(table["user"].to_numpy(), np.column_stack([values, np.ones(len(values))]))
    return sums


def rank_block(first: Array, second: Array) -> Array:
    """Sums of which ``correlation`` makes Spearman's rank correlation.

    The ranks are those of the whole sample and stay when users are drawn anew; against ranking
    every resample again this moves the width of an interval by under 5 % (simulated, with ties).

    Args:
        first: (P,) values.
        second: (P,) values to compare their order with.

    Returns:
        (P, 6): one, both ranks (scaled to about −½ to ½), their squares and their product.
    """
    a, b = (stats.rankdata(values) / len(values) - 0.5 for values in (first, second))
    return np.column_stack([np.ones(len(a)), a, b, a * a, b * b, a * b])


def correlation(totals: Array) -> Array:
    """(R, 6) totals of n, a, b, a², b², ab → (R, 1) Pearson's; NaN if one is constant."""
    n, a, b, aa, bb, ab = totals.T
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_a, mean_b = a / n, b / n
        spread = (aa / n - mean_a**2) * (bb / n - mean_b**2)
        found = np.where(spread > 1e-18, (ab / n - mean_a * mean_b) / np.sqrt(spread), np.nan)
    return found[:, None]


def per_user_means(users: npt.NDArray[np.int64], values: Array) -> Array:
    """(E,) values of events → (U,) mean of each user, by rising code."""
    sums, counts = user_sums(users, values[:, None])
    return np.asarray(sums[:, 0] / counts)
