"""Counting: what followed the last items, the other times they were met, and popularity beneath.

Training transitions only. Items that never followed are told apart by popularity.
"""

from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from ruie_core.config import ModelConfig
from ruie_core.data.dataset import Dataset
from ruie_core.data.follows import sequential_rules
from ruie_core.data.split import Parts
from ruie_core.evaluation.popularity import OVERALL, PopularityScorer, ScenarioPopularityScorer
from ruie_core.evaluation.ranking import Targets


class MarkovScorer(ScenarioPopularityScorer):
    """A first-order Markov chain: n(i → j) + a · π(j), in proportion to j's probability after i.

    i is the user's last item, n counts training transitions, and a imaginary ones follow π: the
    shares of ``scenario-popularity`` for the same request, mixed with those of ``popularity``.

    Attributes:
        span: last items that are looked up.
        decay: weight of one event more between two items; see ``data.follows``.
    """

    span: ClassVar[int] = 1
    decay: ClassVar[float] = 1.0

    def __init__(
        self,
        dataset: Dataset,
        split: Parts,
        known_scenario: bool,
        device: torch.device,
        back_off: float = 300.0,
    ) -> None:
        """Count the training part.

        Args:
            dataset: the events.
            split: (N,) uint8, part of every event.
            known_scenario: whether the request names the scenario of the target.
            device: where to score.
            back_off: a, imaginary transitions from every item.
        """
        super().__init__(dataset, split, known_scenario, device)
        overall = PopularityScorer(dataset, split, device).table
        in_scenario = self.table / self.table.sum(1, keepdim=True).clamp(min=1e-9)
        everywhere = overall / overall.sum()
        self.table = back_off * ((1 - OVERALL) * in_scenario + OVERALL * everywhere)
        self.rules = sequential_rules(dataset, split, span=self.span, decay=self.decay)
        self._items, self._offsets = dataset.items, dataset.offsets

    def encode(self, targets: Targets) -> Tensor:
        """(B, 1 + span) int64 row of the back-off's table, and last items, latest first, or 0."""
        end = targets.positions.cpu().numpy()[:, None]
        place = end - 1 - np.arange(self.span)
        known = place >= self._offsets[targets.users.cpu().numpy()][:, None]
        recent = np.where(known, self._items[place.clip(min=0)], 0).astype(np.int64)
        row = super().encode(targets)
        return torch.cat([row, torch.from_numpy(recent).to(row.device)], dim=1)

    def scores(self, queries: Tensor, first: int, last: int) -> Tensor:
        """(B, last-first) float32 smoothed counts of items ``first..last-1``."""
        scores = super().scores(queries, first, last)
        for age, items in enumerate(queries[:, 1:].cpu().numpy().T):
            met = np.flatnonzero(items)
            counts = self.rules[items[met] - 1, first - 1 : last - 1].toarray()
            rows = torch.from_numpy(met).to(scores.device)
            scores[rows] += self.decay**age * torch.from_numpy(counts).to(scores.device)
        return scores


class SequentialRulesScorer(MarkovScorer):
    """The counts that RUIE's memory starts from, on their own: each of the last few items votes.

    Sequential rules (see ``data.follows``), with the span and decay that a memory has by default.
    """

    span: ClassVar[int] = ModelConfig().memory_span
    decay: ClassVar[float] = ModelConfig().memory_decay
