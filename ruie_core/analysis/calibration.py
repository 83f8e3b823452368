"""``calibration.parquet``: is Q what really came?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse, stats

from ruie_core.evaluation.bootstrap import total_intervals

MIN_PER_BIN = 10
"""Events that a bin should hold: fewer events make fewer bins."""
MIN_EVENTS = 20
"""Events below which calibration says nothing."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pairs:
    """Estimates beside what came, complete (un-truncated) returns only.

    Attributes:
        user: (P,) int32.
        scenario: (P,) int32 code of the scenario that came, from 1.
        heldout: (P,) bool.
        q: (P,) float64 Q of the taken scenario.
        value: (P,) float64 realised discounted return.
    """

    user: npt.NDArray[np.int32]
    scenario: npt.NDArray[np.int32]
    heldout: npt.NDArray[np.bool_]
    q: Floats
    value: Floats


class Cell(NamedTuple):
    """Pairs of one scenario and split: their indices (``events``), and bin (from 0) of each."""

    scenario: str
    split: str
    events: npt.NDArray[np.int64]
    bins: npt.NDArray[np.int64]


def cells(pairs: Pairs, scenarios: tuple[str, ...], n_bins: int) -> Iterator[Cell]:
    """Yield every scenario (and all) in every split that has enough events."""
    everything = np.ones(len(pairs.q), bool)
    every = np.arange(len(pairs.q))
    of_split = {"all": everything, "train": ~pairs.heldout, "heldout": pairs.heldout}
    for split, inside in of_split.items():
        for code, name in enumerate(("all", *scenarios)):
            index = every[inside & (pairs.scenario == code)] if code else every[inside]
            if len(index) >= MIN_EVENTS:
                yield Cell(name, split, index, quantile_bins(pairs.q[index], n_bins))


def quantile_bins(values: Floats, n_bins: int) -> npt.NDArray[np.int64]:
    """Bins of equal count from the lowest value up; equal values share a bin.

    >>> quantile_bins(np.arange(40.0), 4)[[0, 9, 10, 39]].tolist()
    [0, 0, 1, 3]

    Args:
        values: (P,) float64.
        n_bins: bins at most; fewer if they would hold under ten values each.

    Returns:
        (P,) int64, 0..bins−1, none of them empty.
    """
    n_bins = max(1, min(n_bins, len(values) // MIN_PER_BIN))
    edges = np.quantile(values, np.arange(1, n_bins) / n_bins)
    raw = np.searchsorted(edges, values, side="right")
    return np.unique(raw, return_inverse=True)[1].astype(np.int64)


def calibration_table(
    pairs: Pairs, scenarios: tuple[str, ...], n_bins: int, *, resamples: int, seed: int
) -> pd.DataFrame:
    """Mean Q and mean realised return per quantile bin of Q, with intervals over users.

    Args:
        pairs: estimates and returns.
        scenarios: names by code.
        n_bins: bins at most.
        resamples: bootstrap resamples of users.
        seed: of the bootstrap.

    Returns:
        Rows of ``calibration``; bins count from 1. Empty where nothing has enough events.
    """
    found = list(cells(pairs, scenarios, n_bins))
    frames, columns, rows = [], [], []
    total = 0
    for cell in found:
        n = np.bincount(cell.bins)
        frames.append(
            pd.DataFrame(
                {
                    "scenario": cell.scenario,
                    "split": cell.split,
                    "bin": np.arange(1, len(n) + 1, dtype=np.int32),
                    "n": n,
                    "q_mean": np.bincount(cell.bins, pairs.q[cell.events]) / n,
                    "return_mean": np.bincount(cell.bins, pairs.value[cell.events]) / n,
                }
            )
        )
        columns.append(cell.bins + total)
        rows.append(cell.events)
        total += len(n)
    if not frames:
        names = ("bin", "n", "q_mean", "return_mean", "return_low", "return_high")
        return pd.DataFrame({"scenario": [], "split": []}, dtype=str).assign(
            **{name: np.zeros(0) for name in names}
        )
    column, index = np.concatenate(columns), np.concatenate(rows)
    low, high = _bin_intervals(
        pairs.user[index], column, pairs.value[index], total, resamples=resamples, seed=seed
    )
    return pd.concat(frames, ignore_index=True).assign(return_low=low, return_high=high)


def _bin_intervals(
    user: npt.NDArray[np.int32],
    column: npt.NDArray[np.int64],
    value: Floats,
    n_columns: int,
    *,
    resamples: int,
    seed: int,
) -> tuple[Floats, Floats]:
    """Intervals of all bins of all cells from one set of resamples; NaN where one user fills it."""
    found, row = np.unique(user, return_inverse=True)
    shape = (len(found), n_columns)
    sums = sparse.csr_array((value, (row, column)), shape=shape)
    counts = sparse.csr_array((np.ones(len(value)), (row, column)), shape=shape)
    both = sparse.hstack([sums, counts], format="csr")

    def means(totals: Floats) -> Floats:
        with np.errstate(invalid="ignore"):
            ratio: Floats = totals[:, :n_columns] / totals[:, n_columns:]
        return ratio

    low, high = total_intervals(both, means, resamples=resamples, seed=seed)
    lonely = np.asarray((counts > 0).sum(0)).ravel() < 2
    return np.where(lonely, np.nan, low), np.where(lonely, np.nan, high)


def calibration_figures(
    pairs: Pairs, scenarios: tuple[str, ...], n_bins: int
) -> dict[str, dict[str, float | None]]:
    """Figures over all complete returns, per scenario and for ``all``.

    Returns:
        n; slope of the least-squares line of return on Q (1 if calibrated; None if all Q are
        equal); spearman rank correlation; ece, the mean distance between mean Q and mean return of
        a bin, weighted by events; overestimation, mean Q − mean return (reward units); return_mean.
    """
    figures: dict[str, dict[str, float | None]] = {}
    for cell in cells(pairs, scenarios, n_bins):
        if cell.split != "all":
            continue
        q, value = pairs.q[cell.events], pairs.value[cell.events]
        n = np.bincount(cell.bins)
        gaps = np.abs(np.bincount(cell.bins, q) - np.bincount(cell.bins, value)) / n
        varied = q.std() > 1e-9 * max(1.0, float(np.abs(q).max()))
        both = varied and value.std() > 0
        figures[cell.scenario] = {
            "n": len(q),
            "slope": float(np.cov(q, value, bias=True)[0, 1] / q.var()) if varied else None,
            "spearman": float(stats.spearmanr(q, value).statistic) if both else None,
            "ece": float((gaps * n).sum() / n.sum()),
            "overestimation": float(q.mean() - value.mean()),
            "return_mean": float(value.mean()),
        }
    return figures
