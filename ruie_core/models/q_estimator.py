"""The contextual Q estimator: which next scenario promises how much engagement.

RUIE, https://arxiv.org/abs/2506.17682: scenario bias injection, multi-head attention over the
injected events, and heads for Q-values and next-scenario probabilities.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from ruie_core.config import ModelConfig


class Estimate(NamedTuple):
    """Contextual state u (B, L, d), Q-values (B, L, S) and next-scenario logits (B, L, S)."""

    context: Tensor
    q: Tensor
    scenario_logits: Tensor


class BandedAttention(nn.Module):
    """Causal multi-head attention over the last ``span`` events.

    The band makes a state a function of a fixed number of events, so that it does not depend on
    where a window begins. A learned bias per head and distance tells recent from old.
    """

    def __init__(self, width: int, heads: int, span: int) -> None:
        super().__init__()
        self.heads = heads
        self.span = span
        self.project = nn.Linear(width, 3 * width)
        self.merge = nn.Linear(width, width)
        self.recency = nn.Parameter(torch.zeros(heads, span))

    def forward(self, z: Tensor) -> Tensor:
        """(B, L, d) → (B, L, d)."""
        batch, length, width = z.shape
        qkv = self.project(z).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)  # each (B, H, L, d/H)
        attended = nn.functional.scaled_dot_product_attention(
            query, key, value, attn_mask=self._bias(length).to(query.dtype)
        )
        merged: Tensor = self.merge(attended.transpose(1, 2).reshape(batch, length, width))
        return merged

    def _bias(self, length: int) -> Tensor:
        """(H, L, L): bias of each distance inside the band, minus infinity outside it."""
        steps = torch.arange(length, device=self.recency.device)
        distance = steps[:, None] - steps[None, :]  # (L, L), how far back the key lies
        outside = (distance < 0) | (distance >= self.span)
        bias = self.recency[:, distance.clamp(0, self.span - 1)]
        return bias.masked_fill(outside, float("-inf"))


class ContextualQ(nn.Module):
    """z_t = W[E[i_t] ‖ G[c_t]]; u_t = FC([h_t ‖ MHA_t]); Q = W_Q u_t; p = softmax(W_p u_t).

    Each embedding is normalised before W, so that a rare scenario, whose embedding has hardly
    moved, is heard as well as a frequent one; the attention adds to z_t (a residual), so that the
    present event is never drowned in the past. Without attention z_t is read alone (an ablation).
    """

    def __init__(self, config: ModelConfig, n_scenarios: int) -> None:
        super().__init__()
        width = config.width
        self.item_norm = nn.LayerNorm(width)
        self.scenario_norm = nn.LayerNorm(width)
        self.inject = nn.Linear(2 * width, width)
        self.attention = None
        if config.attention:
            self.attention = BandedAttention(width, config.heads, config.attention_span)
        self.combine = nn.Sequential(
            nn.Linear(2 * width, width), nn.GELU(), nn.LayerNorm(width), nn.Dropout(config.dropout)
        )
        self.q_head = nn.Linear(width, n_scenarios)
        self.scenario_head = nn.Linear(width, n_scenarios)

    def forward(self, embedded: Tensor, hidden: Tensor) -> Estimate:
        """Estimate from events and backbone states.

        Args:
            embedded: (B, L, 2d) item and scenario embedding of each event, side by side.
            hidden: (B, L, d) backbone states.
        """
        item, scenario = embedded.chunk(2, dim=-1)
        injected = self.inject(
            torch.cat([self.item_norm(item), self.scenario_norm(scenario)], dim=-1)
        )
        attended = injected if self.attention is None else injected + self.attention(injected)
        context = self.combine(torch.cat([hidden, attended], dim=-1))
        return Estimate(context, self.q_head(context), self.scenario_head(context))
