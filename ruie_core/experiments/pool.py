"""Run trials in parallel processes; what is finished stays, whatever happens to the others."""

import multiprocessing
import os
import traceback
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from ruie_core.errors import UserError
from ruie_core.experiments.provenance import commit
from ruie_core.experiments.settings import ExperimentSettings
from ruie_core.experiments.store import Store
from ruie_core.experiments.tables import RANKS, mean_ndcg
from ruie_core.experiments.trials import Trial
from ruie_core.experiments.worker import Job, begin, run_job

_NAMED: Final = 3
"""Failed trials that the last sentence names; each has a sentence of its own above it."""


@dataclass(frozen=True)
class Runner:
    """Runs trials that are not finished yet.

    Attributes:
        store: where they lie.
        settings: processes, device, whether finished ones are trained again.
        data: the dataset that the command names.
        console: where progress is shown.
    """

    store: Store
    settings: ExperimentSettings
    data: Path
    console: Console

    def run(self, trials: Sequence[Trial]) -> None:
        """Leave a folder of every trial; trials with one key are trained once.

        Raises:
            UserError: some trials failed; the others are there.
            KeyboardInterrupt: as the user asked; finished trials are there.
        """
        waiting: dict[str, list[Trial]] = {}
        for trial in trials:
            if self.settings.force or not self._finished(trial):
                waiting.setdefault(trial.key, []).append(trial)
        n = len({trial.name for trial in trials}) - sum(map(len, waiting.values()))
        self.console.print(f"{len(trials)} trials: {n} finished, {len(waiting)} to train")
        if waiting:
            self._train(waiting)

    def _finished(self, trial: Trial) -> bool:
        if self.store.row(trial) is not None:
            return True
        source = self.store.same(trial)
        if source is not None:
            self.store.copy(source, trial, self._command(trial))
        return source is not None

    def _train(self, waiting: dict[str, list[Trial]]) -> None:
        code = commit()
        failed: list[str] = []
        processes = min(self.settings.jobs or os.cpu_count() or 1, len(waiting))
        pool = ProcessPoolExecutor(
            processes, multiprocessing.get_context("spawn"), initializer=begin
        )
        columns = (
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
        )  # fmt: skip
        bar = Progress(*columns, console=self.console, transient=True)
        try:
            with bar:
                task = bar.add_task("trials", total=len(waiting))
                futures = {
                    pool.submit(run_job, self._job(same[0], code)): same
                    for same in waiting.values()
                }
                for future in as_completed(futures):
                    self._take(future, futures[future], failed)
                    bar.advance(task)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in multiprocessing.active_children():
                worker.terminate()
            raise
        pool.shutdown()
        if failed:
            named = "; ".join(failed[:_NAMED]) + ("; …" if len(failed) > _NAMED else "")
            raise UserError(
                f"{len(failed)} of {len(waiting)} trials failed ({named}), see above; "
                "the others are kept: mend the cause and run the same command again."
            )

    def _job(self, trial: Trial, code: str) -> Job:
        folder = self.store.folder(trial)
        return Job(trial, folder, self._command(trial), code, self.settings.device)

    def _command(self, trial: Trial) -> str:
        """What makes the trial again: its experiment, whatever the command was that asked now."""
        return self.settings.command(trial.experiment.partition("/")[0], self.data)

    def _take(
        self, future: Future[dict[str, Any]], same: Sequence[Trial], failed: list[str]
    ) -> None:
        """Report a trial that ended, and give its result to the others of the same key."""
        first, *others = same
        error = future.exception()
        if error is not None:
            failed.append(first.label)
            known = isinstance(error, UserError)
            text = str(error) if known else "".join(traceback.format_exception(error))
            self.console.print(f"failed: {first.label}: {text}", markup=False)
            return
        self.store.supersede(first)
        for other in others:
            self.store.copy(self.store.folder(first), other, self._command(other))
        self.console.print(self._line(first, future.result()), markup=False)

    def _line(self, trial: Trial, row: dict[str, Any]) -> str:
        parts = [trial.label]
        if row["validation_ndcg10"] is not None:
            parts.append(f"validation {row['validation_ndcg10']:.2%}")
        if not trial.tuning:
            ranks = self.store.folder(trial) / RANKS
            parts += [f"test {name} {value:.2%}" for name, value in mean_ndcg(ranks)]
        parts.append(f"{row['epochs']} epochs in {row['seconds']:.0f} s")
        return " · ".join(parts)
