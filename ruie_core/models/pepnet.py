"""PEPNet: gates that bend embeddings and layers to the scenario and the person.

Chang et al., "PEPNet: Parameter and Embedding Personalized Network for Infusing with Personalized
Prior Information", KDD 2023, https://arxiv.org/abs/2302.01115, section 3. PEPNet scores one
candidate at a time; here its gates surround a sequence encoder (NextItNet), whose intent ranks all
items. The prior of an event is its own scenario; that of a layer is the request's scenario and, in
place of a user's id, the state, which unknown users have too.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ruie_core.config import ModelConfig
from ruie_core.models.base import SequenceModel
from ruie_core.models.nextitnet import NextItNet
from ruie_core.models.requests import RequestEmbedding
from ruie_core.models.types import Outputs, SequenceBatch


class GateUnit(nn.Module):
    """Gate Neural Unit (equations 1 and 2): 2 · sigmoid(W' relu(W [prior ‖ sg(x)]))."""

    def __init__(self, prior: int, width: int, gated: int) -> None:
        super().__init__()
        self.inner = nn.Linear(prior + width, gated)
        self.outer = nn.Linear(gated, gated)

    def forward(self, prior: Tensor, x: Tensor) -> Tensor:
        """Factors (…, gated) in (0, 2), from (…, prior) and (…, width); none flows back into x."""
        inner = F.relu(self.inner(torch.cat([prior, x.detach()], dim=-1)))
        return 2 * torch.sigmoid(self.outer(inner))


class GatedTower(nn.Module):
    """PPNet (equations 5 and 6): a network whose every layer's input is gated."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.first_gate = GateUnit(width, width, width)
        self.first = nn.Linear(width, 2 * width)
        self.second_gate = GateUnit(width, width, 2 * width)
        self.second = nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: Tensor, asked: Tensor) -> Tensor:
        """(B, L, d) states and (B, L, d) requests → (B, L, d)."""
        inner = F.relu(self.first(self.first_gate(asked, hidden) * hidden))
        out: Tensor = self.second(self.second_gate(asked, hidden) * self.dropout(inner))
        return out


class PepNet(SequenceModel):
    """EPNet at the input, NextItNet, and PPNet as the tower."""

    uses_request = True

    def __init__(
        self, config: ModelConfig, n_items: int, n_scenarios: int, *, sparse: bool = False
    ) -> None:
        super().__init__(config, n_items, n_scenarios, sparse=sparse)
        width = config.width
        self.event_gate = GateUnit(width, width, width)
        self.backbone = NextItNet(
            width, config.kernel_size, config.dilations, config.repeats, config.dropout
        )
        self.encoder_context = self.backbone.context
        self.requests = RequestEmbedding(n_scenarios, width)
        self.tower = GatedTower(width, config.dropout)

    def encode(self, batch: SequenceBatch, request: Tensor | None) -> Outputs:
        """Read every prefix of every window for the request's scenario, or for an unknown one."""
        scenario = self.scenarios(batch.scenarios)
        events = self.read(batch.items) + scenario
        hidden = self.backbone(self.dropout(self.event_gate(scenario, events) * events))
        asked = self.requests.read(request, batch.items.shape)
        return Outputs(hidden, hidden + self.tower(hidden, asked))
