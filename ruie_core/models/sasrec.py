"""SASRec: causal self-attention over items and their places.

Kang and McAuley, "Self-Attentive Sequential Recommendation", ICDM 2018,
https://arxiv.org/abs/1808.09781, section III. The place of an event is counted from the window's
first event (the authors count from the right end of a left-padded window).
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ruie_core.config import ModelConfig
from ruie_core.models.base import start_small
from ruie_core.models.plain import WindowedModel
from ruie_core.models.types import Outputs, SequenceBatch


class AttentionBlock(nn.Module):
    """x + Dropout(g(LayerNorm(x))), g first causal attention, then a point-wise network."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.attention_norm = nn.LayerNorm(width)
        self.project = nn.Linear(width, 3 * width)
        self.merge = nn.Linear(width, width)
        self.forward_norm = nn.LayerNorm(width)
        self.inner = nn.Linear(width, width)
        self.outer = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, d) → (B, L, d)."""
        x = x + self.dropout(self.attend(self.attention_norm(x)))
        inner = self.dropout(F.relu(self.inner(self.forward_norm(x))))
        out: Tensor = x + self.dropout(self.outer(inner))
        return out

    def attend(self, x: Tensor) -> Tensor:
        """(B, L, d) → (B, L, d): what each event takes from itself and those before it."""
        batch, length, width = x.shape
        qkv = self.project(x).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)  # each (B, H, L, d/H)
        dropout = self.dropout.p if self.training else 0.0
        attended = F.scaled_dot_product_attention(
            query, key, value, is_causal=True, dropout_p=dropout
        )
        merged: Tensor = self.merge(attended.transpose(1, 2).reshape(batch, length, width))
        return merged


class SasRec(WindowedModel):
    """A stack of attention blocks over items and places."""

    def __init__(
        self, config: ModelConfig, n_items: int, n_scenarios: int, *, sparse: bool = False
    ) -> None:
        super().__init__(config, n_items, n_scenarios, sparse=sparse)
        width = config.width
        self.places = nn.Embedding(config.max_length, width)
        start_small(self.places)
        self.blocks = nn.Sequential(
            *(AttentionBlock(width, config.heads, config.dropout) for _ in range(config.layers))
        )
        self.norm = nn.LayerNorm(width)

    def encode(self, batch: SequenceBatch, request: Tensor | None) -> Outputs:  # noqa: ARG002
        """Read every prefix of every window; the request is ignored."""
        x = math.sqrt(self.width) * self.embed(batch)
        places = self.places(torch.arange(x.shape[1], device=x.device))
        hidden = self.norm(self.blocks(self.dropout(x + places)))
        return Outputs(hidden, hidden)
