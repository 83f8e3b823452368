"""``users.parquet``: one row per user, for search and cohorts."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from ruie_core.analysis.steps import Seen
from ruie_core.data.dataset import Dataset
from ruie_core.data.split import TEST, Parts
from ruie_core.evaluation.metrics import ndcg

CUTOFF = 10


def user_table(dataset: Dataset, split: Parts, seen: Seen) -> pd.DataFrame:
    """Summarise every user.

    Args:
        dataset: N events.
        split: (N,) uint8, part of every event.
        seen: gates and ranks of every event.

    Returns:
        Columns of ``users``. ``main_scenario`` is the most frequent, of equals the one with more
        traffic; ``rank_test`` the rank of the last test event that has one; ``ndcg_10`` the mean
        over them, null without any (``n_heldout`` says over how many events).
    """
    n_users, user = dataset.n_users, dataset.user_of_event()
    lengths = dataset.lengths
    counts = scenario_counts_of(user, dataset.scenarios, n_users, dataset.n_scenarios)
    names = np.array(dataset.vocabulary.scenarios, dtype=object)
    switched = np.zeros(dataset.n_events, bool)
    switched[1:] = dataset.scenarios[1:] != dataset.scenarios[:-1]
    switched[dataset.offsets[:-1]] = False
    tested = (split == TEST) & (seen.rank > 0)
    values = np.zeros(dataset.n_events)
    values[tested] = ndcg(seen.rank[tested].astype(np.int64), CUTOFF)
    last_rank = np.zeros(n_users, np.int32)
    last_rank[user[tested]] = seen.rank[tested]  # positions rise, so the last one stays
    gated = ~np.isnan(seen.gate)
    frame = pd.DataFrame(
        {
            "user": np.arange(n_users, dtype=np.int32),
            "user_id": dataset.vocabulary.users["user_id"].to_numpy(),
            "n_events": lengths.astype(np.int32),
            "n_switches": np.bincount(user[switched], minlength=n_users).astype(np.int32),
            "n_scenarios": (counts > 0).sum(1).astype(np.int32),
            "main_scenario": names[counts.argmax(1)],
            "first_time": _times(dataset.times[dataset.offsets[:-1]]),
            "last_time": _times(dataset.times[dataset.offsets[1:] - 1]),
            "reward_mean": _mean(user, dataset.rewards, n_users),
            "gate_mean": _mean(user[gated], seen.gate[gated], n_users),
            "n_heldout": np.bincount(user[tested], minlength=n_users).astype(np.int32),
            "rank_test": pd.array(last_rank, "Int32"),
            "ndcg_10": _mean(user[tested], values[tested], n_users),
        }
    )
    frame.loc[last_rank == 0, "rank_test"] = pd.NA
    events = {f"events_{name}": counts[:, code] for code, name in enumerate(names)}
    return pd.concat([frame, pd.DataFrame(events, dtype=np.int32)], axis=1)


def scenario_counts_of(
    owner: npt.NDArray[np.int32], scenarios: npt.NDArray[np.int32], n: int, n_scenarios: int
) -> npt.NDArray[np.int64]:
    """(n, S) events of each owner (a code from 0) in each scenario (codes from 1)."""
    cell = owner.astype(np.int64) * n_scenarios + scenarios - 1
    return np.bincount(cell, minlength=n * n_scenarios).reshape(n, n_scenarios)


def _times(milliseconds: npt.NDArray[np.int64]) -> "pd.Series[pd.Timestamp]":
    return pd.Series(pd.to_datetime(milliseconds, unit="ms", utc=True))


def _mean(
    user: npt.NDArray[np.int32], values: npt.NDArray[np.floating], n_users: int
) -> npt.NDArray[np.float64]:
    """(U,) mean of the events' values; NaN for users without any."""
    sums = np.bincount(user, weights=values, minlength=n_users)
    with np.errstate(invalid="ignore"):
        mean: npt.NDArray[np.float64] = sums / np.bincount(user, minlength=n_users)
    return mean
