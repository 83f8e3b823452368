"""The K best of each row, of one block or running over many."""

import torch
from torch import Tensor

_LANE = 64
"""Scores whose maximum stands for them while the best K of a block are sought."""


class RunningTop:
    """Running top-K of a batch over blocks."""

    def __init__(self, rows: int, k: int, device: torch.device) -> None:
        """Start empty: ``rows`` rows of the best ``k``."""
        self.k = k
        self.items = torch.zeros((rows, k), dtype=torch.int64, device=device)
        self.scores = torch.full((rows, k), -torch.inf, device=device)

    def add(self, scores: Tensor, first: int) -> None:
        """Let the items ``first..`` with (B, width) scores compete."""
        if not self.k:
            return
        values, columns = block_top(scores, self.k)
        values = torch.cat([self.scores, values], 1)
        codes = torch.cat([self.items, columns + first], 1)
        self.scores, order = values.topk(self.k, 1)
        self.items = codes.gather(1, order)

    def padded(self) -> tuple[Tensor, Tensor]:
        """Return (B, K) items and scores; items that were left out become 0."""
        return self.items.masked_fill(self.scores == -torch.inf, 0), self.scores


def block_top(scores: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Return values and columns of the k largest of each row, largest first.

    The k largest lie in the k lanes of 64 columns whose maxima are largest, so only those are
    searched: half the time of a plain top-k over thousands of columns.

    Args:
        scores: (B, W) float32.
        k: how many; at most W are returned.

    Returns:
        (B, min(k, W)) values and (B, min(k, W)) int64 columns.
    """
    width = scores.shape[1]
    lanes = width // _LANE
    if lanes <= 2 * k:
        plain = scores.topk(min(k, width), 1)
        return plain.values, plain.indices
    whole = scores[:, : lanes * _LANE].reshape(-1, lanes, _LANE)
    lane = whole.amax(2).topk(k, 1).indices
    inside = whole.gather(1, lane[:, :, None].expand(-1, -1, _LANE)).flatten(1)
    columns = (lane[:, :, None] * _LANE + torch.arange(_LANE, device=scores.device)).flatten(1)
    rest = torch.arange(lanes * _LANE, width, device=scores.device).expand(len(scores), -1)
    candidates = torch.cat([inside, scores[:, lanes * _LANE :]], 1)
    top = candidates.topk(k, 1)
    return top.values, torch.cat([columns, rest], 1).gather(1, top.indices)
