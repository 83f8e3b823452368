"""Intervals and p-values over users *and* seeds, paired over the same test events.

A figure of a variant is the mean of its seeds' figures. Two things would differ if the experiment
were done again: which users are in the log, and what chance did in training.

- *Users*: one set of bootstrap resamples of users, shared by all variants and seeds
  (``ruie_core.evaluation.bootstrap``). Differences are taken inside each resample, so that whatever
  makes a user easy for every model cancels. Because all seeds of a variant rank the same users,
  this part also covers what a seed does to single users (their interaction), averaged over seeds.
- *Seeds*: what a seed does to all users alike cannot be seen by drawing users. Its variance is that
  of the seeds' figures around their mean, less the part that users × seeds explain already, which
  the same resamples measure; never below zero. It is added as noise with Student's t distribution
  of S − 1 degrees of freedom, independent between variants: equal seed numbers do not make two
  models alike. With one seed this part is unknown and left out: ``seeds`` says 1.

The sum has the variance V_users + V_seeds − V_users×seeds of two-way clustering (Cameron, Gelbach &
Miller 2011, https://doi.org/10.1198/jbes.2010.07136). Drawing users and seeds at once, the
pigeonhole bootstrap (Owen 2007, https://arxiv.org/abs/0712.1111), counts the interaction three
times: between equally good models, where it is all there is, its 95 % intervals cover 100 %; and
five seeds drawn with replacement are too narrow where seeds matter most. The tests show both.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ruie_core.evaluation.bootstrap import Array, Statistic, percentiles, total_resamples

RESAMPLES = 4_000
"""Resamples of users: the smallest p-value is 2 / 4,001, small enough for a family of dozens."""


class Figure(NamedTuple):
    """One number with its uncertainty.

    Attributes:
        value: the estimate; NaN where it is undefined.
        low, high: 95 % interval; NaN where unknown.
        p: two-sided p-value of ``value`` = 0; NaN where unknown.
    """

    value: float
    low: float
    high: float
    p: float


class Sampled(NamedTuple):
    """K figures of one variant, with what they could have been.

    Attributes:
        value: (K,) float64, mean over seeds.
        draws: (K, R) float64: resampled users plus the seeds' noise. Row by row comparable between
            the variants of one call of ``sample``.
        seeds: how many seeds ``value`` is the mean of.
    """

    value: Array
    draws: Array
    seeds: int


def sample(
    blocks: Mapping[str, Sequence[Array]],
    statistic: Statistic,
    *,
    resamples: int = RESAMPLES,
    seed: int = 1,
) -> dict[str, Sampled]:
    """Figures of several variants from one set of resampled users.

    Args:
        blocks: per variant, per seed: (U, M) what each user adds to each total, users in one order.
            Users without events add zeros.
        statistic: (R, M) totals of R resamples → (R, K) figures; NaN where undefined.
        resamples: how often the users are drawn anew.
        seed: of the draws.

    Raises:
        ValueError: tables of different shapes cannot be paired.
    """
    tables = [table for seeds in blocks.values() for table in seeds]
    if len({table.shape for table in tables}) > 1:
        raise ValueError(f"unpaired: shapes {sorted({table.shape for table in tables})}")
    width = tables[0].shape[1]

    def each(totals: Array) -> Array:
        """(R, tables · M) totals → (R, tables · K) figures."""
        starts = range(0, totals.shape[1], width)
        return np.concatenate([statistic(totals[:, at : at + width]) for at in starts], axis=1)

    columns = np.concatenate(tables, axis=1)
    points = each(columns.sum(0, keepdims=True))[0].reshape(len(tables), -1)
    drawn = total_resamples(columns, each, resamples=resamples, seed=seed)
    drawn = drawn.reshape(len(tables), -1, resamples)
    sampled, first = {}, 0
    for number, (variant, seeds) in enumerate(blocks.items()):
        mine = slice(first, first + len(seeds))
        rng = np.random.default_rng([seed, number])
        sampled[variant] = over_seeds(points[mine], drawn[mine], rng)
        first += len(seeds)
    return sampled


def over_seeds(points: Array, drawn: Array, rng: np.random.Generator) -> Sampled:
    """Average the seeds of one variant and add the noise that resampled users cannot show.

    Args:
        points: (S, K) figures of each seed.
        drawn: (S, K, R) the same under R resamples of users.
        rng: of the seeds' noise.
    """
    n = len(points)
    value, draws = points.mean(0), drawn.mean(0)
    if n > 1:
        with np.errstate(invalid="ignore"):
            defined = (~np.isnan(drawn)).sum(2)
            deviations = drawn - draws
            centred = deviations - np.nansum(deviations, 2, keepdims=True) / defined[..., None]
            interaction = (np.nansum(centred**2, 2) / defined).sum(0) / (n - 1)
        of_seeds = np.maximum(0.0, points.var(axis=0, ddof=1) - interaction)
        scale = np.sqrt(of_seeds / n)
        draws = draws + scale[:, None] * rng.standard_t(n - 1, draws.shape[1])
    return Sampled(value, draws, n)


def figures(sampled: Sampled) -> list[Figure]:
    """The K figures themselves."""
    return _figures(sampled.value, sampled.draws)


def differences(first: Sampled, second: Sampled) -> list[Figure]:
    """``first − second``, resample by resample. Both must come from one call of ``sample``."""
    return _figures(first.value - second.value, first.draws - second.draws)


def shares(part: Sampled, base: Sampled, whole: Sampled) -> list[Figure]:
    """(part − base) / (whole − base): how much of what ``whole`` gains does ``part`` reach?

    Undefined (NaN, value and interval) where ``whole`` gains nothing that can be shown: where more
    than 2.5 % of the resamples see no gain above zero, since a ratio whose denominator may be zero
    has no bounded interval (Fieller 1954).
    """
    gained, possible = part.draws - base.draws, whole.draws - base.draws
    gain, most = part.value - base.value, whole.value - base.value
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(most > 0, gain / most, np.nan)
        draws = np.where(possible > 0, gained / possible, np.nan)
    undefined = np.isnan(draws).mean(1) > 0.025
    draws[undefined], value[undefined] = np.nan, np.nan
    return _figures(value, draws)


def two_sided_p(draws: Array) -> float:
    """Two-sided p-value of zero: twice the smaller tail of the resampled values beyond zero.

    The test that the percentile interval is the inversion of; one is added to both counts, so that
    no p-value is zero (Davison & Hinkley 1997, *Bootstrap Methods and their Application*, ch. 4).

    >>> two_sided_p(np.array([1.0, 2.0, 3.0, -1.0]))  # 2 · (1 + 1) / (4 + 1)
    0.8

    Args:
        draws: (R,) resampled differences; NaN are left out.
    """
    draws = draws[~np.isnan(draws)]
    if not len(draws):
        return float("nan")
    beyond = min((draws <= 0).sum(), (draws >= 0).sum())
    return float(min(1.0, 2 * (1 + beyond) / (len(draws) + 1)))


def ratio_of_totals(totals: Array) -> Array:
    """(R, K + 1) totals, the last of them a count → (R, K) means; NaN where the count is zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        means: Array = np.where(totals[:, -1:] > 0, totals[:, :-1] / totals[:, -1:], np.nan)
    return means


def _figures(value: Array, draws: Array) -> list[Figure]:
    """One figure per row; without a value there is no interval either."""
    draws = np.where(np.isnan(value)[:, None], np.nan, draws)
    low, high = percentiles(draws)
    return [
        Figure(float(value[k]), float(low[k]), float(high[k]), two_sided_p(draws[k]))
        for k in range(len(value))
    ]
