"""What lies under the storyboard beside a person's steps: categories, sessions, other seeds."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ruie_core.analysis.answers import as_pandas
from ruie_core.analysis.catalogue import items_of
from ruie_core.analysis.drift import (
    category_drift,
    chance_level,
    coded,
    exposure_gap,
    trailing_mix,
)
from ruie_core.analysis.frames.user import ranked_categories, user_steps
from ruie_core.analysis.person import rows_by_id
from ruie_core.analysis.store import RunStore

USUAL_PAUSE_HOURS = 0.5
"""A longer pause begins a new session where the run does not say otherwise: the usual rule."""
_SEED = 0
"""Of the random orders that the chance level is read of: the same person, the same level."""


def pause_hours(store: RunStore) -> float:
    """Return the pause, in hours, after which a new session begins."""
    return store.config.objective.session_gap_hours or USUAL_PAUSE_HOURS


def session_breaks(store: RunStore, user: int) -> pd.DataFrame:
    """Return ``t`` of every event that begins a new session, and ``hours`` since the one before."""
    steps = user_steps(store, user)
    events = steps[steps["item"].notna()]
    hours = events["time"].diff().dt.total_seconds() / 3600
    breaks: pd.DataFrame = events[["t"]].assign(hours=hours)[hours > pause_hours(store)]
    return breaks.reset_index(drop=True)


def category_path(store: RunStore, user: int) -> pd.DataFrame:
    """Return a person's categories, event by event, and how far they drift.

    Returns:
        One row per event and one for the forecast: ``t``, ``category``, ``n`` (events in the mix),
        ``drift``, ``drift_level`` (under which 95 % lie by chance; the same in every row),
        ``served_gap``, and ``share_<category>`` per category of the person, the most watched
        first. See ``ruie_core.analysis.drift``.
    """
    steps = user_steps(store, user)[["t", "category", "item"]]
    events = steps[steps["item"].notna()]
    names = _ordered(events["category"])
    codes = coded(events["category"].tolist(), names)
    generator = np.random.default_rng(_SEED)
    mix, held = trailing_mix(codes, len(names))
    served = _served(ranked_categories(store, user), steps["t"].to_numpy(), names)
    drift, n = np.full(len(steps), np.nan), np.zeros(len(steps), np.int64)
    drift[: len(codes)], n[: len(codes)] = category_drift(codes, len(names)), held
    return pd.DataFrame(
        {
            "t": steps["t"],
            "category": steps["category"],
            "n": n,
            "drift": drift,
            "drift_level": chance_level(codes, len(names), generator),
            "served_gap": exposure_gap(mix, held, served)[: len(steps)],
        }
    ).join(_columns(mix, names, len(steps)))


def _ordered(categories: "pd.Series[str]") -> list[str]:
    counts = categories.dropna().astype(str).value_counts()
    return sorted(counts.index, key=lambda name: (-int(counts[name]), name))


def _served(ranked: pd.DataFrame, t: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """(rows, C) shares among the first ranked; what the person never watched has no column."""
    served = np.full((max(len(t), 1), len(names)), np.nan)
    if ranked.empty or not names:
        return served
    known = ranked[ranked["category"].notna()]
    row = {int(event): place for place, event in enumerate(t)}
    rows = known["t"].map(row)
    places = rows[rows.notna()].to_numpy(np.int64)
    codes = coded(known["category"][rows.notna()].tolist(), names)
    n = np.bincount(places, minlength=len(served))
    counts = np.zeros(served.shape)
    np.add.at(counts, (places[codes >= 0], codes[codes >= 0]), 1)
    served[n > 0] = counts[n > 0] / n[n > 0, None]
    return served


def _columns(mix: np.ndarray, names: Sequence[str], rows: int) -> pd.DataFrame:
    padded = np.full((rows, len(names)), np.nan)
    padded[: len(mix)] = mix
    return pd.DataFrame(padded, columns=[f"share_{name}" for name in names])


def q_of_user(store: RunStore, user_id: str) -> pd.DataFrame:
    """Return ``t``, ``item_id`` and ``q_<scenario>`` of a person, named by the log's own id."""
    rows = rows_by_id(store, user_id)
    kept = rows.select(["t", *(f"q_{name}" for name in store.scenarios)])
    return as_pandas(kept.add_column(1, "item_id", items_of(store, rows["item"])["item_id"]))


def seed_band(tables: Sequence[pd.DataFrame], scenarios: Sequence[str]) -> pd.DataFrame:
    """Return the lowest and highest Q of several seeds.

    Args:
        tables: ``q_of_user`` of each seed, this run's first.
        scenarios: of this run.

    Returns:
        ``t``, ``seeds`` and ``low_<scenario>``, ``high_<scenario>``; no rows where there are less
        than two seeds. A seed whose events differ from this run's is left out.
    """
    first = tables[0]
    same = [
        table
        for table in tables
        if list(table.columns) == list(first.columns)
        and table[["t", "item_id"]].equals(first[["t", "item_id"]])
    ]
    columns = [f"{end}_{name}" for name in scenarios for end in ("low", "high")]
    if len(same) < 2:
        return pd.DataFrame(columns=["t", "seeds", *columns])
    values = np.stack(
        [table[[f"q_{name}" for name in scenarios]].to_numpy(float) for table in same]
    )
    band = {"t": first["t"], "seeds": len(same)}
    for code, name in enumerate(scenarios):
        band[f"low_{name}"] = values[:, :, code].min(axis=0)
        band[f"high_{name}"] = values[:, :, code].max(axis=0)
    return pd.DataFrame(band)
