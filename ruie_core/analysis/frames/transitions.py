"""Frames of the Transitions view: from scenario to scenario, for everyone or for one user."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import beta

from ruie_core.analysis.narrow import events
from ruie_core.analysis.person import events_of
from ruie_core.analysis.store import RunStore, quote

COLUMNS = (
    "from_scenario", "to_scenario", "n", "n_from", "p_observed", "p_low", "p_high", "p_model",
    "p_reference", "log_lift", "log_lift_low", "log_lift_high", "misread", "misread_low",
    "misread_high",
)  # fmt: skip

Floats = npt.NDArray[np.float64]


def movers(store: RunStore, among: str | None = None) -> pd.DataFrame:
    """Return how many users made each transition: from_scenario, to_scenario, n_users.

    Args:
        store: the run.
        among: table of the users who count (``RunStore.keep_users``); none: all.
    """
    own = "" if among is None else f'AND "user" IN (SELECT "user" FROM {quote(among)})'
    return store.sql(
        f"""
        SELECT source::VARCHAR AS from_scenario, scenario::VARCHAR AS to_scenario,
            count(DISTINCT "user") AS n_users
        FROM {events(store)}
        WHERE source IS NOT NULL AND split <> 'forecast' {own} GROUP BY source, scenario
        """
    )


def everyone(store: RunStore) -> pd.DataFrame:
    """Return the whole population's transitions; the reference is the base rate.

    Returns:
        One row per pair of scenarios, by code: from_scenario, to_scenario, n (transitions), n_from
        (all that leave ``from``), p_observed with its exact interval p_low and p_high, p_model
        (mean probability that the model gave ``to`` in states after ``from``), p_reference (share
        of ``to`` among all destinations), log_lift (log of p_observed over p_reference) with its
        interval, misread (log of p_model over p_observed) with its interval. Probabilities are
        null where nothing left ``from``, logs also where n is 0.
    """
    found = store.sql(
        "SELECT from_scenario, to_scenario, n, n_from, p_model, p_base AS p_reference, "
        "log_lift, log_lift_low, log_lift_high FROM transitions"
    )
    return measured(_grid(store, found))


def of_user(store: RunStore, user: int) -> pd.DataFrame:
    """Return one user's transitions; the reference is the population's share for the same pair.

    Args:
        store: the run.
        user: code of the user.

    Returns:
        The columns of ``everyone``; ``log_lift`` compares with the population.
    """
    names = store.scenarios
    chances = ", ".join(quote(f"p_{name}") for name in names)
    steps = store.sql(
        f"""
        SELECT lag(scenario) OVER (ORDER BY t) AS from_scenario, scenario, {chances}
        FROM {events_of(store, user)} WHERE split <> 'forecast'
        QUALIFY from_scenario IS NOT NULL ORDER BY t
        """
    )
    code = {name: place for place, name in enumerate(names)}
    source = steps["from_scenario"].map(code).to_numpy(int)
    target = steps["scenario"].map(code).to_numpy(int)
    size = len(names)
    n = np.zeros((size, size))
    np.add.at(n, (source, target), 1)
    mean = np.zeros((size, size))
    p = steps[[f"p_{name}" for name in names]].to_numpy(float)
    np.add.at(mean, source, p)
    leaving = n.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        mean = mean / leaving
    found = pd.DataFrame(
        {
            "from_scenario": np.repeat(names, size),
            "to_scenario": np.tile(names, size),
            "n": n.reshape(-1),
            "n_from": np.repeat(leaving.reshape(-1), size),
            "p_model": mean.reshape(-1),
        }
    )
    found["p_reference"] = everyone(store)["p_observed"].to_numpy()
    return measured(found)


def _grid(store: RunStore, found: pd.DataFrame) -> pd.DataFrame:
    """Give every pair of scenarios a row, in the order of the codes."""
    pairs = pd.MultiIndex.from_product(
        [store.scenarios, store.scenarios], names=["from_scenario", "to_scenario"]
    )
    grid = found.set_index(["from_scenario", "to_scenario"]).reindex(pairs).reset_index()
    grid["n"] = grid["n"].fillna(0)
    grid["n_from"] = grid.groupby("from_scenario")["n"].transform("sum")
    base = found.groupby("to_scenario")["p_reference"].first()
    grid["p_reference"] = grid["to_scenario"].map(base)
    return grid


def measured(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the shares and how far the model is from them; intervals where the frame has none.

    Args:
        frame: from_scenario, to_scenario, n, n_from, p_model, p_reference; the exact interval of a
            share is computed unless ``p_low`` and ``p_high`` are there, and so is ``log_lift``.
    """
    n, total = frame["n"].to_numpy(float), frame["n_from"].to_numpy(float)
    with np.errstate(invalid="ignore"):
        observed = n / np.where(total > 0, total, np.nan)
    frame["p_observed"] = observed
    if "p_low" not in frame:
        frame["p_low"], frame["p_high"] = _exact_interval(n, total)
    low, high = (frame[name].to_numpy(float) for name in ("p_low", "p_high"))
    model, reference = (frame[name].to_numpy(float) for name in ("p_model", "p_reference"))
    frame["misread"] = _log_ratio(model, observed)
    frame["misread_low"], frame["misread_high"] = _log_ratio(model, high), _log_ratio(model, low)
    if "log_lift" not in frame:
        frame["log_lift"] = _log_ratio(observed, reference)
        frame["log_lift_low"] = _log_ratio(low, reference)
        frame["log_lift_high"] = _log_ratio(high, reference)
    frame["n"], frame["n_from"] = n.astype("int64"), total.astype("int64")
    return frame[list(COLUMNS)]


def _log_ratio(top: Floats, bottom: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(top / bottom)
    return np.where(np.isfinite(ratio), ratio, np.nan)


def _exact_interval(n: Floats, total: Floats) -> tuple[Floats, Floats]:
    """Return the 95 % Clopper-Pearson interval of n in total: honest for a handful of events."""
    with np.errstate(invalid="ignore"):
        low = np.where(n > 0, beta.ppf(0.025, n, total - n + 1), 0.0)
        high = np.where(n < total, beta.ppf(0.975, n + 1, total - n), 1.0)
    known = total > 0
    return np.where(known, low, np.nan), np.where(known, high, np.nan)
