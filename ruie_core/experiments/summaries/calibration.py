"""Calibration: Q against the discounted reward that really came, per scenario."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ruie_core.analysis.calibration import MIN_EVENTS, quantile_bins
from ruie_core.evaluation.bootstrap import Array, user_sums
from ruie_core.evaluation.evaluate import scenario_label
from ruie_core.evaluation.statistics import Sampled, differences, figures, sample
from ruie_core.experiments.summaries.per_user import correlation, rank_block, transitions
from ruie_core.experiments.summaries.ranked import by_variant
from ruie_core.experiments.summaries.table import Row, rows_of
from ruie_core.experiments.summaries.trials import Finished, Trials, commands, seeds_of

NAME: Final = "calibration"
REFERENCE: Final = "double Q"
BINS: Final = 10
METRICS: Final = [(name, None) for name in ("slope", "spearman", "ece", "overestimation")]
_ECE: Final = 2
_MOMENTS, _RANKS = 5, 6
Variants = Mapping[str, Sequence[Finished]]


class Cell(NamedTuple):
    """Complete returns of one scenario on one side of the split.

    Attributes:
        users: (P,) int64.
        q: per variant, per seed (P,) float64 Q of the scenario that came, reward units.
        value: (P,) float64 realised discounted return, reward units.
        n_bins: quantile bins of Q that all seeds can fill.
    """

    users: npt.NDArray[np.int64]
    q: Mapping[str, Sequence[Array]]
    value: Array
    n_bins: int


def calibration(trials: Trials) -> list[Row]:
    """Panels ``calibration``, ``difference`` and ``reliability`` of held-out events.

    The same of training events are called ``…-training``. Truncated returns, which the end of the
    log cuts, are left out. Slope of the least-squares line of return on Q (1 if calibrated),
    Spearman's correlation, ECE (mean distance of a bin's mean return from its mean Q, weighted by
    events) and over-estimation (mean Q − mean return; both in reward units). ``difference``:
    variant − double Q. ``reliability``: per quantile bin of Q its mean x and the mean return.

    Resampling adds noise to every bin and so to ECE, which is a distance: its resamples are
    centred on the estimate.
    """
    own = trials.of(NAME)
    if not own:
        return []
    variants = by_variant(own)
    tables = transitions(variants)
    first = next(iter(tables.values()))[0]
    train = (first["split"] == "train").to_numpy()
    rows: list[Row] = []
    for suffix, side in {"": ~train, "-training": train}.items():
        for label, inside in _scenarios(first["scenario"].astype(str).to_numpy()).items():
            cell = make_cell(tables, side & inside)
            if cell is not None:
                rows += _figures(cell, variants, label, suffix)
                rows += _reliability(cell, variants, label, suffix)
    return rows


def make_cell(
    tables: Mapping[str, Sequence[pd.DataFrame]], inside: npt.NDArray[np.bool_]
) -> Cell | None:
    """Take the complete returns of some events; none if there are too few to say anything."""
    first = next(iter(tables.values()))[0]
    kept = inside & ~first["truncated"].to_numpy(bool)
    if kept.sum() < MIN_EVENTS:
        return None
    q = {
        variant: [table["q_taken"].to_numpy(np.float64)[kept] for table in of_variant]
        for variant, of_variant in tables.items()
    }
    every = [one for of_variant in q.values() for one in of_variant]
    n_bins = next(n for n in range(BINS, 0, -1) if len({_filled(one, n) for one in every}) == 1)
    users = first["user"].to_numpy(np.int64)[kept]
    return Cell(users, q, first["return"].to_numpy(np.float64)[kept], n_bins)


def _filled(q: Array, n_bins: int) -> int:
    return int(quantile_bins(q, n_bins).max()) + 1


def calibration_block(cell: Cell, q: Array) -> Array:
    """(U, moments + ranks + bins) sums of which ``calibration_statistic`` makes the figures."""
    bins = quantile_bins(q, cell.n_bins)
    gaps = (q - cell.value)[:, None] * (bins[:, None] == np.arange(bins.max() + 1))
    ones = np.ones(len(q))
    moments = np.column_stack([ones, q, cell.value, q * q, q * cell.value])
    columns = np.column_stack([moments, rank_block(q, cell.value), gaps])
    return user_sums(cell.users, columns)[0]


def calibration_statistic(totals: Array) -> Array:
    """(R, moments + ranks + bins) totals → (R, 4) figures in the order of ``METRICS``."""
    n, q, value, q_q, q_value = totals[:, :_MOMENTS].T
    gaps = totals[:, _MOMENTS + _RANKS :]
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = q_q / n - (q / n) ** 2
        varied = spread > 1e-12 * np.maximum(1.0, q_q / n)
        slope = np.where(varied, (q_value / n - q * value / n**2) / spread, np.nan)
    spearman = correlation(totals[:, _MOMENTS : _MOMENTS + _RANKS])[:, 0]
    return np.column_stack([slope, spearman, np.abs(gaps).sum(1) / n, (q - value) / n])


def _figures(cell: Cell, variants: Variants, label: str, suffix: str) -> list[Row]:
    blocks = {
        variant: [calibration_block(cell, q) for q in seeds] for variant, seeds in cell.q.items()
    }
    sampled = sample(blocks, calibration_statistic)
    found = {variant: _centred(one) for variant, one in sampled.items()}
    n = {"n_users": len(np.unique(cell.users)), "n_events": len(cell.users)}
    place: dict[str, Any] = {"experiment": NAME, "scenario": label, **n}
    rows = []
    for variant, one in found.items():
        mine = variants[variant]
        rows += rows_of(
            METRICS, figures(one), tested=False, panel=f"calibration{suffix}", variant=variant,
            seeds=seeds_of(mine), command=commands(mine), **place,
        )  # fmt: skip
        if variant != REFERENCE and REFERENCE in found:
            other = variants[REFERENCE]
            rows += rows_of(
                METRICS, differences(one, found[REFERENCE]), tested=True,
                panel=f"difference{suffix}", variant=variant, reference=REFERENCE,
                seeds=seeds_of(mine, other), command=commands([*mine, *other]), **place,
            )  # fmt: skip
    return rows


def _centred(one: Sampled) -> Sampled:
    draws = one.draws.copy()
    draws[_ECE] += one.value[_ECE] - draws[_ECE].mean()
    return one._replace(draws=draws)


def _reliability(cell: Cell, variants: Variants, label: str, suffix: str) -> list[Row]:
    bins = {
        variant: [quantile_bins(q, cell.n_bins) for q in seeds] for variant, seeds in cell.q.items()
    }
    blocks = {
        variant: [_bin_block(cell, of_seed) for of_seed in seeds] for variant, seeds in bins.items()
    }
    rows = []
    for variant, one in sample(blocks, _bin_means).items():
        mine = variants[variant]
        for at, figure in enumerate(figures(one)):
            inside = [of_seed == at for of_seed in bins[variant]]
            centres = [q[held].mean() for q, held in zip(cell.q[variant], inside, strict=True)]
            rows += rows_of(
                [("return", None)], [figure], tested=False, experiment=NAME,
                panel=f"reliability{suffix}", variant=variant, scenario=label,
                x=float(np.mean(centres)),
                n_users=round(np.mean([len(np.unique(cell.users[held])) for held in inside])),
                n_events=round(np.mean([held.sum() for held in inside])),
                seeds=seeds_of(mine), command=commands(mine),
            )  # fmt: skip
    return rows


def _bin_block(cell: Cell, bins: npt.NDArray[np.int64]) -> Array:
    """(U, 2 · bins) sums of each user: returns by bin, then events by bin."""
    inside = (bins[:, None] == np.arange(bins.max() + 1)).astype(np.float64)
    return user_sums(cell.users, np.column_stack([inside * cell.value[:, None], inside]))[0]


def _bin_means(totals: Array) -> Array:
    """(R, 2 · bins) totals → (R, bins) means; NaN where no user of the bin was drawn."""
    half = totals.shape[1] // 2
    with np.errstate(invalid="ignore"):
        means: Array = totals[:, :half] / totals[:, half:]
    return means


def _scenarios(names: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.bool_]]:
    every = {"all": np.ones(len(names), bool)}
    return every | {scenario_label(str(name)): names == name for name in np.unique(names)}
