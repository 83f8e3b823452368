"""Invented trial folders, as experiments leave them: small and deterministic."""

import json
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ruie_core.config import RunConfig, TrainConfig
from ruie_core.data.dataset import Dataset
from ruie_core.data.split import TEST, split_events
from tests.factories import make_dataset

SEEDS = (1, 2, 3)
SKILL = {
    "popularity": 0.0, "markov": 0.2, "sasrec": 0.6, "pepnet": 0.8, "ruie-paper": 0.3, "ruie": 1.2,
}  # fmt: skip
"""Log of the rank that a model saves; the more, the better."""
ABLATION = {"ruie": 1.2, "gate constant": 1.0, "triplet": 0.2, "single Q": 1.1}
COUNTED = ("popularity", "markov")


def fake_dataset() -> Dataset:
    """Two hundred people in three scenarios."""
    return make_dataset(n_users=200, n_items=60, length=(4, 12), seed=4)


def held_out(dataset: Dataset, split: str = "leave-one-out") -> pd.DataFrame:
    """User, t and scenario of the events that a split holds out for the test."""
    parts = split_events(dataset, TrainConfig.model_validate({"split": split}))
    user = dataset.user_of_event()
    events = pd.DataFrame(
        {
            "user": user,
            "t": (np.arange(dataset.n_events) - dataset.offsets[user] + 1).astype(np.int32),
            "scenario": np.array(dataset.vocabulary.scenarios)[dataset.scenarios - 1],
        }
    )
    kept: pd.DataFrame = events[(parts == TEST) & (events["t"] > 1)].reset_index(drop=True)
    return kept


def make_ranks(
    events: pd.DataFrame, skill: float | np.ndarray, name: str, seed: int
) -> pd.DataFrame:
    """Ranks under both requests: people differ alike for all models, chance differs for each."""
    people = np.random.default_rng(9).normal(2.5, 1.0, int(events["user"].max()) + 1)
    parts = []
    for request, known in (("unknown", 0.0), ("known", 0.3)):
        rng = np.random.default_rng([seed, zlib.crc32(f"{name} {request}".encode())])
        level = people[events["user"]] - skill - known
        rank = np.ceil(np.exp(level + rng.normal(0, 0.5, len(events)))).clip(1, 60)
        parts.append(events.assign(request=request, rank=rank.astype(np.int32)))
    return pd.concat(parts, ignore_index=True)


def write_trial(
    root: Path,
    experiment: str,
    variant: str,
    seed: int,
    tables: dict[str, pd.DataFrame],
    *,
    overrides: dict[str, Any] | None = None,
    **row: Any,
) -> Path:
    """Leave one trial: ``row.json`` and its tables.

    Args:
        root: folder of the dataset's trials.
        experiment, variant, seed: which trial.
        tables: by name, ``ranks`` among them.
        overrides: settings by dotted name.
        row: further columns of the row, or other values of the usual ones.
    """
    config = RunConfig().model_dump(mode="json", include={"model", "objective", "train"})
    for name, value in ({"train.seed": seed} | (overrides or {})).items():
        section, key = name.split(".")
        config[section][key] = value
    given = json.dumps([experiment, variant, seed, config, row], sort_keys=True)
    values = {
        "key": f"{zlib.crc32(given.encode()):08x}",
        "experiment": experiment,
        "variant": variant,
        "seed": seed,
        "split": config["train"]["split"],
        "x": None,
        "transforms": [],
        "dataset": root.name,
        "dataset_hash": "factory-4",
        "model": variant,
        "parameters": 0 if variant in COUNTED else 12_345,
        "config": config,
        "commit": "0123456789abcdef",
        "created": "2026-11-24T16:00:00+00:00",
        "seconds": 12.5,
        "epochs": 9,
        "best_epoch": 4,
        "validation_ndcg10": 0.21,
        "command": f"ruie experiment {experiment} data/{root.name}",
        "device": "cpu",
    } | row
    folder = root / experiment / f"{variant.replace(' ', '_')}-{seed}-{values['key']}"
    folder.mkdir(parents=True)
    (folder / "row.json").write_text(json.dumps(values), encoding="utf-8")
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    return folder


def write_leaderboard(root: Path, dataset: Dataset, seeds: Sequence[int] = SEEDS) -> None:
    """Models of ``SKILL`` under both splits."""
    for split in ("leave-one-out", "temporal"):
        events = held_out(dataset, split)
        for model, skill in SKILL.items():
            for seed in seeds[:1] if model in COUNTED else seeds:
                ranks = make_ranks(events, skill, model, seed)
                write_trial(
                    root, "leaderboard", model, seed, {"ranks": ranks},
                    overrides={"train.split": split},
                )  # fmt: skip


def write_ablation(root: Path, dataset: Dataset, seeds: Sequence[int] = SEEDS) -> None:
    """Variants of ``ABLATION``."""
    events = held_out(dataset)
    for variant, skill in ABLATION.items():
        gate = "constant" if variant == "gate constant" else "likelihood"
        for seed in seeds:
            write_trial(
                root, "ablation", variant, seed,
                {"ranks": make_ranks(events, skill, variant, seed)},
                overrides={"objective.gate": gate}, model="ruie",
            )  # fmt: skip
