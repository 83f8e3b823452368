"""Known summaries, and the two committed tables that they fill."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from ruie_core.data.dataset import Dataset
from ruie_core.experiments.summaries.ablation import ablation, memory
from ruie_core.experiments.summaries.calibration import calibration
from ruie_core.experiments.summaries.gate_oracle import gate_oracle, trust, watched
from ruie_core.experiments.summaries.kept import Missing, earlier
from ruie_core.experiments.summaries.leaderboard import cross_domain, leaderboard
from ruie_core.experiments.summaries.rewards import rewards
from ruie_core.experiments.summaries.scenario_split import scenario_split
from ruie_core.experiments.summaries.table import SCHEMA, Row, checked, frame_of, write_table
from ruie_core.experiments.summaries.transfer import transfer
from ruie_core.experiments.summaries.trials import Trials, read_trials, runs_table

RUNS_FILE: Final = "runs.parquet"
SUMMARY_FILE: Final = "summary.parquet"

SUMMARIES: Final[dict[str, Callable[[Trials], list[Row]]]] = {
    "leaderboard": leaderboard,
    "ablation": ablation,
    "memory": memory,
    "rewards": rewards,
    "scenario-split": scenario_split,
    "calibration": calibration,
    "transfer": transfer,
    "cross-domain": cross_domain,
    "gate-oracle": gate_oracle,
    "trust": trust,
    "watched": watched,
}
"""Each gives no rows where the trials that it needs are not there, and no differences to what is
not there: a table shows a dash until the experiment is complete."""


@dataclass(frozen=True)
class Summed:
    """What a summary left.

    Attributes:
        folder: of the two tables.
        kept: experiments whose rows stayed as they were, with the number of their trials that are
            gone.
    """

    folder: Path
    kept: dict[str, int]


def summarise(
    artefacts: Path, dataset: Dataset | None, out: Path, *, fresh: bool = False
) -> Summed:
    """Sum up the finished trials of a dataset in ``runs.parquet`` and ``summary.parquet``.

    Args:
        artefacts: where the runner leaves the trials of this dataset
            (``artefacts/experiments/<dataset>``); its name is the dataset's.
        dataset: trials of any other content are passed over; none for a family of generated logs.
        out: the tables go to ``out/<dataset>``.
        fresh: leave out an experiment whose trials are no longer all here, instead of keeping its
            rows.

    Raises:
        UserError: no trial is finished, or what is there cannot be compared.
    """
    trials = read_trials(artefacts, dataset)
    target = out / artefacts.name
    before = earlier(target / RUNS_FILE, target / SUMMARY_FILE)
    gone = Missing({}) if fresh else before.missing(trials)
    frames = [
        gone.merged(name, before.rows(name), frame_of(summary(trials)))
        for name, summary in SUMMARIES.items()
    ]
    runs = runs_table(trials)
    if gone.counts:
        runs = pd.concat([before.runs[gone.stays(before.runs)], runs[~gone.stays(runs)]])
    write_table(runs, target / RUNS_FILE)
    full = [frame for frame in frames if len(frame)] or frames[:1]
    write_table(checked(pd.concat(full, ignore_index=True)), target / SUMMARY_FILE, SCHEMA)
    return Summed(target, gone.by_experiment)
