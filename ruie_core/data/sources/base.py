"""What a source tells the preparation about its files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

import ibis.expr.types as ir

from ruie_core.data.engines.base import Engine
from ruie_core.data.inputs import InputFile
from ruie_core.errors import UserError

ACTION_TEXT = "action_text"
"""Column of a log that names its actions; it becomes one boolean column per action."""

ORDER_STEP_MS: Final = 1000
"""An order has no clock: place k is written as k seconds after 1970, and the manifest says so."""


@dataclass(frozen=True)
class Column:
    """Where a canonical column comes from, for error messages.

    Attributes:
        official: its name in the file.
        kind: what a good value is, such as ``a whole number``.
        nullable: an empty value is allowed.
    """

    official: str
    kind: str
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """A file and the expression that brings it to canonical columns.

    A log has ``user_id``, ``item_id``, ``scenario`` (the official value, as text), ``timestamp``
    (ms) and one boolean ``action_<name>`` per action, or ``action_text`` in their place; it may
    have ``title`` and ``category``. Features have ``item_id`` with ``title`` and ``category``, or
    ``user_id`` with ``segment``. A value that could not be read is null.
    """

    file: InputFile
    expr: ir.Table
    columns: Mapping[str, Column]
    time_unit: Literal["s", "ms", "iso", "order"] = "ms"


@dataclass(frozen=True)
class ActionText:
    """How a column of action names is read."""

    separator: str
    known: tuple[str, ...]


class Source(Protocol):
    """A log's origin: its files, columns, actions and names."""

    @property
    def actions(self) -> tuple[str, ...]:
        """Actions of the log; bit k of a mask is action k."""
        ...

    @property
    def positive(self) -> tuple[str, ...]:
        """Actions of which one suffices to make an event positive."""
        ...

    @property
    def time_kind(self) -> Literal["clock", "order"]:
        """Whether times are moments, or only places in an order."""
        ...

    @property
    def action_text(self) -> ActionText | None:
        """How to read ``action_text``, if the log names its actions in one column."""
        ...

    def inputs(self) -> Sequence[InputFile]:
        """Every file that is read."""
        ...

    def logs(self, engine: Engine) -> Sequence[Table]:
        """The logs, in the order in which ties in time are broken."""
        ...

    def items(self, engine: Engine) -> Table | None:
        """Titles and categories, if a file of their own has them."""
        ...

    def users(self, engine: Engine) -> Table | None:
        """Segments of users, if a file has them."""
        ...

    def scenario_name(self, official: str) -> str:
        """Readable name of an official scenario value."""
        ...


WHOLE = "a whole number"
MS = "a time in ms since 1970"
ZERO_ONE = "0 or 1"
TEXT = "text"


def first_existing(folder: Path, stem: str) -> Path | None:
    """``rec_inter`` -> the file ``rec_inter.csv`` or ``rec_inter.csv.gz`` of a folder, if any.

    Raises:
        UserError: the folder does not exist.
    """
    if not folder.is_dir():
        raise UserError(f"{folder} is not a folder: give the folder with the official files.")
    for ending in (".csv", ".csv.gz"):
        if (path := folder / f"{stem}{ending}").is_file():
            return path
    return None
