"""What every user adds on either side, counted in one pass over the events and kept.

A view of two sides asks for a dozen figures. Each is a ratio of totals over users, so the events
need to be read once only: everything else reads these sums, some hundred thousand rows. Where a
user's whole path lies on a side, not even once: its sums are those of ``personal``.
"""

from typing import Final

from ruie_core.analysis import personal
from ruie_core.analysis.contrast import PRODUCTS
from ruie_core.analysis.narrow import events
from ruie_core.analysis.store import RunStore, quote

MOST: Final = 8
"""Tallies that a store keeps, some ten megabytes each."""

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


def tally(store: RunStore, sides: str) -> str:
    """Return the name of a table with a row per user, side and scenario.

    Columns: ``n`` (events), ``first_time`` and ``last_time``, and numbers of events with sums over
    them: ``gates`` and ``gate``, ``ends`` (gates under 0.05 or over 0.95), ``qs`` and ``q`` (of the
    scenario taken), and for each key of ``personal.SPLITS`` ``done_<key>`` (events with a finished
    return) and ``gap_<key>`` (their Q minus return, reward units).
    """
    query = f"""
        SELECT p.* REPLACE (scenario::VARCHAR AS scenario), side
        FROM {personal.sums(store)} p JOIN {quote(sides)} w USING ("user") WHERE whole
        UNION ALL BY NAME
        SELECT s."user", side, scenario::VARCHAR AS scenario, {personal.SUMS}
        FROM {sided(store, sides)} AND NOT whole GROUP BY s."user", side, s.scenario
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
            SELECT "user", source, target,
                if(side, n, 0)::DOUBLE AS y1, if(side, 0, n)::DOUBLE AS y2
            FROM {personal.moved(store)} JOIN {quote(sides)} USING ("user") WHERE whole
            UNION ALL
            SELECT s."user", source, scenario AS target, count(*) FILTER (side)::DOUBLE AS y1,
                count(*) FILTER (NOT side)::DOUBLE AS y2
            FROM {sided(store, sides)} AND NOT whole AND source IS NOT NULL
            GROUP BY s."user", source, target
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


def expected(store: RunStore, sides: str) -> str:
    """Return a query of the sums of the model's p over the first side's arrivals, by ``source``."""
    names = personal.chances(store)
    added = ", ".join(f"sum({p}) AS {p}" for p in names)
    return f"""
        SELECT source::VARCHAR AS source, {added} FROM (
            SELECT source, {", ".join(names)}
            FROM {personal.moved(store)} JOIN {quote(sides)} USING ("user") WHERE whole AND side
            UNION ALL
            SELECT source, {", ".join(names)}
            FROM {sided(store, sides)} AND NOT whole AND side AND source IS NOT NULL
        ) GROUP BY source
    """


def _sums(products: list[tuple[str, str]]) -> str:
    return ", ".join(f"sum({one} * {two}) AS {one}{two}" for one, two in products)
