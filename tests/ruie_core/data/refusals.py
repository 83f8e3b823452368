"""A good log, ways to spoil it, and the sentence with which it is refused."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ruie_core.data.prepare import prepare
from ruie_core.data.settings import (
    GenericSettings,
    PrepareConfig,
    SourceSettings,
)
from ruie_core.errors import UserError
from tests.ruie_core.data.logs import START, write_csv

COLUMNS = ("user_id", "item_id", "scenario", "timestamp", "click")
ROWS = [
    [user, item, f"s{(user + item) % 2}", START + 1000 * (6 * user + item), 1]
    for user in range(6)
    for item in range(6)
]


def refused(source: SourceSettings, tmp_path: Path, **settings: Any) -> str:
    """The sentence with which a preparation is refused; checks that nothing is left of it."""
    place = tmp_path / "place"
    with pytest.raises(UserError) as caught:
        prepare(source, PrepareConfig(**settings), place / "out")
    assert not place.exists() or not list(place.iterdir())
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def generic(tmp_path: Path, rows: Sequence[Sequence[Any]], **mapping: Any) -> GenericSettings:
    log = write_csv(tmp_path / "log.csv", COLUMNS, rows)
    return GenericSettings(log=(log,), **({"action_columns": ("click",)} | mapping))


def changed(row: int, column: str, value: object) -> list[list[Any]]:
    """The good rows with one bad cell; rows are numbered from 1."""
    rows = [list(each) for each in ROWS]
    rows[row - 1][COLUMNS.index(column)] = value
    return rows
