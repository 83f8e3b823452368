"""Frames of two sides of a log (``analysis.sides``): what they do, and how the model sees them.

A contrast has a row per scenario, by code, and one for all: group (``all`` or ``scenario``),
scenario, code (0 for all), and the columns of ``contrast.contrasted``. Side 1 is what is looked at.
"""

from typing import Final

import numpy as np
import pandas as pd

from ruie_core.analysis.contrast import FEW_EVENTS, FEW_USERS, Z, contrasted, ratios
from ruie_core.analysis.frames.metrics import BASELINES
from ruie_core.analysis.frames.transitions import measured, path
from ruie_core.analysis.store import RunStore, quote

MEASURES: Final = {"gate": "gate", "q": "q_taken"}
"""What a mean can be of, and its column of ``steps``."""


def joined(sides: str, table: str = "steps") -> str:
    """Return the SQL after FROM that gives every event its ``side``, forecasts left out."""
    real = "AND s.split <> 'forecast'" if table == "steps" else ""
    return (
        f"{table} s JOIN {quote(sides)} w "
        f'ON s."user" = w."user" AND s.t BETWEEN w.first AND w.last {real}'
    )


def size(store: RunStore, sides: str) -> pd.DataFrame:
    """Return how much there is on either side: side, users, events, first and last (ms, UTC)."""
    return store.sql(
        f"""
        SELECT side, count(DISTINCT s."user") AS users, count(*) AS events,
            epoch_ms(min(time)) AS first, epoch_ms(max(time)) AS last
        FROM {joined(sides)} GROUP BY side ORDER BY side DESC
        """
    )


def mix(store: RunStore, sides: str) -> pd.DataFrame:
    """Return the share of events per scenario: a contrast; n is all events of the side."""
    found = ratios(
        store,
        f"""
        SELECT s."user", side, cell, 0 AS y, count(*) AS x
        FROM {joined(sides)} CROSS JOIN (SELECT unnest($names) AS cell) GROUP BY ALL
        UNION ALL
        SELECT s."user", side, scenario AS cell, count(*) AS y, 0 AS x
        FROM {joined(sides)} GROUP BY ALL
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
    column = MEASURES[measure]
    found = ratios(store, everywhere(sides, column, "1", f"{column} IS NOT NULL"))
    return by_scenario(store, contrasted(found, (0.0, 1.0) if measure == "gate" else None))


def ends(store: RunStore, sides: str, low: float, high: float) -> pd.DataFrame:
    """Return the share of gates under ``low`` or over ``high``: a contrast."""
    at_end = f"(gate < {float(low)} OR gate > {float(high)})::INT"
    found = ratios(store, everywhere(sides, at_end, "1", "gate IS NOT NULL"))
    return by_scenario(store, contrasted(found, (0.0, 1.0)))


def gaps(store: RunStore, sides: str, split: str) -> pd.DataFrame:
    """Return how far the taken Q lies over what came, in reward units: a contrast.

    Only events whose return is finished before the log ends count.

    Args:
        store: the run.
        sides: table of the sides.
        split: ``heldout``, ``train`` or ``all``.
    """
    where = finished(split)
    found = ratios(store, everywhere(sides, 'q_taken::DOUBLE - "return"', "1", where))
    return by_scenario(store, contrasted(found))


def finished(split: str) -> str:
    """Return the test that an event's return is finished: ``heldout``, ``train`` or ``all``."""
    kinds = {"all": "true", "train": "split = 'train'", "heldout": "split <> 'train'"}
    return f"q_taken IS NOT NULL AND NOT truncated AND {kinds[split]}"


def everywhere(sides: str, y: str, x: str, where: str, table: str = "steps") -> str:
    """Return the cells of each scenario and of all: sums of ``y`` and ``x`` over events."""
    return (
        f'SELECT s."user", side, scenario AS cell, sum({y})::DOUBLE AS y, sum({x}) AS x '
        f"FROM {joined(sides, table)} WHERE {where} "
        'GROUP BY GROUPING SETS ((s."user", side, scenario), (s."user", side))'
    )


def ndcg(store: RunStore, sides: str, k: int, request_scenario: str) -> pd.DataFrame:
    """Return NDCG@k of the run's model over held-out events, per scenario of what came: a contrast.

    Args:
        store: the run.
        sides: table of the sides.
        k: cut-off.
        request_scenario: ``unknown`` or ``known``.
    """
    others = ", ".join(f"'{name}'" for name in BASELINES)
    found = ratios(
        store,
        everywhere(
            sides,
            "CASE WHEN rank <= $k THEN 1 / log2(1 + rank) ELSE 0 END",
            "1",
            f"request_scenario = $request AND model NOT IN ({others})",
            "ranks",
        ),
        {"k": k, "request": request_scenario},
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
    found = ratios(store, _moves(sides), {"names": names})
    code = {name: place for place, name in enumerate(names)}
    pairs = pd.DataFrame(found["cell"].tolist(), columns=["source", "target"])
    place = pairs["source"].map(code) * len(names) + pairs["target"].map(code)
    found = found.drop(columns="cell").set_index(place).reindex(range(len(names) ** 2))
    totals = ["y_1", "x_1", "movers_1", "movers_2"]
    found[totals] = found[totals].fillna(0.0)
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


def _moves(sides: str) -> str:
    """Return the cells of every pair: moves, of all moves that leave."""
    return f"""
        WITH path AS ({path("scenario AS target")}),
        moved AS MATERIALIZED (
            SELECT s."user", side, source, target, count(*) AS n
            FROM {joined(sides, "path")} WHERE source IS NOT NULL AND s.split <> 'forecast'
            GROUP BY ALL
        )
        SELECT "user", side, [source, target] AS cell, n AS y, 0 AS x FROM moved
        UNION ALL
        SELECT "user", side, [source, target] AS cell, 0 AS y, n AS x
        FROM (SELECT "user", side, source, sum(n) AS n FROM moved GROUP BY ALL)
        CROSS JOIN (SELECT unnest($names) AS target)
    """


def _expected(store: RunStore, sides: str) -> pd.DataFrame:
    """Return the sums of the model's p over the first side's arrivals, by scenario left."""
    chances = [quote(f"p_{name}") for name in store.scenarios]
    return store.sql(
        f"""
        WITH path AS ({path(", ".join(chances))}
            WHERE "user" IN (SELECT "user" FROM {quote(sides)} WHERE side))
        SELECT source, {", ".join(f"sum({p}) AS {p}" for p in chances)}
        FROM {joined(sides, "path")} WHERE side AND source IS NOT NULL AND s.split <> 'forecast'
        GROUP BY source
        """
    ).set_index("source")


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
