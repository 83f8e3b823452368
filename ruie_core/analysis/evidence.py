"""One shape for every comparison that a statement may rest on, and the correction for many.

A row is one estimate with its interval and the value that means "no difference". Which figures are
in a row depends on its kind; ``analysis.frames.findings`` says so.
"""

from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import norm

from ruie_core.analysis.contrast import Z
from ruie_core.evaluation.multiple import holm

COLUMNS: Final = (
    "kind", "scenario", "to", "label", "value", "low", "high", "null", "first", "second", "n",
    "n_of", "n_users",
)  # fmt: skip
"""What a comparison is made of, before it is tested.

kind; scenario and, of a move, the one it leads to; label (what it is compared with); value with its
95 % interval low to high; null (the value that means no difference); first and second (the two
figures that are compared); n (events), n_of (those that it is a share of), n_users."""

ALPHA: Final = 0.05
"""A comparison is claimed if its p-value, after Holm over all that were looked at, is smaller."""


def tested(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Join comparisons to one family, and test each of them.

    The p-value is that of a normal estimate whose 95 % interval is the given one. Without an
    interval, or with one of no width, there is no p-value and nothing is claimed.

    Args:
        parts: frames with some of ``COLUMNS``; the others become null.

    Returns:
        ``COLUMNS``, then p, p_holm (after Holm over all rows that have a p-value), told (bool:
        p_holm is under 0.05).

    Example:
        >>> rows = pd.DataFrame({"kind": "gate", "value": [1.5, 1.01], "low": [1.4, 0.9],
        ...                      "high": [1.6, 1.12], "null": 1.0})
        >>> found = tested([rows])
        >>> found["told"].tolist(), found["p_holm"].round(2).tolist()
        ([True, False], [0.0, 0.86])
    """
    kept = [part for part in parts if len(part)]
    frame = pd.concat(kept, ignore_index=True) if kept else pd.DataFrame()
    frame = frame.reindex(columns=list(COLUMNS))
    numbers = ["value", "low", "high", "null", "first", "second"]
    frame[numbers] = frame[numbers].astype("float64")
    spread = (frame["high"] - frame["low"]).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (frame["value"] - frame["null"]).to_numpy() / (spread / (2 * Z))
    frame["p"] = np.where(spread > 0, 2 * norm.sf(np.abs(z)), np.nan)
    frame["p_holm"] = holm(frame["p"])
    frame["told"] = frame["p_holm"] < ALPHA
    return frame
