"""Metrics of one relevant item per list: one value per example, averaged elsewhere, once.

With a single relevant item at rank ρ the ideal DCG is 1, so NDCG@K is 1 / log2(1 + ρ) if ρ ≤ K and
0 otherwise (Järvelin & Kekäläinen 2002, https://doi.org/10.1145/582415.582418).
"""

import numpy as np
import numpy.typing as npt

Ranks = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


def ndcg(ranks: Ranks, k: int) -> Values:
    """NDCG@K of each example.

    >>> ndcg(np.array([1, 3, 11]), 10).tolist()  # 1/log2(2), 1/log2(4), beyond the cut-off
    [1.0, 0.5, 0.0]

    Args:
        ranks: (B,) int64, 1 is best.
        k: cut-off.

    Returns:
        (B,) float64 in [0, 1].
    """
    ranks = _checked(ranks)
    return np.where(ranks <= k, 1.0 / np.log2(1.0 + ranks), 0.0)


def hit_rate(ranks: Ranks, k: int) -> Values:
    """HR@K of each example: 1 if the item is among the first K.

    >>> hit_rate(np.array([1, 10, 11]), 10).tolist()
    [1.0, 1.0, 0.0]

    Args:
        ranks: (B,) int64, 1 is best.
        k: cut-off.

    Returns:
        (B,) float64, 0 or 1.
    """
    return (_checked(ranks) <= k).astype(np.float64)


def reciprocal_rank(ranks: Ranks) -> Values:
    """Reciprocal rank of each example; its mean is the MRR.

    >>> reciprocal_rank(np.array([1, 4])).tolist()
    [1.0, 0.25]

    Args:
        ranks: (B,) int64, 1 is best.

    Returns:
        (B,) float64 in (0, 1].
    """
    return 1.0 / _checked(ranks)


def _checked(ranks: Ranks) -> Ranks:
    if ranks.ndim != 1:
        raise ValueError(f"ranks must have one dimension, not shape {ranks.shape}")
    if len(ranks) and ranks.min() < 1:
        raise ValueError(f"rank {ranks.min()}: ranks start at 1")
    return ranks
