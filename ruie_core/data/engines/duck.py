"""DuckDB inside this process, spilling to disk: the default engine."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from ruie_core.data.engines.base import LOG_ORDER
from ruie_core.data.inputs import InputFile
from ruie_core.errors import UserError

_NOT_IN_TEXT = "\x01"


class DuckEngine:
    """Runs expressions on a DuckDB database in a working folder.

    The database is a file, so that intermediate tables are compressed and leave memory. Rows keep
    their order through parallel reading (``preserve_insertion_order``), which makes the row id of a
    stored table the order of the log, without a window over it.
    """

    def __init__(self, folder: Path, memory_limit: str, threads: int | None) -> None:
        """Open a fresh database in ``folder``."""
        options: dict[str, Any] = {
            "memory_limit": memory_limit,
            "temp_directory": str(folder / "spill"),
            "preserve_insertion_order": True,
        }
        if threads is not None:
            options["threads"] = threads
        self._folder = folder
        self._limit = memory_limit
        with self._clear(None):
            self._con = ibis.duckdb.connect(folder / "work.duckdb", **options)

    def source(self, file: InputFile) -> ir.Table:
        """Return the file as a lazy table."""
        with self._clear(file.path):
            if file.kind == "parquet":
                return self._con.read_parquet(file.path)
            columns = dict.fromkeys(file.columns, "VARCHAR")
            if file.kind == "lines":
                return self._con.read_csv(
                    file.path,
                    columns=columns,
                    header=False,
                    delim=_NOT_IN_TEXT,
                    quote="",
                    escape="",
                )
            return self._con.read_csv(
                file.path, columns=columns, header=True, delim=file.delimiter, quote='"', escape='"'
            )

    def store(
        self, name: str, expr: ir.Table, *, log_order: bool = False, reading: Path | None = None
    ) -> ir.Table:
        """Run an expression into a table of the working database."""
        with self._clear(reading):
            self._con.raw_sql(f'CREATE OR REPLACE TABLE "{name}" AS {self._con.compile(expr)}')
            table = self._con.table(name)
        return table.mutate(**{LOG_ORDER: table.rowid()}) if log_order else table

    def lookup(self, name: str, rows: pa.Table) -> ir.Table:
        """Bring a small table into the working database."""
        path = self._folder / f"{name}.parquet"
        pq.write_table(rows, path)
        return self._con.read_parquet(path)

    def rows(self, expr: ir.Table) -> list[dict[str, Any]]:
        """Run an expression with a small result."""
        with self._clear(None):
            rows: list[dict[str, Any]] = self._con.to_pyarrow(expr).to_pylist()
        return rows

    def write(self, expr: ir.Table, path: Path) -> None:
        """Run an expression and write its rows, in order."""
        with self._clear(None):
            self._con.to_parquet(expr, path, compression="zstd")

    def drop(self, name: str) -> None:
        """Forget a stored table and let its blocks be used again."""
        with self._clear(None):
            self._con.raw_sql(f'DROP TABLE "{name}"')

    def close(self) -> None:
        """Close the database."""
        self._con.disconnect()

    @contextmanager
    def _clear(self, reading: Path | None) -> Iterator[None]:
        """Turn what DuckDB says into one sentence for the user."""
        try:
            yield
        except duckdb.Error as error:
            if (sentence := explain(error, reading, self._limit)) is None:
                raise
            raise UserError(sentence) from error


_OURS = (
    duckdb.ParserException,
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.InternalException,
)


def explain(error: duckdb.Error, reading: Path | None, memory_limit: str) -> str | None:
    """Say in one sentence what failed, where, and what to do; none if the fault is ours."""
    text = str(error)
    first = text.strip().splitlines()[0]
    if isinstance(error, duckdb.OutOfMemoryException) and "disk" not in text.lower():
        return (
            f"The preparation does not fit into the memory limit of {memory_limit}: raise "
            "memory_limit."
        )
    if re.search(r"no space left|file too large|out of disk|max_temp_directory_size", text, re.I):
        return f"The disk is full ({first}): free some space or choose another output folder."
    if reading is None or isinstance(error, _OURS):
        return None
    if line := re.search(r"CSV Error on Line: (\d+)", text):
        reason = _csv_reason(text)
        return f"{reading}: line {line[1]} {reason}: correct or remove the line."
    if "gzip" in text.lower():
        return f"{reading} is not a whole gzip file ({first}): copy it again."
    return f"{reading} cannot be read ({first}): copy the file again or correct it."


def _csv_reason(text: str) -> str:
    if counts := re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text):
        return f"has {counts[2]} columns where the header has {counts[1]}"
    if "utf-8" in text.lower():
        return "is not UTF-8 text"
    if "quote" in text.lower():
        return "has a quotation mark that is not closed"
    return f"is not readable ({text.strip().splitlines()[0]})"
