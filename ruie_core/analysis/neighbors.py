"""``neighbors.parquet``: which items the model holds to be alike."""

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from ruie_core.analysis.nearest import nearest, unit_rows

MOST_ITEMS = 100_000
MOST_ITEMS_CUDA = 1_000_000
"""Items among which neighbours are sought, the most frequent ones: the work grows as the square."""


def neighbor_table(item_table: Tensor, k: int) -> tuple[pd.DataFrame, dict[str, int | str]]:
    """Exact nearest items by cosine of their embeddings.

    Args:
        item_table: (I + 1, d) embeddings; row 0 is padding and no one's neighbour.
        k: neighbours per item.

    Returns:
        Rows of ``neighbors``, by item, then position, and what ``health.json`` says about them.
    """
    n_items = len(item_table) - 1
    most = min(n_items, MOST_ITEMS_CUDA if item_table.is_cuda else MOST_ITEMS)
    unit = unit_rows(item_table.detach()[1 : most + 1], "item embeddings")
    cosine, found = nearest(unit, unit, k, own=torch.arange(most, device=unit.device))
    width = cosine.shape[1]
    frame = pd.DataFrame(
        {
            "item": np.repeat(np.arange(1, most + 1, dtype=np.int32), width),
            "neighbor": found.numpy().ravel().astype(np.int32) + 1,
            "position": np.tile(np.arange(1, width + 1, dtype=np.int32), most),
            "cosine": cosine.numpy().ravel(),
        }
    )
    rule = "all items" if most == n_items else f"among the {most:,} most frequent items"
    return frame, {"items": most, "of": n_items, "rule": rule}
