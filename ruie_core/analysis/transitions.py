"""``transitions.parquet``: where people go from each scenario, and where the model thinks so."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from ruie_core.data.dataset import Dataset
from ruie_core.evaluation.bootstrap import total_intervals

MIN_USERS = 5
"""A move that fewer users made has no interval: too many resamples would not contain it."""

Array = npt.NDArray[np.float64]


def transition_table(dataset: Dataset, p_from: Array, *, resamples: int, seed: int) -> pd.DataFrame:
    """Observed and modelled moves between scenarios, over all events that have a predecessor.

    ``log_lift`` is log(p_observed / p_base): how much likelier c' is after c than anywhere. Null
    where the move was never made.

    Args:
        dataset: the events.
        p_from: (S, S) sum of the model's p over the states after each scenario (row).
        resamples: bootstrap resamples of users.
        seed: of the bootstrap.

    Returns:
        S² rows of ``transitions``, by from_scenario, then to_scenario.
    """
    s, names = dataset.n_scenarios, dataset.vocabulary.scenarios
    user, cell = moves(dataset)
    per_user = sparse.csr_array((np.ones(len(cell)), (user, cell)), shape=(dataset.n_users, s * s))
    per_user = per_user[np.unique(user)]  # of users with a move at all
    made = np.bincount(cell, minlength=s * s)
    travellers = np.asarray((per_user > 0).sum(0)).ravel()
    low, high = total_intervals(
        per_user, lambda totals: log_lifts(totals, s), resamples=resamples, seed=seed
    )
    few = travellers < MIN_USERS
    n = made.reshape(s, s).astype(float)
    n_from = n.sum(1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        base = n.sum(0) / n.sum()
        observed, modelled = n / n_from, p_from / n_from
        model_lift = np.log(modelled / base)
    return pd.DataFrame(
        {
            "from_scenario": np.repeat(names, s),
            "to_scenario": np.tile(names, s),
            "n": made,
            "n_from": np.repeat(n_from.ravel().astype(np.int64), s),
            "p_observed": observed.ravel(),
            "p_base": np.tile(base, s),
            "p_model": modelled.ravel(),
            "log_lift": log_lifts(made[None].astype(float), s)[0],
            "log_lift_low": np.where(few, np.nan, low),
            "log_lift_high": np.where(few, np.nan, high),
            "model_log_lift": np.where(np.isfinite(model_lift), model_lift, np.nan).ravel(),
        }
    )


def moves(dataset: Dataset) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """(M,) user and (M,) cell ``from · S + to`` of every event that has a predecessor."""
    follows = np.ones(dataset.n_events, bool)
    follows[dataset.offsets[:-1]] = False
    to = np.flatnonzero(follows)
    s = dataset.n_scenarios
    cell = (dataset.scenarios[to - 1].astype(np.int64) - 1) * s + dataset.scenarios[to] - 1
    return dataset.user_of_event()[to], cell


def log_lifts(totals: Array, s: int) -> Array:
    """(R, S²) counts of moves → (R, S²) log(p(to | from) / p(to)); NaN where a move is missing.

    >>> counts = np.array([[3.0, 1.0, 1.0, 3.0]])  # 3 of 4 stay, on either side
    >>> np.exp(log_lifts(counts, 2)).round(2).tolist()
    [[1.5, 0.5, 0.5, 1.5]]
    """
    n = totals.reshape(len(totals), s, s)
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = np.log(n / n.sum(2, keepdims=True)) - np.log(
            n.sum(1, keepdims=True) / n.sum((1, 2), keepdims=True)
        )
    lifts: Array = np.where(np.isfinite(lift), lift, np.nan).reshape(len(totals), s * s)
    return lifts
