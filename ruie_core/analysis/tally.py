"""What every user adds on either side, counted in one pass over the events and kept.

A view of two sides asks for a dozen figures. Each is a ratio of totals over users, so the events
need to be read once only: everything else reads these sums, some hundred thousand rows.
"""

from typing import Final

from ruie_core.analysis.contrast import PRODUCTS
from ruie_core.analysis.narrow import events
from ruie_core.analysis.store import RunStore, quote

LOW: Final = 0.05
HIGH: Final = 0.95
"""Gates outside these count as being at an end: trusted not at all, or blindly."""

MOST: Final = 8
"""Tallies that a store keeps, some ten megabytes each."""

SPLITS: Final = {"all": "true", "train": "split = 'train'", "heldout": "split <> 'train'"}
"""Events whose Q is compared with what came, and the test that an event is one of them."""


_MET: Final = [pair for pair in PRODUCTS if "y" in "".join(pair)]
_LEFT: Final = [pair for pair in PRODUCTS if "y" not in "".join(pair)]

LEAVING: Final = [
    "x1", "x2", *("".join(pair) for pair in _LEFT), "users_1", "users_2", "users_both",
]  # fmt: skip
"""Columns of ``moves`` that are the same for every target: those who left the source."""


def joined(sides: str, table: str, real: str = "true") -> str:
    """Return the SQL after FROM that gives every row of a table its ``side``.

    Args:
        sides: table of the sides (``analysis.sides``).
        table: it has ``user`` and ``t``, and is called ``s``.
        real: test of the rows that count.
    """
    return (
        f"{quote(table)} s JOIN {quote(sides)} w "
        f'ON s."user" = w."user" AND s.t BETWEEN w.first AND w.last AND {real}'
    )


def sided(store: RunStore, sides: str) -> str:
    """Return the SQL after FROM of every event ``s`` that came, with its ``side``."""
    return joined(sides, events(store), "s.split <> 'forecast'")


def finished(split: str) -> str:
    """Return the test that an event's return is finished: of a key of ``SPLITS``."""
    return f"q_taken IS NOT NULL AND NOT truncated AND {SPLITS[split]}"


def tally(store: RunStore, sides: str) -> str:
    """Return the name of a table with a row per user, side and scenario.

    Columns: ``n`` (events), ``first`` and ``last`` (times), and numbers of events with sums over
    them: ``gates`` and ``gate``, ``ends`` (gates under 0.05 or over 0.95), ``qs`` and ``q`` (of the
    scenario taken), and for each key of ``SPLITS`` ``done_<key>`` (events with a finished return)
    and ``gap_<key>`` (their Q minus return, reward units).
    """
    gaps = ", ".join(
        f"count(*) FILTER ({finished(name)})::INT AS done_{name}, "
        f'sum(q_taken::DOUBLE - "return") FILTER ({finished(name)}) AS gap_{name}'
        for name in SPLITS
    )
    query = f"""
        SELECT s."user", side, scenario::VARCHAR AS scenario, count(*)::INT AS n,
            min(time) AS first, max(time) AS last,
            count(gate)::INT AS gates, sum(gate::DOUBLE) AS gate,
            count(*) FILTER (gate < {LOW} OR gate > {HIGH})::INT AS ends,
            count(q_taken)::INT AS qs, sum(q_taken::DOUBLE) AS q, {gaps}
        FROM {sided(store, sides)} GROUP BY s."user", side, s.scenario
    """
    return store.keep(query, {}, "tally", MOST)


def cells(table: str, y: str, x: str) -> str:
    """Return the cells (``contrast.ratios``) of each scenario and of all, from a tally."""
    return (
        f'SELECT "user", side, unnest([scenario, NULL]) AS cell, {y}::DOUBLE AS y, {x} AS x '
        f"FROM {quote(table)} WHERE {x} > 0"
    )


def moves(store: RunStore, sides: str) -> str:
    """Return a query of the sums that ``contrast.estimated`` reads, per move that happened.

    Beside them ``source`` and ``target``. y counts a user's moves, x all that leave ``source``. A
    move is where the event that it arrives at is. Moves that nobody made have no row.
    """
    return f"""
        WITH pairs AS MATERIALIZED (
            SELECT s."user", source, scenario AS target, count(*) FILTER (side)::DOUBLE AS y1,
                count(*) FILTER (NOT side)::DOUBLE AS y2
            FROM {sided(store, sides)} WHERE source IS NOT NULL GROUP BY s."user", source, target
        ), leaving AS MATERIALIZED (
            SELECT "user", source, sum(y1) AS x1, sum(y2) AS x2 FROM pairs GROUP BY "user", source
        ), met AS (
            SELECT source, target, sum(y1) AS y1, sum(y2) AS y2, {_sums(_MET)},
                count(*) FILTER (y1 > 0) AS movers_1, count(*) FILTER (y2 > 0) AS movers_2
            FROM pairs JOIN leaving USING ("user", source) GROUP BY source, target
        ), "left" AS (
            SELECT source, sum(x1) AS x1, sum(x2) AS x2, {_sums(_LEFT)},
                count(*) FILTER (x1 > 0) AS users_1, count(*) FILTER (x2 > 0) AS users_2,
                count(*) FILTER (x1 > 0 AND x2 > 0) AS users_both
            FROM leaving GROUP BY source
        )
        SELECT * REPLACE (source::VARCHAR AS source, target::VARCHAR AS target)
        FROM met JOIN "left" USING (source)
    """


def _sums(products: list[tuple[str, str]]) -> str:
    return ", ".join(f"sum({one} * {two}) AS {one}{two}" for one, two in products)
