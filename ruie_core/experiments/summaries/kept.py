"""What earlier summaries say of experiments whose trials are no longer all here.

Trials are not committed, tables are. An experiment is summed up anew only where every trial that
its committed table rests on is at hand; otherwise its rows stay as they are.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from ruie_core.experiments.summaries.table import SCHEMA
from ruie_core.experiments.summaries.trials import Trials, runs_table

LOOKS_AT: Final[dict[str, tuple[str, ...]]] = {"scenario-split": ("leaderboard", "ablation")}
"""Experiments whose trials a summary reads; any other reads its own."""
_PLACE: Final = ["experiment", "split", "variant", "x", "seed"]


@dataclass(frozen=True)
class Earlier:
    """The committed tables of a dataset.

    Attributes:
        runs: one row per trial.
        summary: the tidy table.
    """

    runs: pd.DataFrame
    summary: pd.DataFrame

    def missing(self, trials: Trials) -> dict[str, int]:
        """Count, by experiment, the trials that its committed table rests on and that are gone.

        Trials of another content of the dataset do not count: nothing can be kept of them.
        """
        if self.runs.empty:
            return {}
        runs = self.runs
        if trials.dataset is not None:
            runs = runs[runs["dataset_hash"] == trials.dataset.hash]
        here = set(_places(runs_table(trials, ranked=False)))
        gone = [place[0] for place in _places(runs) if place not in here]
        return {
            str(name): int(n) for name, n in pd.Series(gone, dtype=object).value_counts().items()
        }

    def rows(self, experiment: str) -> pd.DataFrame:
        """Rows of an experiment in the tidy table."""
        return self.summary[self.summary["experiment"] == experiment]


def earlier(runs: Path, summary: Path) -> Earlier:
    """Read the committed tables; empty ones where there are none yet."""
    if not (runs.is_file() and summary.is_file()):
        return Earlier(pd.DataFrame(), pd.DataFrame(columns=SCHEMA.names))
    frame = pd.read_parquet(summary)
    return Earlier(pd.read_parquet(runs), frame.astype({"k": "Int32"}))


def reads(experiment: str) -> tuple[str, ...]:
    """Experiments whose trials a summary reads.

    >>> reads("scenario-split"), reads("ablation")
    (('leaderboard', 'ablation'), ('ablation',))
    """
    return LOOKS_AT.get(experiment, (experiment,))


def _places(runs: pd.DataFrame) -> list[tuple[object, ...]]:
    """Where each trial stands in its experiment, comparable across tables."""
    place = runs[_PLACE].copy()
    place["x"] = place["x"].astype(float).map(lambda x: "" if pd.isna(x) else f"{x:g}")
    return list(place.itertuples(index=False, name=None))
