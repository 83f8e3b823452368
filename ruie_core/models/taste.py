"""Taste: what a user's last items say of them, whatever their order.

An encoder of sequences says what comes next; what somebody likes throughout is a sum over what
they met. As in "FISM" (Kabbur et al., KDD 2013), which He and McAuley set beside a Markov chain
("Fusing Similarity Models with Markov Chains", ICDM 2016, https://arxiv.org/abs/1609.09152), items
have one embedding as history and another as candidate, so that no item's likeness to itself gets
in the way.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ruie_core.config import ModelConfig


class Taste(nn.Module):
    """Mean embedding of the last items, at every position.

    Attributes:
        items: (I + 1, d) what meeting each item says of a user; row 0 is padding.
        span: items that count at most, the latest.
    """

    def __init__(self, config: ModelConfig, n_items: int, *, sparse: bool) -> None:
        super().__init__()
        self.items = nn.Embedding(n_items + 1, config.width, padding_idx=0, sparse=sparse)
        self.span = config.taste
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, items: Tensor) -> Tensor:
        """(B, L) codes → (B, L, d) taste after each."""
        taste: Tensor = self.dropout(recent_mean(self.items(items), self.span))
        return taste


def recent_mean(values: Tensor, span: int) -> Tensor:
    """(B, L, d) → (B, L, d): at each position the mean over it and up to ``span`` − 1 before it.

    >>> recent_mean(torch.tensor([[[2.0], [4.0], [0.0]]]), 2).flatten().tolist()
    [2.0, 3.0, 2.0]
    """
    total = values.cumsum(1)
    recent = total - F.pad(total, (0, 0, span, 0))[:, : total.shape[1]]
    count = torch.arange(1, total.shape[1] + 1, device=values.device).clamp(max=span)
    return recent / count[:, None]
