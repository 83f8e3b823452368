"""Metrics, calibration and health of a fabricated run, from its invented steps."""

from typing import Any

import numpy as np
import pandas as pd

from ruie_core.analysis.health import THRESHOLDS

MODELS = ("ruie", "popularity", "scenario-popularity")
CUTOFFS = (5, 10, 15, 20)


def make_ranks(rng: np.random.Generator, events: pd.DataFrame, items: int) -> pd.DataFrame:
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


def make_metric_rows(ranks: pd.DataFrame, scenarios: tuple[str, ...]) -> pd.DataFrame:
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


def make_calibration(events: pd.DataFrame, scenarios: tuple[str, ...]) -> pd.DataFrame:
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


def make_health(
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
        "thresholds": THRESHOLDS,
    }
