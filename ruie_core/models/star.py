"""STAR: one tower per scenario, each a shared one times its own, and norms of its own.

Sheng et al., "One Model to Serve All: Star Topology Adaptive Recommender for Multi-Domain CTR
Prediction", CIKM 2021, https://arxiv.org/abs/2101.11427, section 3. STAR scores one candidate at
a time; here its towers stand on a sequence encoder (NextItNet) and give an intent that ranks all
items. The domain of a row is the request's scenario; a request that names none is a domain of its
own, the (S + 1)-th.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ruie_core.config import ModelConfig
from ruie_core.models.base import SequenceModel, start_small
from ruie_core.models.nextitnet import NextItNet
from ruie_core.models.partitioned_norm import PartitionedNorm
from ruie_core.models.types import Outputs, SequenceBatch


class StarLinear(nn.Module):
    """Weights W ∘ W_k and biases b + b_k (equations 5 and 6).

    W_k is held as 1 + Δ_k, so that weight decay draws a rare scenario to the shared weights.
    """

    def __init__(self, domains: int, inputs: int, outputs: int) -> None:
        super().__init__()
        self.shared = nn.Linear(inputs, outputs)
        self.own_weight = nn.Parameter(torch.zeros(domains, outputs, inputs))
        self.own_bias = nn.Parameter(torch.zeros(domains, outputs))

    def forward(self, x: Tensor, domain: int) -> Tensor:
        """(n, inputs) rows of one domain → (n, outputs)."""
        weight = self.shared.weight * (1 + self.own_weight[domain])
        return F.linear(x, weight, self.shared.bias + self.own_bias[domain])


class StarTower(nn.Module):
    """Two star layers; a row goes through its own domain's and no other."""

    def __init__(self, domains: int, width: int, dropout: float) -> None:
        super().__init__()
        self.domains = domains
        self.norm = PartitionedNorm(domains, width)
        self.first = StarLinear(domains, width, 2 * width)
        self.second = StarLinear(domains, 2 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, domain: Tensor) -> Tensor:
        """(N, d) rows and (N,) int64 domains, counted from 0 → (N, d)."""
        order = domain.argsort(stable=True)
        sizes = domain.bincount(minlength=self.domains).tolist()
        parts = self.norm(x, domain)[order].split(sizes)
        made = [
            self.second(self.dropout(F.relu(self.first(part, number))), number)
            for number, part in enumerate(parts)
            if len(part)
        ]
        return torch.cat(made)[order.argsort()] if made else x


class Star(SequenceModel):
    """NextItNet, the star-shaped towers, and the auxiliary network beside them."""

    uses_request = True

    def __init__(
        self, config: ModelConfig, n_items: int, n_scenarios: int, *, sparse: bool = False
    ) -> None:
        super().__init__(config, n_items, n_scenarios, sparse=sparse)
        width, domains = config.width, n_scenarios + 1
        self.backbone = NextItNet(
            width, config.kernel_size, config.dilations, config.repeats, config.dropout
        )
        self.encoder_context = self.backbone.context
        self.tower = StarTower(domains, width, config.dropout)
        self.domains = nn.Embedding(domains + 1, width, padding_idx=0)
        start_small(self.domains)
        self.auxiliary = nn.Sequential(
            nn.Linear(2 * width, width),
            nn.ReLU(),
            nn.Dropout(config.dropout),
            nn.Linear(width, width),
        )

    def encode(self, batch: SequenceBatch, request: Tensor | None) -> Outputs:
        """Read every prefix of every window for the request's scenario, or for an unknown one.

        Positions at which nothing is asked (padding, and events that no request follows) go
        through no tower and count in no statistic.
        """
        events = self.read(batch.items) + self.scenarios(batch.scenarios)
        hidden = self.backbone(self.dropout(events))
        domain = (batch.items > 0) * (self.n_scenarios + 1) if request is None else request
        asked = domain > 0
        made = self.tower(hidden[asked], domain[asked] - 1)
        tower = torch.zeros_like(hidden).masked_scatter(asked.unsqueeze(-1), made.to(hidden.dtype))
        beside = self.auxiliary(torch.cat([hidden, self.domains(domain)], dim=-1))
        return Outputs(hidden, hidden + tower + beside)
