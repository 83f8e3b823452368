"""The training loop: linear, one screen, stops loudly on a loss that is not a number."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from ruie_core.config import RunConfig
from ruie_core.data.dataset import Dataset
from ruie_core.data.split import TRAIN, split_events
from ruie_core.evaluation.validation import validation_metrics
from ruie_core.models.registry import build_model
from ruie_core.models.ruie import Ruie
from ruie_core.objectives.gate import follow_q
from ruie_core.objectives.negatives import NegativeSampler
from ruie_core.runs.folder import write_run
from ruie_core.training.distributed import World
from ruie_core.training.meter import Meter
from ruie_core.training.optimizer import Optimizer
from ruie_core.training.resume import Progress, pack, restore
from ruie_core.training.step import StepResult, next_scenarios, step_loss, transitions
from ruie_core.training.windows import (
    FlatLog,
    TrainBatch,
    cut_windows,
    epoch_batches,
    training_prefix,
)


class Watcher(Protocol):
    """Whoever wants to see training go on."""

    def step(self, epoch: int, transitions: int, total: int) -> None:
        """After each step: how many of the epoch's transitions are done."""

    def epoch(self, line: dict[str, Any]) -> None:
        """After each epoch: its history line."""


@dataclass
class Trainer:
    """All that a step needs."""

    config: RunConfig
    world: World
    model: Ruie
    optimizer: Optimizer
    sampler: NegativeSampler
    progress: Progress = field(default_factory=Progress)

    def __post_init__(self) -> None:
        self.parallel = self.world.parallel(self.model)
        precision = self.config.train.precision
        on_gpu = self.world.device.type == "cuda"
        self.bf16 = precision == "bf16" or (precision == "auto" and on_gpu)

    def step(self, batch: TrainBatch, generator: torch.Generator) -> StepResult:
        """Forward, loss, backward, update, target network, gate statistics."""
        model, objective = self.model, self.config.objective
        request = None
        if torch.rand((), generator=generator) < objective.request_share:
            request = next_scenarios(batch.events)
        with torch.autocast(self.world.device.type, torch.bfloat16, enabled=self.bf16):
            outputs = self.parallel(batch.events, request)
            target_q = model.target_q(outputs)
        moves = transitions(batch, outputs, target_q, objective.discount)
        negatives = self.sampler.draw(generator)
        rows = model.items(moves.item), model.items(negatives.items)
        statistics = self._gate_statistics(moves.q_tm1, moves.action)
        result = step_loss(moves, rows, negatives, statistics, objective)
        count = torch.tensor(float(len(moves.item)), device=self.world.device)
        self.optimizer.step(result.loss * self.world.share_of_mean(count))
        model.follow_online(objective.polyak)
        self.progress.steps += 1
        return result

    @torch.no_grad()
    def _gate_statistics(self, q_tm1: Tensor, action: Tensor) -> tuple[Tensor, Tensor]:
        """Running mean and deviation of taken Q-values, this batch included."""
        model = self.model
        momentum = self.config.objective.gate_momentum if self.progress.steps else 1.0
        taken = q_tm1.gather(1, action[:, None])
        mean, std = follow_q(taken, model.q_mean, model.q_std, momentum)
        model.q_mean.copy_(mean)
        model.q_std.copy_(std)
        return mean, std


def train(
    config: RunConfig,
    dataset: Dataset,
    dataset_path: Path,
    out: Path,
    world: World,
    watcher: Watcher,
    *,
    resume: bool = False,
) -> Path:
    """Train a run and leave the checkpoint of every epoch's end at ``out``.

    Randomness is drawn anew at each epoch from (seed, epoch, process), so that a resumed run
    goes through the same numbers as an uninterrupted one.

    Raises:
        UserError: the loss is not a number, a resumed run has other settings or data, the disk
            is full; the last good checkpoint stays.
    """
    settings = config.train
    if settings.rewards is not None:
        dataset = dataset.with_rewards(settings.rewards)
    split = split_events(dataset, settings)
    first, count = training_prefix(dataset, split)
    torch.manual_seed(settings.seed)
    sparse = dataset.n_items >= settings.sparse_from
    model = build_model(config.model, dataset.n_items, dataset.n_scenarios, sparse=sparse)
    model.start_q_at(_steady_reward(dataset, split, config))
    model.to(world.device)
    counts = np.bincount(dataset.items[split == TRAIN], minlength=dataset.n_items + 1)[1:]
    sampler = NegativeSampler(
        torch.from_numpy(counts).to(world.device),
        config.objective.negatives,
        config.objective.negative_power,
    )
    trainer = Trainer(config, world, model, Optimizer(model, settings), sampler)
    if resume:
        trainer.progress = restore(out, config, dataset, model, trainer.optimizer)
    progress = trainer.progress
    log = FlatLog(dataset, world.device, config.objective.session_gap_hours)
    total = int((count - 1).clip(min=0).sum()) // world.size

    while progress.epoch < settings.epochs and progress.stale < settings.patience:
        progress.epoch += 1
        rng, generator = _seed_epoch(settings.seed, progress.epoch, world.rank)
        windows = cut_windows(first, count, settings.window, rng)
        batches = epoch_batches(log, windows, settings.batch_slots, rng, world.rank, world.size)
        meter = Meter(world.device)
        model.train()
        for number, batch in enumerate(batches, start=1):
            meter.add(trainer.step(batch, generator), progress.epoch, number)
            watcher.step(progress.epoch, meter.transitions, total)
        line = {"epoch": progress.epoch, "learning_rate": settings.learning_rate}
        line |= meter.summary()
        if world.leads:
            scores = validation_metrics(model.eval(), dataset, split, world.device)
            line |= {f"validation_{name}": value for name, value in scores.items()}
        progress.note(world.agree(line.get("validation_ndcg@10", 0.0)), line, model)
        if world.leads:
            state = pack(progress, model, trainer.optimizer)
            lines = [json.dumps(entry) for entry in progress.history]
            write_run(out, config, dataset, dataset_path, progress.best_weights, state, lines)
            watcher.epoch(line)
    return out


def _seed_epoch(seed: int, epoch: int, rank: int) -> tuple[np.random.Generator, torch.Generator]:
    """Windows alike in all processes; negatives and dropout each process's own."""
    torch.manual_seed(int(np.random.SeedSequence([seed, epoch, rank, 1]).generate_state(1)[0]))
    generator = torch.Generator()
    generator.manual_seed(int(np.random.SeedSequence([seed, epoch, rank, 2]).generate_state(1)[0]))
    return np.random.default_rng([seed, epoch]), generator


def _steady_reward(dataset: Dataset, split: np.ndarray[Any, Any], config: RunConfig) -> float:
    """Discounted engagement of a user whose every event has the mean training reward."""
    training = dataset.rewards[split == TRAIN]
    return float(training.mean()) / (1 - config.objective.discount) if len(training) else 0.0
