"""SQN: next-item learning, with Q-learning of items as a regulariser on the same encoder.

Xin et al., "Self-Supervised Reinforcement Learning for Recommender Systems", SIGIR 2020,
https://arxiv.org/abs/2006.05779, section 3.2, on NextItNet. Deviations: the maximum in the target
goes over the batch's shared negatives and the item that followed, not the whole catalogue; a
target copy by Polyak averaging stands in for the paper's second, alternating head; one item table
serves the next-item loss at input and output.
"""

import copy

import torch
from torch import Tensor

from ruie_core.config import ModelConfig
from ruie_core.models.base import follow
from ruie_core.models.item_values import ItemValueHead
from ruie_core.models.plain_nextitnet import PlainNextItNet
from ruie_core.models.types import Outputs, SequenceBatch


class Sqn(PlainNextItNet):
    """Plain NextItNet with a second head, which learns the value of items."""

    values_items = True

    def __init__(
        self, config: ModelConfig, n_items: int, n_scenarios: int, *, sparse: bool = False
    ) -> None:
        super().__init__(config, n_items, n_scenarios, sparse=sparse)
        self.values = ItemValueHead(n_items, config.width)
        self.target_values = copy.deepcopy(self.values).requires_grad_(False)

    @torch.no_grad()
    def start(self, counts: Tensor, steady_return: float) -> None:
        """Let every Q-value begin at ``steady_return``, not at 0: less to bootstrap."""
        super().start(counts, steady_return)
        for head in (self.values, self.target_values):
            head.bias.fill_(steady_return)

    def encode(self, batch: SequenceBatch, request: Tensor | None) -> Outputs:
        """Read every prefix of every window; the request is ignored."""
        outputs = super().encode(batch, request)
        return outputs._replace(item_values=self.values(outputs.hidden))

    def item_value_heads(self) -> tuple[ItemValueHead, ItemValueHead]:
        """Return the online head and its target copy."""
        return self.values, self.target_values

    def follow_online(self, step: float) -> None:
        """Move the target head a ``step`` towards the online one."""
        follow(self.target_values, self.values, step)
