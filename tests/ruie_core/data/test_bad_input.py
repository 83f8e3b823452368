"""Each bad input gives one clear sentence and leaves nothing behind."""

import gzip
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ruie_core.config import parse_settings
from ruie_core.data.engines.duck import explain
from ruie_core.data.prepare import prepare
from ruie_core.data.settings import (
    GenericSettings,
    KuaiRandSettings,
    PrepareConfig,
    SourceSettings,
)
from ruie_core.errors import UserError
from tests.ruie_core.data.logs import START, plain_rows, write_csv, write_kuairand

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


def test_the_good_rows_are_good(tmp_path: Path) -> None:
    prepare(generic(tmp_path, ROWS), PrepareConfig(), tmp_path / "out")


def test_missing_file(tmp_path: Path) -> None:
    sentence = refused(GenericSettings(log=(tmp_path / "no.csv",)), tmp_path)
    assert "no.csv (log file) does not exist: check the path" in sentence
    assert "is a folder" in refused(GenericSettings(log=(tmp_path,)), tmp_path)
    assert "No log was given" in refused(GenericSettings(), tmp_path)
    assert "No KuaiRand log was given" in refused(KuaiRandSettings(), tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "log.csv is empty"),
        (b"\n\n", "holds only blank lines"),
        (b"user_id,item_id,scenario,timestamp\n", "has a header and no rows"),
        (b"user_id,user_id,scenario,timestamp\n1,1,1,1\n", "column user_id stands twice"),
        (b"us\xff\xfeer_id,item_id\n1,1\n", "is not UTF-8 text"),
        (gzip.compress(b"user_id\n1\n"), "is a gzip file: let its name end in .gz"),
    ],
)
def test_a_file_that_is_no_log(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "log.csv").write_bytes(content)
    assert message in refused(GenericSettings(log=(tmp_path / "log.csv",)), tmp_path)


def test_not_a_gzip_file(tmp_path: Path) -> None:
    (tmp_path / "log.csv.gz").write_text("user_id,item_id\n1,1\n")
    sentence = refused(GenericSettings(log=(tmp_path / "log.csv.gz",)), tmp_path)
    assert "ends in .gz but is not a gzip file" in sentence


@pytest.mark.parametrize("share", [0.001, 0.5, 0.99])
def test_a_truncated_gzip_file(tmp_path: Path, share: float) -> None:
    rows = [[*row[:3], row[3] + 79_190_000 * k, 1] for k in range(3000) for row in ROWS]
    whole = write_csv(tmp_path / "whole.csv.gz", COLUMNS, rows)
    content = whole.read_bytes()
    log = tmp_path / "log.csv.gz"
    log.write_bytes(content[: int(len(content) * share)])
    sentence = refused(GenericSettings(log=(log,)), tmp_path)
    assert "log.csv.gz" in sentence
    assert "copy it again" in sentence


@pytest.mark.parametrize("share", [0.3, 0.95])
def test_a_truncated_parquet_file(tmp_path: Path, share: float) -> None:
    whole = tmp_path / "whole.parquet"
    columns = {name: [row[k] for row in ROWS] for k, name in enumerate(COLUMNS)}
    pq.write_table(pa.table(columns), whole)
    log = tmp_path / "log.parquet"
    log.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])
    assert "is not a whole Parquet file" in refused(GenericSettings(log=(log,)), tmp_path)


def test_a_parquet_file_without_rows(tmp_path: Path) -> None:
    pq.write_table(pa.table({"user_id": pa.array([], pa.int64())}), tmp_path / "log.parquet")
    source = GenericSettings(log=(tmp_path / "log.parquet",))
    assert "log.parquet has no rows" in refused(source, tmp_path)


def test_a_missing_column_lists_the_found_ones(tmp_path: Path) -> None:
    sentence = refused(generic(tmp_path, ROWS, timestamp="time"), tmp_path)
    assert "log.csv: column time is missing (found: user_id, item_id, scenario" in sentence
    log = write_csv(tmp_path / "kuai.csv", ("user_id", "tab"), [(1, 1)])
    sentence = refused(KuaiRandSettings(log=(log,)), tmp_path)
    assert "column video_id, time_ms, is_click" in sentence
    assert "(found: user_id, tab)" in sentence


@pytest.mark.parametrize(
    ("row", "column", "value", "message"),
    [
        (4, "timestamp", "yesterday", "'yesterday' is not a time in ms since 1970"),
        (36, "timestamp", "", "the value is empty, a time in ms since 1970 is needed"),
        (1, "timestamp", -5, "'-5' is negative"),
        (2, "timestamp", "nan", "'nan' is not a time"),
        (2, "timestamp", "1e300", "'1e300' is not a time"),
        (9, "click", 2, "'2' is not 0 or 1"),
        (9, "click", "yes", "'yes' is not 0 or 1"),
        (9, "click", "", "the value is empty, 0 or 1 is needed"),
        (7, "user_id", "", "the value is empty, text is needed"),
        (7, "scenario", "", "the value is empty, text is needed"),
    ],
)
def test_a_wrong_value_is_named_with_its_row(
    tmp_path: Path, row: int, column: str, value: object, message: str
) -> None:
    sentence = refused(generic(tmp_path, changed(row, column, value)), tmp_path)
    assert f"log.csv: column {column}, row {row}: {message}" in sentence


def test_a_wrong_value_in_parquet_is_named_with_its_row(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {
        name: [row[k] for row in ROWS] for k, name in enumerate(COLUMNS)
    }
    columns["click"][10] = 7
    pq.write_table(pa.table(columns), tmp_path / "log.parquet")
    source = GenericSettings(log=(tmp_path / "log.parquet",), action_columns=("click",))
    sentence = refused(source, tmp_path)
    assert "log.parquet: column click, row 11: '7' is not 0 or 1" in sentence


@pytest.mark.parametrize("column", ["user_id", "video_id", "tab", "time_ms", "is_forward"])
def test_official_columns_are_named_as_in_the_file(tmp_path: Path, column: str) -> None:
    log = write_kuairand(tmp_path / "log.csv", plain_rows())
    lines = log.read_text().splitlines()
    cells = lines[5].split(",")
    cells[lines[0].split(",").index(column)] = "x"
    lines[5] = ",".join(cells)
    log.write_text("\n".join(lines))
    sentence = refused(KuaiRandSettings(log=(log,)), tmp_path)
    assert f"log.csv: column {column}, row 5: 'x' is not " in sentence


def test_a_row_of_another_length(tmp_path: Path) -> None:
    rows = [row[:3] if number == 6 else row for number, row in enumerate(ROWS)]
    sentence = refused(generic(tmp_path, rows), tmp_path)
    assert "log.csv: line 8 has 3 columns where the header has 5" in sentence


def test_text_that_is_not_utf8_in_a_row(tmp_path: Path) -> None:
    source = generic(tmp_path, [*ROWS * 20, ["Zoë", *ROWS[0][1:]]])
    content = source.log[0].read_bytes().replace("Zoë".encode(), "Zoë".encode("latin-1"))
    source.log[0].write_bytes(content)
    assert "log.csv: line 722 is not UTF-8 text" in refused(source, tmp_path)
    early = content.splitlines(keepends=True)
    source.log[0].write_bytes(b"".join([early[0], early[-1], *early[1:-1]]))
    assert "is not UTF-8 text" in refused(source, tmp_path)


def test_an_open_quotation_mark(tmp_path: Path) -> None:
    rows = changed(12, "scenario", "s0")
    source = generic(tmp_path, rows)
    text = source.log[0].read_text().splitlines()
    text[12] = text[12].replace("s0", '"s0')
    source.log[0].write_text("\n".join(text))
    assert "log.csv: line 13" in refused(source, tmp_path)


def test_mixed_units_of_time(tmp_path: Path) -> None:
    sentence = refused(generic(tmp_path, changed(8, "timestamp", START // 1000)), tmp_path)
    assert "log.csv: column timestamp mixes units: row 8 holds '1650800000'" in sentence
    assert "row 1 holds '1650800000000', which looks like milliseconds" in sentence
    seconds = [[*row[:3], row[3] // 1000, 1] for row in ROWS]
    seconds[2][3] = START
    sentence = refused(generic(tmp_path, seconds, timestamp_unit="s"), tmp_path)
    assert "row 1 holds '1650800000', which looks like seconds, and row 3 holds" in sentence


def test_another_unit_of_time_than_stated(tmp_path: Path) -> None:
    sentence = refused(generic(tmp_path, ROWS, timestamp_unit="s"), tmp_path)
    assert "is read as seconds but looks like milliseconds" in sentence
    seconds = [[*row[:3], row[3] // 1000, 1] for row in ROWS]
    sentence = refused(generic(tmp_path, seconds), tmp_path)
    assert "is read as milliseconds but looks like seconds" in sentence


@pytest.mark.parametrize(
    "value", ["2023-13-01 00:00:00", "yesterday", "1684742000", "2023-05-22T9"]
)
def test_a_time_that_is_not_iso(tmp_path: Path, value: str) -> None:
    rows = [[*row[:3], "2023-05-22 15:53:20", 1] for row in ROWS]
    rows[4][3] = value
    sentence = refused(generic(tmp_path, rows, timestamp_unit="iso"), tmp_path)
    assert f"row 5: {value!r} is not an ISO 8601 time" in sentence


def test_an_unknown_action(tmp_path: Path) -> None:
    rows = changed(1, "click", "click|like")
    for row in rows[1:]:
        row[4] = "click"
    rows[20][4] = "like|cilck"
    source = generic(tmp_path, rows, action_columns=None, actions="click")
    sentence = refused(source, tmp_path)
    assert "column click, row 21: action 'cilck' is not known (known: click, follow" in sentence


def test_actions_without_a_weight(tmp_path: Path) -> None:
    sentence = refused(generic(tmp_path, ROWS, action_columns=("buy=click",)), tmp_path)
    assert "None of the actions buy has a reward weight" in sentence
    sentence = refused(generic(tmp_path, ROWS), tmp_path, rewards={"clik": 1})
    assert "None of the actions click" in sentence
    sentence = refused(generic(tmp_path, ROWS), tmp_path, rewards={"click": 1, "likes": 2})
    assert "Reward weight for action 'likes', which the log does not have: use click" in sentence
    sentence = refused(generic(tmp_path, ROWS, positive=("buy",)), tmp_path)
    assert "Positive action 'buy' is not an action of the log" in sentence


def test_a_column_that_is_no_column_of_actions(tmp_path: Path) -> None:
    rows = [[u, i, "s", START, f"a{u * 200 + i}"] for u in range(60) for i in range(200)]
    source = generic(tmp_path, rows, action_columns=None, actions="click")
    assert "too many to be names of actions" in refused(source, tmp_path)


def test_a_column_that_is_no_scenario(tmp_path: Path) -> None:
    rows = [[u, i, f"s{u * 200 + i}", START, 1] for u in range(60) for i in range(200)]
    sentence = refused(generic(tmp_path, rows), tmp_path)
    assert "more than 10000 different values: map another column" in sentence


def test_no_positive_event(tmp_path: Path) -> None:
    rows = [[*row[:4], 0] for row in ROWS]
    assert "No event of the log has a positive action" in refused(generic(tmp_path, rows), tmp_path)


def test_one_scenario_only(tmp_path: Path) -> None:
    rows = [[*row[:2], "feed", *row[3:]] for row in ROWS]
    sentence = refused(generic(tmp_path, rows), tmp_path)
    assert "Only one scenario is left (feed)" in sentence
    assert "allow_single_scenario" in sentence


def test_one_user_only(tmp_path: Path) -> None:
    rows = [[1, *row[1:]] for row in ROWS]
    assert "The log has one user only" in refused(generic(tmp_path, rows), tmp_path)


def test_nothing_left_by_the_core(tmp_path: Path) -> None:
    sentence = refused(generic(tmp_path, ROWS), tmp_path, min_item_events=7)
    assert "Nothing is left of 36 events, 6 users and 6 items when every user needs 5" in sentence
    rows = [*ROWS[:6], *([2, 9, "s1", START + k, 1] for k in range(3))]
    sentence = refused(generic(tmp_path, rows), tmp_path, min_item_events=1)
    assert "Only one user is left of 9 events, 2 users and 7 items" in sentence


def test_roles_mapped_twice(tmp_path: Path) -> None:
    for twice in (
        {"timestamp": "timestamp", "order": "timestamp"},
        {"scenario": "scenario", "scenario_name": "x"},
        {"actions": "click"},
    ):
        assert "give one of them" in refused(generic(tmp_path, ROWS, **twice), tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('user = "a"\nusr = "b"\n', "setting usr"),
        ("user = \n", "is not valid TOML"),
        ('timestamp_unit = "minutes"\n', "setting timestamp_unit"),
    ],
)
def test_a_bad_mapping_file(tmp_path: Path, content: str, message: str) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(content)
    assert message in refused(generic(tmp_path, ROWS, mapping=mapping), tmp_path)
    mapping.unlink()
    assert "(mapping file) does not exist" in refused(
        generic(tmp_path, ROWS, mapping=mapping), tmp_path
    )


def test_an_unknown_engine(tmp_path: Path) -> None:
    sentence = refused(generic(tmp_path, ROWS), tmp_path, engine="polars")
    assert "There is no engine 'polars': choose from duckdb, spark" in sentence


def test_bad_settings_are_named() -> None:
    for bad, key in (
        ({"min_user_event": 3}, "min_user_event"),
        ({"memory_limit": "much"}, "memory_limit"),
        ({"rewards": {"click": -1}}, "rewards.click"),
    ):
        with pytest.raises(UserError, match=f"setting {key}"):
            parse_settings(PrepareConfig, bad, "config.json")
    with pytest.raises(UserError, match=r"setting time_zone: .*'Mars/Olympus' is no time zone"):
        parse_settings(GenericSettings, {"time_zone": "Mars/Olympus"}, "flags")


def test_too_little_memory(tmp_path: Path) -> None:
    rows = ((u, u * i, "s", START + i, 1) for u in range(300) for i in range(1000))
    source = generic(tmp_path, [*rows, *ROWS])
    sentence = refused(source, tmp_path, memory_limit="8MB", threads=1)
    assert "does not fit into the memory limit of 8MB: raise memory_limit" in sentence


def test_a_full_disk(tmp_path: Path) -> None:
    """A file size limit stops every write beyond it, as a full disk does."""
    rows = [[*row[:3], row[3] + 100 * k, 1] for k in range(1000) for row in ROWS]
    source = generic(tmp_path, rows)
    program = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from ruie_core.data.prepare import prepare\n"
        "from ruie_core.data.settings import GenericSettings, PrepareConfig\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))\n"
        "source = GenericSettings(log=(Path(sys.argv[1]),), action_columns=('click',))\n"
        "prepare(source, PrepareConfig(threads=1), Path(sys.argv[2]))\n"
    )
    place = tmp_path / "place"
    for limit in (1_000, 300_000):
        call = [sys.executable, "-c", program, str(source.log[0]), str(place / "out"), str(limit)]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        last = done.stderr.strip().splitlines()[-1]
        assert last.startswith("ruie_core.errors.UserError: ")
        assert "free some space" in last
        assert not list(place.iterdir())


@pytest.mark.parametrize(
    ("error", "reading", "message"),
    [
        (duckdb.IOException("Could not write: No space left on device"), None, "The disk is full"),
        (duckdb.OutOfMemoryException("could not allocate block"), None, "memory limit of 2GB"),
        (duckdb.InvalidInputException("odd"), Path("a.csv"), "a.csv cannot be read (odd)"),
        (duckdb.BinderException("no such column"), Path("a.csv"), None),
        (duckdb.ConversionException("ours"), None, None),
    ],
)
def test_only_the_users_faults_become_sentences(
    error: duckdb.Error, reading: Path | None, message: str | None
) -> None:
    sentence = explain(error, reading, "2GB")
    assert sentence is None if message is None else message in str(sentence)


def test_an_unwritable_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = generic(tmp_path, ROWS)
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="file"):
        prepare(source, PrepareConfig(), tmp_path / "file" / "out")
    refuse: Callable[..., None] = lambda *_: (_ for _ in ()).throw(  # noqa: E731
        OSError(28, "No space left on device")
    )
    monkeypatch.setattr("ruie_core.data.prepare.write_scenarios", refuse)
    assert "No space left" in refused(source, tmp_path)
