"""A run in memory with untrained weights: everything but the skill."""

from pathlib import Path

import torch

from ruie_core.config import RunConfig
from ruie_core.data.dataset import Dataset
from ruie_core.models.registry import build_model
from ruie_core.runs import Run
from ruie_core.runs.run import resolve_gate

SMALL = {"width": 16, "dilations": [1, 2], "attention_span": 6, "heads": 2}


def small_run(dataset: Dataset, seed: int = 0, path: Path = Path("run"), **sections: dict) -> Run:
    """Build a run for a dataset; ``sections`` are parts of the config, as ``train={…}``."""
    config = RunConfig.model_validate({"model": SMALL} | sections)
    torch.manual_seed(seed)
    model = build_model(config.model, dataset.n_items, dataset.n_scenarios).eval()
    config = resolve_gate(config, model)
    manifest = {"dataset_hash": dataset.hash, "dataset": "nowhere"}
    return Run(path, config, model, dataset.vocabulary, torch.device("cpu"), manifest)
