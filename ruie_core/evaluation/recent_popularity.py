"""Counting: what anyone met lately, and popularity beneath."""

from typing import Final

import torch
from torch import Tensor

from ruie_core.config import ModelConfig
from ruie_core.data.dataset import Dataset
from ruie_core.data.lately import cut_moments, lately
from ruie_core.data.split import VALIDATION, Parts
from ruie_core.errors import UserError
from ruie_core.evaluation.metrics import ndcg
from ruie_core.evaluation.popularity import OVERALL, PopularityScorer
from ruie_core.evaluation.ranking import Targets, rank_targets
from ruie_core.evaluation.validation import CUTOFF, held_out_targets
from ruie_core.models.memory import TrendMemory

KEPT: Final = 1024
"""Items that are counted per moment and scenario, the strongest."""
HALF_LIVES: Final = (2, 4, 8, 16, 32, 64)
"""What the half-life is chosen from, in moments: more than a model's trend may choose from."""
BACK_OFF: Final = 1e-3
"""Weight of an item's share of all training events, which tells apart what nobody met lately."""


class RecentPopularityScorer(PopularityScorer):
    """The counts that RUIE's trend starts from, on their own: log(1 + c) of ``TrendMemory``.

    Where the request names its scenario, c counts that scenario's events, and a tenth of all: a
    rare scenario falls back on the others. The half-life is the one that ranks validation events
    best under the same kind of request.
    """

    def __init__(
        self, dataset: Dataset, split: Parts, known_scenario: bool, device: torch.device
    ) -> None:
        """Count the training part.

        Args:
            dataset: the events.
            split: (N,) uint8, part of every event.
            known_scenario: whether the request names the scenario of the target.
            device: where to score.

        Raises:
            UserError: the log has an order but no clock, or no validation event.
        """
        if not dataset.has_clock:
            raise UserError(
                "This dataset has an order of events but no clock, so nothing in it is recent: use "
                "another baseline than recent-popularity."
            )
        super().__init__(dataset, split, device)
        self.table *= BACK_OFF / self.table.sum()
        self._times = torch.from_numpy(dataset.times)
        self._scenarios = torch.from_numpy(dataset.scenarios)
        kept = min(KEPT, dataset.n_items)
        self.trend = TrendMemory(ModelConfig(trend=kept), dataset.n_scenarios).to(device)
        moments = cut_moments(dataset, split, self.trend.count)
        self.trend.begin(moments)
        self.trend.set(weight=1.0, scale=1.0)
        self.known_scenario = known_scenario
        targets, _ = held_out_targets(dataset, split, VALIDATION)
        best, counts = -1.0, {}
        for half_life in HALF_LIVES:  # of equals, the shortest
            counts[half_life] = lately(dataset, split, moments, half_life, kept)
            self.trend.learn(counts[half_life])
            ranks = rank_targets(self, dataset, targets).ranks
            if (score := float(ndcg(ranks.numpy(), CUTOFF).mean())) > best:
                best = score
                self.trend.half_life.fill_(half_life)
        self.trend.learn(counts[int(self.trend.half_life)])

    def encode(self, targets: Targets) -> Tensor:
        """(B, 2 or 3) int64: the row of popularity, and the trend's rows of (B,) requests."""
        at = targets.positions.cpu()
        times = self._times[at]
        rows = [self.trend.rows(times, None)]
        if self.known_scenario:
            rows.insert(0, self.trend.rows(times, self._scenarios[at].long()))
        looked_up = torch.stack(rows, dim=1).to(self.table.device)
        return torch.cat([super().encode(targets), looked_up], dim=1)

    def scores(self, queries: Tensor, first: int, last: int) -> Tensor:
        """(B, last-first) float32 log counts of items ``first..last-1``, popularity beneath."""
        scores = super().scores(queries, first, last)
        self.trend.lift(scores, queries[:, 1:], first, OVERALL)
        return scores
