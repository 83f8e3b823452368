"""One trial from data to row: train in memory, rank the test events, leave a folder."""

import os
import signal
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from multiprocessing import parent_process
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq
import torch

from ruie_core.data.beside import noise_of
from ruie_core.data.dataset import Dataset, load_dataset
from ruie_core.data.sample.truth import read_events
from ruie_core.experiments.store import ROW, identity
from ruie_core.experiments.tables import RANKS, TABLES, rank_table
from ruie_core.experiments.transforms import Bool, View, whole_view
from ruie_core.experiments.trials import Trial
from ruie_core.files import whole_folder, write_json
from ruie_core.runs import Run, pick_device
from ruie_core.training.display import SilentWatcher
from ruie_core.training.distributed import World
from ruie_core.training.loop import fit, set_up
from ruie_core.training.remember import memory_settings

_NOTHING_LEARNT: Final = {
    "parameters": 0, "epochs": 0, "best_epoch": 0, "validation_ndcg10": None
}  # fmt: skip


@dataclass(frozen=True)
class Job:
    """A trial with all that a process needs to run it.

    Attributes:
        trial: what to train.
        folder: where its row and tables go.
        command: what makes it again.
        commit: of the code.
        device: auto, cpu, cuda or mps.
    """

    trial: Trial
    folder: Path
    command: str
    commit: str
    device: str


def begin() -> None:
    """Make a process a worker: one thread, deaf to Ctrl-C, gone when its parent is."""
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it and ends the workers
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)  # no one is left to hand a result to


def run_job(job: Job) -> dict[str, Any]:
    """Run a trial and leave its folder, whole or not at all.

    Returns:
        Its row.

    Raises:
        UserError: training broke, or data or settings do not fit.
    """
    began = time.perf_counter()
    trial = job.trial
    view = read_view(trial)
    device = pick_device(job.device)
    run, learnt = None, dict(_NOTHING_LEARNT)
    if not trial.counted:
        run, learnt = train_view(trial, view, device)
    tables = {} if trial.tuning else {RANKS: rank_table(trial, view, run, device)}
    if run is not None:
        tables |= {f"{name}.parquet": TABLES[name](run, view) for name in trial.tables}
    row = identity(trial, job.command) | {
        "key": trial.key,
        "seed": trial.seed,
        "split": trial.config.train.split,
        "dataset": trial.dataset,
        "dataset_hash": trial.dataset_hash,
        "transforms": [each.model_dump(mode="json") for each in trial.transforms],
        "config": trial.config.model_dump(mode="json", include={"model", "objective", "train"}),
        "commit": job.commit,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.perf_counter() - began, 1),
        "device": device.type,
        **learnt,
    }
    with whole_folder(job.folder) as folder:
        for name, table in tables.items():
            pq.write_table(table, folder / name, compression="zstd")
        write_json(folder / ROW, row)
    return row


def read_view(trial: Trial) -> View:
    """Read a trial's data and transform it."""
    dataset = _dataset(trial.data)
    view = whole_view(dataset, trial.config.train, _noise(trial.data, trial.truth))
    for transform in trial.transforms:
        view = transform.apply(view)
    return view.without_test() if trial.tuning else view


@lru_cache(maxsize=2)
def _dataset(data: Path) -> Dataset:
    return load_dataset(data)


@lru_cache(maxsize=2)
def _noise(data: Path, truth: Path | None) -> Bool | None:
    return None if truth is None else noise_of(_dataset(data), read_events(truth))


def train_view(trial: Trial, view: View, device: torch.device) -> tuple[Run, dict[str, Any]]:
    """Train in memory and go back to the best epoch.

    Returns:
        The trained model; and its size, epochs and validation score for the row.
    """
    trainer = set_up(trial.config, view.dataset, view.split, World(0, 1, device))
    fit(trainer, view.dataset, view.split, SilentWatcher(), lambda: None, truth=view.truth)
    progress, model = trainer.progress, trainer.model
    model.load_state_dict(progress.best_weights)
    best = max(line["epoch"] for line in progress.history if line["best"])
    learnt = {
        "parameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "epochs": progress.epoch,
        "best_epoch": best,
        "validation_ndcg10": progress.best,
        **memory_settings(model),
    }
    manifest = {"dataset_hash": trial.dataset_hash}
    vocabulary = view.dataset.vocabulary
    return Run(Path(), trainer.config, model.eval(), vocabulary, device, manifest), learnt
