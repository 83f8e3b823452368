"""Hand-made paths, for tests of what is said and drawn about one person."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ruie_core.reporting.walk import Walk

NAMES = ("feed", "search", "related")


def made(
    scenario: Sequence[int],
    *,
    p: np.ndarray | None = None,
    q: np.ndarray | None = None,
    gate: Sequence[float] | None = None,
    reward: Sequence[float] | None = None,
    category: Sequence[str] | None = None,
    actions: Sequence[list[str]] | None = None,
    names: tuple[str, ...] = NAMES,
) -> Walk:
    """A path through the given scenario codes; what is not given is flat and unremarkable."""
    n, s = len(scenario), len(names)
    p = np.full((n + 1, s), 1 / s) if p is None else np.array(p, dtype=float)
    q = np.full((n + 1, s), 1.5) if q is None else np.array(q, dtype=float)
    p[0], q[0] = np.nan, np.nan
    gates = np.full(n, 0.5) if gate is None else np.array(gate, dtype=float)
    gates[:1] = np.nan
    return Walk(
        scenario=np.array(scenario, dtype=np.int64),
        reward=np.ones(n) if reward is None else np.array(reward, dtype=float),
        gate=gates,
        rank=np.full(n, np.nan),
        split=np.full(n, "train"),
        category=np.array([""] * n if category is None else category, dtype=object),
        actions=[["click"]] * n if actions is None else list(actions),
        q=q,
        p=p,
        names=names,
    )


def leaning(scenario: Sequence[int], late: int, old: int = 0, new: int = 1) -> np.ndarray:
    """Probabilities of a model that follows the first event in ``new`` after ``late`` events."""
    n = len(scenario)
    first = list(scenario).index(new) + late
    p = np.full((n + 1, len(NAMES)), 0.1)
    p[:first, old], p[:first, new] = 0.7, 0.2
    p[first:, old], p[first:, new] = 0.3, 0.6
    return p


def steps_of(path: Walk) -> pd.DataFrame:
    """The rows of ``steps`` that hold a path, with ids, titles and a forecast row."""
    n = path.n
    taken = np.append(path.scenario, 0)
    events = np.arange(n + 1) < n
    frame = pd.DataFrame(
        {
            "t": np.arange(1, n + 2, dtype=np.int32),
            "time": pd.date_range("2026-03-01", periods=n + 1, freq="7h", tz="UTC"),
            "item_id": [f"i{k}" for k in range(n + 1)],
            "title": [None if k % 5 == 4 else f"Title <{k}> & more" for k in range(n + 1)],
            "scenario": np.where(events, np.array(path.names)[taken], None),
            "category": np.append(path.category, ""),
            "actions": [*path.actions, None],
            "reward": np.append(path.reward, np.nan).astype("float32"),
            "split": np.where(events, "train", "forecast"),
            "gate": np.append(path.gate, np.nan).astype("float32"),
            "rank": pd.array([*(int(7 * k + 1) for k in range(n)), None], dtype="Int32"),
            "q_taken": np.where(events, path.q[np.arange(n + 1), taken], np.nan),
        }
    )
    if n >= 3:
        frame.loc[n - 2, "split"], frame.loc[n - 1, "split"] = "validation", "test"
    frame.loc[0, "rank"] = pd.NA
    frame.loc[n, ["time", "item_id", "title", "category"]] = None
    for code, name in enumerate(path.names):
        frame[f"q_{name}"], frame[f"p_{name}"] = path.q[:, code], path.p[:, code]
    return frame
