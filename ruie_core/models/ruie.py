"""RUIE: backbone, contextual Q estimator, target network and intent representation.

https://arxiv.org/abs/2506.17682; decisions that the paper leaves open are numbered in README.md.
"""

import copy

import torch
from torch import Tensor, nn

from ruie_core.config import ModelConfig
from ruie_core.models.nextitnet import NextItNet
from ruie_core.models.q_estimator import ContextualQ
from ruie_core.models.types import Outputs, SequenceBatch


class Ruie(nn.Module):
    """The network of RUIE.

    Attributes:
        context: events of history that a state depends on. A state read from any window that
            holds that many events before it (or the user's first event) is the same.
        q_mean, q_std: () running mean and deviation of taken Q-values, which centre the gate.
    """

    q_mean: Tensor
    q_std: Tensor

    def __init__(
        self, config: ModelConfig, n_items: int, n_scenarios: int, *, sparse: bool = False
    ) -> None:
        super().__init__()
        width = config.width
        self.n_items = n_items
        self.n_scenarios = n_scenarios
        self.items = nn.Embedding(n_items + 1, width, padding_idx=0, sparse=sparse)
        self.scenarios = nn.Embedding(n_scenarios + 1, width, padding_idx=0)
        self.dropout = nn.Dropout(config.dropout)
        self.backbone = NextItNet(width, config.kernel_size, config.dilations, config.repeats)
        self.estimator = ContextualQ(
            width, n_scenarios, config.heads, config.attention_span, config.dropout
        )
        self.intent = nn.Sequential(
            nn.Linear(3 * width, 2 * width),
            nn.GELU(),
            nn.Dropout(config.dropout),
            nn.Linear(2 * width, width),
        )
        self.context = max(self.backbone.context, config.attention_span)
        self.register_buffer("q_mean", torch.zeros(()))
        self.register_buffer("q_std", torch.ones(()))
        self._initialise()
        self.target_estimator = copy.deepcopy(self.estimator).requires_grad_(False)

    def _initialise(self) -> None:
        # Small embeddings: with unit-sized scores a short log is learnt by heart in three epochs.
        for table in (self.items, self.scenarios):
            nn.init.normal_(table.weight, std=0.02)
            with torch.no_grad():
                table.weight[0].zero_()

    @torch.no_grad()
    def start_q_at(self, value: float) -> None:
        """Let every Q-value begin at ``value`` (reward units), not at 0: less to bootstrap."""
        for estimator in (self.estimator, self.target_estimator):
            estimator.q_head.bias.fill_(value)

    @property
    def item_table(self) -> Tensor:
        """(I + 1, d) item embeddings E; row 0 is padding."""
        return self.items.weight

    def forward(self, batch: SequenceBatch, request: Tensor | None = None) -> Outputs:
        """Read every prefix of every window at once.

        Args:
            batch: windows of events, (B, L), padded on the right.
            request: (B, L) int64 scenario of the next event, 1..S, where the request names it
                (it takes the place of p_t in the intent); none where it is unknown.
        """
        item, scenario = self.items(batch.items), self.scenarios(batch.scenarios)
        hidden = self.backbone(self.dropout(item + scenario))
        embedded = torch.cat([item, scenario], dim=-1)
        context, q, logits = self.estimator(embedded, hidden)
        if request is None:
            expected = logits.softmax(-1) @ self.scenarios.weight[1:]  # Σ_c p_t(c) G[c]
        else:
            expected = self.scenarios(request)
        intent = hidden + self.intent(torch.cat([hidden, context, expected], dim=-1))
        return Outputs(embedded, hidden, context, q, logits, intent)

    @torch.no_grad()
    def target_q(self, outputs: Outputs) -> Tensor:
        """(B, L, S) Q-values of the target network, without dropout and without a gradient."""
        estimate: Tensor = self.target_estimator.eval()(outputs.embedded, outputs.hidden).q
        return estimate

    @torch.no_grad()
    def follow_online(self, step: float) -> None:
        """Polyak averaging: move the target network a ``step`` towards the online one."""
        online: list[Tensor] = list(self.estimator.parameters())
        target: list[Tensor] = list(self.target_estimator.parameters())
        torch._foreach_lerp_(target, online, step)
