"""Any log with a user, an item and a time or an order per row, through a mapping of columns."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import ibis
import ibis.expr.types as ir

from ruie_core.config import parse_settings
from ruie_core.data.engines.base import Engine
from ruie_core.data.expressions import flag, iso_milliseconds, milliseconds, text
from ruie_core.data.inputs import InputFile, open_lines, open_table
from ruie_core.data.settings import GenericSettings, Mapping, PrepareConfig
from ruie_core.data.sources.base import (
    ACTION_TEXT,
    MS,
    ORDER_STEP_MS,
    TEXT,
    ZERO_ONE,
    ActionText,
    Column,
    Table,
)
from ruie_core.errors import UserError
from ruie_core.files import read_toml

_TIME_KINDS: Final = {
    "s": "a time in seconds since 1970",
    "ms": MS,
    "iso": "an ISO 8601 time",
    "order": "a whole number from 0 up",
}


class Generic:
    """A log in CSV, CSV.gz or Parquet, or one user a line."""

    def __init__(self, settings: GenericSettings, prepare: PrepareConfig) -> None:
        """Look at the files and the mapping.

        Raises:
            UserError: a role is unmapped or mapped twice, a column is missing, a file is not what
                its name says.
        """
        if not settings.log:
            raise UserError("No log was given: name one or more CSV, CSV.gz or Parquet files.")
        self._mapping = _mapping(settings)
        self._flags = _flags(self._mapping)
        self.actions = self._actions(prepare)
        self.positive = self._positive(prepare)
        self._single = self._mapping.scenario_name or ("all" if self._mapping.sequences else None)
        if self._mapping.sequences:
            self._files = [open_lines(path, "log") for path in settings.log]
            return
        delimiter = self._mapping.delimiter or ","
        self._files = [open_table(path, "log", delimiter) for path in settings.log]
        for file in self._files:
            file.require(column.official for column in self._columns().values())

    @property
    def time_kind(self) -> Literal["clock", "order"]:
        """Whether times are moments, or only places in an order."""
        return "order" if self._mapping.order or self._mapping.sequences else "clock"

    @property
    def action_text(self) -> ActionText | None:
        """How to read the column of action names."""
        if self._mapping.actions is None:
            return None
        return ActionText(self._mapping.action_separator or "|", self.actions)

    def inputs(self) -> Sequence[InputFile]:
        """Every file that is read."""
        return self._files

    def logs(self, engine: Engine) -> Sequence[Table]:
        """The logs as given."""
        read = self._sequences if self._mapping.sequences else self._table
        return [read(engine, file) for file in self._files]

    def items(self, engine: Engine) -> Table | None:  # noqa: ARG002 - the log's own columns serve
        """No file of its own: titles and categories stand in the log."""
        return None

    def users(self, engine: Engine) -> Table | None:  # noqa: ARG002
        """No file of its own."""
        return None

    def scenario_name(self, official: str) -> str:
        """As the log has it."""
        return official

    def _actions(self, prepare: PrepareConfig) -> tuple[str, ...]:
        if self._flags:
            return tuple(self._flags)
        if self._mapping.actions:
            return self._mapping.action_names or tuple(prepare.rewards)
        return ("click",)

    def _positive(self, prepare: PrepareConfig) -> tuple[str, ...]:
        chosen = self._mapping.positive
        if chosen is None:
            chosen = tuple(name for name in self.actions if prepare.rewards.get(name, 0) > 0)
            if not chosen:
                raise UserError(
                    f"None of the actions {', '.join(self.actions)} has a reward weight: name "
                    "weights (rewards), such as " + f"{self.actions[0]}=1."
                )
        if unknown := [name for name in chosen if name not in self.actions]:
            raise UserError(
                f"Positive action {unknown[0]!r} is not an action of the log: choose from "
                f"{', '.join(self.actions)}."
            )
        return chosen

    def _time_unit(self) -> Literal["s", "ms", "iso", "order"]:
        return "order" if self._mapping.order else self._mapping.timestamp_unit or "ms"

    def _columns(self) -> dict[str, Column]:
        mapping = self._mapping
        time = mapping.order or mapping.timestamp or "timestamp"
        columns = {
            "user_id": Column(mapping.user or "user_id", TEXT),
            "item_id": Column(mapping.item or "item_id", TEXT),
            "timestamp": Column(time, _TIME_KINDS[self._time_unit()]),
        }
        if self._single is None:
            columns["scenario"] = Column(mapping.scenario or "scenario", TEXT)
        for name, official in self._flags.items():
            columns[f"action_{name}"] = Column(official, ZERO_ONE)
        optional = {
            ACTION_TEXT: mapping.actions,
            "title": mapping.title,
            "category": mapping.category,
        }
        for role, column in optional.items():
            if column:
                columns[role] = Column(column, TEXT, nullable=True)
        return columns

    def _table(self, engine: Engine, file: InputFile) -> Table:
        log = engine.source(file)
        columns = self._columns()
        unit = self._time_unit()
        chosen: dict[str, ir.Value] = {
            role: text(log[column.official])
            for role, column in columns.items()
            if column.kind == TEXT
        }
        if (actions := self._mapping.actions) and log[actions].type().is_array():
            separator = self._mapping.action_separator or "|"
            chosen[ACTION_TEXT] = text(log[actions].join(separator))
        chosen["timestamp"] = _time(log[columns["timestamp"].official], unit)
        for name, official in self._flags.items():
            chosen[f"action_{name}"] = flag(log[official])
        if self._single is not None:
            chosen["scenario"] = ibis.literal(self._single)
        if not self._flags and ACTION_TEXT not in chosen:
            chosen["action_click"] = ibis.literal(True)
        return Table(file, log.select(**chosen), columns, unit)

    def _sequences(self, engine: Engine, file: InputFile) -> Table:
        """``u7 a b`` -> rows (u7, a, 1 s), (u7, b, 2 s)."""
        lines = engine.source(file)
        ids = lines.select(token=lines.line.strip().re_replace(r"\s+", " ").split(" "))
        ids = ids.mutate(user_id=text(ids.token[0])).unnest("token", offset="place")
        ids = ids.filter(ids.place > 0)
        expr = ids.select(
            user_id=ids.user_id,
            item_id=text(ids.token),
            scenario=ibis.literal(self._single),
            timestamp=ids.place.cast("int64") * ORDER_STEP_MS,
            action_click=ibis.literal(True),
        )
        return Table(file, expr, {"user_id": Column("line", TEXT)}, "order")


def _time(column: ir.Value, unit: str) -> ir.IntegerValue:
    kind = column.type()
    if unit == "iso" or not (kind.is_numeric() or kind.is_string()):  # dates and times of any type
        return iso_milliseconds(column)
    per_unit = {"s": 1000, "ms": 1, "order": ORDER_STEP_MS}
    return milliseconds(column, per_unit[unit])


def _mapping(settings: GenericSettings) -> Mapping:
    """Flags over the TOML file over nothing."""
    given = settings.model_dump(include=set(Mapping.model_fields), exclude_none=True)
    if settings.mapping is not None:
        given = _read_mapping(settings.mapping).model_dump(exclude_none=True) | given
    mapping = Mapping.model_validate(given)
    for one, other in (
        ("timestamp", "order"),
        ("scenario", "scenario_name"),
        ("actions", "action_columns"),
    ):
        if getattr(mapping, one) and getattr(mapping, other):
            raise UserError(f"The mapping names {one} and {other}: give one of them.")
    return mapping


def _read_mapping(path: Path) -> Mapping:
    try:
        content = read_toml(path)
    except FileNotFoundError:
        raise UserError(f"{path} (mapping file) does not exist: check the path.") from None
    return parse_settings(Mapping, content, str(path))


def _flags(mapping: Mapping) -> dict[str, str]:
    """``("click", "like=is_like")`` -> ``{"click": "click", "like": "is_like"}``."""
    pairs = (entry.partition("=") for entry in mapping.action_columns or ())
    return {name.strip(): (column or name).strip() for name, _, column in pairs}
