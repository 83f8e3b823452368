"""Analysis throughput on a generated log, one thread, CPU seconds per stage.

    python -m tests.benchmarks.analysis --events 300000 --items 12000

Weights are untrained: the work is the same. Each stage is timed from the moment the one before it
ended; ``steps`` holds the reading of all states, the ranking of every step and the writing.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import torch
from threadpoolctl import threadpool_limits

REPOSITORY = Path(__file__).resolve().parents[2]
from ruie_core.analysis.analyze import analyze_run
from tests.factories import make_dataset
from tests.small_run import small_run

WIDE = {"width": 64}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--items", type=int, default=12_000)
    parser.add_argument("--scenarios", type=int, default=6)
    parser.add_argument("--length", type=int, default=80, help="mean events per user")
    given = parser.parse_args()
    torch.set_num_threads(1)
    threadpool_limits(1)
    dataset = make_dataset(
        n_users=given.events // given.length,
        n_items=given.items,
        n_scenarios=given.scenarios,
        length=(3, 2 * given.length - 3),
        seed=1,
    )
    run = small_run(dataset, model=WIDE)
    stages: dict[str, float] = {}
    last = time.process_time()

    def tell(stage: str, _share: float) -> None:
        nonlocal last
        now = time.process_time()
        stages[stage] = stages.get(stage, 0.0) + now - last
        last = now

    with tempfile.TemporaryDirectory() as folder:
        begin = time.process_time()
        analyze_run(run, dataset, run.config, Path(folder) / "analysis", tell)
        total = time.process_time() - begin
        size = (Path(folder) / "analysis" / "steps.parquet").stat().st_size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    n = dataset.n_events
    print(
        f"{n:,} events of {dataset.n_users:,} users, {given.items:,} items, {given.scenarios} "
        f"scenarios, width 64; steps.parquet {size / 1e6:,.0f} MB, peak {peak:,.0f} MB, "
        "one thread\n"
    )
    print("| stage | CPU seconds | positions per CPU second |\n|---|---:|---:|")
    for stage, seconds in (stages | {"all": total}).items():
        print(f"| {stage} | {seconds:.1f} | {n / max(seconds, 1e-9):,.0f} |")


if __name__ == "__main__":
    main()
