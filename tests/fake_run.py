"""Fabricate a run folder with invented numbers, for the app's tests and benchmarks.

No model is behind its tables: every number is drawn at random with the shape that a real run would
have (people move between scenarios, Q follows their habit, ranks are long-tailed). Only the schemas
are exact. The weights are those of an untrained model, which answers what-if and knows nothing.
Everything is vectorised: a million steps of 25,000 users take seconds.

``python -m tests.fake_run checkpoints/fake --users 300 --events 12000`` makes one by hand.
"""

import argparse
import json
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import torch
from safetensors.torch import save_file

from ruie_core.analysis.schema import encodings
from ruie_core.analysis.steps import ROW_GROUP
from ruie_core.config import RunConfig
from ruie_core.files import sha256
from ruie_core.models.registry import build_model
from ruie_core.runs.run import resolve_gate
from tests.fake_steps import ACTIONS, REWARDS, Events, make_catalogue, make_events, make_steps
from tests.fake_tables import write_summaries

SCENARIOS = ("feed", "search: user_input", 'related "more"', "shop, front page", "other")
ZONE = "Asia/Shanghai"
DATASET = "fake" + "0" * 60


def fabricate(
    folder: Path,
    *,
    users: int = 200,
    events: int = 6_000,
    items: int = 800,
    scenarios: tuple[str, ...] = SCENARIOS,
    split: Literal["leave-one-out", "temporal"] = "leave-one-out",
    neighbors: int = 20,
    healthy: bool = True,
    seed: int = 0,
    model_seed: int | None = None,
    dataset: str = DATASET,
    time_kind: Literal["clock", "order"] = "clock",
    gate: str = "auto",
    trained: int | None = None,
) -> Path:
    """Write a whole run folder of about ``events`` events and return its path.

    Runs of one ``seed`` and different ``model_seed`` are of the same log; runs that differ by
    ``trained`` too, by nothing but the seed of their training, are of one model.
    """
    rng = np.random.default_rng(seed)
    (folder / "analysis").mkdir(parents=True, exist_ok=True)
    (folder / "vocab").mkdir(exist_ok=True)
    settings = {
        "train": {"split": split, "seed": seed if trained is None else trained},
        "objective": {"gate": gate},
    }
    config = _weights(folder, RunConfig.model_validate(settings), items, len(scenarios), seed)
    log = make_events(rng, users, events, items, len(scenarios))
    catalogue = make_catalogue(rng, items, log.item)
    if model_seed is not None:
        rng = np.random.default_rng(model_seed)
    steps = make_steps(rng, log, catalogue, scenarios, split, config.objective.discount, healthy)
    options = {"compression": "zstd", "row_group_size": ROW_GROUP, **encodings(steps.schema)}
    pq.write_table(steps, folder / "analysis/steps.parquet", **options)
    catalogue.to_parquet(folder / "vocab/items.parquet", index=False)
    people = pd.DataFrame({"user": np.arange(users, dtype=np.int32)})
    people["user_id"] = [f"u{10_000 + 7 * u}" for u in range(users)]
    people.to_parquet(folder / "vocab/users.parquet", index=False)
    counts = np.bincount(log.scenario, minlength=len(scenarios))
    _json(
        folder / "vocab/scenarios.json",
        {
            "scenarios": [
                {"name": name, "code": code + 1, "events": int(counts[code])}
                for code, name in enumerate(scenarios)
            ],
            "merged_into_other": ["live", "nearby"] if "other" in scenarios else [],
            "actions": list(ACTIONS),
        },
    )
    _json(folder / "config.json", config.model_dump(mode="json"))
    _history(rng, folder / "history.jsonl", epochs=14)
    write_summaries(rng, folder, steps, catalogue, people, scenarios, healthy, neighbors, ZONE)
    _manifests(folder, log, seed, dataset, time_kind)
    return folder


def _weights(folder: Path, config: RunConfig, items: int, scenarios: int, seed: int) -> RunConfig:
    torch.manual_seed(seed)
    model = build_model(config.model, items, scenarios)
    save_file(model.state_dict(), folder / "weights.safetensors")
    (folder / "optimizer.safetensors").write_bytes(b"no state: this run is invented")
    return resolve_gate(config, model)


def _history(rng: np.random.Generator, path: Path, epochs: int) -> None:
    best, lines = 0.0, []
    for epoch in range(1, epochs + 1):
        fall = np.exp(-epoch / 4)
        ndcg = 0.19 * (1 - fall) + rng.normal(0, 0.002)
        best = max(best, ndcg)
        lines.append(
            {
                "epoch": epoch,
                "seconds": 4.1 + rng.random(),
                "positions_per_second": 41_000 + 900 * rng.random(),
                "learning_rate": 2e-3,
                "loss": 4.1 + 2.6 * fall + rng.normal(0, 0.02),
                "loss_intent": 3.9 + 2.4 * fall,
                "loss_q": 0.3 + 0.5 * fall,
                "loss_scenario": 0.8 + 0.6 * fall,
                "q_mean": 1.9 * (1 - fall),
                "q_std": 0.6 * (1 - fall),
                "td_error": 0.5 + 0.4 * fall,
                "gate_mean": 0.5,
                "gate_low": 0.004 * (1 - fall),
                "gate_high": 0.01 * (1 - fall),
                "validation_ndcg@10": ndcg,
                "validation_n": 40.0,
                "validation_hr@10": 1.8 * ndcg,
                "best": bool(ndcg == best),
            }
        )
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def _manifests(folder: Path, log: Events, seed: int, dataset: str, time_kind: str) -> None:
    own = {
        str(path.relative_to(folder)): sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "analysis" not in path.parts and path.name != "manifest.json"
    }
    created = "2026-11-20T09:30:00+00:00"
    run = {
        "kind": "run",
        "format": 1,
        "version": "0.1.0",
        "created": created,
        "seed": seed,
        "dataset": "../../data/invented",
        "dataset_name": "invented log",
        "dataset_hash": dataset,
        "dataset_manifest": {
            "kind": "prepared-dataset",
            "source": "generic",
            "time": {"kind": time_kind, "zone": ZONE},
            "events": len(log.t),
            "rewards": dict(zip(ACTIONS, REWARDS.tolist(), strict=True)),
        },
        "files": own,
    }
    _json(folder / "manifest.json", run)
    seal_analysis(folder, dataset)


def seal_analysis(folder: Path, dataset: str = DATASET) -> None:
    """Write analysis/manifest.json for the tables as they lie there."""
    tables = sorted((folder / "analysis").iterdir())
    hashes = {path.name: sha256(path) for path in tables if path.name != "manifest.json"}
    _json(
        folder / "analysis/manifest.json",
        {
            "format": 1,
            "run": folder.name,
            "dataset_hash": dataset,
            "hashes": hashes,
            "created": "2026-11-20T09:45:00+00:00",
        },
    )


def _json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Fabricate a run folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--events", type=int, default=6_000)
    parser.add_argument("--items", type=int, default=800)
    parser.add_argument("--split", choices=("leave-one-out", "temporal"), default="leave-one-out")
    parser.add_argument("--unhealthy", action="store_true")
    given = parser.parse_args()
    fabricate(
        given.folder,
        users=given.users,
        events=given.events,
        items=given.items,
        split=given.split,
        healthy=not given.unhealthy,
    )
