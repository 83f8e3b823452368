"""Baselines that are counted, not trained: they have no seed."""

from collections.abc import Callable
from typing import Final

import torch

from ruie_core.data.dataset import Dataset
from ruie_core.data.split import Parts
from ruie_core.evaluation.markov import MarkovScorer, SequentialRulesScorer
from ruie_core.evaluation.popularity import PopularityScorer, ScenarioPopularityScorer
from ruie_core.evaluation.ranking import Scorer
from ruie_core.evaluation.recent_popularity import RecentPopularityScorer

ScorerOf = Callable[[Dataset, Parts, bool, torch.device], Scorer]
"""Dataset, split, whether the request names its scenario, device → scorer."""


def _popularity(dataset: Dataset, split: Parts, known: bool, device: torch.device) -> Scorer:  # noqa: ARG001
    return PopularityScorer(dataset, split, device)


NEED_CLOCK: Final = ("recent-popularity",)
"""Those that mean nothing on a log that has an order but no clock."""

COUNTED: Final[dict[str, ScorerOf]] = {
    "popularity": _popularity,
    "scenario-popularity": ScenarioPopularityScorer,
    "recent-popularity": RecentPopularityScorer,
    "markov": MarkovScorer,
    "sequential-rules": SequentialRulesScorer,
}
