"""The summary tables of a fabricated run, computed from its invented steps."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

MODELS = ("ruie", "popularity", "scenario-popularity")
CUTOFFS = (5, 10, 15, 20)


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
    ranks = _ranks(rng, events, len(catalogue))
    save("ranks", ranks)
    rows = _metric_rows(ranks, scenarios)
    save("ndcg", rows)
    save("item_map", _item_map(rng, events, catalogue, scenarios))
    save("state_map", _state_map(rng, events, scenarios))
    save("neighbors", _neighbors(rng, len(catalogue), neighbors))
    calibration = _calibration(events, scenarios)
    save("calibration", calibration)
    health = _health(events, calibration, scenarios, healthy)
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
    code = events["scenario"].cat.codes.to_numpy()
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
    code = events["scenario"].cat.codes.to_numpy()
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
    with np.errstate(divide="ignore"):
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


def _ranks(rng: np.random.Generator, events: pd.DataFrame, items: int) -> pd.DataFrame:
    test = events.loc[events["split"] == "test", ["user", "t", "scenario", "rank"]]
    parts = []
    for model, worse in zip(MODELS, (1.0, 5.0, 3.0), strict=True):
        for protocol in ("unknown", "known"):
            part = test.copy()
            known = 0.7 if protocol == "known" and model != "popularity" else 1.0
            spread = np.exp(rng.normal(0, 0.5, len(part))) if worse > 1 else 1.0
            rank = np.ceil(part["rank"].astype(float) * worse * known * spread)
            part["rank"] = rank.clip(1, items).astype("int32")
            part["model"], part["request_scenario"] = model, protocol
            parts.append(part)
    out = pd.concat(parts, ignore_index=True)
    out["scenario"] = out["scenario"].astype(str)
    return out[["user", "t", "scenario", "model", "request_scenario", "rank"]]


def _metric_rows(ranks: pd.DataFrame, scenarios: tuple[str, ...]) -> pd.DataFrame:
    head = set(scenarios[: max(1, len(scenarios) // 2)])
    rows: list[dict[str, Any]] = []
    for (model, protocol), part in ranks.groupby(["model", "request_scenario"]):
        cells = {"all": part, "head": part[part["scenario"].isin(head)]}
        cells["tail"] = part[~part["scenario"].isin(head)]
        cells |= {name: part[part["scenario"] == name] for name in scenarios}
        for cell, inside in cells.items():
            if inside.empty:
                continue
            for exclude in (False,):
                rank = inside["rank"].to_numpy()
                values: list[tuple[str, int | None, np.ndarray]] = [("mrr", None, 1 / rank)]
                k: int | None
                for k in CUTOFFS:
                    values.append(("ndcg", k, np.where(rank <= k, 1 / np.log2(1 + rank), 0.0)))
                    values.append(("hr", k, (rank <= k).astype(float)))
                for metric, k, value in values:
                    half = 1.96 * value.std() / np.sqrt(len(value))
                    rows.append(
                        {
                            "model": model,
                            "request_scenario": protocol,
                            "exclude_seen": exclude,
                            "scenario": cell,
                            "metric": metric,
                            "k": k,
                            "value": value.mean(),
                            "low": max(0.0, value.mean() - half),
                            "high": min(1.0, value.mean() + half),
                            "n_events": len(inside),
                            "n_users": int(inside["user"].nunique()),
                        }
                    )
    return pd.DataFrame(rows).astype({"k": "Int32"})


def _item_map(
    rng: np.random.Generator,
    events: pd.DataFrame,
    catalogue: pd.DataFrame,
    scenarios: tuple[str, ...],
) -> pd.DataFrame:
    counts = np.zeros((len(catalogue), len(scenarios)), dtype=np.int32)
    np.add.at(counts, (events["item"].to_numpy(int) - 1, events["scenario"].cat.codes), 1)
    main = counts.argmax(axis=1)
    topic = catalogue["category"].astype("category").cat.codes.to_numpy()
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
    code = events["scenario"].cat.codes.to_numpy()
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


def _calibration(events: pd.DataFrame, scenarios: tuple[str, ...]) -> pd.DataFrame:
    sound = events[events["q_taken"].notna() & ~events["truncated"]]
    heldout = sound["split"] != "train"
    parts = []
    for split, part in (("all", sound), ("train", sound[~heldout]), ("heldout", sound[heldout])):
        for name in ("all", *scenarios):
            cell = part if name == "all" else part[part["scenario"] == name]
            if len(cell) < 20:
                continue
            bins = pd.qcut(cell["q_taken"], 10, labels=False, duplicates="drop")
            by = cell.groupby(bins)
            out = by.agg(n=("return", "size"), q_mean=("q_taken", "mean"))
            out["return_mean"] = by["return"].mean()
            half = 1.96 * by["return"].std() / np.sqrt(out["n"])
            out["return_low"], out["return_high"] = (
                out["return_mean"] - half,
                out["return_mean"] + half,
            )
            out.insert(0, "bin", np.arange(1, len(out) + 1))
            out.insert(0, "split", split)
            out.insert(0, "scenario", name)
            parts.append(out)
    return pd.concat(parts, ignore_index=True) if parts else _no_calibration()


def _no_calibration() -> pd.DataFrame:
    names = ("scenario", "split", "bin", "n", "q_mean", "return_mean", "return_low", "return_high")
    return pd.DataFrame({name: pd.Series(dtype="float64") for name in names}).astype(
        {"scenario": "str", "split": "str", "bin": "int64", "n": "int64"}
    )


def _health(
    events: pd.DataFrame, calibration: pd.DataFrame, scenarios: tuple[str, ...], healthy: bool
) -> dict[str, Any]:
    gated = events[events["gate"].notna()]
    mass = gated.groupby("scenario", observed=False)["gate"].sum() / gated["gate"].sum()
    traffic = gated["scenario"].value_counts(normalize=True)
    low, high = (gated["gate"] < 0.05).mean(), (gated["gate"] > 0.95).mean()
    fits = {}
    for name in ("all", *scenarios):
        cell = calibration[(calibration["scenario"] == name) & (calibration["split"] == "all")]
        if len(cell) < 2:
            continue
        slope = float(np.polyfit(cell["q_mean"], cell["return_mean"], 1)[0])
        gap = cell["q_mean"] - cell["return_mean"]
        weight = cell["n"] / cell["n"].sum()
        fits[name] = {
            "n": int(cell["n"].sum()),
            "slope": slope,
            "spearman": float(cell["q_mean"].corr(cell["return_mean"], method="pearson")),
            "ece": float((gap.abs() * weight).sum()),
            "overestimation": float((gap * weight).sum()),
        }
    return {
        "gate": {"low_share": low, "high_share": high, "collapsed": not healthy},
        "dominance": {
            name: {
                "mass_share": float(mass.get(name, 0.0)),
                "traffic_share": float(traffic.get(name, 0.0)),
                "ratio": float(mass.get(name, 0.0) / max(traffic.get(name, 0.0), 1e-9)),
            }
            for name in scenarios
        },
        "dominant": not healthy,
        "calibration": fits,
        "miscalibrated": not healthy,
        "thresholds": {
            "gate_low": 0.05,
            "gate_high": 0.95,
            "collapse_share": 0.2,
            "dominance_ratio": 1.5,
            "dominance_gap": 0.05,
            "slope_low": 0.5,
            "slope_high": 2.0,
            "overestimation_share": 0.25,
        },
    }


def _rules(items: int, states: int) -> dict[str, Any]:
    return {
        "items": {"points": items, "fitted": min(items, 20_000), "rule": "all items"},
        "states": {
            "points": states,
            "fitted": min(states, 20_000),
            "rule": "stratified by scenario",
        },
    }
