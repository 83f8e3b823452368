"""Invented trial folders, as experiments leave them: small and deterministic."""

import json
import tempfile
import zlib
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ruie_core.config import RunConfig, TrainConfig
from ruie_core.data.dataset import Dataset
from ruie_core.data.split import TEST, split_events
from ruie_core.experiments.summaries.registry import summarise
from tests.factories import make_dataset

SEEDS = (1, 2, 3)
SKILL = {
    "popularity": 0.0, "markov": 0.2, "sasrec": 0.6, "pepnet": 0.8, "ruie-paper": 0.3, "ruie": 1.2,
}  # fmt: skip
"""Log of the rank that a model saves; the more, the better."""
ABLATION = {"ruie": 1.2, "gate constant": 1.0, "triplet": 0.2, "single Q": 1.1}
MEMORY = {"ruie": 1.2, "no memory": 0.7, "sasrec": 0.6, "sasrec, memory": 0.9}
COUNTED = ("popularity", "markov")


def fake_dataset() -> Dataset:
    """Two hundred people in three scenarios."""
    return make_dataset(n_users=200, n_items=60, length=(4, 12), seed=4)


def held_out(dataset: Dataset, split: str = "leave-one-out") -> pd.DataFrame:
    """User, t and scenario of the events that a split holds out for the test."""
    parts = split_events(dataset, TrainConfig.model_validate({"split": split}))
    user = dataset.user_of_event()
    t = (np.arange(dataset.n_events) - dataset.offsets[user] + 1).astype(np.int32)
    scenario = np.array(dataset.vocabulary.scenarios)[dataset.scenarios - 1]
    events = pd.DataFrame({"user": user, "t": t, "scenario": scenario})
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


def write_ablation(
    root: Path, dataset: Dataset, seeds: Sequence[int] = SEEDS, experiment: str = "ablation",
    variants: Sequence[str] = tuple(ABLATION),
) -> None:  # fmt: skip
    """Variants of ``ABLATION`` or ``MEMORY``."""
    events = held_out(dataset)
    for variant in variants:
        gate = "constant" if variant == "gate constant" else "likelihood"
        for seed in seeds:
            write_trial(
                root, experiment, variant, seed,
                {"ranks": make_ranks(events, (ABLATION | MEMORY)[variant], variant, seed)},
                overrides={"objective.gate": gate}, model="ruie",
            )  # fmt: skip


def write_scenario_split(root: Path, dataset: Dataset) -> None:
    """RUIE with gate = 1, beside the leaderboard's models."""
    write_ablation(root, dataset, experiment="scenario-split", variants=("gate constant",))


def write_rewards(root: Path, dataset: Dataset, seeds: Sequence[int] = SEEDS) -> None:
    """Default rewards, others that raise Q, and the control."""
    events = held_out(dataset)
    for variant, skill, scale in (
        ("defaults", 1.2, 1.0), ("like 5", 1.1, 1.5), ("random", 0.8, 1.0),
    ):  # fmt: skip
        for seed in seeds:
            tables = {
                "ranks": make_ranks(events, skill, variant, seed),
                "transitions": make_transitions(dataset, "leave-one-out", scale, seed),
            }
            write_trial(root, "rewards", variant, seed, tables, model="ruie")


def make_transitions(
    dataset: Dataset, split: str, scale: float, seed: int, noise: np.ndarray | None = None
) -> pd.DataFrame:
    """Q that is ``scale`` times what comes in the mean; the last two events are truncated."""
    user = dataset.user_of_event()
    t = np.arange(dataset.n_events) - dataset.offsets[user] + 1
    parts = split_events(dataset, TrainConfig.model_validate({"split": split}))
    truth = np.random.default_rng(7)
    expected = 1 + truth.gamma(2.0, 0.5, dataset.n_events)
    came = expected * truth.gamma(4.0, 0.25, dataset.n_events)
    rng = np.random.default_rng([seed, round(100 * scale)])
    q = scale * expected + rng.normal(0, 0.1, dataset.n_events)
    frame = pd.DataFrame(
        {
            "user": user,
            "t": t.astype(np.int32),
            "scenario": np.array(dataset.vocabulary.scenarios)[dataset.scenarios - 1],
            "split": np.array(["train", "validation", "test"])[parts],
            "q_taken": q.astype(np.float32),
            "gate": (1 / (1 + np.exp(-(q - q.mean())))).astype(np.float32),
            "return": came.astype(np.float32),
            "truncated": dataset.lengths[user] - t < 2,
        }
    )
    if noise is not None:
        frame["noise"] = noise
    kept: pd.DataFrame = frame[frame["t"] > 1].reset_index(drop=True)
    return kept


def write_calibration(root: Path, dataset: Dataset, seeds: Sequence[int] = SEEDS) -> None:
    """Double Q is right in the mean, single Q a fifth too high."""
    events = held_out(dataset, "temporal")
    for variant, scale in (("double Q", 1.0), ("single Q", 1.2)):
        for seed in seeds:
            tables = {
                "ranks": make_ranks(events, 1.0, variant, seed),
                "transitions": make_transitions(dataset, "temporal", scale, seed),
            }
            overrides = {"train.split": "temporal", "objective.double_q": variant == "double Q"}
            write_trial(
                root, "calibration", variant, seed, tables, overrides=overrides, model="ruie"
            )


def write_transfer(root: Path, dataset: Dataset, seeds: Sequence[int] = SEEDS) -> None:
    """Scenario 1 loses by company; scenario 2 gains, more so the less it has of its own."""
    events = held_out(dataset)
    one, two = dataset.vocabulary.scenarios[:2]
    for share in (None, 0.2):
        fewer = {"kind": "subsample_scenario", "scenario": two, "share": share, "seed": 0}
        scarce = [] if share is None else [fewer]
        for variant, less in (("joint", 0.0), ("joint, gate constant", 0.2)):
            for seed in seeds:
                write_trial(
                    root, "transfer", variant, seed,
                    {"ranks": make_ranks(events, 1.0 - less, f"{variant} {share}", seed)},
                    x=share, transforms=scarce, model="ruie",
                )  # fmt: skip
        for name, skill in ((one, 1.8), (two, 0.6 if share is None else 0.0)):
            if name == one and scarce:
                continue
            inside = events[events["scenario"] == name].iloc[3:].reset_index(drop=True)
            only = [*scarce, {"kind": "only_scenario", "scenario": name}]
            for seed in seeds:
                write_trial(
                    root, "transfer", f"only {name}", seed,
                    {"ranks": make_ranks(inside, skill, f"{name} {share}", seed)},
                    x=share, transforms=only, model="ruie",
                )  # fmt: skip


def write_gate_oracle(root: Path, dataset: Dataset, experiment: str = "gate-oracle") -> None:
    """Logs with a quarter and a half of noise; the perfect gate gains, with none it would not."""
    for x in (0.25, 0.5):
        _write_gates(root, dataset, SEEDS, experiment, x, dataset_hash=f"noise-{x}")


def write_watched(root: Path, dataset: Dataset, seeds: Sequence[int] = SEEDS) -> None:
    """The same on the dataset itself: three clicks in ten were not watched through."""
    _write_gates(root, dataset, seeds, "watched", 0.3)


def _write_gates(
    root: Path, dataset: Dataset, seeds: Sequence[int], experiment: str, x: float, **more: Any
) -> None:
    gains = {"gate constant": 0.0, "gate q": 0.2, "gate engaged": 0.5, "gate oracle": 1.0}
    noise = np.random.default_rng(round(100 * x)).random(dataset.n_events) < x
    user = dataset.user_of_event()
    t = np.arange(dataset.n_events) - dataset.offsets[user] + 1
    flags = pd.DataFrame({"user": user, "t": t.astype(np.int32), "noise": noise})
    events = held_out(dataset).merge(flags, on=["user", "t"], how="left")
    for variant, gain in gains.items():
        skill = np.where(events["noise"], -1.0, 0.5 + 2 * x * gain)
        for seed in seeds:
            moved = make_transitions(dataset, "leave-one-out", 1.0, seed, noise)
            shift = gain * np.where(moved["noise"], -1.0, 1.0)
            moved["gate"] = 1 / (1 + np.exp(-(moved["q_taken"] - 2) - 3 * shift))
            tables = {
                "ranks": make_ranks(events, skill, f"{variant} {x}", seed),
                "transitions": moved,
            }
            write_trial(root, experiment, variant, seed, tables, x=x, model="ruie", **more)


WRITERS = {
    "leaderboard": write_leaderboard,
    "ablation": write_ablation,
    "memory": partial(write_ablation, experiment="memory", variants=tuple(MEMORY)),
    "scenario-split": write_scenario_split,
    "rewards": write_rewards,
    "calibration": write_calibration,
    "transfer": write_transfer,
    "watched": write_watched,
}
"""Experiments on a log of its own; ``write_gate_oracle`` belongs to generated ones."""


def write_all(root: Path) -> tuple[Path, Path]:
    """Leave trials of every experiment, of a dataset called ``fake`` and of ``generated``."""
    dataset = fake_dataset()
    for write in WRITERS.values():
        write(root / "fake", dataset)
    for name in ("gate-oracle", "trust"):
        write_gate_oracle(root / "generated", dataset, name)
    return root / "fake", root / "generated"


@lru_cache
def read_summary(name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Summary and runs of ``write_all``, of the dataset ``fake`` or ``generated``; made once."""
    with tempfile.TemporaryDirectory() as folder:
        trials = dict(zip(("fake", "generated"), write_all(Path(folder) / "trials"), strict=True))
        dataset = fake_dataset() if name == "fake" else None
        out = summarise(trials[name], dataset, Path(folder) / "out").folder
        summary, runs = (pd.read_parquet(out / f"{file}.parquet") for file in ("summary", "runs"))
    return summary, runs
