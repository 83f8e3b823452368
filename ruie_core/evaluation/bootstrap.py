"""Percentile bootstrap intervals that resample users, never events.

Events of one user are alike, so events are no independent draws; users are. A statistic is
computed from totals over users (a mean is a ratio of two totals). Drawing users with replacement
multiplies each user's columns by the times it was drawn, so one resample of *all* statistics is a
row of counts times one matrix: many metrics cost little more than one, and are paired.
"""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse, stats

Array = npt.NDArray[np.float64]
Statistic = Callable[[Array], Array]

LEVEL = 0.95
_CELLS = 1 << 22
"""Draws held at a time (32 MiB)."""


class Estimate(NamedTuple):
    """Ratios of totals with their intervals.

    Attributes:
        value: (M,) float64; NaN without events.
        low: (M,) float64 lower end of the 95 % interval; NaN with fewer than two users.
        high: (M,) float64 upper end.
        n_users: users with at least one event.
        n_events: events.
    """

    value: Array
    low: Array
    high: Array
    n_users: int
    n_events: int


def mean_intervals(
    users: npt.NDArray[Any],
    values: Array,
    *,
    resamples: int,
    seed: int,
    events: npt.NDArray[np.int64] | None = None,
) -> Estimate:
    """Means over events, with intervals over users, for many metrics at once.

    Args:
        users: (N,) integer user of each row, in any order.
        values: (N, M) float64, a column per metric.
        resamples: how often the users are drawn anew.
        seed: of the draws; calls with the same users and seed are paired.
        events: (N,) int64 where a row of ``values`` is the sum over that many events; none: 1.

    Returns:
        M means, intervals, and how many users and events they rest on.
    """
    events = np.ones(len(users), np.int64) if events is None else events
    columns, _ = user_sums(users, np.column_stack([values, events]))
    if not len(columns):
        nothing = np.full(values.shape[1], np.nan)
        return Estimate(nothing, nothing, nothing, 0, 0)
    low, high = total_intervals(columns, _ratio, resamples=resamples, seed=seed)
    value = _ratio(columns.sum(0, keepdims=True))[0]
    return Estimate(value, low, high, len(columns), int(events.sum()))


def difference_intervals(
    users: npt.NDArray[Any], first: Array, second: Array, *, resamples: int, seed: int
) -> Estimate:
    """Means of ``first − second`` over the same events: the paired difference of two models.

    Args:
        users: (N,) integer user of each event.
        first: (N, M) float64 metrics of one model.
        second: (N, M) float64 metrics of the other, on the same events.
        resamples: how often the users are drawn anew.
        seed: of the draws.
    """
    if first.shape != second.shape:
        raise ValueError(f"unpaired: shapes {first.shape} and {second.shape}")
    return mean_intervals(users, first - second, resamples=resamples, seed=seed)


def total_intervals(
    columns: Array | sparse.csr_array, statistic: Statistic, *, resamples: int, seed: int
) -> tuple[Array, Array]:
    """95 % percentile intervals of any statistic of totals over users.

    Args:
        columns: (U, M) what each user adds to each total; dense or sparse.
        statistic: (R, M) totals of R resamples → (R, K) values; NaN where it is undefined.
        resamples: how often the users are drawn anew.
        seed: of the draws.

    Returns:
        (K,) low and (K,) high. NaN with fewer than two users: one user says nothing about how
        users differ. Resamples in which a value is undefined are left out of its interval.
    """
    drawn = total_resamples(columns, statistic, resamples=resamples, seed=seed)
    return percentiles(drawn)


def total_resamples(
    columns: Array | sparse.csr_array, statistic: Statistic, *, resamples: int, seed: int
) -> Array:
    """Values of any statistic of totals, for each of many resamples of the users.

    Args:
        columns: (U, M) what each user adds to each total; dense or sparse.
        statistic: (R, M) totals of R resamples → (R, K) values; NaN where it is undefined.
        resamples: how often the users are drawn anew.
        seed: of the draws; calls with the same U and seed draw the same users.

    Returns:
        (K, resamples). NaN with fewer than two users: one user says nothing about how users differ.
    """
    n = columns.shape[0]
    if n < 2:
        width = statistic(np.asarray(columns.sum(0), np.float64).reshape(1, -1)).shape[1]
        return np.full((width, resamples), np.nan)

    def resampled(drawn: npt.NDArray[np.int64], axis: int = -1) -> Array:  # noqa: ARG001
        """(R, U) drawn users → (K, R) values."""
        rows = len(drawn)
        cells = (drawn + n * np.arange(rows)[:, None]).ravel()
        weights = np.bincount(cells, minlength=rows * n).reshape(rows, n).astype(np.float64)
        return statistic(np.asarray(weights @ columns)).T

    with warnings.catch_warnings():  # of undefined resamples, which ``percentiles`` sees to
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        result = stats.bootstrap(
            (np.arange(n),),
            resampled,
            n_resamples=resamples,
            batch=max(1, min(resamples, _CELLS // n)),
            vectorized=True,
            axis=-1,
            method="percentile",
            rng=np.random.default_rng(seed),
        )
    return np.atleast_2d(np.asarray(result.bootstrap_distribution, np.float64))


def percentiles(drawn: Array) -> tuple[Array, Array]:
    """95 % percentile intervals of resampled values.

    Args:
        drawn: (K, R); undefined (NaN) resamples are left out.

    Returns:
        (K,) low and (K,) high; NaN where no resample is defined.
    """
    ends = [100 * (1 - LEVEL) / 2, 100 * (1 + LEVEL) / 2]
    low, high = np.full(len(drawn), np.nan), np.full(len(drawn), np.nan)
    some = ~np.isnan(drawn).all(-1)
    if some.any():
        low[some], high[some] = np.nanpercentile(drawn[some], ends, axis=-1)
    return low, high


def user_sums(users: npt.NDArray[Any], values: Array) -> tuple[Array, Array]:
    """Add up the events of each user.

    >>> sums, counts = user_sums(np.array([7, 3, 7]), np.array([[1.0], [5.0], [2.0]]))
    >>> sums.ravel().tolist(), counts.tolist()  # user 3, user 7
    ([5.0, 3.0], [1.0, 2.0])

    Args:
        users: (N,) integer user of each event.
        values: (N, M) float64.

    Returns:
        (U, M) sums and (U,) events of the users that occur, by rising code.
    """
    found, row = np.unique(users, return_inverse=True)
    add = sparse.csr_array(
        (np.ones(len(users)), (row, np.arange(len(users)))), shape=(len(found), len(users))
    )
    return np.asarray(add @ values), np.bincount(row, minlength=len(found)).astype(np.float64)


def _ratio(totals: Array) -> Array:
    """(R, M + 1) totals, the last of them events → (R, M) means."""
    return totals[:, :-1] / totals[:, -1:]
