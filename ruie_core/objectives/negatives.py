"""Negatives: one draw shared by all positions of a batch."""

from typing import NamedTuple

import torch
from torch import Tensor


class Negatives(NamedTuple):
    """Distinct items that were drawn, in rising order.

    Attributes:
        items: (M,) int64, 1..I.
        log_expected: (M,) log of (expected count of the item / times it was drawn): an item drawn
            twice weighs as much as two draws.
    """

    items: Tensor
    log_expected: Tensor

    def hits(self, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Where a negative is the target itself: rows of (P,) ``targets``, columns of ``items``.

        >>> Negatives(torch.tensor([2, 5, 9]), torch.zeros(3)).hits(torch.tensor([5, 7, 9]))
        (tensor([0, 2]), tensor([1, 2]))
        """
        column = torch.searchsorted(self.items, targets).clamp(max=len(self.items) - 1)
        row = (self.items[column] == targets).nonzero().squeeze(1)
        return row, column[row]


class NegativeSampler:
    """Draws items in proportion to (count + 1) ** power, in O(M log I) per batch.

    Where M reaches the catalogue, every item is a candidate exactly once and nothing is random.
    """

    def __init__(self, counts: Tensor, size: int, power: float) -> None:
        """Prepare the draw.

        Args:
            counts: (I,) how often each item 1..I was seen in training.
            size: M, negatives per batch.
            power: 0 draws uniformly, 1 in proportion to the counts.
        """
        weights = (counts.double() + 1) ** power
        probability = weights / weights.sum()
        self.exhaustive = size >= len(counts)
        self.size = len(counts) if self.exhaustive else size
        self.cumulative = probability.cumsum(0)
        expected = torch.ones_like(probability) if self.exhaustive else size * probability
        self.log_expected = expected.log().float()

    def draw(self, generator: torch.Generator) -> Negatives:
        """Draw ``size`` items with replacement (or take them all)."""
        device = self.cumulative.device
        if self.exhaustive:
            index = torch.arange(self.size, device=device)
        else:
            uniform = torch.rand(self.size, dtype=torch.float64, generator=generator)
            index = torch.searchsorted(self.cumulative, uniform.to(device))
            index = index.clamp(max=len(self.cumulative) - 1)
            index, drawn = torch.unique(index, return_counts=True)
            return Negatives(index + 1, self.log_expected[index] - drawn.log())
        return Negatives(index + 1, self.log_expected)
