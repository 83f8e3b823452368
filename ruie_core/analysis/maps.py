"""``item_map.parquet`` and ``state_map.parquet``: coordinates, computed once and stored."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor

from ruie_core.analysis.layout import lay_out, stratified
from ruie_core.analysis.nearest import unit_rows
from ruie_core.analysis.steps import Seen
from ruie_core.analysis.users import scenario_counts_of
from ruie_core.config import AnalyzeConfig
from ruie_core.data.dataset import Dataset

MOST_STATES = 1_000_000
"""States on the map; of more, whole users are drawn at random."""

Rule = dict[str, Any]


def item_map(
    dataset: Dataset, item_table: Tensor, config: AnalyzeConfig
) -> tuple[pd.DataFrame, Rule]:
    """Place every item.

    Args:
        dataset: the events.
        item_table: (I + 1, d) embeddings; row 0 is padding.
        config: size of the fit, neighbours, seed.

    Returns:
        Rows of ``item_map`` by item, and the rule for ``health.json``.
    """
    names = dataset.vocabulary.scenarios
    counts = scenario_counts_of(dataset.items - 1, dataset.scenarios, dataset.n_items, len(names))
    main = counts.argmax(1)
    fitted = stratified(main, config.map_points, np.random.default_rng(config.seed))
    unit = unit_rows(item_table.detach()[1:], "item embeddings")
    places, how = lay_out(unit, fitted, config.map_neighbors, config.seed)
    items = dataset.vocabulary.items
    frame = pd.DataFrame(
        {
            "item": np.arange(1, dataset.n_items + 1, dtype=np.int32),
            "x": places[:, 0],
            "y": places[:, 1],
            "fitted": _marked(dataset.n_items, fitted),
            "scenario": np.array(names, dtype=object)[main],
            "category": items["category"].to_numpy(),
            "title": items["title"].to_numpy(),
            "count": items["count"].to_numpy(),
        }
    )
    events = {f"events_{name}": counts[:, code] for code, name in enumerate(names)}
    frame = pd.concat([frame, pd.DataFrame(events, dtype=np.int32)], axis=1)
    strata = "stratified by each item's most frequent scenario"
    return frame, _rule(dataset.n_items, dataset.n_items, fitted, strata, how)


def mapped_states(dataset: Dataset, seed: int, limit: int = MOST_STATES) -> npt.NDArray[np.bool_]:
    """(N,) bool: events whose state goes on the map: all, or those of users drawn at random.

    Whole users, because a person's path is drawn over the map.
    """
    if dataset.n_events <= limit:
        return np.ones(dataset.n_events, bool)
    order = np.random.default_rng(seed).permutation(dataset.n_users)
    inside = np.zeros(dataset.n_users, bool)
    inside[order[np.cumsum(dataset.lengths[order]) <= limit]] = True
    return np.repeat(inside, dataset.lengths)


def state_map(
    dataset: Dataset,
    seen: Seen,
    mapped: npt.NDArray[np.bool_],
    device: torch.device,
    config: AnalyzeConfig,
) -> tuple[pd.DataFrame, Rule]:
    """Place the state after each mapped event.

    Args:
        dataset: N events.
        seen: states of the mapped events, and gates of all.
        mapped: (N,) bool.
        device: where neighbours are sought.
        config: size of the fit, neighbours, seed.

    Returns:
        Rows of ``state_map`` by user, then t, and the rule for ``health.json``. ``scenario`` and
        ``gate`` are those of event t, the last that the state has read.
    """
    at = np.flatnonzero(mapped)
    user = dataset.user_of_event()[at]
    codes = dataset.scenarios[at] - 1
    fitted = stratified(codes, config.map_points, np.random.default_rng(config.seed))
    unit = unit_rows(torch.from_numpy(seen.states).to(device), "states")
    places, how = lay_out(unit, fitted, config.map_neighbors, config.seed)
    names = pd.Index(dataset.vocabulary.scenarios)
    frame = pd.DataFrame(
        {
            "user": user,
            "t": (at - dataset.offsets[user] + 1).astype(np.int32),
            "x": places[:, 0],
            "y": places[:, 1],
            "fitted": _marked(len(at), fitted),
            "scenario": pd.Categorical.from_codes(codes, categories=names),
            "gate": seen.gate[at],
        }
    )
    rule = _rule(len(at), dataset.n_events, fitted, "stratified by the scenario of event t", how)
    if len(at) < dataset.n_events:
        rule["rule"] += f"; states of {len(np.unique(user)):,} users drawn at random"
    return frame, rule


def _rule(points: int, of: int, fitted: npt.NDArray[np.int64], strata: str, how: str) -> Rule:
    rule = "all points" if len(fitted) == points else strata
    return {"points": points, "of": of, "fitted": len(fitted), "rule": rule, "method": how}


def _marked(n: int, chosen: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    marks = np.zeros(n, bool)
    marks[chosen] = True
    return marks
