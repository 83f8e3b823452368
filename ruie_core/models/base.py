"""What every registered model has in common."""

from abc import ABC, abstractmethod
from typing import ClassVar, Final

import torch
from torch import Tensor, nn

from ruie_core.config import ModelConfig
from ruie_core.models.item_values import ItemValueHead
from ruie_core.models.memory import TransitionMemory, TrendMemory
from ruie_core.models.taste import Taste
from ruie_core.models.types import Outputs, SequenceBatch

FRESH_STATISTICS: Final = {
    "q_mean": 0.0, "q_std": 1.0, "y_mean": 0.0, "y_std": 1.0, "signal_share": 0.8
}  # fmt: skip
"""What a gate measures behaviours against, before the first step."""


class SequenceModel(nn.Module, ABC):
    """A causal encoder of events whose intents are scored against its own item table.

    Attributes:
        encoder_context: events of history that the encoder depends on at most.
        windowed: True where a state depends on its place in the window as well (absolute
            positions, a recurrent state that begins with the window): then a state is read from a
            window of at most ``context`` events that ends with it. False: any longer window gives
            the same state.
        uses_request: True where a named request changes the intent.
        estimates_q: True where the model has a contextual Q estimator.
        values_items: True where the model learns the value of items.
        taste: what the user's last items say beside the encoder; none where ``config.taste`` is 0.
        memory: what followed which item, added to the scores; none where ``config.memory`` is 0.
        trend: what is met lately, added to the scores; none where ``config.trend`` is 0.
        default_gate: what ``objective.gate`` auto stands for.
        default_warmup: steps before its gate acts, where ``objective.gate_warmup`` names none.
        log_popularity: (I + 1,) log of each item's share of the training events, one imaginary
            event added to each; row 0 is padding.
        q_mean, q_std: () running mean and deviation of the Q-values of what was done.
        y_mean, y_std: () running mean and deviation of their targets y_t.
        signal_share: () running share of behaviours that count as wanted.
    """

    encoder_context: int
    windowed: ClassVar[bool] = False
    uses_request: ClassVar[bool] = False
    estimates_q: ClassVar[bool] = False
    values_items: ClassVar[bool] = False
    default_gate: ClassVar[str] = "constant"
    default_warmup: ClassVar[int] = 0
    log_popularity: Tensor
    q_mean: Tensor
    q_std: Tensor
    y_mean: Tensor
    y_std: Tensor
    signal_share: Tensor

    def __init__(
        self, config: ModelConfig, n_items: int, n_scenarios: int, *, sparse: bool = False
    ) -> None:
        super().__init__()
        self.n_items = n_items
        self.n_scenarios = n_scenarios
        self.width = config.width
        parts = 2 if config.taste else 1
        self.items = nn.Embedding(n_items + 1, parts * self.width, padding_idx=0, sparse=sparse)
        self.scenarios = nn.Embedding(n_scenarios + 1, config.width, padding_idx=0)
        self.dropout = nn.Dropout(config.dropout)
        self.taste = Taste(config, n_items, sparse=sparse) if config.taste else None
        self.memory = TransitionMemory(config, n_items) if config.memory else None
        self.trend = TrendMemory(config, n_scenarios) if config.trend else None
        # Small embeddings: with unit-sized scores a short log is learnt by heart in three epochs.
        for table in (self.items, self.scenarios):
            start_small(table)
        if self.taste is not None:
            start_small(self.taste.items)
        self.register_buffer("log_popularity", torch.zeros(n_items + 1))
        for name, value in FRESH_STATISTICS.items():
            self.register_buffer(name, torch.tensor(value))

    @property
    def context(self) -> int:
        """Events of history that a state depends on at most, a taste included.

        A state read from a window that begins with the user's first event, or that holds that many
        events, is *the* state.
        """
        return max(self.encoder_context, 0 if self.taste is None else self.taste.span)

    @property
    def item_table(self) -> Tensor:
        """(I + 1, k) item embeddings E as intents meet them; row 0 is padding.

        k is d; or 2d with a taste, whose half comes last.
        """
        return self.items.weight

    @property
    def recalled(self) -> int:
        """M, last items that the scores look up in the memory, among those the state reads."""
        return 0 if self.memory is None else min(self.memory.span, self.context)

    def queries(
        self, intent: Tensor, recent: Tensor, times: Tensor, scenarios: Tensor | None
    ) -> Tensor:
        """Lay intents and what the memories look up side by side: (B, k).

        Codes are exact in float32 up to 2²⁴, which is as far as ranks are counted.

        Args:
            intent: (B, d).
            recent: (B, M) int64 last items, latest first; 0 where the history is shorter.
            times: (B,) int64 when each request comes, milliseconds since epoch.
            scenarios: (B,) int64 scenario that each request names; none where it is unknown.
        """
        parts = [intent]
        if self.memory is not None:
            parts.append(recent.to(intent))
        if self.trend is not None:
            parts.append(self.trend.rows(times, scenarios)[:, None].to(intent))
        return torch.cat(parts, dim=1)

    def scores(
        self, queries: Tensor, first: int = 1, last: int | None = None, out: Tensor | None = None
    ) -> Tensor:
        """Score items ``first..last-1`` (all of them) for (B, k) queries, (B, last - first)."""
        width = self.item_table.shape[1]
        intent, table = queries[:, :width], self.item_table.detach()
        scores = torch.mm(intent, table[first:last].T, out=out)
        if self.memory is not None:
            self.memory.add_to(scores, queries[:, width : width + self.recalled].long(), first)
        if self.trend is not None:
            self.trend.add_to(scores, queries[:, -1].long(), first)
        return scores

    def scores_after(
        self, events: SequenceBatch, intent: Tensor, time: int, request: Tensor | None
    ) -> Tensor:
        """(B, I) scores of every item after (B, L) windows without padding.

        Args:
            events: the windows.
            intent: (B, L, d) what the model made of them.
            time: when the request comes, milliseconds since epoch.
            request: (B, L) int64 scenario of the next event; none where it is unknown.
        """
        recent = events.items.flip(1)[:, : self.recalled]
        times = torch.full_like(events.items[:, -1], time)
        named = None if request is None else request[:, -1]
        return self.scores(self.queries(intent[:, -1].float(), recent, times, named))

    def forward(self, batch: SequenceBatch, request: Tensor | None = None) -> Outputs:
        """Read every prefix of every window at once: what the encoder makes of it, and the taste.

        Args:
            batch: windows of events, (B, L), padded on the right.
            request: (B, L) int64 scenario of the next event, 1..S (0 at padding), where the
                request names it; none where it is unknown.
        """
        outputs = self.encode(batch, request)
        if self.taste is None:
            return outputs
        return outputs._replace(intent=torch.cat([outputs.intent, self.taste(batch.items)], dim=-1))

    @abstractmethod
    def encode(self, batch: SequenceBatch, request: Tensor | None) -> Outputs:
        """Read every prefix of every window at once, as ``forward``: an intent of width d."""

    def read(self, items: Tensor) -> Tensor:
        """(...) codes → (..., d) embeddings of items as events; 0 at padding."""
        embedded: Tensor = self.items(items)[..., : self.width]
        return embedded

    @torch.no_grad()
    def start(self, counts: Tensor, steady_return: float) -> None:  # noqa: ARG002
        """Take what the training events say before the first step.

        Args:
            counts: (I,) how often each item 1..I was seen in training.
            steady_return: discounted engagement of a user whose every event has the mean reward.
        """
        shares = (counts.double() + 1) / (counts.double() + 1).sum()
        self.log_popularity[1:] = shares.log().to(self.log_popularity)

    def target_estimates(self, outputs: Outputs) -> Tensor | None:  # noqa: ARG002
        """(B, L, S) Q-values of the target network; none where the model has no Q estimator."""
        return None

    def item_value_heads(self) -> tuple[ItemValueHead, ItemValueHead] | None:
        """Return the online head and its target copy, where the model learns values of items."""
        return None

    def follow_online(self, step: float) -> None:
        """Move the target network a ``step`` towards the online one, where there is one."""


def start_small(table: nn.Embedding) -> None:
    """Draw N(0, 0.02²) embeddings; the padding row is 0."""
    nn.init.normal_(table.weight, std=0.02)
    if table.padding_idx is not None:
        with torch.no_grad():
            table.weight[table.padding_idx].zero_()


@torch.no_grad()
def follow(target: nn.Module, online: nn.Module, step: float) -> None:
    """Polyak averaging: move ``target`` a ``step`` towards ``online``."""
    torch._foreach_lerp_(list(target.parameters()), list(online.parameters()), step)
