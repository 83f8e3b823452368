"""A first-order Markov chain over items: what came next, the last times this item was met.

Counted on training transitions only. Items never seen to follow are told apart by popularity.
"""

from typing import Final

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from ruie_core.data.dataset import Dataset
from ruie_core.data.split import TRAIN, Parts
from ruie_core.evaluation.popularity import PopularityScorer, ScenarioPopularityScorer
from ruie_core.evaluation.ranking import Targets

OVERALL: Final = 0.1
"""Part of the back-off that is popularity everywhere, not in the scenario alone."""


class MarkovScorer(ScenarioPopularityScorer):
    """Scores items by n(i → j) + a · π(j), in proportion to their smoothed probability after i.

    i is the user's last item, n counts training transitions, and a imaginary ones follow π: the
    shares of ``scenario-popularity`` for the same request, mixed with those of ``popularity``.
    """

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
        self.transitions = item_transitions(dataset, split)
        self._items = dataset.items

    def encode(self, targets: Targets) -> Tensor:
        """(B, 2) int64 row of the back-off's table, and last item, of (B,) targets."""
        last = self._items[targets.positions.cpu().numpy() - 1].astype(np.int64)
        row = super().encode(targets)
        return torch.cat([row, torch.from_numpy(last).to(row.device)[:, None]], dim=1)

    def scores(self, queries: Tensor, first: int, last: int) -> Tensor:
        """(B, last-first) float32 smoothed counts of items ``first..last-1``."""
        rows = queries[:, 1].cpu().numpy() - 1
        counts = self.transitions[rows, first - 1 : last - 1].toarray()
        return super().scores(queries, first, last) + torch.from_numpy(counts).to(queries.device)


def item_transitions(dataset: Dataset, split: Parts) -> sparse.csr_array:
    """(I, I) float32 training transitions from an item (row) to the next one (column).

    >>> from tests.factories import make_dataset
    >>> log = make_dataset([[(1, 1), (2, 1), (1, 1)], [(1, 1), (2, 1)]])
    >>> item_transitions(log, np.full(5, TRAIN)).toarray().tolist()
    [[0.0, 2.0], [1.0, 0.0]]
    """
    user = dataset.user_of_event()
    train = split == TRAIN
    moves = np.flatnonzero(train[1:] & train[:-1] & (user[1:] == user[:-1]))
    n = dataset.n_items
    ones = np.ones(len(moves), np.float32)
    cells = (dataset.items[moves] - 1, dataset.items[moves + 1] - 1)
    return sparse.coo_array((ones, cells), shape=(n, n)).tocsr()  # equal cells are summed
