"""NDCG of two models on the same held-out events, of one training each or of several.

A run stands for its model. With other seeds of both beside them (``analysis.seeds``), a model's
figure is the mean over its trainings, and intervals are over people *and* trainings
(``evaluation.statistics``): what another seed of either may do is part of them.
"""

from typing import Final

import numpy as np
import pandas as pd

from ruie_core.analysis.contrast import FEW_EVENTS, FEW_USERS
from ruie_core.analysis.frames.metrics import BASELINES
from ruie_core.analysis.store import RunStore, quote
from ruie_core.analysis.tally import joined
from ruie_core.evaluation.bootstrap import Array
from ruie_core.evaluation.statistics import Figure, differences, figures, sample

RESAMPLES: Final = 1_000
_SEED: Final = 20_260
"""Of the bootstrap: the same picture at every opening."""
OTHERS: Final = ", ".join(f"'{name}'" for name in BASELINES)
"""Rows of ``ranks`` that are no model's, for SQL."""


def paired_ndcg(
    store: RunStore,
    own: tuple[str, ...],
    its: tuple[str, ...],
    k: int,
    sides: str | None = None,
) -> pd.DataFrame:
    """Return NDCG@k of two models on the same held-out events, and the paired difference.

    Args:
        store: a run.
        own: its trainings, as what their tables begin with (``RunStore.beside``), this one's first.
        its: the other model's, likewise.
        k: cut-off.
        sides: only events of side 1 of this table count; none: all.

    Returns:
        A row per request and scenario, over all, and over head and tail scenarios where the run
        tells them apart: request_scenario, the columns of a contrast (``frames.sides``; group
        is all, head, tail or scenario), this run being side 1, and each_1 and each_2 (tuples: the
        figure of each training). Differences are this less other; only events that every training
        ranked count. Intervals are percentiles of a bootstrap over users (1,000 resamples, one for
        all rows), with the noise of trainings where a side has several, and null where a cell has
        fewer than 30 events or 5 users.
    """
    found = store.sql(_gains((*own, *its), sides), {"k": k})
    parts = [
        _bootstrapped(part.reset_index(drop=True), len(own), len(its), store).assign(
            request_scenario=request
        )
        for request, part in found.groupby("request_scenario", sort=False)
    ]
    if not parts:
        return pd.DataFrame(columns=["request_scenario", "group", "scenario", "code", "n_1"])
    order = {"unknown": 0, "known": 1}
    whole = pd.concat(parts, ignore_index=True)
    place = whole["request_scenario"].map(order) * 1_000 + whole["code"]
    return whole.iloc[place.argsort(kind="stable")].reset_index(drop=True)


def _gains(runs: tuple[str, ...], sides: str | None) -> str:
    """Return the query of what each user adds to each run's gain, by scenario and over all."""
    ranked = " UNION ALL ".join(
        f'SELECT {run} AS run, "user", t, scenario, request_scenario, rank '
        f"FROM {quote(f'{name}_ranks')} WHERE model NOT IN ({OTHERS})"
        for run, name in enumerate(runs)
    )
    chosen = "every s" if sides is None else joined(sides, "every", "side")
    return f"""
        WITH every AS ({ranked}),
        common AS (
            SELECT s."user", s.t, s.scenario, s.request_scenario FROM {chosen}
            GROUP BY ALL HAVING count(*) = {len(runs)}
        )
        SELECT request_scenario, scenario, "user", run, count(*)::DOUBLE AS n,
            sum(CASE WHEN rank <= $k THEN 1 / log2(1 + rank) ELSE 0 END) AS gain
        FROM every JOIN common USING ("user", t, scenario, request_scenario)
        GROUP BY GROUPING SETS
            ((request_scenario, scenario, "user", run), (request_scenario, "user", run))
    """


def _bootstrapped(part: pd.DataFrame, own: int, its: int, store: RunStore) -> pd.DataFrame:
    """Resample users once for every scenario, all trainings and their difference."""
    groups = _groups(store)
    names = (*groups, *store.scenarios)
    code = {name: c for c, name in enumerate(store.scenarios, start=1)}
    blocks = _blocks(part, own + its, groups, code)
    size = len(names)

    def ndcg(totals: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Array = totals[:, :size] / totals[:, size:]
        return found

    sampled = sample(
        {"1": blocks[:own], "2": blocks[own:]}, ndcg, resamples=RESAMPLES, seed=_SEED
    )  # fmt: skip
    n, users = blocks[0][:, size:].sum(0), (blocks[0][:, size:] > 0).sum(0)
    sure = (n >= FEW_EVENTS) & (users >= FEW_USERS)
    frame = pd.DataFrame({"group": [*groups, *["scenario"] * len(store.scenarios)]})
    frame["scenario"] = names
    frame["code"] = [0] * len(groups) + list(code.values())
    for side, mine in (("1", blocks[:own]), ("2", blocks[own:])):
        _put(frame, ("value_{}", "low_{}", "high_{}"), side, figures(sampled[side]), sure)
        each = np.stack([ndcg(block.sum(0, keepdims=True))[0] for block in mine], axis=1)
        frame[f"each_{side}"] = [tuple(values) for values in each.tolist()]
        frame[f"n_{side}"], frame[f"users_{side}"] = n.astype(int), users
    apart = differences(sampled["1"], sampled["2"])
    _put(frame, ("difference", "difference_low", "difference_high"), "", apart, sure)
    frame["small"] = n < FEW_EVENTS
    return frame[frame["n_1"] > 0]


def _blocks(
    part: pd.DataFrame, runs: int, groups: dict[str, list[int]], code: dict[str, int]
) -> list[Array]:
    """Return per run (U, 2 · cells): what each user adds to each cell's gain, then to its n."""
    found = part["scenario"].map(code).where(part["scenario"].notna(), 0)
    part, cell = part[found.notna()], found[found.notna()].to_numpy(int)
    size = len(groups) + len(code)
    run, (users, user) = part["run"].to_numpy(int), np.unique(part["user"], return_inverse=True)
    every = np.zeros((runs, len(users), 2 * size))
    insides = [cell == 0 if name == "all" else np.isin(cell, own) for name, own in groups.items()]
    insides += [cell == number for number in code.values()]
    for offset, name in ((0, "gain"), (size, "n")):
        values = part[name].to_numpy(float)
        for place, inside in enumerate(insides):
            into = every[:, :, offset + place]
            np.add.at(into, (run[inside], user[inside]), values[inside])
    return list(every)


def _put(
    frame: pd.DataFrame,
    columns: tuple[str, str, str],
    side: str,
    found: list[Figure],
    sure: "np.ndarray",
) -> None:
    """Write value and interval, the interval where the cell is large enough for one."""
    value, low, high = (name.format(side) for name in columns)
    frame[value] = [one.value for one in found]
    frame[low] = np.where(sure, [one.low for one in found], np.nan)
    frame[high] = np.where(sure, [one.high for one in found], np.nan)


def _groups(store: RunStore) -> dict[str, list[int]]:
    """Return the codes of each group's scenarios: all, and head and tail where both have some."""
    codes = {name: code for code, name in enumerate(store.scenarios, start=1)}
    head = [codes[name] for name in store.metrics.get("head", ()) if name in codes]
    tail = [code for code in codes.values() if code not in head]
    whole = {"all": list(codes.values())}
    return whole | ({"head": head, "tail": tail} if head and tail else {})
