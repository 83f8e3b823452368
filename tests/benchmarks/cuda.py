"""Training throughput on a CUDA device, on a fabricated log of KuaiSAR's size.

    python -m tests.benchmarks.cuda [--users N --items N --length N --slots N … --width N …]

Full RUIE as ``ruie train`` trains it: bf16 and fp32, steps of several sizes, and beside them the
same step on the CPU of the same machine, on one thread. What is counted is trained transitions
(never padding) per second on the clock; an epoch's seconds are what the transitions would take.
"""

import argparse
import itertools
import time

import torch

from ruie_core.config import RunConfig
from ruie_core.data.dataset import Dataset
from ruie_core.data.split import split_events
from ruie_core.experiments.trials import with_settings
from ruie_core.presets import preset
from ruie_core.training.distributed import World
from ruie_core.training.loop import set_up
from ruie_core.training.meter import Meter
from tests.benchmarks.training import batches
from tests.factories import make_dataset

ROWS = (("cpu", "fp32"), ("cuda", "fp32"), ("cuda", "bf16"))


def rate(dataset: Dataset, config: RunConfig, device: torch.device, seconds: float) -> float:
    """Transitions per second on the clock, after a few steps to warm up."""
    split = split_events(dataset, config.train)
    trainer = set_up(config, dataset, split, World(0, 1, device))
    trainer.model.train()
    stream, meter = batches(dataset, config.train, device), Meter(device)
    generator = torch.Generator().manual_seed(1)
    for _ in range(5):
        meter.add(trainer.step(next(stream), generator), 1, 1)
    before, began = meter.transitions, time.perf_counter()
    while (spent := time.perf_counter() - began) < seconds:
        meter.add(trainer.step(next(stream), generator), 1, 1)  # it waits for the loss
    return (meter.transitions - before) / spent


def main() -> None:
    """Measure each row in turn and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--users", type=int, default=25_877)
    parser.add_argument("--items", type=int, default=4_000_000)
    parser.add_argument("--length", type=int, default=760)
    parser.add_argument("--slots", type=int, nargs="+", default=[2_048, 8_192, 65_536])
    parser.add_argument("--width", type=int, nargs="+", default=[64])
    parser.add_argument("--seconds", type=float, default=5.0, help="clock seconds per row")
    options = parser.parse_args()
    if not torch.cuda.is_available():
        raise SystemExit("torch finds no CUDA device: this benchmark needs one.")
    torch.set_num_threads(1)
    log = make_dataset(
        n_users=options.users, n_items=options.items, n_scenarios=2, length=options.length
    )
    events = log.n_events - 3 * log.n_users
    print(f"torch {torch.__version__}, {torch.cuda.get_device_name()}; {log.n_users:,} users, "
          f"{log.n_items:,} items, {log.n_events:,} events\n")  # fmt: skip
    print("| width | device | precision | positions a step | transitions/s | × CPU | s per epoch | "
          "peak |")  # fmt: skip
    print("|--:|---|---|--:|--:|--:|--:|--:|")
    peer = float("nan")
    for width, (kind, precision) in itertools.product(options.width, ROWS):
        for slots in options.slots[:1] if kind == "cpu" else options.slots:
            torch.cuda.reset_peak_memory_stats()
            changed = {
                "model.width": width, "train.batch_slots": slots, "train.precision": precision
            }  # fmt: skip
            config = with_settings(RunConfig(), {**preset("ruie"), **changed})
            speed = rate(log, config, torch.device(kind), options.seconds)
            peer = speed if kind == "cpu" else peer  # it comes first
            peak = f"{torch.cuda.max_memory_allocated() / 2**30:.1f} GiB" if kind == "cuda" else ""
            print(f"| {width} | {kind} | {precision} | {slots:,} | {speed:,.0f} | "
                  f"{speed / peer:.1f} | {events / speed:,.0f} | {peak} |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
