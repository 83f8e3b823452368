"""The five figures over a what-if: the forecast's, and those of the event that an edit concerns."""

from collections.abc import Callable

from ruie_core.analysis.comparison import Comparison
from ruie_core.figures.numbers import number, percent, short
from ruie_core.figures.rows import Record, records
from ruie_core.reporting.text import escape
from ruie_core.reporting.user import Figure


def figures(compared: Comparison) -> list[Figure]:
    """Return Q and p of the scenario that moved most, and gate, target and return of one event.

    Where nothing moved, Q and p are the largest ones. The event: see ``concerned``.
    """
    rows = records(compared.scenarios)
    q, p = (_most_moved(rows, name) for name in ("q", "p"))
    event = concerned(compared)
    who = "the inserted event" if event["key"] < 0 else f"event {event['key']}"
    values = {name: _pair(event, name) for name in ("gate", "y", "return")}
    return [
        Figure(
            "Q", *_of_scenario(q, *_pair(q, "q")),
            "Reward that the model expects from the next event on if it happens in this scenario, "
            "discounted, in reward units: the scenario whose Q moved most.",
        ),
        Figure(
            "next scenario", *_of_scenario(p, *_pair(p, "p", percent)),
            "Probability that the next event happens in this scenario: the one that moved most.",
        ),
        Figure(
            "gate", values["gate"][0], f"{who}, {values['gate'][1]}",
            "How strongly the event would train the model, 0 to 1.",
        ),
        Figure(
            "target y", values["y"][0], f"{who}, {values['y'][1]}",
            "What Q is trained towards: the event's reward and, discounted, what the target "
            "network expects after it.",
        ),
        Figure(
            "realised return", values["return"][0], f"from {who} on, {values['return'][1]}",
            "Reward that came from this event on, discounted per event.",
        ),
    ]  # fmt: skip


def concerned(compared: Comparison) -> Record:
    """Return the row of ``events`` that an edit concerns first; see ``figures``."""
    rows = records(compared.events)
    there = [row for row in rows if row["place_after"] is not None]
    own = [row for row in there if row["mark"] != "kept"]
    gone = [row["slot"] for row in rows if row["mark"] == "removed"]
    behind = [row for row in there if gone and row["slot"] > gone[0]]
    return [*own, *behind, there[-1]][0]


def _most_moved(rows: list[Record], name: str) -> Record:
    return max(rows, key=lambda row: (round(abs(row[f"{name}_change"]), 6), row[f"{name}_before"]))


def _of_scenario(row: Record, value: str, change: str) -> tuple[str, str]:
    """Name the scenario under its value: there it may take two lines, over it it would be cut."""
    return value, f"{escape(short(row['scenario'], 40))}, {change}"


def _pair(row: Record, name: str, write: Callable[[float | None], str] = number) -> tuple[str, str]:
    """Write a value after the edit, and what it was."""
    before, after = write(row[f"{name}_before"]), write(row[f"{name}_after"])
    return after, "unchanged" if before == after else f"was {before}"
