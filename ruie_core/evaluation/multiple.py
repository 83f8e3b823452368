"""Many comparisons at once: a family of p-values is corrected before any of them is claimed."""

import numpy as np
import numpy.typing as npt

from ruie_core.evaluation.bootstrap import Array


def holm(p: npt.ArrayLike) -> Array:
    """Holm's step-down adjustment over one family (Holm 1979, https://www.jstor.org/stable/4615733).

    >>> holm([0.01, 0.04, 0.03]).round(6).tolist()  # 3 · .01; then max(2 · .03, 1 · .04)
    [0.03, 0.06, 0.06]

    Args:
        p: (F,) p-values; NaN takes no part and stays NaN.

    Returns:
        (F,) adjusted p-values, at most 1.
    """
    values = np.asarray(p, np.float64)
    order = np.argsort(values, kind="stable")[: int((~np.isnan(values)).sum())]
    factors = np.arange(len(order), 0, -1)
    adjusted = np.full(values.shape, np.nan)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(factors * values[order]))
    return adjusted
