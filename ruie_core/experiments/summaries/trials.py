"""Finished trials of one dataset, as the runner leaves them."""

import itertools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ruie_core.config import EvaluateConfig, TrainConfig
from ruie_core.data.dataset import Dataset
from ruie_core.data.split import TRAIN, split_events
from ruie_core.errors import UserError
from ruie_core.evaluation.evaluate import head_scenarios
from ruie_core.evaluation.metrics import ndcg
from ruie_core.files import read_json

ROW: Final = "row.json"
RANKS: Final = "ranks.parquet"
TRANSITIONS: Final = "transitions.parquet"
CUTOFFS: Final = (5, 10, 15, 20)
_NEEDED: Final = (
    "key", "experiment", "variant", "seed", "dataset_hash", "config", "commit", "command",
)  # fmt: skip


@dataclass(frozen=True)
class Finished:
    """A finished trial.

    Attributes:
        row: ``row.json``.
        folder: where its tables lie.
    """

    row: dict[str, Any]
    folder: Path

    @property
    def variant(self) -> str:
        """What was varied."""
        return str(self.row["variant"])

    @property
    def seed(self) -> int:
        """Seed of the training."""
        return int(self.row["seed"])

    @property
    def split(self) -> str:
        """Which events were held out."""
        return str(self.row["config"].get("train", {}).get("split", "leave-one-out"))

    @property
    def x(self) -> float | None:
        """Place on the experiment's axis."""
        value = self.row.get("x")
        return None if value is None else float(value)

    @property
    def counted(self) -> bool:
        """Whether the model is counted, not trained: then it has one seed, and needs no more."""
        return not self.row.get("parameters")

    def table(self, name: str) -> pd.DataFrame:
        """Read one of its tables.

        Raises:
            UserError: it is missing or cannot be read.
        """
        try:
            frame: pd.DataFrame = pq.read_table(self.folder / name).to_pandas()
        except (OSError, pa.ArrowException) as error:
            raise UserError(
                f"{self.folder / name} is not readable ({str(error).splitlines()[0]}): remove the "
                "folder and run the experiment again."
            ) from None
        return frame


@dataclass(frozen=True)
class Trials:
    """All finished trials of a dataset.

    Attributes:
        finished: by experiment, variant, x, seed.
        dataset: what they were trained on; none for a family of generated logs, which have neither
            head nor tail.
    """

    finished: tuple[Finished, ...]
    dataset: Dataset | None

    def of(self, experiment: str, split: str | None = None) -> list[Finished]:
        """Trials of an experiment, of one split if it is named."""
        return [
            trial
            for trial in self.finished
            if trial.row["experiment"] == experiment and split in (None, trial.split)
        ]

    def head(self, split: str) -> frozenset[str]:
        """Names of the scenarios with most of the training traffic; empty without a dataset."""
        if self.dataset is None:
            return frozenset()
        part = split_events(self.dataset, TrainConfig.model_validate({"split": split}))
        inside = self.dataset.scenarios[part == TRAIN]
        traffic = np.bincount(inside, minlength=self.dataset.n_scenarios + 1)[1:]
        names = np.array(self.dataset.vocabulary.scenarios)
        return frozenset(names[head_scenarios(traffic, EvaluateConfig().head_share)].tolist())


def read_trials(folder: Path, dataset: Dataset | None) -> Trials:
    """Find the finished trials below ``folder/<experiment>/``.

    Args:
        folder: where the runner leaves the trials of one dataset.
        dataset: trials of another content of it are passed over; none: all belong.

    Raises:
        UserError: none is finished, a row is incomplete, or two trials claim one place.
    """
    finished = []
    for path in sorted(folder.glob(f"*/*/{ROW}")):
        row = read_json(path)
        missing = [name for name in _NEEDED if name not in row]
        if missing:
            raise UserError(f"{path} lacks {', '.join(missing)}: run the experiment again.")
        if dataset is None or row["dataset_hash"] == dataset.hash:
            finished.append(Finished(row, path.parent))
    if not finished:
        raise UserError(
            f"{folder} holds no finished trial of this dataset: run `ruie experiment` first."
        )
    finished.sort(key=_place)
    for first, second in itertools.pairwise(finished):
        if _place(first) == _place(second):
            raise UserError(
                f"{first.folder} and {second.folder} are the same variant and seed with different "
                "settings: remove the one that no longer counts."
            )
    return Trials(tuple(finished), dataset)


def commands(trials: Iterable[Finished]) -> str:
    """Commands that make the trials again, each once."""
    return "; ".join(sorted({str(trial.row["command"]) for trial in trials}))


def seeds_of(*variants: Sequence[Finished]) -> int:
    """Seeds that a figure of these variants rests on: the fewest, counted models apart."""
    trained = [len(trials) for trials in variants if not all(trial.counted for trial in trials)]
    return min(trained, default=1)


def runs_table(trials: Trials, ranked: bool = True) -> pd.DataFrame:
    """One row per trial: ``row.json`` flat, its config as JSON text, and NDCG@K per request.

    Args:
        trials: finished ones.
        ranked: whether NDCG is wanted, for which ranks are read.
    """
    rows = []
    for trial in trials.finished:
        row = {
            name: json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else value
            for name, value in trial.row.items()
        }
        ranks = trial.table(RANKS) if ranked else pd.DataFrame({"request": [], "rank": []})
        for request, part in ranks.groupby("request", sort=False):
            of_request = part["rank"].to_numpy(np.int64)
            row |= {f"ndcg@{k} {request}": float(ndcg(of_request, k).mean()) for k in CUTOFFS}
        rows.append(row)
    return pd.DataFrame(rows)


def _place(trial: Finished) -> tuple[str, str, str, float, int]:
    x = -np.inf if trial.x is None else trial.x
    return (str(trial.row["experiment"]), trial.split, trial.variant, x, trial.seed)
