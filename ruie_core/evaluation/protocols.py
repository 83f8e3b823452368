"""What is compared with what: models beside baselines, with and without the request's scenario."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ruie_core.config import EvaluateConfig
from ruie_core.data.dataset import Dataset
from ruie_core.data.split import TEST, Parts
from ruie_core.evaluation.model_scorer import ModelScorer
from ruie_core.evaluation.popularity import PopularityScorer, ScenarioPopularityScorer
from ruie_core.evaluation.ranking import Scorer, Targets, rank_targets
from ruie_core.evaluation.validation import held_out_targets
from ruie_core.runs import Run

REQUESTS: Final = {"unknown": False, "known": True}
"""Whether the request names the scenario of the item that is sought."""

POPULARITY: Final = "popularity"
"""Does not look at the request, so it is the same beside both."""
SCENARIO_POPULARITY: Final = "scenario-popularity"

Ranks = dict[tuple[str, str], npt.NDArray[np.int64]]
"""(B,) ranks by (model, request scenario)."""


def all_ranks(
    run: Run, dataset: Dataset, split: Parts, targets: Targets, *, exclude_seen: bool
) -> Ranks:
    """Rank the same targets with the model and each baseline, under both requests.

    Args:
        run: the trained model, named by ``config.model.name``.
        dataset: what it was trained on.
        split: (N,) uint8, part of every event.
        targets: (B,) events.
        exclude_seen: leave the items of the user's history unranked.
    """
    run.model.eval()
    ranks: Ranks = {}
    for model, requests, scorer in _scorers(run, dataset, split):
        ranked = rank_targets(scorer, dataset, targets, exclude_seen=exclude_seen)
        ranks |= {(model, request): ranked.ranks.numpy() for request in requests}
    return ranks


def _scorers(
    run: Run, dataset: Dataset, split: Parts
) -> Iterator[tuple[str, tuple[str, ...], Scorer]]:
    """One scorer at a time, with the requests it answers, so that one table is in memory."""
    for request, known in REQUESTS.items():
        yield (
            run.config.model.name,
            (request,),
            ModelScorer(run.model, dataset, known, run.device),
        )
    yield POPULARITY, tuple(REQUESTS), PopularityScorer(dataset, split, run.device)
    for request, known in REQUESTS.items():
        scorer = ScenarioPopularityScorer(dataset, split, known, run.device)
        yield SCENARIO_POPULARITY, (request,), scorer


def target_ranks(
    run: Run, dataset: Dataset, split: Parts, config: EvaluateConfig, part: int = TEST
) -> pd.DataFrame:
    """Rank of every held-out event under each model and request.

    Args:
        run: the trained model.
        dataset: what it was trained on.
        split: (N,) uint8, part of every event.
        config: whether seen items are left out.
        part: ``TEST`` or ``VALIDATION``.

    Returns:
        Rows of user (int32), t (int32, 1 is the user's first event), scenario, model and
        request_scenario (categories), rank (int32); sorted by model, request, user, t.

    Raises:
        UserError: the part holds no event that can be ranked.
    """
    targets, _ = held_out_targets(dataset, split, part)
    ranks = all_ranks(run, dataset, split, targets, exclude_seen=config.exclude_seen)
    return ranks_frame(dataset, targets, ranks)


def ranks_frame(dataset: Dataset, targets: Targets, ranks: Ranks) -> pd.DataFrame:
    """Lay out (B,) ranks per model as rows; see ``target_ranks``."""
    positions, users = targets.positions.numpy(), targets.users.numpy()
    n = len(positions)
    names = dataset.vocabulary.scenarios
    models = sorted({model for model, _ in ranks})
    requests = sorted({request for _, request in ranks})
    cells = sorted(ranks)
    repeat = len(cells)

    def category(codes: list[int], labels: list[str]) -> "pd.Categorical[str]":
        return _categories(np.repeat(np.array(codes), n), labels)

    scenario = np.tile(dataset.scenarios[positions] - 1, repeat)
    return pd.DataFrame(
        {
            "user": np.tile(users.astype(np.int32), repeat),
            "t": np.tile((positions - dataset.offsets[users] + 1).astype(np.int32), repeat),
            "scenario": _categories(scenario, list(names)),
            "model": category([models.index(model) for model, _ in cells], models),
            "request_scenario": category([requests.index(r) for _, r in cells], requests),
            "rank": np.concatenate([ranks[cell] for cell in cells]).astype(np.int32),
        }
    )


def _categories(codes: npt.NDArray[Any], labels: list[str]) -> "pd.Categorical[str]":
    return pd.Categorical.from_codes(codes, categories=pd.Index(labels))
