"""What earlier summaries say of experiments whose trials are no longer all here.

Trials are not committed, tables are. An experiment is summed up anew only where every trial that
its committed table rests on is at hand; otherwise its rows stay as they are. The two splits of a
leaderboard are two tables, and so are those of the scenarios.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from ruie_core.analysis.frames.experiments import SPLITS
from ruie_core.experiments.summaries.compare import panel
from ruie_core.experiments.summaries.table import SCHEMA
from ruie_core.experiments.summaries.trials import Trials, runs_table

LOOKS_AT: Final[dict[str, tuple[str, ...]]] = {"scenario-split": ("leaderboard", "scenario-split")}
"""Experiments whose trials a summary reads; any other reads its own."""
BY_SPLIT: Final = ("leaderboard", "scenario-split")
"""Experiments whose splits stand beside each other, so that one is summed up without the other."""
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

    def missing(self, trials: Trials) -> "Missing":
        """Count the trials that the committed tables rest on and that are gone.

        Trials of another content of the dataset do not count: nothing can be kept of them.
        """
        if self.runs.empty:
            return Missing({})
        runs = self.runs
        if trials.dataset is not None:
            runs = runs[runs["dataset_hash"] == trials.dataset.hash]
        here = set(_places(runs_table(trials, ranked=False)))
        gone = [(str(place[0]), str(place[1])) for place in _places(runs) if place not in here]
        return Missing(dict(Counter(gone)))

    def rows(self, experiment: str) -> pd.DataFrame:
        """Rows of an experiment in the tidy table."""
        return self.summary[self.summary["experiment"] == experiment]


@dataclass(frozen=True)
class Missing:
    """Trials that are gone.

    Attributes:
        counts: how many, by experiment and split.
    """

    counts: dict[tuple[str, str], int]

    @property
    def by_experiment(self) -> dict[str, int]:
        """How many, by experiment."""
        total: Counter[str] = Counter()
        for (experiment, _), n in self.counts.items():
            total[experiment] += n
        return dict(total)

    def merged(self, experiment: str, before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
        """Return an experiment's rows: the earlier ones of what is gone, else those of now."""
        lost = {
            split for name in reads(experiment) for split in SPLITS if (name, split) in self.counts
        }
        if experiment not in BY_SPLIT:
            return before if lost else now
        both = pd.concat([before[_split_of(before).isin(lost)], now[~_split_of(now).isin(lost)]])
        order = _split_of(both).map(SPLITS.index).to_numpy().argsort(kind="stable")
        return both.iloc[order]

    def stays(self, runs: pd.DataFrame) -> "pd.Series[bool]":
        """Tell which rows of the table of trials are of something that is gone."""
        lost = {name for name, _ in self.counts}
        own = pd.MultiIndex.from_frame(runs[["experiment", "split"]]).isin(list(self.counts))
        whole = runs["experiment"].isin(lost - set(BY_SPLIT))
        return whole | (runs["experiment"].isin(BY_SPLIT) & own)


def earlier(runs: Path, summary: Path) -> Earlier:
    """Read the committed tables; empty ones where there are none yet."""
    if not (runs.is_file() and summary.is_file()):
        return Earlier(pd.DataFrame(), pd.DataFrame(columns=SCHEMA.names))
    frame = pd.read_parquet(summary)
    return Earlier(pd.read_parquet(runs), frame.astype({"k": "Int32"}))


def reads(experiment: str) -> tuple[str, ...]:
    """Experiments whose trials a summary reads.

    >>> reads("scenario-split"), reads("ablation")
    (('leaderboard', 'scenario-split'), ('ablation',))
    """
    return LOOKS_AT.get(experiment, (experiment,))


def _split_of(rows: pd.DataFrame) -> "pd.Series[str]":
    later = rows["panel"].astype(str).str.endswith(panel("", SPLITS[1]))
    return later.map({False: SPLITS[0], True: SPLITS[1]}).astype(str)


def _places(runs: pd.DataFrame) -> list[tuple[object, ...]]:
    """Where each trial stands in its experiment, comparable across tables."""
    place = runs[_PLACE].copy()
    place["x"] = place["x"].astype(float).map(lambda x: "" if pd.isna(x) else f"{x:g}")
    return list(place.itertuples(index=False, name=None))
