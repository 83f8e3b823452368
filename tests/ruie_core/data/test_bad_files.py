"""Bad files and cells: each gives one clear sentence and leaves nothing behind."""

import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ruie_core.data.prepare import prepare
from ruie_core.data.settings import (
    GenericSettings,
    KuaiRandSettings,
    PrepareConfig,
)
from tests.ruie_core.data.logs import plain_rows, write_csv, write_kuairand
from tests.ruie_core.data.refusals import COLUMNS, ROWS, changed, generic, refused


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
