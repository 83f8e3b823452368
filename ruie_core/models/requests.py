"""The scenario of a request as an input, known or not."""

import torch
from torch import Tensor, nn

from ruie_core.models.base import start_small


class RequestEmbedding(nn.Embedding):
    """One learned row per scenario; row 0 stands for a request that names none."""

    def __init__(self, n_scenarios: int, width: int) -> None:
        super().__init__(n_scenarios + 1, width)
        start_small(self)

    def read(self, request: Tensor | None, shape: torch.Size) -> Tensor:
        """(B, L, d) of each position's request.

        Args:
            request: (B, L) int64 scenario, 1..S, 0 where none is named; none: named nowhere.
            shape: (B, L).
        """
        if request is None:
            return self.weight[0].expand(*shape, -1)
        embedded: Tensor = self(request)
        return embedded
