"""Tables that a trial leaves: ranks always, others where its experiment asks for them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from ruie_core.analysis.gates import every_gate
from ruie_core.analysis.returns import realised_returns
from ruie_core.data.split import TEST
from ruie_core.evaluation.metrics import ndcg
from ruie_core.evaluation.model_scorer import ModelScorer
from ruie_core.evaluation.protocols import REQUESTS
from ruie_core.evaluation.ranking import Scorer, rank_targets
from ruie_core.evaluation.validation import held_out_targets
from ruie_core.experiments.counted import COUNTED
from ruie_core.experiments.transforms import View
from ruie_core.experiments.trials import Trial
from ruie_core.runs import Run

RANKS: Final = "ranks.parquet"
_PARTS: Final = ("train", "validation", "test")


def rank_table(trial: Trial, view: View, run: Run | None, device: torch.device) -> pa.Table:
    """Rank of every test event under both requests; seen items stay ranked.

    Args:
        trial: says which baseline is counted, where no run is given.
        view: the events; a test event that is its user's first is left out.
        run: the trained model.
        device: where to score.

    Returns:
        Rows of user (int32), t (int32, 1 is the user's first event of the whole log), scenario,
        request (unknown, known), rank (int32), and noise (bool) on a generated log.
    """
    dataset = view.dataset
    targets, _ = held_out_targets(dataset, view.split, TEST)
    positions = targets.positions.numpy()
    parts = []
    for request, known in REQUESTS.items():
        scorer: Scorer
        if run is None:
            scorer = COUNTED[trial.model](dataset, view.split, known, device)
        else:
            scorer = ModelScorer(run.model, dataset, known, device)
        columns: dict[str, Any] = {
            "user": targets.users.numpy().astype(np.int32),
            "t": view.t[positions],
            "scenario": _names(dataset.vocabulary.scenarios, dataset.scenarios[positions] - 1),
            "request": pa.array([request] * len(positions)),
            "rank": rank_targets(scorer, dataset, targets).ranks.numpy().astype(np.int32),
        }
        if view.noise is not None:
            columns["noise"] = view.noise[positions]
        parts.append(pa.table(columns))
    return pa.concat_tables(parts)


def transition_rows(run: Run, view: View) -> pa.Table:
    """What the model said before every event that has an earlier one, and what came.

    Returns:
        Rows of user, t (int32), scenario, split (train, validation, test), q_taken (float32,
        reward units), gate (float32), return (float32, realised discounted reward from this event
        on), truncated (bool: the log ends too soon for the return to be complete), and noise (bool)
        on a generated log; in log order.
    """
    dataset, config = view.dataset, run.config
    gap = config.objective.session_gap_hours
    q_taken, gate = (np.full(dataset.n_events, np.nan, np.float32) for _ in range(2))
    for inside, inputs, gates in every_gate(run, dataset, view.truth):
        q_taken[inside] = inputs.q_taken.cpu().numpy()
        gate[inside] = gates.cpu().numpy()
    seen = realised_returns(dataset, config.objective.discount, config.analyze.truncation, gap)
    moved = np.ones(dataset.n_events, bool)
    moved[dataset.offsets[:-1][dataset.lengths > 0]] = False
    columns: dict[str, Any] = {
        "user": dataset.user_of_event()[moved],
        "t": view.t[moved],
        "scenario": _names(dataset.vocabulary.scenarios, dataset.scenarios[moved] - 1),
        "split": _names(_PARTS, view.split[moved]),
        "q_taken": q_taken[moved],
        "gate": gate[moved],
        "return": seen.value[moved].astype(np.float32),
        "truncated": seen.truncated[moved],
    }
    if view.noise is not None:
        columns["noise"] = view.noise[moved]
    return pa.table(columns)


TABLES: Final[dict[str, Callable[[Run, View], pa.Table]]] = {"transitions": transition_rows}
"""Tables that a trial can ask for, by the name of their file."""


def mean_ndcg(path: Path, k: int = 10) -> Iterator[tuple[str, float]]:
    """Yield each request and the mean NDCG@K of a table of ranks, for a glance."""
    table = pq.read_table(path, columns=["request", "rank"])
    request, rank = table["request"].to_numpy(), table["rank"].to_numpy().astype(np.int64)
    for name in REQUESTS:
        yield name, float(ndcg(rank[request == name], k).mean())


def _names(names: tuple[str, ...], codes: np.ndarray[Any, Any]) -> pa.Array:
    """Text of each code, counted from 0."""
    return pa.array(names).take(pa.array(codes))
