"""The run folder (checkpoint): what is in it, and how it is written and read.

``config.json``, ``weights.safetensors`` (the best epoch), ``optimizer.safetensors`` (the last
epoch, to resume from), ``history.jsonl``, ``vocab/``, ``manifest.json``; evaluation adds
``metrics.json``, analysis adds ``analysis/``. Never a pickle. Every change writes a whole new
folder and renames it, so that a killed process leaves the last good one. ``cohorts/`` is what
people named in the app (``ruie_core.analysis.cohorts``): it is kept, and not sealed.
"""

import contextlib
import os
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

import ruie_core
from ruie_core.config import RunConfig
from ruie_core.data.dataset import Dataset
from ruie_core.errors import UserError
from ruie_core.files import (
    UNSEALED,
    checked,
    read_json,
    recover_folder,
    sha256,
    whole_folder,
    write_json,
)

FORMAT: Final = 1
"""Version of the run folder; a reader refuses any other."""

CONFIG, WEIGHTS, OPTIMIZER = "config.json", "weights.safetensors", "optimizer.safetensors"
HISTORY, METRICS, MANIFEST, VOCAB = "history.jsonl", "metrics.json", "manifest.json", "vocab"
ANALYSIS: Final = "analysis"


def write_run(
    path: Path,
    config: RunConfig,
    dataset: Dataset,
    dataset_path: Path,
    weights: Mapping[str, Tensor],
    training_state: tuple[Mapping[str, Tensor], Mapping[str, str]],
    history: Sequence[str],
) -> None:
    """Write a checkpoint in the place of the one before it.

    Args:
        path: the run folder.
        config: all settings.
        dataset: what the model was trained on.
        dataset_path: where that lies (kept relative to the run folder).
        weights: the model's state at its best epoch.
        training_state: tensors and short texts that resuming needs.
        history: lines of JSON, one per epoch.

    Raises:
        UserError: the disk is full or the place cannot be written.
    """
    tensors, texts = training_state
    with whole_folder(path) as folder, _full_disk(path):
        write_json(folder / CONFIG, config.model_dump(mode="json"))
        save_file(_plain(weights), folder / WEIGHTS)
        save_file(_plain(tensors), folder / OPTIMIZER, metadata=dict(texts))
        (folder / HISTORY).write_text("".join(f"{line}\n" for line in history), encoding="utf-8")
        (folder / VOCAB).mkdir()
        dataset.vocabulary.save(folder / VOCAB)
        manifest = {
            "kind": "run",
            "format": FORMAT,
            "version": ruie_core.__version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "seed": config.train.seed,
            "dataset": os.path.relpath(dataset_path, path),
            "dataset_name": dataset_path.resolve().name,
            "dataset_hash": dataset.hash,
            "dataset_manifest": {
                key: value for key, value in dataset.manifest.items() if key != "files"
            },
        }
        _seal(folder, manifest)
        _keep_named(path, folder)


@contextlib.contextmanager
def updated_run(path: Path) -> Iterator[Path]:
    """Add files to a run: give a copy of its folder (hard links) that takes its place at the end.

    Raises:
        UserError: the disk is full or the place cannot be written.
    """
    with whole_folder(path) as folder:
        shutil.copytree(path, folder, dirs_exist_ok=True, copy_function=_link)
        manifest = read_json(folder / MANIFEST)
        yield folder
        _seal(folder, manifest)
        _keep_named(path, folder)


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a run's manifest and check what kind of folder it is.

    Raises:
        UserError: no run there, or another format version.
    """
    recover_folder(path)
    if not path.is_dir():
        raise UserError(f"There is no run at {path}: train one with `ruie train` first.")
    manifest = read_json(path / MANIFEST)
    if not isinstance(manifest, dict) or manifest.get("kind") != "run":
        raise UserError(f"{path / MANIFEST} does not describe a run: choose another folder.")
    if manifest.get("format") != FORMAT:
        raise UserError(
            f"{path}: format version {manifest.get('format')}, this program reads {FORMAT}: train "
            "again, or use the version that wrote it."
        )
    return manifest


def check_file(path: Path, name: str, manifest: Mapping[str, Any]) -> Path:
    """Return the path of a file of the run after comparing its hash.

    Raises:
        UserError: the file is missing or is not the one that was written.
    """
    return checked(path / name, manifest.get("files", {}).get(name), MANIFEST, "train again")


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file onto the CPU.

    Raises:
        UserError: the file is not readable as safetensors.
    """
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise UserError(f"{path} is not readable ({error}): restore it or train again.") from None


def read_training_state(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read what resuming needs: tensors and short texts of the last epoch."""
    file = check_file(path, OPTIMIZER, read_manifest(path))
    tensors = read_tensors(file)
    with safe_open(file, framework="pt") as stream:
        return tensors, dict(stream.metadata())


def _plain(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}


def _seal(folder: Path, manifest: dict[str, Any]) -> None:
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p != folder / MANIFEST)
    names = {file.relative_to(folder): file for file in files}
    sealed = {name: file for name, file in names.items() if name.parts[0] not in UNSEALED}
    hashes = {name.as_posix(): sha256(file) for name, file in sealed.items()}
    write_json(folder / MANIFEST, manifest | {"files": hashes})


def _keep_named(path: Path, folder: Path) -> None:
    """Take over what people named, as late as possible: they may do so while a run is written."""
    for kept in UNSEALED:
        shutil.rmtree(folder / kept, ignore_errors=True)
        if (path / kept).is_dir():
            shutil.copytree(path / kept, folder / kept)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copy2(source, target)


@contextlib.contextmanager
def _full_disk(path: Path) -> Iterator[None]:
    """Safetensors reports a full disk as an error of its own kind."""
    try:
        yield
    except SafetensorError as error:
        raise UserError(f"{path} could not be written ({error}): free some space.") from error
