"""Scenarios: official values, readable names, what merges, and codes."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import ibis.expr.types as ir
import pyarrow as pa

from ruie_core.data.engines.base import Engine
from ruie_core.data.vocabulary import OTHER
from ruie_core.errors import UserError

_MOST: Final = 10_000


@dataclass(frozen=True)
class Merged:
    """Readable names after rare scenarios merged.

    Attributes:
        names: name of each scenario key.
        merged: name, official value and events of each one that became ``other``.
    """

    names: tuple[str, ...]
    merged: tuple[dict[str, Any], ...]


def read_keys(engine: Engine, log: ir.Table) -> tuple[ir.Table, tuple[str, ...]]:
    """Number the official values of ``scenario``: a table (``name``, ``key``) and the values.

    Raises:
        UserError: so many values that this cannot be a scenario.
    """
    values = log.select("scenario").distinct().order_by("scenario").limit(_MOST + 1)
    official = tuple(row["scenario"] for row in engine.rows(values))
    if len(official) > _MOST:
        raise UserError(
            f"The scenario column has more than {_MOST} different values: map another column."
        )
    rows = pa.table(
        {
            "name": pa.array(official, pa.string()),
            "key": pa.array(range(len(official)), pa.int16()),
        }
    )
    return engine.lookup("scenario_keys", rows), official


def merge_rare(
    official: Sequence[str],
    events: Sequence[int],
    readable: Callable[[str], str],
    min_share: float,
) -> Merged:
    """Rename scenarios with a smaller share of the events to ``other``.

    >>> merge_rare(["A", "B"], [99, 1], str.lower, 0.05).names
    ('a', 'other')
    """
    total = sum(events)
    names: list[str] = []
    merged: list[dict[str, Any]] = []
    for value, count in zip(official, events, strict=True):
        name = readable(value)
        if 0 < count < min_share * total:
            merged.append({"name": name, "official": value, "events": count})
            name = OTHER
        names.append(name)
    merged.sort(key=lambda row: row["events"], reverse=True)
    return Merged(tuple(names), tuple(merged))


def assign_codes(
    names: Sequence[str], events: Sequence[int]
) -> tuple[tuple[str, ...], tuple[int, ...], tuple[int, ...]]:
    """Codes by falling traffic, ties by name, ``other`` last; names without events get none.

    >>> assign_codes(["other", "b", "a", "other"], [9, 5, 5, 9])
    (('a', 'b', 'other'), (5, 5, 18), (3, 2, 1, 3))

    Returns:
        Names by code, their events, and the code of each entry of ``names`` (0 if it has none).
    """
    totals: Counter[str] = Counter()
    for name, count in zip(names, events, strict=True):
        totals[name] += count
    present = sorted(name for name in totals if totals[name])
    ordered = sorted(present, key=lambda name: (name == OTHER, -totals[name]))
    code = {name: number for number, name in enumerate(ordered, start=1)}
    return (
        tuple(ordered),
        tuple(totals[name] for name in ordered),
        tuple(code.get(name, 0) for name in names),
    )
