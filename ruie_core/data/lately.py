"""What anyone met lately: popularity that forgets, moment by moment, counted on training events."""

from collections.abc import Iterator
from typing import Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse
from torch import Tensor

from ruie_core.data.dataset import Dataset
from ruie_core.data.follows import Weights
from ruie_core.data.split import TRAIN, Parts

HALF_LIVES: Final = (4, 16, 64)
"""What the half-life of a trend is chosen from, in moments, by NDCG@10 on validation events."""

Times = TypeVar("Times", npt.NDArray[np.int64], Tensor)


class Moments(NamedTuple):
    """A log cut into equal stretches of time.

    Attributes:
        first: when the first begins, milliseconds since epoch.
        step: how long each lasts, milliseconds.
        n: how many; the last has no end.
    """

    first: int
    step: int
    n: int

    def of(self, times: Times) -> Times:
        """Moment of each of (N,) int64 times; what is before the first falls into it.

        >>> Moments(100, 10, 4).of(np.array([95, 100, 119, 120, 999])).tolist()
        [0, 0, 1, 2, 3]
        """
        return ((times - self.first) // self.step).clip(0, self.n - 1)


def cut_moments(dataset: Dataset, split: Parts, count: int) -> Moments:
    """Cut the time of the training events so that all of them lie before the last moment."""
    times = dataset.times[split == TRAIN]
    first, span = int(times.min()), int(np.ptp(times))
    return Moments(first, span // (count - 1) + 1, count)


def lately(
    dataset: Dataset,
    split: Parts,
    moments: Moments,
    half_life: float,
    kept: int,
    trust: Weights | None = None,
) -> sparse.csr_array:
    """Count what was met before each moment, each event half as much per half-life.

    Only events of earlier moments count: a request sees nothing of its own moment, nor of later
    ones.

    Args:
        dataset: the events.
        split: (N,) uint8, part of every event; only training events count.
        moments: how time is cut.
        half_life: moments after which an event counts half.
        kept: items kept per row, the strongest.
        trust: (N,) how much each event counts; none: 1.

    Returns:
        (n · (S + 1), I) float32: row m · (S + 1) + c is scenario c before moment m, c = 0 all
        scenarios together.
    """
    rows = [strongest(counts, kept) for counts in _each(dataset, split, moments, half_life, trust)]
    return sparse.csr_array(sparse.vstack(rows, format="csr"))


def _each(
    dataset: Dataset, split: Parts, moments: Moments, half_life: float, trust: Weights | None
) -> Iterator[sparse.csr_array]:
    """Yield (S + 1, I) counts before each moment."""
    train = np.flatnonzero(split == TRAIN)
    moment = moments.of(dataset.times[train])
    order = np.argsort(moment, kind="stable")
    train, ends = train[order], np.searchsorted(moment[order], np.arange(moments.n) + 1)
    shape = (dataset.n_scenarios + 1, dataset.n_items)
    weight = np.ones(dataset.n_events, np.float32) if trust is None else trust
    total = sparse.csr_array(shape, dtype=np.float32)
    begin = 0
    for end in ends:
        yield total
        now = train[begin:end]
        item = np.tile(dataset.items[now] - 1, 2)
        scenario = np.concatenate([dataset.scenarios[now], np.zeros_like(dataset.scenarios[now])])
        met = sparse.coo_array((np.tile(weight[now], 2), (scenario, item)), shape=shape)
        total = sparse.csr_array(total + met.tocsr()) * np.float32(0.5 ** (1 / half_life))
        begin = end


def strongest(counts: sparse.csr_array, kept: int) -> sparse.csr_array:
    """Keep the largest entries of each row, largest first; of equals, the lower column.

    >>> strongest(sparse.csr_array([[1, 3, 0, 3], [0, 0, 0, 0]]), 2).indices.tolist()
    [1, 3]
    """
    row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    order = np.lexsort((counts.indices, -counts.data, row))
    place = np.arange(len(row)) - counts.indptr[row]  # among the row's own, largest first
    order = order[place < kept]
    ends = np.minimum(np.diff(counts.indptr), kept).cumsum()
    pointer = np.concatenate([[0], ends])
    return sparse.csr_array((counts.data[order], counts.indices[order], pointer), counts.shape)
