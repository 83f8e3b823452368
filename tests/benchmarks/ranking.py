"""Full-ranking throughput on Amazon Beauty, beside RecBole's, in one run on one thread.

    python -m tests.benchmarks.ranking --peer-python <RecBole's environment>/bin/python

Weights are untrained on both sides: the work is the same. Ours reads the last ``model.context``
events of every history, ranks the last event among all items exactly, and averages NDCG@10 and
HR@10, as RecBole's evaluation does. CPU seconds, set-up left out on both sides.
"""

import argparse
import gzip
import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from threadpoolctl import threadpool_limits

REPOSITORY = Path(__file__).resolve().parents[2]
from ruie_core.config import ModelConfig
from ruie_core.data.dataset import Dataset
from ruie_core.data.split import TEST, leave_one_out
from ruie_core.evaluation.metrics import hit_rate, ndcg
from ruie_core.evaluation.model_scorer import ModelScorer
from ruie_core.evaluation.popularity import PopularityScorer
from ruie_core.evaluation.ranking import Scorer, rank_targets
from ruie_core.evaluation.validation import held_out_targets
from ruie_core.models.registry import build_model
from tests.factories import make_dataset

LOG = REPOSITORY.parent / "shared" / "data" / "beauty" / "Beauty.txt.gz"
PEER = REPOSITORY.parent / "shared" / "bench" / "peer_recbole.py"


def read_sequences(path: Path) -> Dataset:
    """One user a line: user id, then item ids in time order; a single scenario."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt") as lines:
        return make_dataset([[(int(i), 1) for i in line.split()[1:]] for line in lines])


def best_rate(dataset: Dataset, scorer: Scorer, top_k: int, exclude: bool, repeats: int) -> float:
    """Users ranked per CPU second, the best of some repeats."""
    targets, _ = held_out_targets(dataset, leave_one_out(dataset.offsets), TEST)
    best = 0.0
    for _ in range(repeats):
        start = time.process_time()
        ranking = rank_targets(scorer, dataset, targets, top_k=top_k, exclude_seen=exclude)
        ndcg(ranking.ranks.numpy(), 10).mean(), hit_rate(ranking.ranks.numpy(), 10).mean()
        best = max(best, len(targets.users) / (time.process_time() - start))
    return best


def peer_rate(log: Path, peer: Path, python: Path, length: int) -> dict[str, Any]:
    """Run the peer's script in its own environment; it prints one JSON object."""
    command = [
        str(python),
        str(peer.resolve()),
        str(log.resolve()),
        "--length",
        str(length),
        "--threads",
        "1",
    ]
    with tempfile.TemporaryDirectory() as litter:
        done = subprocess.run(command, cwd=litter, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", type=Path, default=LOG)
    parser.add_argument("--peer", type=Path, default=PEER)
    parser.add_argument("--peer-python", type=Path, help="python of RecBole's environment")
    parser.add_argument("--length", type=int, default=50, help="events of history, for the peer")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    torch.set_num_threads(1)
    threadpool_limits(1)
    dataset = read_sequences(given.log)
    torch.manual_seed(1)
    model = build_model(ModelConfig(), dataset.n_items, dataset.n_scenarios).eval()
    ours = ModelScorer(model, dataset, known_scenario=False, device=torch.device("cpu"))
    popularity = PopularityScorer(
        dataset, leave_one_out(dataset.offsets), device=torch.device("cpu")
    )
    rows = [
        ("RUIE, ranks", best_rate(dataset, ours, 0, False, given.repeats)),
        ("RUIE, ranks and top 10", best_rate(dataset, ours, 10, False, given.repeats)),
        ("RUIE, ranks, seen left out", best_rate(dataset, ours, 0, True, given.repeats)),
        ("popularity, ranks", best_rate(dataset, popularity, 0, False, given.repeats)),
    ]
    reference = None
    if given.peer_python:
        peer = peer_rate(given.log, given.peer, given.peer_python, given.length)
        reference = float(peer["eval_users_per_cpu_s"])
        rows.append((f"RecBole {peer['model']}, L {peer['length']}", reference))
    print(
        f"{dataset.n_users:,} users, {dataset.n_items:,} items, width {model.item_table.shape[1]}, "
        f"context {model.context}, torch {torch.__version__}, one thread\n"
    )
    print("| full ranking | users per CPU second | × RecBole |\n|---|---:|---:|")
    for name, rate in rows:
        ratio = f"{rate / reference:.1f}" if reference else "not measured"
        print(f"| {name} | {rate:,.0f} | {ratio} |")


if __name__ == "__main__":
    main()
