"""A memory of transitions: what followed the last items, the other times they were met.

A dot product of 64 numbers a side does not hold which volume follows which; counts do. Every item
keeps its K strongest followers, so that memory grows with the catalogue and not with its square.
"""

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn

from ruie_core.config import ModelConfig


class TransitionMemory(nn.Module):
    """Adds w · log(1 + s · c(j)) to the score of item j when a model ranks.

    c(j) = Σ over the last M items i_0 (latest), i_1, … of decay^m · n(i_m → j), n the sequential
    rules of ``data.follows``, each transition counted as much as the gate trusts its two events.
    As the model's scores are log-probabilities up to a constant, a count multiplies what the model
    holds likely, and no count says nothing. Empty until training has ended (``training.remember``).

    Attributes:
        span: M, items that are looked up at most, and events that a rule reaches ahead.
        decay: weight of one event more between two items.
        followers: (I + 1, K) int32 items that followed each item most; 0 where there are fewer.
        strength: (I + 1, K) float32 decayed counts n; row 0 is padding and remembers nothing.
        scale, weight: () float32 s and w, chosen on validation events.
    """

    followers: Tensor
    strength: Tensor
    scale: Tensor
    weight: Tensor

    def __init__(self, config: ModelConfig, n_items: int) -> None:
        super().__init__()
        self.span, self.decay = config.memory_span, config.memory_decay
        shape = (n_items + 1, config.memory)
        self.register_buffer("followers", torch.zeros(shape, dtype=torch.int32))
        self.register_buffer("strength", torch.zeros(shape))
        self.register_buffer("scale", torch.tensor(1.0))
        self.register_buffer("weight", torch.tensor(0.0))

    def learn(self, rules: sparse.csr_array) -> None:
        """Keep the strongest followers of each item of (I, I) counts; of equals, the lower code."""
        item = np.repeat(np.arange(rules.shape[0]), np.diff(rules.indptr))
        order = np.lexsort((rules.indices, -rules.data, item))
        place = np.arange(len(item)) - rules.indptr[item]  # among the item's own, strongest first
        kept = place < self.followers.shape[1]
        cell = (torch.from_numpy(item[kept] + 1), torch.from_numpy(place[kept]))
        for buffer, values in (
            (self.followers, rules.indices[order][kept] + 1),
            (self.strength, rules.data[order][kept]),
        ):
            buffer.zero_()[cell] = torch.from_numpy(values).to(buffer)

    def add_to(self, scores: Tensor, recent: Tensor, first: int) -> None:
        """Add what followed the recent items to scores, in place.

        Args:
            scores: (B, n) of items ``first .. first + n - 1``.
            recent: (B, M) int64 last items, latest first; 0 where the history is shorter.
            first: code of the first column's item.
        """
        column = self.followers[recent].long() - first  # (B, M, K)
        inside = (column >= 0) & (column < scores.shape[1])
        column = column.clamp(0, scores.shape[1] - 1)
        strength = self.strength[recent] * inside
        counts = torch.zeros_like(scores)
        for age in range(recent.shape[1]):  # one at a time: no GPU may choose the order of a sum
            counts.scatter_add_(1, column[:, age], self.decay**age * strength[:, age])
        column = column.flatten(1)
        # An item that several of the recent ones name is written as often, each time the same.
        lift = self.weight * (self.scale * counts.gather(1, column)).log1p()
        scores.scatter_(1, column, scores.gather(1, column) + lift)
