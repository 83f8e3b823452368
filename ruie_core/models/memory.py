"""Memories of counts: what followed the last items, and what anyone met lately.

A dot product of 64 numbers a side does not hold which volume follows which, nor what is on show
today; counts do. Every row keeps its K strongest items, so that a memory grows with what it is
asked by and not with the catalogue.
"""

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn

from ruie_core.config import ModelConfig
from ruie_core.data.lately import Moments, strongest


class CountMemory(nn.Module):
    """Adds w · log(1 + s · c(j)) to the score of item j when a model ranks.

    As the model's scores are log-probabilities up to a constant, a count multiplies what the model
    holds likely, and no count says nothing. Empty until training has ended (``training.remember``).

    Attributes:
        followers: (R, K) int32 items that were counted most in each row; 0 where there are fewer.
        strength: (R, K) float32 their counts.
        scale, weight: () float32 s and w, chosen on validation events.
        trusted: () bool, whether events count as much as the gate trusts them; chosen likewise.
    """

    followers: Tensor
    strength: Tensor
    scale: Tensor
    weight: Tensor
    trusted: Tensor

    def __init__(self, rows: int, kept: int) -> None:
        super().__init__()
        self.register_buffer("followers", torch.zeros((rows, kept), dtype=torch.int32))
        self.register_buffer("strength", torch.zeros((rows, kept)))
        self.register_buffer("scale", torch.tensor(1.0))
        self.register_buffer("weight", torch.tensor(0.0))
        self.register_buffer("trusted", torch.tensor(False))

    def learn(self, counts: sparse.csr_array) -> None:
        """Keep the strongest items of each row of (R, I) counts; of equals, the lower code."""
        kept = strongest(counts, self.followers.shape[1])
        row = np.repeat(np.arange(kept.shape[0]), np.diff(kept.indptr))
        place = np.arange(len(row)) - kept.indptr[row]
        cell = (torch.from_numpy(row), torch.from_numpy(place))
        for buffer, values in ((self.followers, kept.indices + 1), (self.strength, kept.data)):
            buffer.zero_()[cell] = torch.from_numpy(values).to(buffer)

    def set(self, weight: float, scale: float) -> None:
        """Take w and s."""
        self.weight.fill_(weight)
        self.scale.fill_(scale)

    def lift(self, scores: Tensor, rows: Tensor, first: int, decay: float) -> None:
        """Add w · log(1 + s · Σ_m decay^m · count in row m) to scores, in place.

        Args:
            scores: (B, n) of items ``first .. first + n - 1``.
            rows: (B, M) int64 rows that are looked up.
            first: code of the first column's item.
            decay: weight of each row more.
        """
        column = self.followers[rows].long() - first  # (B, M, K)
        inside = (column >= 0) & (column < scores.shape[1])
        column = column.clamp(0, scores.shape[1] - 1)
        strength = self.strength[rows] * inside
        counts = torch.zeros_like(scores)
        for age in range(rows.shape[1]):  # one at a time: no GPU may choose the order of a sum
            counts.scatter_add_(1, column[:, age], decay**age * strength[:, age])
        column = column.flatten(1)
        # An item that several of the rows name is written as often, each time the same.
        lift = self.weight * (self.scale * counts.gather(1, column)).log1p()
        scores.scatter_(1, column, scores.gather(1, column) + lift)


class TransitionMemory(CountMemory):
    """What followed the last items, the other times they were met.

    c(j) = Σ over the last M items i_0 (latest), i_1, … of decay^m · n(i_m → j), n the sequential
    rules of ``data.follows``. Row i is item i; row 0 is padding and remembers nothing.

    Attributes:
        span: M, items that are looked up at most, and events that a rule reaches ahead.
        decay: weight of one event more between two items.
    """

    def __init__(self, config: ModelConfig, n_items: int) -> None:
        super().__init__(n_items + 1, config.memory)
        self.span, self.decay = config.memory_span, config.memory_decay

    def learn(self, counts: sparse.csr_array) -> None:
        """Keep the strongest followers of each item of (I, I) counts; of equals, the lower code."""
        padding = sparse.csr_array((1, counts.shape[1]), dtype=counts.dtype)
        super().learn(sparse.csr_array(sparse.vstack([padding, counts])))

    def add_to(self, scores: Tensor, recent: Tensor, first: int) -> None:
        """Add what followed the recent items to (B, n) scores, in place.

        Args:
            scores: (B, n) of items ``first .. first + n - 1``.
            recent: (B, M) int64 last items, latest first; 0 where the history is shorter.
            first: code of the first column's item.
        """
        self.lift(scores, recent, first, self.decay)


class TrendMemory(CountMemory):
    """What anyone met lately, when a request comes: popularity that forgets.

    The training log is cut into equal moments. Row m · (S + 1) + c holds the events before moment
    m in scenario c (c = 0: in all of them), each counted less the longer it is ago
    (``data.lately``): a request that names its scenario looks up that scenario's row.

    Popularity of the moment: Ji et al., "A Re-visit of the Popularity Baseline in Recommender
    Systems", SIGIR 2020, https://arxiv.org/abs/2005.13829.

    Attributes:
        first, step: () int64 when the first moment begins and how long each lasts, milliseconds.
        half_life: () float32 moments after which an event counts half; chosen on validation events.
    """

    first: Tensor
    step: Tensor
    half_life: Tensor

    def __init__(self, config: ModelConfig, n_scenarios: int) -> None:
        super().__init__(config.trend_moments * (n_scenarios + 1), config.trend)
        self.count, self.n_scenarios = config.trend_moments, n_scenarios
        self.register_buffer("first", torch.tensor(0))
        self.register_buffer("step", torch.tensor(1))
        self.register_buffer("half_life", torch.tensor(0.0))

    @property
    def moments(self) -> Moments:
        """How the log is cut."""
        return Moments(int(self.first), int(self.step), self.count)

    def begin(self, moments: Moments) -> None:
        """Take over how the log is cut."""
        self.first.fill_(moments.first)
        self.step.fill_(moments.step)

    def rows(self, times: Tensor, scenarios: Tensor | None) -> Tensor:
        """(B,) int64 row of requests.

        Args:
            times: (B,) int64 when each request comes, milliseconds since epoch.
            scenarios: (B,) int64 scenario that each names; none where it is unknown.
        """
        row = self.moments.of(times) * (self.n_scenarios + 1)
        return row if scenarios is None else row + scenarios

    def add_to(self, scores: Tensor, rows: Tensor, first: int) -> None:
        """Add what was met lately to (B, n) scores of items from ``first``, for (B,) rows."""
        self.lift(scores, rows[:, None], first, 1.0)
