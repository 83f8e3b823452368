"""Going on where a run was cut off, as if it never was."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from ruie_core.config import RunConfig, parse_settings
from ruie_core.data.dataset import Dataset
from ruie_core.errors import UserError
from ruie_core.files import read_json
from ruie_core.models.base import SequenceModel
from ruie_core.runs.folder import (
    CONFIG,
    HISTORY,
    WEIGHTS,
    check_file,
    read_manifest,
    read_tensors,
    read_training_state,
)
from ruie_core.runs.run import fill
from ruie_core.training.optimizer import Optimizer


@dataclass
class Progress:
    """How far training is.

    Attributes:
        epoch: epochs done.
        steps: updates done.
        stale: epochs since the best one.
        best: best validation NDCG@10 so far.
        best_weights: the model's state then, on the CPU.
        history: one line per epoch.
    """

    epoch: int = 0
    steps: int = 0
    stale: int = 0
    best: float = -1.0
    best_weights: dict[str, Tensor] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)

    def note(self, score: float, line: dict[str, Any], model: SequenceModel) -> None:
        """Take an epoch's validation score: keep its weights if they are the best so far."""
        line["best"] = score > self.best
        if line["best"]:
            self.best, self.stale = score, 0
            self.best_weights = {
                name: tensor.detach().cpu().clone() for name, tensor in model.state_dict().items()
            }
        else:
            self.stale += 1
        self.history.append(line)


def pack(
    progress: Progress, model: SequenceModel, optimizer: Optimizer
) -> tuple[dict[str, Tensor], dict[str, str]]:
    """State at the end of an epoch, as named tensors and short texts."""
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    tensors |= {f"optimizer.{name}": tensor for name, tensor in optimizer.tensors().items()}
    texts = {
        "epoch": progress.epoch, "steps": progress.steps, "stale": progress.stale,
        "best": progress.best,
    }  # fmt: skip
    return tensors, {name: json.dumps(value) for name, value in texts.items()}


def restore(
    path: Path, config: RunConfig, dataset: Dataset, model: SequenceModel, optimizer: Optimizer
) -> Progress:
    """Bring model and optimizer to where the run at ``path`` was saved.

    Raises:
        UserError: no run there, a file is damaged, or settings or data are not the run's own.
    """
    manifest = read_manifest(path)
    if manifest["dataset_hash"] != dataset.hash:
        raise UserError(
            f"{path} was trained on another dataset ({manifest['dataset_hash'][:12]}…) than the "
            f"one named ({dataset.hash[:12]}…): resume with the same prepared folder."
        )
    stored = read_json(check_file(path, CONFIG, manifest))
    saved = parse_settings(RunConfig, stored, str(path / CONFIG))
    _same_settings(saved, config, path)
    tensors, texts = read_training_state(path)
    fill(model, _under("model.", tensors), path)
    optimizer.restore(_under("optimizer.", tensors))
    lines = check_file(path, HISTORY, manifest).read_text(encoding="utf-8").splitlines()
    return Progress(
        epoch=json.loads(texts["epoch"]),
        steps=json.loads(texts["steps"]),
        stale=json.loads(texts["stale"]),
        best=json.loads(texts["best"]),
        best_weights=read_tensors(check_file(path, WEIGHTS, manifest)),
        history=[json.loads(line) for line in lines],
    )


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }


def _same_settings(saved: RunConfig, wanted: RunConfig, path: Path) -> None:
    """Only how long to train may change; everything else would make another run."""
    free = {"epochs", "patience"}
    for section in ("model", "objective", "train"):
        old, new = getattr(saved, section).model_dump(), getattr(wanted, section).model_dump()
        for key in sorted(old.keys() - (free if section == "train" else set())):
            if old[key] != new[key]:
                raise UserError(
                    f"{path} was trained with --{section}.{key.replace('_', '-')} {old[key]}, not "
                    f"{new[key]}: resume with the same settings or start another run."
                )
