"""Fabricate the committed tables of experiments with invented numbers, for the app's tests.

Only the schema is exact. ``python -m tests.fake_summaries experiments`` makes a folder by hand.
"""

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.fake_run import SCENARIOS

MODELS = {
    "ruie": 0.0281, "ruie-paper": 0.0188, "sasrec": 0.0278, "nextitnet": 0.0270, "star": 0.0266,
    "pepnet": 0.0263, "gru4rec": 0.0259, "sqn": 0.0258, "sac": 0.0251, "din": 0.0247,
    "caser": 0.0233, "markov": 0.0214, "scenario-popularity": 0.0203, "popularity": 0.0197,
}  # fmt: skip
"""NDCG@10 by model where the scenario of the request is not given."""

ABLATION = {
    "triplet": -0.0090, "no scenario head": -0.0013, "no attention": -0.0011,
    "gate constant": -0.0004, "gate q": 0.0001, "single Q": 0.0002,
}  # fmt: skip
MEMORY = {
    "sequential-rules": -0.0061, "no memory": -0.0042, "no memory, gate constant": -0.0045,
    "gate constant": -0.0003, "sasrec": -0.0047, "sasrec, memory": -0.0006, "din": -0.0070,
    "din, memory": -0.0021, "recent-popularity": -0.0058, "trend alone": -0.0004,
    "transitions alone": -0.0031,
}  # fmt: skip
REWARDS = {
    "like 5": 0.0001, "share 4": -0.0001, "all ones": -0.0003, "click only": -0.0013,
    "random": -0.0005,
}  # fmt: skip
REQUESTS = {"unknown": 0.0, "known": 0.0031}
CUTOFFS = {5: 0.62, 10: 1.0, 15: 1.28, 20: 1.5}
SEEDS, USERS = 5, 7_452

BLANK: dict[str, Any] = {
    "reference": None, "request": "", "scenario": "all", "x": None, "k": None, "low": None,
    "high": None, "p": None, "p_holm": None, "n_users": USERS, "n_events": USERS, "seeds": SEEDS,
}  # fmt: skip

Rows = list[dict[str, Any]]


def row(experiment: str, panel: str, variant: str, value: float, **more: Any) -> dict[str, Any]:
    """One row of a summary; ``half`` is half the width of its interval."""
    half = more.pop("half", None)
    ends = {} if half is None else {"low": value - half, "high": value + half}
    named = {"experiment": experiment, "panel": panel, "variant": variant, "value": value}
    command = {"command": f"ruie experiment {experiment} data/kuairand"}
    return BLANK | {"metric": "ndcg"} | command | named | ends | more


def difference(experiment: str, variant: str, value: float, half: float, **more: Any) -> Any:
    """A difference; its p is small where its interval excludes zero."""
    p = 0.004 if abs(value) > half else 0.3
    given = {"p": p, "p_holm": min(1.0, 2.05 * p), "half": half}
    return row(experiment, "difference", variant, value, **given | more)


def ranked() -> Iterable[tuple[dict[str, Any], float, float]]:
    """Request, K, what K multiplies NDCG by, and what a known scenario adds."""
    for request, plus in REQUESTS.items():
        for k, times in CUTOFFS.items():
            yield {"request": request, "k": k}, times, plus


def headlines() -> list[tuple[dict[str, Any], float, float]]:
    """The same at K = 10, the only cut-off of most experiments."""
    return [found for found in ranked() if found[0]["k"] == 10]


def leaderboard(models: Mapping[str, float]) -> Rows:
    rows: Rows = []
    for at, times, plus in ranked():
        for model, base in models.items():
            value = times * (base + plus)
            rows.append(row("leaderboard", "level", model, value, half=0.0014 * times, **at))
            if model != "ruie":
                gap = times * (models["ruie"] - base)
                given = at | {"reference": model}
                rows.append(difference("leaderboard", "ruie", gap, 0.0014 * times, **given))
            if at["k"] == 10:
                rows.append(row("leaderboard", "level", model, 2.1 * value, metric="hr", **at))
    return rows


def changes(
    experiment: str, table: Mapping[str, float], half: float, reference: str = "ruie"
) -> Rows:
    return [
        difference(experiment, name, times * value, times * half, reference=reference, **at)
        for at, times, _ in ranked()
        for name, value in table.items()
    ]


def rewards() -> Rows:
    rows = changes("rewards", REWARDS, 0.0008, "defaults")
    for place, name in enumerate(REWARDS):
        shift = (0.41, 0.12, -0.38, -0.55, 0.05)[place]
        more = {"reference": "defaults", "request": ""}
        rows.append(difference("rewards", name, shift, 0.06, metric="q_mean", **more))
        rows.append(difference("rewards", name, shift / 40, 0.004, metric="gate_mean", **more))
        rows += order_of_users(name, 0.9 - abs(shift) / 4)
    return [*rows, *order_of_users("defaults", 0.91)]


def order_of_users(name: str, value: float) -> Rows:
    more = {"reference": "defaults", "half": 0.01}
    by_gate = row("rewards", "rank-change", name, value, metric="gate_spearman", **more)
    by_ndcg = [
        row("rewards", "rank-change", name, 0.8 * value, metric="ndcg_spearman", **more | at)
        for at in ({"request": "unknown"}, {"request": "known"})
    ]
    return [by_gate, *by_ndcg]


def cells(scenarios: tuple[str, ...]) -> dict[str, int]:
    """Events of each cell; the last scenario is too small to say anything."""
    shares = np.geomspace(0.6, 0.003, len(scenarios))
    single = {name: int(USERS * part) for name, part in zip(scenarios, shares, strict=True)}
    return {"all": USERS, "head": int(0.8 * USERS), "tail": int(0.2 * USERS)} | single


def per_scenario(rng: np.random.Generator, scenarios: tuple[str, ...]) -> Rows:
    rows: Rows = []
    for at, times, _ in headlines():
        for other, mean in {
            "ruie-paper": 0.009,
            "gate constant": 0.0004,
            "sasrec": 0.0003,
            "popularity": 0.008,
        }.items():
            for name, n in cells(scenarios).items():
                half = 0.0011 * times * (USERS / n) ** 0.5
                value = times * mean + half * rng.normal() * 0.8
                more = {"scenario": name, "n_events": n, "n_users": n, "reference": other}
                rows.append(difference("scenario-split", "ruie", value, half, **at | more))
    return rows


def transfer(rng: np.random.Generator, scenarios: tuple[str, ...]) -> Rows:
    rows: Rows = []
    for at, times, _ in headlines():
        for place, how in enumerate(("joint", "joint, gate constant")):
            for name, n in cells(scenarios).items():
                if name in ("all", "head", "tail"):
                    continue
                half = 0.0012 * times * (USERS / n) ** 0.5
                value = half * (rng.normal() * 1.4 + 0.6 - 0.5 * place)
                more = {"scenario": name, "n_events": n, "n_users": n, "reference": f"only {name}"}
                rows.append(row("transfer", "matrix", how, value, half=half, **at | more))
                if not place:
                    given = at | more | {"reference": "joint, gate constant"}
                    rows.append(row("transfer", "gating", how, value / 3, half=half, **given))
                for x in (0.05, 0.2, 0.5, 1.0):
                    gain = times * (0.0006 - 0.0012 * np.log10(x)) * (1 - 0.3 * place)
                    given = at | more | {"x": x}
                    rows.append(row("transfer", "scarcity", how, gain, half=half, **given))
    return rows


def calibration(scenarios: tuple[str, ...]) -> Rows:
    rows: Rows = []
    slopes = {"single Q": 0.71, "double Q": 0.94}
    for variant, slope in slopes.items():
        for name, n in ({"all": USERS} | cells(scenarios)).items():
            at = {"scenario": name, "n_users": n, "n_events": n}
            for metric, value, half in (
                ("slope", slope, 0.06),
                ("spearman", 0.34 + 0.02 * (variant == "double Q"), 0.02),
                ("overestimation", 1.4 * (1 - slope), 0.05),
                ("ece", 0.8 * (1 - slope) + 0.05, 0.03),
            ):
                given = at | {"metric": metric}
                rows.append(row("calibration", "calibration", variant, value, half=half, **given))
            for q in np.linspace(0.6, 3.2, 10):
                value = 1.7 + slope * (float(q) - 1.7) - (1 - slope)
                more = at | {"x": float(q), "metric": "return", "n_events": n // 10}
                rows.append(row("calibration", "reliability", variant, value, half=0.12, **more))
    return rows


def noise(experiment: str = "gate-oracle", times_share: float = 1.0) -> Rows:
    reach = {
        "gate oracle": 1.0, "gate likelihood": 0.58, "gate target": 0.21, "gate q": -0.08,
        "gate constant": 0.0,
    }  # fmt: skip
    rows: Rows = []
    for gate, part in reach.items():
        for x in (0.0, 0.1, 0.25, 0.4, 0.55):
            more = {"x": x, "command": f"ruie experiment {experiment} data/generated"}
            for at, times, plus in headlines():
                value = times * (0.24 - 0.33 * x + 0.06 * x * part + plus)
                rows.append(row(experiment, "noise", gate, value, half=0.006, **more | at))
            if gate not in ("gate oracle", "gate constant"):
                for at, _, _ in headlines():
                    given = more | at | {"metric": "share_of_ceiling"}
                    # Without noise there is nothing to share.
                    ends = {"half": 0.03 / x} if x else {}
                    share = times_share * part if x else np.nan
                    rows.append(row(experiment, "noise", gate, share, **given | ends))
                given = more | {"metric": "auc"}
                value = 0.5 + 0.45 * max(part, 0.1)
                rows.append(row(experiment, "noise", gate, value, half=0.01, **given))
    return rows


def watched() -> Rows:
    rows: Rows = []
    more = {"x": 0.29, "command": "ruie experiment watched data/kuairand --watched log.csv.gz"}
    against = {"reference": "gate constant", "p": 0.4, "p_holm": 0.9}
    for gate, gain, auc in (("oracle", -0.0008, 1.0), ("q", -0.0014, 0.52), ("engaged", 0.0, 0.5)):
        name = f"gate {gate}"
        for at, times, _ in headlines():
            for part in ("noise", "noise-wanted"):
                given = more | at | against
                panel = f"{part}-difference"
                rows.append(row("watched", panel, name, times * gain, half=0.002, **given))
        given = more | {"metric": "auc"}
        rows.append(row("watched", "noise", name, auc, half=0.01, **given))
    return rows


def make_summary(scenarios: tuple[str, ...] = SCENARIOS, seed: int = 0) -> pd.DataFrame:
    """All experiments but those on generated noise."""
    rng = np.random.default_rng(seed)
    rows = [
        *leaderboard(MODELS),
        *changes("ablation", ABLATION, 0.0009),
        *changes("memory", MEMORY, 0.0009),
        *rewards(),
        *per_scenario(rng, scenarios),
        *transfer(rng, scenarios),
        *calibration(scenarios),
        *watched(),
    ]
    return pd.DataFrame(rows)


def make_noise_summary() -> pd.DataFrame:
    """The experiments on generated noise, and nothing else; the memory reaches half as much."""
    return pd.DataFrame([*noise(), *noise("trust", 0.5)])


def make_runs(summary: pd.DataFrame) -> pd.DataFrame:
    """The trials behind a summary: each variant of each experiment, once per seed."""
    pairs = summary[["experiment", "variant", "command"]].drop_duplicates()
    runs = pairs.merge(pd.DataFrame({"seed": range(1, SEEDS + 1)}), how="cross")
    fixed = {
        "model": "ruie", "parameters": 412_000, "epochs": 40, "best_epoch": 31,
        "validation_ndcg10": 0.031, "seconds": 212.0, "device": "cpu", "config": "{}",
        "split": "leave-one-out", "commit": "e74b36d0aa51",
        "created": "2026-11-25T10:00:00+00:00", "key": "0123abcd",
    }  # fmt: skip
    return runs.assign(**fixed)


def write_experiments(folder: Path) -> Path:
    """Write the tables of ``kuairand`` and ``generated`` into a folder and return it."""
    for name, summary in (("kuairand", make_summary()), ("generated", make_noise_summary())):
        (folder / name).mkdir(parents=True, exist_ok=True)
        summary.to_parquet(folder / name / "summary.parquet", index=False)
        make_runs(summary).to_parquet(folder / name / "runs.parquet", index=False)
    return folder


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    print(write_experiments(parser.parse_args().folder))
