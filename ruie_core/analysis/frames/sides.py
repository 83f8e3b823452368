"""Frames of two sides of a log (``analysis.sides``): what they do, and how the model sees them.

A contrast has a row per scenario, by code, and one for all: group (``all`` or ``scenario``),
scenario, code (0 for all), and the columns of ``contrast.contrasted``. Side 1 is what is looked at.
"""

from typing import Final

import numpy as np
import pandas as pd

from ruie_core.analysis.contrast import (
    FEW_EVENTS,
    FEW_USERS,
    Z,
    contrasted,
    estimated,
    ratios,
)
from ruie_core.analysis.frames.metrics import BASELINES
from ruie_core.analysis.frames.transitions import measured
from ruie_core.analysis.store import RunStore, quote
from ruie_core.analysis.tally import LEAVING, cells, expected, joined, moves, tally

MEASURES: Final = {"gate": "gate", "q": "q_taken"}
"""What a mean can be of, and its column of ``steps``."""

_TALLIED: Final = {"gate": "gates", "q": "qs"}
"""How many events have it: the column of a tally beside the sum, which is called like it."""


def size(store: RunStore, sides: str) -> pd.DataFrame:
    """Return how much there is on either side: side, users, events, first and last (ms, UTC)."""
    return store.sql(
        f"""
        SELECT side, count(DISTINCT "user") AS users, sum(n)::BIGINT AS events,
            epoch_ms(min(first_time)) AS first, epoch_ms(max(last_time)) AS last
        FROM {quote(tally(store, sides))} GROUP BY side ORDER BY side DESC
        """
    )


def mix(store: RunStore, sides: str) -> pd.DataFrame:
    """Return the share of events per scenario: a contrast; n is all events of the side."""
    table = quote(tally(store, sides))
    found = ratios(
        store,
        f"""
        SELECT "user", side, cell, 0 AS y, n AS x
        FROM (SELECT "user", side, sum(n) AS n FROM {table} GROUP BY "user", side)
        CROSS JOIN (SELECT unnest($names) AS cell)
        UNION ALL SELECT "user", side, scenario AS cell, n AS y, 0 AS x FROM {table}
        """,
        {"names": list(store.scenarios)},
    )
    return by_scenario(store, contrasted(found, (0.0, 1.0)))


def means(store: RunStore, sides: str, measure: str) -> pd.DataFrame:
    """Return the mean gate or taken Q per scenario and over all: a contrast.

    Args:
        store: the run.
        sides: table of the sides.
        measure: a key of ``MEASURES``; Q in reward units.
    """
    found = ratios(store, cells(tally(store, sides), measure, _TALLIED[measure]))
    return by_scenario(store, contrasted(found, (0.0, 1.0) if measure == "gate" else None))


def ends(store: RunStore, sides: str) -> pd.DataFrame:
    """Return the share of gates at an end, under 0.05 or over 0.95: a contrast."""
    found = ratios(store, cells(tally(store, sides), "ends", "gates"))
    return by_scenario(store, contrasted(found, (0.0, 1.0)))


def gaps(store: RunStore, sides: str, split: str) -> pd.DataFrame:
    """Return how far the taken Q lies over what came, in reward units: a contrast.

    Only events whose return is finished before the log ends count.

    Args:
        store: the run.
        sides: table of the sides.
        split: a key of ``personal.SPLITS``.
    """
    found = ratios(store, cells(tally(store, sides), f"gap_{split}", f"done_{split}"))
    return by_scenario(store, contrasted(found))


def ndcg(store: RunStore, sides: str, k: int, request_scenario: str) -> pd.DataFrame:
    """Return NDCG@k of the run's model over held-out events, per scenario of what came: a contrast.

    Args:
        store: the run.
        sides: table of the sides.
        k: cut-off.
        request_scenario: ``unknown`` or ``known``.
    """
    found = ratios(
        store,
        f"""
        SELECT s."user", side, unnest([scenario, NULL]) AS cell, 1 AS x,
            CASE WHEN rank <= $k THEN 1 / log2(1 + rank) ELSE 0 END AS y
        FROM {joined(sides, "ranks")}
        WHERE request_scenario = $request AND NOT list_contains($baselines, model)
        """,
        {"k": k, "request": request_scenario, "baselines": list(BASELINES)},
    )
    return by_scenario(store, contrasted(found, (0.0, 1.0)))


def as_models(contrast: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """Return a contrast in the rows of ``frames.metrics.ndcg_by_scenario``, a row per side.

    Args:
        contrast: as from ``ndcg``.
        first: what the first side is called in the column ``model``.
        second: what the second is; it takes the baselines' place.
    """
    parts = []
    for side, name in (("1", first), ("2", second)):
        part = contrast[["group", "scenario", "code"]].copy()
        part["model"] = name
        for column in ("value", "low", "high"):
            part[column] = contrast[f"{column}_{side}"]
        part["n_events"], part["n_users"] = contrast[f"n_{side}"], contrast[f"users_{side}"]
        part["baseline"] = side == "2"
        part["small"] = part["n_events"] < FEW_EVENTS
        for column in ("difference", "difference_low", "difference_high"):
            part[column] = contrast[column] if side == "1" else np.nan
        parts.append(part[part["n_events"] > 0])
    both = pd.concat(parts, ignore_index=True)
    return both.sort_values(["code", "group", "baseline"], kind="stable").reset_index(drop=True)


def transitions(store: RunStore, sides: str) -> pd.DataFrame:
    """Return the first side's transitions; the reference is the share on the second side.

    A transition lies where the event that it arrives at lies.

    Returns:
        The columns of ``frames.transitions.everyone``; ``log_lift`` compares with the second side,
        its interval covers both, and is null where fewer than 5 users of either moved so.
    """
    names = list(store.scenarios)
    found = _pairs(store, sides)
    own, rest = found["value_1"], found["value_2"]
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = pd.Series(np.log(own / rest)).where((found["y_1"] > 0) & (found["y_2"] > 0))
        alone = Z * found["se_1"] / own
        spread = (found["se_1"] / own) ** 2 + (found["se_2"] / rest) ** 2
        both = Z * np.sqrt((spread - 2 * found["cov"] / (own * rest)).clip(lower=0.0))
    own_sure = found["movers_1"] >= FEW_USERS
    sure = own_sure & (found["movers_2"] >= FEW_USERS)
    chances = _expected(store, sides).reindex(names).to_numpy(float).reshape(-1)
    columns = {
        "from_scenario": np.repeat(names, len(names)),
        "to_scenario": np.tile(names, len(names)),
        "n": found["y_1"],
        "n_from": found["x_1"],
        "p_low": (own * np.exp(-alone)).where(own_sure),
        "p_high": (own * np.exp(alone)).clip(upper=1.0).where(own_sure),
        "p_model": chances / found["x_1"].where(found["x_1"] > 0),
        "p_reference": rest,
        "log_lift": lift,
        "log_lift_low": (lift - both).where(sure),
        "log_lift_high": (lift + both).where(sure),
    }
    return measured(pd.DataFrame(columns))


def of_person(store: RunStore, sides: str) -> pd.DataFrame:
    """Return one person's transitions against all others; side 1 holds that person alone.

    Returns:
        As ``transitions``, with the exact intervals of one person's events, of the person alone.
    """
    found = transitions(store, sides)
    kept = ["from_scenario", "to_scenario", "n", "n_from", "p_model", "p_reference"]
    return measured(found[kept].copy())


def _pairs(store: RunStore, sides: str) -> pd.DataFrame:
    """Return the estimates of every pair of scenarios, in the order of the codes."""
    names = ["source", "target"]
    found = store.sql(moves(store, sides))
    pairs = pd.MultiIndex.from_product([store.scenarios, store.scenarios], names=names)
    whole = found.set_index(names).reindex(pairs).reset_index()
    # Where nobody made a move, those who left its source are known from the other moves.
    by_source = found.drop_duplicates("source").set_index("source")[LEAVING]
    whole[LEAVING] = by_source.reindex(whole["source"]).to_numpy()
    return estimated(whole.fillna(0.0)).drop(columns=names)


def _expected(store: RunStore, sides: str) -> pd.DataFrame:
    """Return the sums of the model's p over the first side's arrivals, by scenario left."""
    return store.sql(expected(store, sides)).set_index("source")


def by_scenario(store: RunStore, frame: pd.DataFrame) -> pd.DataFrame:
    """Name the rows and put them in the order of the codes; the row of all has no cell."""
    codes = {name: code for code, name in enumerate(store.scenarios, start=1)}
    whole = frame["cell"].isna()
    known = frame[whole | frame["cell"].isin(list(codes))].copy()
    known["group"] = np.where(known["cell"].isna(), "all", "scenario")
    known["code"] = known["cell"].map(codes).fillna(0).astype(int)
    known["scenario"] = known.pop("cell").astype(object).where(known["code"] > 0, "all")
    first = ["group", "scenario", "code"]
    order = known.sort_values("code", kind="stable")
    return order[[*first, *(name for name in order if name not in first)]].reset_index(drop=True)
