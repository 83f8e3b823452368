"""The baselines beside published figures: Amazon Beauty, leave-one-out, full ranking.

    python -m tests.benchmarks.beauty SEQUENCES.txt.gz [--only NAME …] [--seed N]

SEQUENCES has one user a line: an id, then item ids in time order. Each row trains from nothing,
picks its epoch on validation events and ranks every user's last item among all items. Intervals:
95 %, bootstrap over users. Published: SASRec, GRU4Rec and Caser on this very file (Zhou et al.,
"S³-Rec", CIKM 2020, https://arxiv.org/abs/2008.07873). They probably leave the items that a user
has seen unranked (not verified), as the columns *unseen* do. No user meets an item twice in this
log. The log has one scenario, so nothing is asked.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from ruie_core.config import RunConfig, TrainConfig
from ruie_core.data.dataset import Dataset
from ruie_core.data.split import TEST, split_events
from ruie_core.evaluation.bootstrap import Estimate, mean_intervals
from ruie_core.evaluation.markov import MarkovScorer, SequentialRulesScorer
from ruie_core.evaluation.metrics import hit_rate, ndcg
from ruie_core.evaluation.model_scorer import ModelScorer
from ruie_core.evaluation.popularity import PopularityScorer
from ruie_core.evaluation.ranking import Scorer, rank_targets
from ruie_core.evaluation.validation import held_out_targets
from ruie_core.runs import load_run
from ruie_core.training.display import SilentWatcher
from ruie_core.training.distributed import World
from ruie_core.training.loop import train
from tests.benchmarks.training import read_sequences

CPU = torch.device("cpu")
CUTOFF, RESAMPLES = 10, 1000


class Trial(NamedTuple):
    """One row: what differs from the defaults, and the published NDCG@10 and HR@10, if any."""

    model: dict[str, Any]
    objective: dict[str, Any]
    train: dict[str, Any]
    published: tuple[float, float] | None = None


BINARY = {"intent_loss": "bce", "negative_power": 0.0, "negatives": 256}
PAIRWISE = BINARY | {"intent_loss": "bpr"}
SOFTMAX = {"intent_loss": "softmax", "negatives": 2048}
SMALL_STEPS = {"batch_slots": 512, "learning_rate": 1e-3}
TRIALS = {
    "sasrec-bce": Trial(
        {"name": "sasrec", "dropout": 0.5}, BINARY, SMALL_STEPS, published=(0.0318, 0.0605)
    ),
    "gru4rec-bpr": Trial(
        {"name": "gru4rec", "dropout": 0.5, "layers": 1},
        PAIRWISE,
        SMALL_STEPS,
        published=(0.0137, 0.0283),
    ),
    "caser-bce": Trial(
        {"name": "caser", "dropout": 0.5, "markov_order": 3, "taste": 50},
        BINARY,
        {"batch_slots": 2048, "learning_rate": 3e-3},
        published=(0.0176, 0.0347),
    ),
    "sasrec-softmax": Trial({"name": "sasrec", "dropout": 0.5}, SOFTMAX, SMALL_STEPS),
    "sasrec-softmax-memory": Trial(
        {"name": "sasrec", "dropout": 0.5, "memory": 64}, SOFTMAX, SMALL_STEPS
    ),
    "nextitnet-softmax": Trial({"name": "nextitnet", "dropout": 0.5}, SOFTMAX, SMALL_STEPS),
}


def trained(trial: Trial, dataset: Dataset, seed: int) -> tuple[str, Scorer]:
    """Train one row and return what it was trained on and its scorer."""
    config = RunConfig.model_validate(
        {
            "model": trial.model,
            "objective": trial.objective | {"request_share": 0.0},
            "train": trial.train | {"seed": seed},
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        world = World(0, 1, CPU)
        path = train(config, dataset, place / "data", place / "run", world, SilentWatcher())
        run = load_run(path, "cpu")
    return config.objective.intent_loss, ModelScorer(run.model, dataset, False, CPU)


def scorers(
    dataset: Dataset, names: list[str], seed: int
) -> Iterator[tuple[str, str, Scorer, tuple[float, float] | None]]:
    """Name, loss, scorer and published figures of each row, one after the other."""
    split = split_events(dataset, TrainConfig())
    counted = {
        "popularity": lambda: PopularityScorer(dataset, split, CPU),
        "markov": lambda: MarkovScorer(dataset, split, False, CPU, back_off=10.0),
        "sequential-rules": lambda: SequentialRulesScorer(
            dataset, split, False, CPU, back_off=10.0
        ),
    }
    for name in names:
        if name in counted:
            yield name, "counts", counted[name](), None
        else:
            trial = TRIALS[name]
            loss, scorer = trained(trial, dataset, seed)
            yield name, loss, scorer, trial.published


def score(scorer: Scorer, dataset: Dataset) -> Estimate:
    """NDCG@10 and HR@10 on every user's last item: among all items, then among unseen ones."""
    targets, _ = held_out_targets(dataset, split_events(dataset, TrainConfig()), TEST)
    values = []
    for exclude_seen in (False, True):
        ranks = rank_targets(scorer, dataset, targets, exclude_seen=exclude_seen).ranks.numpy()
        values += [ndcg(ranks, CUTOFF), hit_rate(ranks, CUTOFF)]
    values = np.stack(values, axis=1)
    return mean_intervals(targets.users.numpy(), values, resamples=RESAMPLES, seed=1)


def main() -> None:
    """Print a row as soon as it is there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("log", type=Path)
    known = ["popularity", "markov", "sequential-rules", *TRIALS]
    parser.add_argument("--only", nargs="+", choices=known, default=known, help="rows to make")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)

    dataset = read_sequences(options.log, scenarios=1)
    print(f"{dataset.n_users:,} users, {dataset.n_items:,} items, {dataset.n_events:,} events\n")
    print(
        "| model | loss | NDCG@10 | HR@10 | unseen NDCG@10 | unseen HR@10 | published | command |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, (model, loss, scorer, published) in zip(
        options.only, scorers(dataset, options.only, options.seed), strict=True
    ):
        made = score(scorer, dataset)
        cells = [
            f"{value:.4f} [{low:.4f}, {high:.4f}]"
            for value, low, high in zip(made.value, made.low, made.high, strict=True)
        ]
        stated = "" if published is None else f"{published[0]:.4f} / {published[1]:.4f}"
        command = f"`python -m tests.benchmarks.beauty LOG --only {name} --seed {options.seed}`"
        print("|", " | ".join([model, loss, *cells, stated, command]), "|", flush=True)


if __name__ == "__main__":
    main()
