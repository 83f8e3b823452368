"""A log as it stands in its file: the first rows, and what a column of action names holds."""

import csv
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from ruie_core.data.inputs import InputFile, first_lines, open_table
from ruie_core.errors import UserError

DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
"""What may stand between the columns of a CSV file."""

FIRST_ROWS: Final = 200_000
"""Rows that are looked at where looking at all of them would take too long."""

MOST_ACTIONS: Final = 50
"""Different names beyond which a column cannot be one of action names."""


@dataclass(frozen=True)
class Preview:
    """The beginning of a log.

    Attributes:
        file: what was looked at.
        rows: its first rows, every value as text, what is missing as an empty text.
    """

    file: InputFile
    rows: pd.DataFrame


def preview_log(path: Path, rows: int = 200) -> Preview:
    """Read the first rows of a CSV, CSV.gz or Parquet file; the header tells the delimiter.

    Raises:
        UserError: the file is missing, empty, or not what its name says.
    """
    if path.suffix.lower() in {".parquet", ".pq"}:
        file = open_table(path, "log")
        with pq.ParquetFile(path) as opened:
            batch = next(opened.iter_batches(batch_size=rows))
        table = batch.to_pandas().astype(object)
        return Preview(file, table.where(table.notna(), "").map(str))
    open_table(path, "log")
    file = open_table(path, "log", delimiter_of(first_lines(path, 1)[0]))
    return Preview(file, _csv_rows(file, rows))


def delimiter_of(header: str) -> str:
    r"""Return what stands between the columns of a header; a comma where nothing known does.

    >>> delimiter_of("user;item;time, s"), delimiter_of("a\tb"), delimiter_of("user")
    (';', '\t', ',')
    """
    return max(DELIMITERS, key=lambda mark: len(next(csv.reader([header], delimiter=mark), [])))


def action_values(
    file: InputFile, column: str, separator: str, rows: int = FIRST_ROWS
) -> list[str]:
    """Return the names that a column of actions holds in the first rows, most frequent first.

    Raises:
        UserError: there are too many to be names of actions, or the file cannot be read.
    """
    with _read_clearly(file.path), duckdb.connect() as connection:
        log = (
            connection.read_parquet(str(file.path))
            if file.kind == "parquet"
            else connection.read_csv(
                str(file.path),
                all_varchar=True,
                header=True,
                delimiter=file.delimiter,
                quotechar='"',
                escapechar='"',
            )
        )
        quoted = column.replace('"', '""')
        value = f'"{quoted}"'
        if log.select(value).types[0].id == "list":
            value = "array_to_string({}, '{}')".format(value, separator.replace("'", "''"))
        head = log.limit(rows).select(f"{value}::VARCHAR AS value")
        found = head.aggregate("value, count(*) AS n").filter("value IS NOT NULL")
        texts = found.order("n DESC, value").limit(MOST_ACTIONS * MOST_ACTIONS).fetchall()
    counts: dict[str, int] = {}
    for text, n in texts:
        for name in {part.strip() for part in text.split(separator)} - {""}:
            counts[name] = counts.get(name, 0) + n
    if len(counts) > MOST_ACTIONS:
        raise UserError(
            f"{file.path}: column {column} has more than {MOST_ACTIONS} different values, too many "
            "to be names of actions: choose another column."
        )
    return sorted(counts, key=lambda name: (-counts[name], name))


def _csv_rows(file: InputFile, rows: int) -> pd.DataFrame:
    opened = gzip.open if file.path.suffix.lower() == ".gz" else open
    width = len(file.columns)
    with opened(file.path, "rt", encoding="utf-8-sig", newline="", errors="replace") as stream:
        lines = islice(
            (line for line in csv.reader(stream, delimiter=file.delimiter) if line), 1, rows + 1
        )
        read = [(line + [""] * width)[:width] for line in lines]
    return pd.DataFrame(read, columns=list(file.columns))


@contextmanager
def _read_clearly(path: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        first = str(error).strip().splitlines()[0]
        raise UserError(f"{path} cannot be read ({first}): correct or copy it again.") from None
