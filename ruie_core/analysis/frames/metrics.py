"""Frames of the metric table: which cut-offs and protocols there are, and their rows."""

import pandas as pd

from ruie_core.analysis.contrast import FEW_EVENTS
from ruie_core.analysis.once import once
from ruie_core.analysis.store import RunStore

BASELINES = ("scenario-popularity", "popularity")
"""Models without training, always beside the run's own."""

SMALL_CELL = FEW_EVENTS
"""A cell with fewer held-out events is shown grey: its interval says little."""


@once
def cutoffs(store: RunStore) -> pd.DataFrame:
    """Return the cut-offs K of NDCG, smallest first: k."""
    return store.sql("SELECT DISTINCT k FROM ndcg WHERE metric = 'ndcg' ORDER BY k")


@once
def usual_cutoff(store: RunStore) -> int:
    """Return the cut-off that is quoted: 10, or the nearest that was computed."""
    found = cutoffs(store)["k"].astype(int)
    return int(min(found, key=lambda k: (abs(k - 10), k), default=10))


@once
def exclusions(store: RunStore) -> tuple[bool, ...]:
    """Return whether seen items were left unranked: one value, or both where both were scored."""
    found = store.sql("SELECT DISTINCT exclude_seen FROM ndcg ORDER BY exclude_seen")
    return tuple(bool(value) for value in found["exclude_seen"]) or (False,)


def ndcg_by_model(store: RunStore, k: int, exclude_seen: bool) -> pd.DataFrame:
    """Return NDCG@k over all held-out events, one row per model and protocol.

    Returns:
        model, request_scenario (unknown or known), value, low, high (95 % interval over users, null
        where one user alone was held out), n_events, n_users, baseline (bool); the run's own model
        first, then scenario popularity, then popularity.
    """
    frame = store.sql(
        """
        SELECT model, request_scenario, value, low, high, n_events, n_users FROM ndcg
        WHERE metric = 'ndcg' AND scenario = 'all' AND k = ? AND exclude_seen = ?
        """,
        [k, exclude_seen],
    )
    return _ordered(frame)


def ndcg_by_scenario(
    store: RunStore, k: int, request_scenario: str, exclude_seen: bool
) -> pd.DataFrame:
    """Return NDCG@k of every model per scenario of the target, and over all, head and tail.

    Returns:
        scenario (its own name), group (all, head, tail or scenario), code (1-based, 0 for a group),
        model, value, low, high, n_events, n_users, baseline, small (fewer than 30 events).
    """
    frame = store.sql(
        """
        SELECT scenario AS label, model, request_scenario, value, low, high, n_events, n_users
        FROM ndcg
        WHERE metric = 'ndcg' AND k = ? AND request_scenario = ? AND exclude_seen = ?
        """,
        [k, request_scenario, exclude_seen],
    )
    groups = ("all", "head", "tail")
    frame["group"] = frame["label"].where(frame["label"].isin(groups), "scenario")
    # A scenario that is called like a group carries a mark in the table.
    names = {f"{name} (scenario)" if name in groups else name: name for name in store.scenarios}
    codes = {label: code for code, label in enumerate(names, start=1)}
    known = frame["label"].isin([*groups, *names])
    frame = frame[known].copy()
    frame["scenario"] = frame["label"].map(lambda label: names.get(label, label))
    frame["code"] = frame["label"].map(lambda label: codes.get(label, 0)).astype(int)
    frame["small"] = frame["n_events"] < SMALL_CELL
    frame = _ordered(frame.drop(columns=["label", "request_scenario"]))
    place = {"all": -3, "head": -2, "tail": -1}
    order = frame["group"].map(place).fillna(frame["code"])
    return frame.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """Put the run's own model first and popularity last."""
    frame["baseline"] = frame["model"].isin(BASELINES)
    rank = {name: place for place, name in enumerate(BASELINES, start=1)}
    order = frame["model"].map(lambda name: rank.get(name, 0))
    return frame.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def head_and_tail(store: RunStore, request_scenario: str, exclude_seen: bool) -> pd.DataFrame:
    """Return NDCG at every cut-off for head and tail scenarios, every model.

    Returns:
        group (head or tail), model, k, value, low, high, n_events, n_users, baseline.
    """
    frame = store.sql(
        """
        SELECT scenario AS "group", model, k, value, low, high, n_events, n_users FROM ndcg
        WHERE metric = 'ndcg' AND scenario IN ('head', 'tail')
            AND request_scenario = ? AND exclude_seen = ?
        ORDER BY "group", k
        """,
        [request_scenario, exclude_seen],
    )
    return _ordered(frame)
