"""The summary tables of a fabricated run, computed from its invented steps."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from tests.fake_metrics import make_calibration, make_health, make_metric_rows, make_ranks


def write_summaries(
    rng: np.random.Generator,
    folder: Path,
    steps: pa.Table,
    catalogue: pd.DataFrame,
    people: pd.DataFrame,
    scenarios: tuple[str, ...],
    healthy: bool,
    neighbors: int,
    zone: str,
) -> None:
    """Write users, transitions, ranks, ndcg, maps, neighbours, calibration, health and metrics."""
    plain = steps.drop_columns(["top_items", "top_scores", "actions"])
    frame = plain.to_pandas()
    frame["scenario"] = frame["scenario"].cat.set_categories(list(scenarios))
    events = frame[frame["split"] != "forecast"].reset_index(drop=True)
    analysis = folder / "analysis"

    def save(name: str, table: pd.DataFrame) -> None:
        floats = table.select_dtypes("float64").columns
        table.astype(dict.fromkeys(floats, "float32")).to_parquet(
            analysis / f"{name}.parquet", index=False, compression="zstd"
        )

    save("users", _users(events, people, scenarios))
    save("transitions", _transitions(events, scenarios))
    ranks = make_ranks(rng, events, len(catalogue))
    save("ranks", ranks)
    rows = make_metric_rows(ranks, scenarios)
    save("ndcg", rows)
    save("item_map", _item_map(rng, events, catalogue, scenarios))
    save("state_map", _state_map(rng, events, scenarios))
    save("neighbors", _neighbors(rng, len(catalogue), neighbors))
    calibration = make_calibration(events, scenarios)
    save("calibration", calibration)
    health = make_health(events, calibration, scenarios, healthy)
    health |= {"time_zone": zone, "maps": _rules(len(catalogue), len(events))}
    health["ranked"] = {
        "training_steps": int((events["split"] == "train").sum()),
        "of": int((events["split"] == "train").sum()),
        "rule": "every training step",
    }
    (analysis / "health.json").write_text(json.dumps(health, indent=1), encoding="utf-8")
    test = events[events["split"] == "test"]
    metrics = {
        "split": "test",
        "protocol": "full ranking",
        "head": list(scenarios[: max(1, len(scenarios) // 2)]),
        "n_events": len(test),
        "n_users": int(test["user"].nunique()),
        "protocols": {"unknown": {}, "known": {}},
        "rows": json.loads(rows.to_json(orient="records")),
    }
    (folder / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")


def _users(events: pd.DataFrame, people: pd.DataFrame, scenarios: tuple[str, ...]) -> pd.DataFrame:
    by = events.groupby("user")
    code = events["scenario"].cat.codes.to_numpy("int64")
    switched = (code[1:] != code[:-1]) & (events["t"].to_numpy()[1:] > 1)
    counts = np.zeros((len(people), len(scenarios)), dtype=np.int32)
    np.add.at(counts, (events["user"].to_numpy(), code), 1)
    test = events[events["split"] == "test"]
    ndcg = np.where(test["rank"] <= 10, 1 / np.log2(1 + test["rank"]), 0.0)
    out = people.copy()
    out["n_events"] = by.size().astype("int32")
    out["n_switches"] = np.bincount(
        events["user"].to_numpy()[1:], weights=switched, minlength=len(people)
    ).astype("int32")
    out["n_scenarios"] = (counts > 0).sum(axis=1).astype("int32")
    out["main_scenario"] = np.array(scenarios)[counts.argmax(axis=1)]
    out["first_time"], out["last_time"] = by["time"].min(), by["time"].max()
    out["reward_mean"], out["gate_mean"] = by["reward"].mean(), by["gate"].mean()
    held = test.groupby("user")
    out["n_heldout"] = held.size().reindex(out.index, fill_value=0).astype("int32")
    out["rank_test"] = held["rank"].last().reindex(out.index).astype("Int32")
    out["ndcg_10"] = pd.Series(ndcg, test.index).groupby(test["user"]).mean().reindex(out.index)
    for column, name in enumerate(scenarios):
        out[f"events_{name}"] = counts[:, column]
    return out


def _transitions(events: pd.DataFrame, scenarios: tuple[str, ...]) -> pd.DataFrame:
    code = events["scenario"].cat.codes.to_numpy("int64")
    arrived = events["t"].to_numpy()[1:] > 1
    source, target = code[:-1][arrived], code[1:][arrived]
    s = len(scenarios)
    n = np.bincount(source * s + target, minlength=s * s).reshape(s, s)
    chances = np.stack([events[f"p_{name}"].to_numpy()[1:][arrived] for name in scenarios], 1)
    mean_p = np.stack(
        [np.bincount(source, weights=chances[:, c], minlength=s) for c in range(s)], 1
    ) / np.maximum(n.sum(1, keepdims=True), 1)
    n_from = n.sum(1, keepdims=True)
    base = n.sum(0) / n.sum()
    observed = n / np.maximum(n_from, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = np.log(observed / base)
        error = 1.96 * np.sqrt(1 / n - 1 / n_from)
        model = np.log(mean_p / base)
    lift[~np.isfinite(lift)] = np.nan
    error[~np.isfinite(error)] = np.nan
    model[~np.isfinite(model)] = np.nan
    return pd.DataFrame(
        {
            "from_scenario": np.repeat(scenarios, s),
            "to_scenario": np.tile(scenarios, s),
            "n": n.reshape(-1),
            "n_from": np.repeat(n_from.reshape(-1), s),
            "p_observed": observed.reshape(-1),
            "p_base": np.tile(base, s),
            "p_model": mean_p.reshape(-1),
            "log_lift": lift.reshape(-1),
            "log_lift_low": (lift - error).reshape(-1),
            "log_lift_high": (lift + error).reshape(-1),
            "model_log_lift": model.reshape(-1),
        }
    )


def _item_map(
    rng: np.random.Generator,
    events: pd.DataFrame,
    catalogue: pd.DataFrame,
    scenarios: tuple[str, ...],
) -> pd.DataFrame:
    counts = np.zeros((len(catalogue), len(scenarios)), dtype=np.int32)
    np.add.at(counts, (events["item"].to_numpy(int) - 1, events["scenario"].cat.codes), 1)
    main = counts.argmax(axis=1)
    topic = catalogue["category"].astype("category").cat.codes.to_numpy("int64")
    angle = 2 * np.pi * (topic / (topic.max() + 1) + main / (8 * len(scenarios)))
    out = catalogue[["item"]].copy()
    out["x"] = 8 * np.cos(angle) + rng.normal(0, 1.1, len(out))
    out["y"] = 8 * np.sin(angle) + rng.normal(0, 1.1, len(out))
    out["fitted"] = np.arange(len(out)) < 20_000
    out["scenario"] = np.array(scenarios)[main]
    for column, name in enumerate(scenarios):
        out[f"events_{name}"] = counts[:, column]
    out["category"], out["title"] = catalogue["category"], catalogue["title"]
    out["count"] = catalogue["count"]
    return out


def _state_map(
    rng: np.random.Generator, events: pd.DataFrame, scenarios: tuple[str, ...]
) -> pd.DataFrame:
    code = events["scenario"].cat.codes.to_numpy("int64")
    angle = 2 * np.pi * code / len(scenarios)
    drift = np.cumsum(rng.normal(0, 0.15, (len(events), 2)), axis=0)
    drift -= drift[np.searchsorted(events["user"], events["user"])]
    return pd.DataFrame(
        {
            "user": events["user"],
            "t": events["t"],
            "x": 6 * np.cos(angle) + rng.normal(0, 0.8, len(events)) + drift[:, 0],
            "y": 6 * np.sin(angle) + rng.normal(0, 0.8, len(events)) + drift[:, 1],
            "fitted": rng.random(len(events)) < 20_000 / max(20_000, len(events)),
            "scenario": events["scenario"].astype(str),
            "gate": events["gate"],
        }
    )


def _neighbors(rng: np.random.Generator, items: int, k: int) -> pd.DataFrame:
    cosine = -np.sort(-rng.uniform(0.2, 0.95, (items, k)), axis=1)
    return pd.DataFrame(
        {
            "item": np.repeat(np.arange(1, items + 1, dtype=np.int32), k),
            "neighbor": rng.integers(1, items + 1, items * k).astype("int32"),
            "position": np.tile(np.arange(1, k + 1, dtype=np.int32), items),
            "cosine": cosine.reshape(-1),
        }
    )


def _rules(items: int, states: int) -> dict[str, Any]:
    return {
        "items": {"points": items, "fitted": min(items, 20_000), "rule": "all items"},
        "states": {
            "points": states,
            "fitted": min(states, 20_000),
            "rule": "stratified by scenario",
        },
    }
