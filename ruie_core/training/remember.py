"""Fill a trained model's memory: transitions, counted as much as its gate trusts them."""

import copy
import itertools
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ruie_core.analysis.gates import every_gate
from ruie_core.data.dataset import Dataset
from ruie_core.data.follows import Weights, sequential_rules
from ruie_core.data.split import VALIDATION, Parts
from ruie_core.evaluation.metrics import ndcg
from ruie_core.evaluation.model_scorer import ModelScorer
from ruie_core.evaluation.ranking import rank_queries
from ruie_core.evaluation.validation import CUTOFF, held_out_targets
from ruie_core.runs import Run
from ruie_core.training.trainer import Trainer

SCALES: Final = (1.0, 10.0)
WEIGHTS: Final = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
"""What the memory's scale s and weight w are chosen from, or no weight at all, by NDCG@10 on
validation events; of equals, the least weight, then the least scale."""


class Remembered(NamedTuple):
    """What filling a memory brought.

    Attributes:
        tensors: of the memory, on the CPU, by their names in the model.
        before, after: NDCG@10 on validation events without and with it.
    """

    tensors: dict[str, Tensor]
    before: float
    after: float


def remember(
    trainer: Trainer,
    dataset: Dataset,
    split: Parts,
    truth: npt.NDArray[np.float32] | None = None,
) -> Remembered:
    """Fill the memory of the best weights.

    Args:
        trainer: at the end of training; its model stays as it is.
        dataset: what it was trained on.
        split: (N,) uint8, part of every event.
        truth: (N,) 1 where an event is wanted, 0 where stray; only the gate ``oracle`` looks at it.
    """
    model = copy.deepcopy(trainer.model)
    model.load_state_dict(trainer.progress.best_weights)
    memory = model.eval().memory
    assert memory is not None
    run = Run(Path(), trainer.config, model, dataset.vocabulary, trainer.world.device, {})
    trust = event_trust(run, dataset, truth)
    memory.learn(
        sequential_rules(dataset, split, span=memory.span, decay=memory.decay, trust=trust)
    )
    before, after = _choose(run, dataset, split)
    tensors = {
        name: tensor.cpu()
        for name, tensor in model.state_dict().items()
        if name.startswith("memory.")
    }
    return Remembered(tensors, before, after)


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


@torch.inference_mode()
def _choose(run: Run, dataset: Dataset, split: Parts) -> tuple[float, float]:
    """Set scale and weight to the pair that ranks validation events best.

    Returns:
        NDCG@10 on them without the memory and with it.
    """
    memory = run.model.memory
    assert memory is not None
    targets, _ = held_out_targets(dataset, split, VALIDATION)
    scorer = ModelScorer(run.model, dataset, known_scenario=False, device=run.device)
    queries = scorer.encode(targets)
    wanted = torch.from_numpy(dataset.items[targets.positions.numpy()]).long()

    def score(pair: tuple[float, float]) -> float:
        memory.scale.fill_(pair[0])
        memory.weight.fill_(pair[1])
        return float(ndcg(rank_queries(scorer, queries, wanted).ranks.numpy(), CUTOFF).mean())

    without = (SCALES[0], 0.0)
    scores = {pair: score(pair) for pair in (without, *itertools.product(SCALES, WEIGHTS))}
    best = max(scores, key=lambda pair: (scores[pair], -pair[1], -pair[0]))
    memory.scale.fill_(best[0])
    memory.weight.fill_(best[1])
    return scores[without], scores[best]
