"""Files into stored tables of canonical columns, checked before anything is made of them."""

from collections.abc import Sequence
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ruie_core.data.dataset import ACTION_PREFIX
from ruie_core.data.engines.base import LOG_ORDER, Engine
from ruie_core.data.sources.base import ACTION_TEXT, ORDER_STEP_MS, ActionText, Source, Table
from ruie_core.errors import UserError

_FILE_STEP: Final = 1 << 53
"""Log order of file k starts here times k: files follow each other, rows within them."""

_SPLIT_MS: Final = {"ms": 10**11, "s": 10**14}
"""Times (ms) that part plausible seconds from plausible milliseconds: a time stated in ms below
1973 may be seconds, one stated in seconds beyond the year 5138 must be milliseconds."""

_MOST_DISTINCT: Final = 10_000


def read_logs(engine: Engine, source: Source) -> tuple[ir.Table, list[ir.Table]]:
    """Store and check every log.

    Returns:
        All logs as one lazy table (``user_id, item_id, scenario, timestamp, log_order`` and a
        boolean ``action_<name>`` per action), and the stored table of each file.

    Raises:
        UserError: a value is missing or wrong; names file, column and row.
    """
    flags = [ACTION_PREFIX + name for name in source.actions]
    stored, parts = [], []
    for number, log in enumerate(source.logs(engine)):
        table = engine.store(f"log_{number}", log.expr, log_order=True, reading=log.file.path)
        _check(engine, log, table)
        stored.append(table)
        if source.action_text is not None:
            table = _named_actions(engine, log, table, source.action_text, number)
        order = table[LOG_ORDER] + number * _FILE_STEP
        columns = ("user_id", "item_id", "scenario", "timestamp", *flags)
        parts.append(table.select(*columns, **{LOG_ORDER: order}))
    return (ibis.union(*parts) if len(parts) > 1 else parts[0]), stored


def read_features(engine: Engine, name: str, features: Table | None) -> ir.Table | None:
    """Store and check a table of features, if there is one."""
    if features is None:
        return None
    path = features.file.path
    table = engine.store(name, features.expr, log_order=True, reading=path)
    _check(engine, features, table)
    return table


def _check(engine: Engine, table: Table, stored: ir.Table) -> None:
    """Look once over a stored table for values that could not be read or cannot be."""
    order = stored[LOG_ORDER]
    needed = [name for name, column in table.columns.items() if not column.nullable]
    firsts: dict[str, ir.Value] = {
        f"null_{name}": order.min(where=stored[name].isnull()) for name in needed
    }
    if "timestamp" in needed:
        time = stored["timestamp"]
        firsts["negative"] = order.min(where=time < 0)
        if split := _SPLIT_MS.get(table.time_unit):
            firsts["low"] = order.min(where=time < split)
            firsts["high"] = order.min(where=time >= split)
            firsts["latest"] = time.max()
    if table.file.kind == "lines":
        firsts["users"] = stored.user_id.nunique()
        firsts["lines"] = (stored["timestamp"] == ORDER_STEP_MS).sum()
    found = engine.rows(stored.aggregate(events=stored.count(), **firsts))[0]
    if found["events"] == 0:
        raise UserError(f"{table.file.path} has no rows: give a file with events.")
    for name in needed:
        if found[f"null_{name}"] is not None:
            _refuse(engine, table, stored, name, found[f"null_{name}"], None)
    if found.get("negative") is not None:
        _refuse(engine, table, stored, "timestamp", found["negative"], "is negative")
    _check_units(engine, table, stored, found)
    if found.get("users") != found.get("lines"):
        raise UserError(f"{table.file.path}: a user stands on two lines: join them into one.")


def _check_units(engine: Engine, table: Table, stored: ir.Table, found: dict[str, Any]) -> None:
    if "low" not in found or (table.time_unit == "s" and found["high"] is None):
        return
    column = table.columns["timestamp"].official
    if found["low"] is not None and found["high"] is not None:
        low, high = (_row(engine, table, stored, "timestamp", found[at]) for at in ("low", "high"))
        raise UserError(
            f"{table.file.path}: column {column} mixes units: row {low[0]} holds {low[1]!r}, which "
            f"looks like seconds, and row {high[0]} holds {high[1]!r}, which looks like "
            "milliseconds: convert one of them."
        )
    if table.time_unit == "s":
        raise UserError(
            f"{table.file.path}: column {column} is read as seconds but looks like milliseconds: "
            "state its unit (timestamp_unit) or convert it."
        )
    if found["low"] is not None and found["latest"] >= 10**8:
        raise UserError(
            f"{table.file.path}: column {column} is read as milliseconds but looks like seconds: "
            "state its unit (timestamp_unit) or convert it."
        )


def _refuse(
    engine: Engine, table: Table, stored: ir.Table, name: str, order: int, why: str | None
) -> None:
    row, value = _row(engine, table, stored, name, order)
    column = table.columns[name]
    if why is None:
        empty = value is None or value == ""
        why = f"is empty, {column.kind} is needed" if empty else f"is not {column.kind}"
    shown = "the value" if value is None or value == "" else repr(value)
    raise UserError(
        f"{table.file.path}: column {column.official}, row {row}: {shown} {why}: correct or remove "
        "the row."
    )


def _row(
    engine: Engine, table: Table, stored: ir.Table, name: str, order: int
) -> tuple[int, str | None]:
    """Number (from 1, header not counted) and original text of the row with a log order."""
    before = stored.filter(stored[LOG_ORDER] < order)
    place = int(engine.rows(before.aggregate(n=before.count()))[0]["n"])
    file = engine.source(table.file)
    value = file.select(value=file[table.columns[name].official].cast("string"))
    rows = engine.rows(value.limit(1, offset=place))
    return place + 1, rows[0]["value"] if rows else None


def _named_actions(
    engine: Engine, log: Table, stored: ir.Table, reading: ActionText, number: int
) -> ir.Table:
    """``click|like`` in one column -> a boolean column per action.

    Few different texts occur, so they are read here and joined back.
    """
    named = stored.filter(stored[ACTION_TEXT].notnull())
    firsts = named.group_by(ACTION_TEXT).aggregate(first=named[LOG_ORDER].min()).order_by("first")
    rows = engine.rows(firsts.limit(_MOST_DISTINCT + 1))
    official = log.columns[ACTION_TEXT].official
    if len(rows) > _MOST_DISTINCT:
        raise UserError(
            f"{log.file.path}: column {official} has more than {_MOST_DISTINCT} different values, "
            "too many to be names of actions: map another column."
        )
    names = [{part.strip() for part in row[ACTION_TEXT].split(reading.separator)} for row in rows]
    for row, present in zip(rows, names, strict=True):
        if unknown := sorted(present - {*reading.known, ""}):
            place = _row(engine, log, stored, ACTION_TEXT, row["first"])[0]
            raise UserError(
                f"{log.file.path}: column {official}, row {place}: action {unknown[0]!r} is not "
                f"known (known: {', '.join(reading.known)}): give it a reward weight or list it in "
                "action_names."
            )
    lookup = _lookup(
        engine, f"actions_{number}", [row[ACTION_TEXT] for row in rows], names, reading
    )
    joined = stored.left_join(lookup, stored[ACTION_TEXT] == lookup.text)
    flags = {
        ACTION_PREFIX + name: joined[ACTION_PREFIX + name].fill_null(False)
        for name in reading.known
    }
    return joined.select(*(name for name in stored.columns if name != ACTION_TEXT), **flags)


def _lookup(
    engine: Engine,
    name: str,
    texts: Sequence[str],
    names: Sequence[set[str]],
    reading: ActionText,
) -> ir.Table:
    columns: dict[str, pa.Array] = {"text": pa.array(texts, pa.string())}
    for action in reading.known:
        columns[ACTION_PREFIX + action] = pa.array([action in each for each in names], pa.bool_())
    return engine.lookup(name, pa.table(columns))
