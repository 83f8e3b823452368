"""DIN: a user's events, weighed by how much they matter to what is asked.

Zhou et al., "Deep Interest Network for Click-Through Rate Prediction", KDD 2018,
https://arxiv.org/abs/1706.06978, section 4.3. DIN scores one candidate at a time. Here the query
is the latest event plus the request's scenario instead of a candidate, which gives one intent per
position that ranks all items; the look-back is bounded by ``attention_span``.
"""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ruie_core.config import ModelConfig
from ruie_core.models.base import SequenceModel
from ruie_core.models.requests import RequestEmbedding
from ruie_core.models.types import Outputs, SequenceBatch

HIDDEN: Final = 36
"""Hidden units of the activation unit, as in the paper's figure 2."""


class ActivationUnit(nn.Module):
    """How much each of the last events counts for a query: an MLP, and no softmax over events.

    The first layer reads [e, q, e ∘ q, e − q]. Split into the parts that act on e, on q and on
    their product (e − q falls to the first two), it needs no tensor of pairs four times as wide.
    """

    def __init__(self, width: int, span: int) -> None:
        super().__init__()
        self.span = span
        self.of_event = nn.Linear(width, HIDDEN)
        self.of_query = nn.Linear(width, HIDDEN, bias=False)
        self.of_product = nn.Linear(width, HIDDEN, bias=False)
        self.activation = nn.PReLU()
        self.weight = nn.Linear(HIDDEN, 1)

    def forward(self, events: Tensor, query: Tensor) -> Tensor:
        """Sum each position's last ``span`` events by their weights.

        Args:
            events: (B, L, d), 0 at padding.
            query: (B, L, d).

        Returns:
            (B, L, d); what lies before a window's first event is 0 and adds nothing.
        """
        recent = self.recent(events)  # (B, L, span, d)
        hidden = self.recent(self.of_event(events)) + self.of_query(query).unsqueeze(2)
        hidden = hidden + self.of_product(recent * query.unsqueeze(2))
        weights = self.weight(self.activation(hidden))  # (B, L, span, 1)
        summed: Tensor = (weights.transpose(2, 3) @ recent).squeeze(2)
        return summed

    def recent(self, x: Tensor) -> Tensor:
        """(B, L, k) → (B, L, span, k), a view: the values at each position and those before it."""
        padded = F.pad(x, (0, 0, self.span - 1, 0))
        return padded.unfold(1, self.span, 1).transpose(2, 3)


class Din(SequenceModel):
    """Activation unit over the recent events, then a network over what they sum up to."""

    uses_request = True

    def __init__(
        self, config: ModelConfig, n_items: int, n_scenarios: int, *, sparse: bool = False
    ) -> None:
        super().__init__(config, n_items, n_scenarios, sparse=sparse)
        width = config.width
        self.encoder_context = config.attention_span
        self.requests = RequestEmbedding(n_scenarios, width)
        self.unit = ActivationUnit(width, config.attention_span)
        self.tower = nn.Sequential(
            nn.Linear(3 * width, 2 * width),
            nn.PReLU(),
            nn.Dropout(config.dropout),
            nn.Linear(2 * width, width),
        )

    def encode(self, batch: SequenceBatch, request: Tensor | None) -> Outputs:
        """Read every prefix of every window for the request's scenario, or for an unknown one."""
        events = self.dropout(self.read(batch.items) + self.scenarios(batch.scenarios))
        asked = self.requests.read(request, batch.items.shape)
        interest = self.unit(events, events + asked)
        return Outputs(interest, self.tower(torch.cat([interest, events, asked], dim=-1)))
