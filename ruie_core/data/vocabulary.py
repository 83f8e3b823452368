"""What the integer codes of a dataset mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ruie_core.errors import UserError
from ruie_core.files import read_json, write_json

ITEMS_FILE, USERS_FILE, SCENARIOS_FILE = "items.parquet", "users.parquet", "scenarios.json"
OTHER = "other"
"""Name of the scenario that rare ones merge into; its code is always the last."""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Names behind the codes.

    Attributes:
        items: one row per item, sorted by code: ``item`` (int32, 1..I), ``item_id`` (str),
            ``title`` and ``category`` (str or null), ``count`` (int64 events). Code 1 is the most
            frequent.
        users: one row per user, sorted by code: ``user`` (int32, 0..U-1), ``user_id`` (str),
            and, if the source groups its users, ``segment`` (str or null).
        scenarios: name of scenario code c is ``scenarios[c - 1]``; ordered by falling traffic.
        actions: bit k of an action mask is ``actions[k]``.
        scenario_events: events per scenario, in the order of ``scenarios``.
    """

    items: pd.DataFrame
    users: pd.DataFrame
    scenarios: tuple[str, ...]
    actions: tuple[str, ...]
    scenario_events: tuple[int, ...] = ()

    def save(self, folder: Path) -> None:
        """Write ``items.parquet``, ``users.parquet`` and ``scenarios.json`` into a folder."""
        events = self.scenario_events or (0,) * len(self.scenarios)
        write_vocabulary_table(self.items, folder / ITEMS_FILE)
        write_vocabulary_table(self.users, folder / USERS_FILE)
        write_scenarios(folder / SCENARIOS_FILE, self.scenarios, events, self.actions, ())


def write_vocabulary_table(frame: pd.DataFrame, path: Path) -> None:
    """Write items or users as zstd Parquet; an all-null text column stays text."""
    schema = pa.schema([(name, _ARROW_TYPES[name]) for name in frame.columns])
    table = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
    pq.write_table(table.replace_schema_metadata(None), path, compression="zstd")


_ARROW_TYPES = {
    "item": pa.int32(),
    "item_id": pa.string(),
    "title": pa.string(),
    "category": pa.string(),
    "count": pa.int64(),
    "user": pa.int32(),
    "user_id": pa.string(),
    "segment": pa.string(),
}


def write_scenarios(
    path: Path,
    names: Sequence[str],
    events: Sequence[int],
    actions: Sequence[str],
    merged: Sequence[dict[str, Any]],
) -> None:
    """Write ``scenarios.json``: scenarios with code and events, actions, and what was merged."""
    rows = [
        {"name": name, "code": code, "events": count}
        for code, (name, count) in enumerate(zip(names, events, strict=True), start=1)
    ]
    value = {"scenarios": rows, "actions": list(actions), "merged_into_other": list(merged)}
    write_json(path, value)


def load_vocabulary(folder: Path) -> Vocabulary:
    """Read the vocabulary of a prepared dataset or of a run (``<run>/vocab``).

    Raises:
        UserError: a file is missing, unreadable or lacks a column.
    """
    meaning = read_json(folder / SCENARIOS_FILE)
    try:
        scenarios = tuple(str(row["name"]) for row in meaning["scenarios"])
        events = tuple(int(row["events"]) for row in meaning["scenarios"])
        actions = tuple(str(name) for name in meaning["actions"])
    except (KeyError, TypeError) as error:
        raise UserError(
            f"{folder / SCENARIOS_FILE} lacks {error}: restore the file or make the folder again."
        ) from None
    items = _read(folder / ITEMS_FILE, ["item", "item_id", "title", "category", "count"])
    users = _read(folder / USERS_FILE, ["user", "user_id"], ["segment"])
    return Vocabulary(items, users, scenarios, actions, events)


def _read(path: Path, columns: list[str], optional: Sequence[str] = ()) -> pd.DataFrame:
    if not path.is_file():
        raise UserError(f"{path} is missing: restore the file or make the folder again.")
    try:
        table = pq.read_table(path)
        frame: pd.DataFrame = table.select(
            [name for name in (*columns, *optional) if name in table.column_names]
        ).to_pandas()
    except (pa.ArrowException, OSError) as error:
        raise UserError(
            f"{path} is not readable Parquet ({str(error).splitlines()[0]}): restore the file or "
            "make the folder again."
        ) from None
    if missing := [name for name in columns if name not in frame.columns]:
        raise UserError(f"{path} lacks column {missing[0]}: make the folder again.")
    return frame
