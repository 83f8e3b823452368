"""Training throughput on one thread, beside RecBole's NextItNet in the same run.

    python -m tests.benchmarks.training SEQUENCES.txt.gz [--peer SCRIPT --peer-python PYTHON]

SEQUENCES has one user a line: an id, then item ids in time order. What is counted is *trained
targets*, the events that a loss was computed for (never padding), per second of CPU time. Ours
includes cutting windows, gathering batches, the optimizer and the epoch's figures; the peer's is
the median step of its own loss, backward pass and optimizer, without its data loading.

Both sides have the same blocks (kernel 3, dilations 1 and 4, twice, two convolutions each), width
64, windows of 50, batches of 6,400 positions, and no dropout in the backbone alone. Events have no
scenarios in such a log, so for the full model the item code modulo 4 stands in for one.
"""

import argparse
import gzip
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from ruie_core.config import ModelConfig, ObjectiveConfig, RunConfig, TrainConfig
from ruie_core.data.dataset import Dataset
from ruie_core.data.split import TRAIN, split_events
from ruie_core.models.nextitnet import NextItNet
from ruie_core.models.registry import build_model
from ruie_core.objectives.negatives import NegativeSampler
from ruie_core.objectives.next_item import Candidates, sampled_softmax
from ruie_core.runs.run import resolve_gate
from ruie_core.training.distributed import World
from ruie_core.training.meter import Meter
from ruie_core.training.optimizer import Optimizer
from ruie_core.training.trainer import Trainer
from ruie_core.training.windows import (
    FlatLog,
    TrainBatch,
    cut_windows,
    epoch_batches,
    training_prefix,
)
from tests.factories import make_dataset

CPU = torch.device("cpu")
SCENARIOS = 4
BLOCKS = ModelConfig(width=64, kernel_size=3, dilations=(1, 4), repeats=2)
PEER_SLOTS = 128 * 50
"""Positions in the peer's batch, 128 windows of 50; ours holds as many."""
PEER_OPTIONS = ("--model", "NextItNet", "--length", "50", "--threads", "1")

Step = Callable[[TrainBatch], int]


class Rate(NamedTuple):
    """Trained targets and window positions (padding included), per second of CPU time."""

    targets: float
    slots: float


class Backbone(nn.Module):
    """NextItNet over item embeddings, scored against the same table: the peer's model."""

    def __init__(self, n_items: int) -> None:
        super().__init__()
        self.items = nn.Embedding(n_items + 1, BLOCKS.width, padding_idx=0)
        nn.init.normal_(self.items.weight, std=BLOCKS.width**-0.5)
        self.net = NextItNet(BLOCKS.width, BLOCKS.kernel_size, BLOCKS.dilations, BLOCKS.repeats)

    def forward(self, items: Tensor) -> Tensor:
        """(B, L) items → (B, L, d) states."""
        states: Tensor = self.net(self.items(items))
        return states


def read_sequences(path: Path, scenarios: int = SCENARIOS) -> Dataset:
    """Read users' item sequences as a dataset; items are coded in the order they appear.

    An item's code modulo ``scenarios`` stands in for the scenario of its events.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    codes: dict[str, int] = {}
    sequences = []
    with opener(path, "rt") as lines:
        for line in lines:
            items = [codes.setdefault(item, len(codes) + 1) for item in line.split()[1:]]
            sequences.append([(item, item % scenarios + 1) for item in items])
    return make_dataset(sequences, n_scenarios=scenarios)


def backbone_step(sampler: NegativeSampler, config: RunConfig, n_items: int) -> Step:
    """The backbone alone, trained with next-item softmax over shared negatives."""
    model = Backbone(n_items)
    optimizer = Optimizer(model, config.train)  # type: ignore[arg-type]
    generator = torch.Generator().manual_seed(1)
    meter = torch.zeros((), dtype=torch.float64)

    def step(batch: TrainBatch) -> int:
        real = batch.valid[:, 1:]
        states = model(batch.events.items[:, :-1])[real]
        item = batch.events.items[:, 1:][real]
        negatives = sampler.draw(generator)
        rows = model.items(item), model.items(negatives.items)
        candidates = Candidates(states, *rows, negatives.log_expected, *negatives.hits(item))
        loss = sampled_softmax(candidates, config.objective).mean()
        optimizer.step(loss)
        meter.add_(loss.detach())
        return len(item)

    return step


def ruie_step(sampler: NegativeSampler, config: RunConfig, n_items: int) -> Step:
    """The whole of RUIE, as ``ruie train`` trains it."""
    model = build_model(config.model, n_items, SCENARIOS).train()
    config = resolve_gate(config, model)
    trainer = Trainer(config, World(0, 1, CPU), model, Optimizer(model, config.train), sampler)
    generator = torch.Generator().manual_seed(1)
    meter = Meter(CPU)

    def step(batch: TrainBatch) -> int:
        before = meter.transitions
        meter.add(trainer.step(batch, generator), 1, 1)
        return meter.transitions - before

    return step


def batches(
    dataset: Dataset, settings: TrainConfig, device: torch.device = CPU
) -> Iterator[TrainBatch]:
    """Epoch after epoch of the training part, gathered on a device."""
    first, count = training_prefix(dataset, split_events(dataset, settings))
    log = FlatLog(dataset, device, None)
    rng = np.random.default_rng(1)
    while True:
        windows = cut_windows(first, count, settings.window, rng)
        yield from epoch_batches(log, windows, settings.batch_slots, rng, 0, 1)


def measure(step: Step, stream: Iterator[TrainBatch], seconds: float) -> Rate:
    """Run steps for that many CPU seconds, after a few to warm up."""
    for _ in range(5):
        step(next(stream))
    targets = slots = 0
    began = time.process_time()
    while (spent := time.process_time() - began) < seconds:
        batch = next(stream)
        targets += step(batch)
        slots += batch.valid.numel()
    return Rate(targets / spent, slots / spent)


def measure_peer(python: str, script: Path, log: Path) -> float:
    """Targets per CPU second that the peer's script reports."""
    command = [python, str(script.resolve()), str(log.resolve()), *PEER_OPTIONS]
    with tempfile.TemporaryDirectory() as litter:  # it writes logs where it stands
        done = subprocess.run(
            command, cwd=litter, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
        )
    return float(json.loads(done.stdout.splitlines()[-1])["targets_per_cpu_s"])


def contenders(dataset: Dataset, settings: TrainConfig) -> dict[str, Step]:
    """What is measured, by its row's title."""
    split = split_events(dataset, settings)
    counts = np.bincount(dataset.items[split == TRAIN], minlength=dataset.n_items + 1)[1:]

    def build(kind: Callable[[NegativeSampler, RunConfig, int], Step], **objective: object) -> Step:
        torch.manual_seed(1)
        chosen = ObjectiveConfig.model_validate(objective)
        config = RunConfig(model=BLOCKS, objective=chosen, train=settings)
        sampler = NegativeSampler(torch.from_numpy(counts), chosen.negatives, chosen.negative_power)
        return kind(sampler, config, dataset.n_items)

    shared = ObjectiveConfig().negatives
    return {
        f"NextItNet backbone, softmax over {shared} shared negatives": build(backbone_step),
        "NextItNet backbone, softmax over all items": build(
            backbone_step, negatives=dataset.n_items
        ),
        f"full RUIE, softmax over {shared} shared negatives": build(ruie_step),
        f"full RUIE, triplet with {shared} shared negatives": build(
            ruie_step, intent_loss="triplet"
        ),
    }


def main() -> None:
    """Measure in turns, so that a busy machine hits everyone alike, and print medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("log", type=Path)
    parser.add_argument("--peer", type=Path, help="script that measures RecBole")
    parser.add_argument("--peer-python", default=sys.executable, help="its interpreter")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8.0, help="CPU seconds per measurement")
    parser.add_argument("--batch-slots", type=int, default=PEER_SLOTS)
    options = parser.parse_args()
    torch.set_num_threads(1)

    dataset = read_sequences(options.log)
    settings = TrainConfig(window=50, batch_slots=options.batch_slots)
    steps = contenders(dataset, settings)
    rates: dict[str, list[Rate]] = {title: [] for title in steps}
    peers: list[float] = []
    for _ in range(options.rounds):
        if options.peer:
            peers.append(measure_peer(options.peer_python, options.peer, options.log))
        for title, step in steps.items():
            rates[title].append(measure(step, batches(dataset, settings), options.seconds))

    peer = statistics.median(peers) if peers else float("nan")
    print(f"torch {torch.__version__}, one thread, median of {options.rounds} rounds,")
    print(f"{dataset.n_users:,} users, {dataset.n_items:,} items, {dataset.n_events:,} events\n")
    print("| what | trained targets / CPU s | lowest–highest | slots / CPU s | × peer |")
    print("|---|--:|--:|--:|--:|")
    if peers:
        span = f"{min(peers):,.0f}–{max(peers):,.0f}"
        print(f"| RecBole NextItNet (peer) | {peer:,.0f} | {span} | | 1 |")
    for title, measured in rates.items():
        targets = [rate.targets for rate in measured]
        middle = statistics.median(targets)
        slots = statistics.median(rate.slots for rate in measured)
        span = f"{min(targets):,.0f}–{max(targets):,.0f}"
        print(f"| {title} | {middle:,.0f} | {span} | {slots:,.0f} | {middle / peer:.1f} |")


if __name__ == "__main__":
    main()
