"""Baselines without a model, so that nobody mistakes popularity for skill.

They count training events only, as the model does. Items with equal counts tie, and a tie counts
against the target (see ``ranking``): nothing else breaks it.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ruie_core.data.dataset import Dataset
from ruie_core.data.split import TRAIN, Parts
from ruie_core.evaluation.ranking import Targets

OVERALL: Final = 0.1
"""How much popularity everywhere counts beside that in the scenario, where baselines mix them."""


class TableScorer:
    """Scores read from a table: one row per situation, one column per item."""

    def __init__(self, table: npt.NDArray[np.float32], device: torch.device) -> None:
        """Put a (R, I) float32 table on the device; column 0 is item 1."""
        self.table = torch.from_numpy(table).to(device)
        self.n_items = table.shape[1]

    def encode(self, targets: Targets) -> Tensor:
        """(B, 1) int64 row of the table for each of (B,) targets."""
        return torch.from_numpy(self.rows(targets)).to(self.table.device)[:, None]

    def rows(self, targets: Targets) -> npt.NDArray[np.int64]:
        """(B,) row of each target: the first, unless a subclass knows better."""
        return np.zeros(len(targets.users), np.int64)

    def scores(self, queries: Tensor, first: int, last: int) -> Tensor:
        """(B, last-first) float32 copies of the rows' columns."""
        return self.table[:, first - 1 : last - 1][queries[:, 0]]


class PopularityScorer(TableScorer):
    """The score of an item is its number of training events."""

    def __init__(self, dataset: Dataset, split: Parts, device: torch.device) -> None:
        """Count the training events; ``split`` (N,) uint8 is the part of every event."""
        counts = np.bincount(dataset.items[split == TRAIN], minlength=dataset.n_items + 1)[1:]
        super().__init__(counts.astype(np.float32)[None], device)


class ScenarioPopularityScorer(TableScorer):
    """Popularity in the scenario of the request.

    Where the request names its scenario c: the item's training events in c. Where it does not:
    Σ_c' P(c' | c) · share of the item in c', c the scenario of the user's last event. P is the
    empirical transition row of training, smoothed by S imaginary transitions that follow the
    scenarios' training traffic, so that a rare or unseen c falls back on that traffic.
    """

    def __init__(
        self, dataset: Dataset, split: Parts, known_scenario: bool, device: torch.device
    ) -> None:
        """Count the training events per scenario.

        Args:
            dataset: the events.
            split: (N,) uint8, part of every event.
            known_scenario: whether the request names the scenario of the target.
            device: where to score.
        """
        counts = scenario_counts(dataset, split)
        self._scenarios = dataset.scenarios
        self._back = 0 if known_scenario else 1
        table = counts if known_scenario else _mixture(counts, smoothed_transitions(dataset, split))
        super().__init__(table.astype(np.float32), device)

    def rows(self, targets: Targets) -> npt.NDArray[np.int64]:
        """(B,) scenario of the target where it is known, else of the event before it."""
        at = targets.positions.cpu().numpy() - self._back
        rows: npt.NDArray[np.int64] = self._scenarios[at].astype(np.int64) - 1
        return rows


def scenario_counts(dataset: Dataset, split: Parts) -> npt.NDArray[np.float64]:
    """(S, I) training events of each item in each scenario."""
    train = split == TRAIN
    shape = (dataset.n_scenarios, dataset.n_items)
    cell = (dataset.scenarios[train].astype(np.int64) - 1) * shape[1] + dataset.items[train] - 1
    return np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)


def smoothed_transitions(dataset: Dataset, split: Parts) -> npt.NDArray[np.float64]:
    """(S, S) probability of the next scenario (column) after a scenario (row), from training.

    (n(c → c') + S · π(c')) / (n(c) + S), π the scenarios' share of training events.
    """
    s = dataset.n_scenarios
    train = split == TRAIN
    both = train[1:] & train[:-1]
    starts = dataset.offsets[1:-1]
    both[starts[(starts > 0) & (starts < len(train))] - 1] = False  # no step from user to user
    cell = (dataset.scenarios[:-1].astype(np.int64) - 1) * s + dataset.scenarios[1:] - 1
    moves = np.bincount(cell[both], minlength=s * s).reshape(s, s)
    traffic = np.bincount(dataset.scenarios[train], minlength=s + 1)[1:]
    prior = s * traffic / max(1, traffic.sum())
    smoothed: npt.NDArray[np.float64] = (moves + prior) / (
        moves.sum(1, keepdims=True) + prior.sum()
    )
    return smoothed


def _mixture(
    counts: npt.NDArray[np.float64], transitions: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """(S, I) Σ_c' P(c' | c) · share of item in c'.

    Summed scenario by scenario: a matrix product may round equal columns differently, and would
    break ties that must stand.
    """
    table = np.zeros_like(counts)
    for scenario, row in enumerate(counts):
        share = row / max(1.0, row.sum())
        table += transitions[:, scenario, None] * share
    return table
