"""What every user adds over their whole path, counted once per run.

A cohort and the rest are whole paths: their comparison adds up these sums, some thousand rows,
where two spans of time have to read the events. Nothing here depends on who is compared.
"""

from typing import Final

from ruie_core.analysis.narrow import STEPS, events, narrow
from ruie_core.analysis.once import once
from ruie_core.analysis.store import RunStore, quote

LOW: Final = 0.05
HIGH: Final = 0.95
"""Gates outside these count as being at an end: trusted not at all, or blindly."""

SPLITS: Final = {"all": "true", "train": "split = 'train'", "heldout": "split <> 'train'"}
"""Events whose Q is compared with what came, and the test that an event is one of them."""

MOST_BINS: Final = 10
"""Bins of a calibration curve, of as many events of the log each."""
MOST: Final = 32
"""Tables of bins that a store keeps, a row per user and bin."""


def finished(split: str) -> str:
    """Return the test that an event's return is finished: of a key of ``SPLITS``."""
    return f"q_taken IS NOT NULL AND NOT truncated AND {SPLITS[split]}"


_GAPS: Final = ", ".join(
    f"count(*) FILTER ({finished(name)})::INT AS done_{name}, "
    f'sum(q_taken::DOUBLE - "return") FILTER ({finished(name)}) AS gap_{name}'
    for name in SPLITS
)
SUMS: Final = f"""count(*)::INT AS n, min(time) AS first_time, max(time) AS last_time,
    count(gate)::INT AS gates, sum(gate::DOUBLE) AS gate,
    count(*) FILTER (gate < {LOW} OR gate > {HIGH})::INT AS ends,
    count(q_taken)::INT AS qs, sum(q_taken::DOUBLE) AS q, {_GAPS}"""
"""What is added up over a user's events in a scenario; see ``tally.tally``."""


def ready(store: RunStore) -> None:
    """Read and count now what the first question about many events or people would wait for.

    A log that is too long to lie in memory is counted when somebody asks.
    """
    if narrow(store) == STEPS:
        return
    sums(store)
    moved(store)
    bins(store, "all", "all")


def chances(store: RunStore) -> list[str]:
    """Return the columns with the model's probability of each scenario, quoted."""
    return [quote(f"p_{name}") for name in store.scenarios]


@once
def sums(store: RunStore) -> str:
    """Return the name of a table of ``SUMS`` per user and scenario."""
    return _kept(store, f'SELECT "user", scenario, {SUMS}', '"user", scenario')


@once
def moved(store: RunStore) -> str:
    """Return the name of a table per user, source and target: n, and sums of ``chances``."""
    expected = ", ".join(f"sum({p}::DOUBLE) AS {p}" for p in chances(store))
    return _kept(
        store,
        f'SELECT "user", source, scenario AS target, count(*)::INT AS n, {expected}',
        '"user", source, target',
        "AND source IS NOT NULL",
    )


def bins(store: RunStore, split: str, scenario: str) -> str:
    """Return the name of a table with what each user adds to each bin of Q: n, sums of q and value.

    Beside ``user`` it has ``cell``, the bin from 1; value is the return, in reward units.

    Args:
        store: the run.
        split: a key of ``SPLITS``.
        scenario: a scenario, or ``all``.
    """
    query = f"""
        SELECT "user", {binned()}
        FROM {events(store)} s, {edges(store, split, scenario)}
        WHERE {counted(split)} GROUP BY "user", cell
    """
    return store.keep(query, {"scenario": scenario}, "bins", MOST)


def binned() -> str:
    """Return the SQL of the columns ``cell``, ``n``, ``q`` and ``value`` of events and edges."""
    cuts = " ".join(f"WHEN q_taken <= edge[{at}] THEN {at}" for at in range(1, MOST_BINS))
    return (
        f"CASE {cuts} ELSE {MOST_BINS} END AS cell, count(*)::INT AS n, "
        'sum(q_taken::DOUBLE) AS q, sum("return"::DOUBLE) AS value'
    )


def counted(split: str) -> str:
    """Return the test that an event is in the bins of ``$scenario``, a scenario or ``all``."""
    return (
        f"split <> 'forecast' AND {finished(split)} "
        "AND ($scenario = 'all' OR scenario::VARCHAR = $scenario)"
    )


def edges(store: RunStore, split: str, scenario: str) -> str:
    """Return the name of a table with ``edge``, the upper ends of the bins but the last.

    They hold equal numbers of the log's events; events of the same Q share one.
    """
    shares = [cut / MOST_BINS for cut in range(1, MOST_BINS)]
    query = f"SELECT quantile_disc(q_taken, {shares}) AS edge FROM {events(store)} WHERE "
    return store.keep(query + counted(split), {"scenario": scenario}, "edges", MOST)


def _kept(store: RunStore, selected: str, by: str, where: str = "") -> str:
    query = f"{selected} FROM {events(store)} WHERE split <> 'forecast' {where} GROUP BY {by}"
    return store.keep(query, {}, "personal")
