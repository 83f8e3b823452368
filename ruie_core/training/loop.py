"""The training loop: linear, one screen, stops loudly on a loss that is not a number."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch

from ruie_core.config import RunConfig
from ruie_core.data.dataset import Dataset
from ruie_core.data.split import TRAIN, Parts, split_events
from ruie_core.evaluation.validation import validation_metrics
from ruie_core.models.registry import build_model
from ruie_core.objectives.negatives import NegativeSampler
from ruie_core.runs.folder import write_run
from ruie_core.runs.run import resolve_gate
from ruie_core.training.distributed import World
from ruie_core.training.meter import Meter
from ruie_core.training.optimizer import Optimizer
from ruie_core.training.remember import Remembered, remember
from ruie_core.training.resume import pack, restore
from ruie_core.training.trainer import Trainer
from ruie_core.training.windows import FlatLog, cut_windows, epoch_batches, training_prefix


class Watcher(Protocol):
    """Whoever wants to see training go on."""

    def step(self, epoch: int, transitions: int, total: int) -> None:
        """After each step: how many of the epoch's transitions are done."""

    def epoch(self, line: dict[str, Any]) -> None:
        """After each epoch: its history line."""

    def remembered(self, gain: Remembered) -> None:
        """After the last epoch: what the memories brought, where the model has any."""


def train(
    config: RunConfig,
    dataset: Dataset,
    dataset_path: Path,
    out: Path,
    world: World,
    watcher: Watcher,
    *,
    resume: bool = False,
    truth: npt.NDArray[np.float32] | None = None,
) -> Path:
    """Train a run and leave the checkpoint of every epoch's end at ``out``.

    Randomness is drawn anew at each epoch from (seed, epoch, process), so that a resumed run
    goes through the same numbers as an uninterrupted one.

    Args:
        config: all settings.
        dataset: what to train on.
        dataset_path: where it lies.
        out: the run folder.
        world: this process among all.
        watcher: told of every step and epoch.
        resume: go on from the run at ``out``.
        truth: (N,) 1 where an event is wanted, 0 where stray, of a generated log; only the gate
            ``oracle`` looks at it.

    Raises:
        UserError: the loss is not a number, a resumed run has other settings or data, the disk
            is full; the last good checkpoint stays.
    """
    if config.train.rewards is not None:
        dataset = dataset.with_rewards(config.train.rewards)
    split = split_events(dataset, config.train)
    trainer = set_up(config, dataset, split, world)
    config, model, optimizer = trainer.config, trainer.model, trainer.optimizer
    if resume:
        trainer.progress = restore(out, config, dataset, model, optimizer)
    progress = trainer.progress

    def keep() -> None:
        state = pack(progress, model, optimizer)
        lines = [json.dumps(entry) for entry in progress.history]
        write_run(out, config, dataset, dataset_path, progress.best_weights, state, lines)

    fit(trainer, dataset, split, watcher, keep, truth=truth)
    return out


def set_up(config: RunConfig, dataset: Dataset, split: Parts, world: World) -> Trainer:
    """Build a model with fresh weights, and what trains it; its gate is resolved.

    Args:
        config: all settings.
        dataset: what to train on, with the rewards that count.
        split: (N,) uint8, part of every event.
        world: this process among all.

    Raises:
        UserError: the model is unknown, or its gate needs what it does not have.
    """
    settings = config.train
    torch.manual_seed(settings.seed)
    sparse = dataset.n_items >= settings.sparse_from
    model = build_model(config.model, dataset.n_items, dataset.n_scenarios, sparse=sparse)
    config = resolve_gate(config, model)
    counts = torch.from_numpy(
        np.bincount(dataset.items[split == TRAIN], minlength=dataset.n_items + 1)[1:]
    ).to(world.device)
    model.start(counts.cpu(), _steady_return(dataset, split, config))
    model.to(world.device)
    sampler = NegativeSampler(counts, config.objective.negatives, config.objective.negative_power)
    return Trainer(config, world, model, Optimizer(model, settings), sampler)


def fit(
    trainer: Trainer,
    dataset: Dataset,
    split: Parts,
    watcher: Watcher,
    keep: Callable[[], None],
    *,
    truth: npt.NDArray[np.float32] | None = None,
) -> None:
    """Train until the validation score stops growing; ``trainer.progress`` holds the best weights.

    A model with memories fills them at the end: training and its validation go on without.

    Args:
        trainer: fresh, or as far as it was when training was cut off.
        dataset: what to train on, with the rewards that count.
        split: (N,) uint8, part of every event; of each user, training events come first.
        watcher: told of every step and epoch.
        keep: called at the end of each epoch in the process that leads, before the watcher.
        truth: (N,) 1 where an event is wanted, 0 where stray; none but on generated logs.

    Raises:
        UserError: the loss is not a number, or what ``keep`` raises.
    """
    settings, progress = trainer.config.train, trainer.progress
    model, world = trainer.model, trainer.world
    first, count = training_prefix(dataset, split)
    log = FlatLog(dataset, world.device, trainer.config.objective.session_gap_hours, truth)
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
            keep()
            watcher.epoch(line)
    if trainer.config.model.remembers and world.leads:
        remembered = remember(trainer, dataset, split, truth)
        progress.best_weights |= remembered.tensors
        keep()
        watcher.remembered(remembered)


def _seed_epoch(seed: int, epoch: int, rank: int) -> tuple[np.random.Generator, torch.Generator]:
    """Windows alike in all processes; negatives and dropout each process's own."""
    torch.manual_seed(int(np.random.SeedSequence([seed, epoch, rank, 1]).generate_state(1)[0]))
    generator = torch.Generator()
    generator.manual_seed(int(np.random.SeedSequence([seed, epoch, rank, 2]).generate_state(1)[0]))
    return np.random.default_rng([seed, epoch]), generator


def _steady_return(dataset: Dataset, split: np.ndarray[Any, Any], config: RunConfig) -> float:
    """Discounted engagement of a user whose every event has the mean training reward."""
    training = dataset.rewards[split == TRAIN]
    return float(training.mean()) / (1 - config.objective.discount) if len(training) else 0.0
