"""Fill a trained model's memories: counts of training events, as far as its gate is trusted."""

import copy
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import Tensor

from ruie_core.analysis.gates import every_gate
from ruie_core.data.dataset import Dataset
from ruie_core.data.follows import Weights, sequential_rules
from ruie_core.data.lately import HALF_LIVES, cut_moments, lately
from ruie_core.data.split import VALIDATION, Parts
from ruie_core.evaluation.metrics import ndcg
from ruie_core.evaluation.model_scorer import ModelScorer
from ruie_core.evaluation.ranking import rank_queries
from ruie_core.evaluation.validation import CUTOFF, held_out_targets
from ruie_core.models.base import SequenceModel
from ruie_core.models.memory import CountMemory, TransitionMemory, TrendMemory
from ruie_core.runs import Run
from ruie_core.training.trainer import Trainer

HOUR: Final = 3_600_000
"""Milliseconds."""
WEIGHTS: Final = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
SCALES: Final = (1.0, 10.0)
"""What a memory's weight w and scale s are chosen from, or no weight at all, by NDCG@10 on
validation events; of equals, the least weight, then the least scale."""


class Counts(NamedTuple):
    """One way to fill a memory.

    Attributes:
        table: (R, I) float32.
        trusted: whether events count as much as the gate trusts them.
        half_life: of a trend, in moments; 0 elsewhere.
    """

    table: sparse.csr_array
    trusted: bool
    half_life: int = 0


class Remembered(NamedTuple):
    """What filling the memories brought.

    Attributes:
        tensors: of the memories, on the CPU, by their names in the model.
        settings: what was chosen for each, see ``memory_settings``.
        before, after: NDCG@10 on validation events without and with them.
    """

    tensors: dict[str, Tensor]
    settings: dict[str, float]
    before: float
    after: float


def remember(
    trainer: Trainer,
    dataset: Dataset,
    split: Parts,
    truth: npt.NDArray[np.float32] | None = None,
) -> Remembered:
    """Fill the memories of the best weights, one after the other.

    A log without a clock has no moments: its trend stays empty.

    Args:
        trainer: at the end of training; its model stays as it is.
        dataset: what it was trained on.
        split: (N,) uint8, part of every event.
        truth: (N,) 1 where an event is wanted, 0 where stray; only the gate ``oracle`` looks at it.
    """
    model = copy.deepcopy(trainer.model)
    model.load_state_dict(trainer.progress.best_weights)
    run = Run(Path(), trainer.config, model.eval(), dataset.vocabulary, trainer.world.device, {})
    trusts: list[Weights | None] = [None]
    if run.config.objective.gate != "constant":
        trusts.insert(0, event_trust(run, dataset, truth))
    memories: list[tuple[CountMemory, Iterator[Counts]]] = []
    if model.memory is not None:
        memories.append((model.memory, _transitions(model.memory, dataset, split, trusts)))
    if model.trend is not None and dataset.has_clock:
        model.trend.begin(cut_moments(dataset, split, model.trend.count))
        memories.append((model.trend, _trends(model.trend, dataset, split, trusts)))
    for memory, _ in memories:
        memory.set(0.0, SCALES[0])  # a run that is resumed has been filled before
    validation = _Validation(run, dataset, split)
    before = after = validation.score()
    for memory, ways in memories:
        after = _fill(memory, ways, after, validation)
    tensors = {
        name: tensor.cpu()
        for name, tensor in model.state_dict().items()
        if name.startswith(("memory.", "trend."))
    }
    return Remembered(tensors, memory_settings(model), before, after)


def event_trust(
    run: Run, dataset: Dataset, truth: npt.NDArray[np.float32] | None = None
) -> Weights:
    """(N,) float32 gate of the transition into each event; 1 at a user's first, as in training."""
    trust = np.ones(dataset.n_events, np.float32)
    if run.config.objective.gate == "constant":
        return trust
    for inside, _, gates in every_gate(run, dataset, truth):
        trust[inside] = gates.float().cpu().numpy()
    trust[dataset.offsets[:-1][dataset.lengths > 0]] = 1.0
    return trust


def memory_settings(model: SequenceModel) -> dict[str, float]:
    """Return what was chosen for each memory: its weight, scale, trust, and a trend's half-life.

    The half-life is in hours; 0 where the memory is empty.
    """
    named = {"memory": model.memory, "trend": model.trend}
    chosen = {
        f"{name}_{setting}": float(getattr(memory, setting))
        for name, memory in named.items()
        if memory is not None
        for setting in ("weight", "scale", "trusted")
    }
    if model.trend is not None:
        chosen["trend_half_life_hours"] = float(model.trend.half_life * model.trend.step) / HOUR
    return chosen


def _transitions(
    memory: TransitionMemory, dataset: Dataset, split: Parts, trusts: list[Weights | None]
) -> Iterator[Counts]:
    for trust in trusts:
        rules = sequential_rules(dataset, split, span=memory.span, decay=memory.decay, trust=trust)
        yield Counts(rules, trust is not None)


def _trends(
    memory: TrendMemory, dataset: Dataset, split: Parts, trusts: list[Weights | None]
) -> Iterator[Counts]:
    kept = memory.followers.shape[1]
    for trust, half_life in itertools.product(trusts, HALF_LIVES):
        table = lately(dataset, split, memory.moments, half_life, kept, trust)
        yield Counts(table, trust is not None, half_life)


class _Validation:
    """Ranks validation events by the model as it is, request scenario unknown."""

    @torch.inference_mode()
    def __init__(self, run: Run, dataset: Dataset, split: Parts) -> None:
        targets, _ = held_out_targets(dataset, split, VALIDATION)
        self.scorer = ModelScorer(run.model, dataset, known_scenario=False, device=run.device)
        self.queries = self.scorer.encode(targets)
        self.wanted = torch.from_numpy(dataset.items[targets.positions.numpy()]).long()

    @torch.inference_mode()
    def score(self) -> float:
        """NDCG@10."""
        ranks = rank_queries(self.scorer, self.queries, self.wanted).ranks
        return float(ndcg(ranks.numpy(), CUTOFF).mean())


def _fill(
    memory: CountMemory, ways: Iterator[Counts], without: float, validation: _Validation
) -> float:
    """Fill a memory in the way, and with the scale and weight, that rank validation events best.

    Args:
        memory: of the model that is validated.
        ways: how it may be filled; of equals, the first.
        without: NDCG@10 without it.
        validation: what ranks.

    Returns:
        NDCG@10 with it.
    """
    best, chosen, setting = without, next(ways), (0.0, SCALES[0])
    for way in itertools.chain([chosen], ways):
        memory.learn(way.table)
        for weight, scale in itertools.product(WEIGHTS, SCALES):
            memory.set(weight, scale)
            if (score := validation.score()) > best:
                best, chosen, setting = score, way, (weight, scale)
    memory.learn(chosen.table)
    memory.set(*setting)
    memory.trusted.fill_(chosen.trusted)
    if isinstance(memory, TrendMemory):
        memory.half_life.fill_(chosen.half_life)
    return best
