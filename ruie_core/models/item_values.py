"""The value of each item as an action: Q(s, i) = w(s) · F[i] + b."""

import torch
from torch import Tensor, nn


class ItemValueHead(nn.Module):
    """A second output layer on a state, with a table F of its own.

    Attributes:
        table: (I + 1, d) rows F; row 0 is padding.
        bias: () reward units, what every Q-value begins at.
    """

    def __init__(self, n_items: int, width: int) -> None:
        super().__init__()
        self.project = nn.Linear(width, width)
        self.table = nn.Embedding(n_items + 1, width, padding_idx=0)
        nn.init.normal_(self.table.weight, std=0.02)
        self.bias = nn.Parameter(torch.zeros(()))

    def forward(self, hidden: Tensor) -> Tensor:
        """(…, d) states → (…, d) w."""
        w: Tensor = self.project(hidden)
        return w

    def taken(self, w: Tensor, items: Tensor) -> Tensor:
        """(P,) Q-values of (P,) int64 items, each at its own (P, d) w, reward units."""
        q: Tensor = (w * self.table(items)).sum(-1) + self.bias
        return q

    def every(self, w: Tensor, items: Tensor) -> Tensor:
        """(P, M) Q-values of each of (M,) int64 items at each of (P, d) w, reward units."""
        q: Tensor = w @ self.table(items).T + self.bias
        return q
