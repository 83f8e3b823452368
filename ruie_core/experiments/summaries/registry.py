"""Known summaries, and the two committed tables that they fill."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from ruie_core.data.dataset import Dataset
from ruie_core.experiments.summaries.ablation import ablation
from ruie_core.experiments.summaries.calibration import calibration
from ruie_core.experiments.summaries.gate_oracle import gate_oracle
from ruie_core.experiments.summaries.leaderboard import cross_domain, leaderboard
from ruie_core.experiments.summaries.rewards import rewards
from ruie_core.experiments.summaries.scenario_split import scenario_split
from ruie_core.experiments.summaries.table import SCHEMA, Row, frame_of, write_table
from ruie_core.experiments.summaries.transfer import transfer
from ruie_core.experiments.summaries.trials import Trials, read_trials, runs_table

RUNS_FILE: Final = "runs.parquet"
SUMMARY_FILE: Final = "summary.parquet"

SUMMARIES: Final[dict[str, Callable[[Trials], list[Row]]]] = {
    "leaderboard": leaderboard,
    "ablation": ablation,
    "rewards": rewards,
    "scenario-split": scenario_split,
    "calibration": calibration,
    "transfer": transfer,
    "cross-domain": cross_domain,
    "gate-oracle": gate_oracle,
}
"""Each gives no rows where the trials that it needs are not there, and no differences to what is
not there: a table shows a dash until the experiment is complete."""


def summarise(artefacts: Path, dataset: Dataset | None, out: Path) -> Path:
    """Sum up the finished trials of a dataset in ``runs.parquet`` and ``summary.parquet``.

    Args:
        artefacts: where the runner leaves the trials of this dataset
            (``artefacts/experiments/<dataset>``); its name is the dataset's.
        dataset: trials of any other content are passed over; none for a family of generated logs.
        out: the tables go to ``out/<dataset>``.

    Returns:
        The folder of the two tables.

    Raises:
        UserError: no trial is finished, or what is there cannot be compared.
    """
    trials = read_trials(artefacts, dataset)
    rows = [row for summary in SUMMARIES.values() for row in summary(trials)]
    target = out / artefacts.name
    frame = frame_of(rows)
    write_table(runs_table(trials), target / RUNS_FILE)
    write_table(frame, target / SUMMARY_FILE, SCHEMA)
    return target
