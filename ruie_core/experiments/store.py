"""Where trials lie: a folder each, whole or absent, found again by their key."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ruie_core.experiments.trials import Trial
from ruie_core.files import read_json, whole_folder, write_json

ROW: Final = "row.json"
SUPERSEDED: Final = "superseded"
_PLACE: Final = ("experiment", "variant", "seed", "split", "x")
"""Columns that say where a trial stands in its experiment."""


@dataclass(frozen=True)
class Store:
    """Trials: ``<dataset>/<experiment>/<variant>-<seed>-<key>/`` with ``row.json`` and tables.

    Attributes:
        root: ``artefacts/experiments``.
    """

    root: Path

    def folder(self, trial: Trial) -> Path:
        """Where a trial lies, or would lie."""
        return self.root / trial.dataset / trial.name

    def row(self, trial: Trial) -> dict[str, Any] | None:
        """Row of a finished trial; none where it must be trained (again)."""
        path = self.folder(trial) / ROW
        row: dict[str, Any] | None = read_json(path) if path.exists() else None
        return row if row is not None and trial.same_settings(row["config"]) else None

    def same(self, trial: Trial) -> Path | None:
        """Folder of the same training in another experiment, or of one that was superseded."""
        for path in sorted((self.root / trial.dataset).rglob(f"*-{trial.key}/{ROW}")):
            if trial.same_settings(read_json(path)["config"]):
                return path.parent
        return None

    def copy(self, source: Path, trial: Trial, command: str) -> None:
        """Give a trial the outcome that lies at ``source``."""
        with whole_folder(self.folder(trial)) as folder:
            shutil.copytree(source, folder, dirs_exist_ok=True)
            write_json(folder / ROW, read_json(source / ROW) | identity(trial, command))
        self.supersede(trial)

    def supersede(self, trial: Trial) -> None:
        """Move aside what an experiment held of the same variant, seed, split and x before.

        It goes one level deeper, out of the tables' sight, and is found there again by its key.
        """
        kept = self.folder(trial)
        mine = read_json(kept / ROW)
        aside = self.root / trial.dataset / SUPERSEDED / trial.experiment
        for path in kept.parent.glob(f"{kept.name.removesuffix(trial.key)}*/{ROW}"):
            old = read_json(path)
            if path.parent != kept and all(old[name] == mine[name] for name in _PLACE):
                aside.mkdir(parents=True, exist_ok=True)
                shutil.rmtree(aside / path.parent.name, ignore_errors=True)
                path.parent.rename(aside / path.parent.name)


def identity(trial: Trial, command: str) -> dict[str, Any]:
    """Columns of a row that belong to the experiment, not to the training."""
    return {
        "experiment": trial.experiment,
        "variant": trial.variant,
        "model": trial.model,
        "x": trial.x,
        "command": command,
    }
