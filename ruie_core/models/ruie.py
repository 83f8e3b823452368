"""RUIE: backbone, contextual Q estimator, target network and intent representation.

https://arxiv.org/abs/2506.17682; decisions that the paper leaves open are numbered in README.md.
"""

import copy

import torch
from torch import Tensor, nn

from ruie_core.config import ModelConfig
from ruie_core.models.base import SequenceModel, follow, start_small
from ruie_core.models.nextitnet import NextItNet
from ruie_core.models.q_estimator import ContextualQ
from ruie_core.models.types import Outputs, ScenarioEstimates, SequenceBatch


class Ruie(SequenceModel):
    """The network of RUIE."""

    uses_request = True
    estimates_q = True
    default_gate = "likelihood"

    def __init__(
        self, config: ModelConfig, n_items: int, n_scenarios: int, *, sparse: bool = False
    ) -> None:
        super().__init__(config, n_items, n_scenarios, sparse=sparse)
        width = config.width
        self.backbone = NextItNet(
            width, config.kernel_size, config.dilations, config.repeats, config.dropout
        )
        self.estimator = ContextualQ(config, n_scenarios)
        self.intent = nn.Sequential(
            nn.Linear(3 * width, 2 * width),
            nn.GELU(),
            nn.Dropout(config.dropout),
            nn.Linear(2 * width, width),
            nn.Dropout(config.dropout),
        )
        self.expected_norm = nn.LayerNorm(width)
        self.requests = nn.Embedding(n_scenarios + 1, width, padding_idx=0)
        start_small(self.requests)
        looks_back = config.attention_span if config.attention else 1
        self.encoder_context = max(self.backbone.context, looks_back)
        self.target_estimator = copy.deepcopy(self.estimator).requires_grad_(False)

    @torch.no_grad()
    def start(self, counts: Tensor, steady_return: float) -> None:
        """Let every Q-value begin at ``steady_return``, not at 0: less to bootstrap."""
        super().start(counts, steady_return)
        for estimator in (self.estimator, self.target_estimator):
            estimator.q_head.bias.fill_(steady_return)

    def encode(self, batch: SequenceBatch, request: Tensor | None) -> Outputs:
        """Read every prefix of every window; a named request takes the place of p_t."""
        item, scenario = self.read(batch.items), self.scenarios(batch.scenarios)
        hidden = self.backbone(self.dropout(item + scenario))
        embedded = torch.cat([item, scenario], dim=-1)
        context, q, logits = self.estimator(embedded, hidden)
        if request is None:
            p = logits.softmax(-1)
            expected = p @ self.scenarios.weight[1:]  # Σ_c p_t(c) G[c]
            asked = p @ self.requests.weight[1:]
        else:
            expected, asked = self.scenarios(request), self.requests(request)
        mixed = torch.cat([hidden, context, self.expected_norm(expected)], dim=-1)
        intent = hidden + self.intent(mixed) + asked
        return Outputs(hidden, intent, ScenarioEstimates(embedded, context, q, logits))

    @torch.no_grad()
    def target_estimates(self, outputs: Outputs) -> Tensor:
        """(B, L, S) Q-values of the target network, without dropout and without a gradient."""
        embedded = outputs.estimates().embedded
        estimate: Tensor = self.target_estimator.eval()(embedded, outputs.hidden).q
        return estimate

    def follow_online(self, step: float) -> None:
        """Move the target estimator a ``step`` towards the online one."""
        follow(self.target_estimator, self.estimator, step)
