"""Spark, for logs that one machine cannot hold: the same expressions (extra ``ruie[spark]``)."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from ruie_core.data.engines.base import LOG_ORDER
from ruie_core.data.inputs import InputFile
from ruie_core.errors import UserError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame  # type: ignore[import-not-found, unused-ignore]


class SparkEngine:
    """Runs expressions on the active Spark session, or on a local one.

    Stored tables are Parquet folders, which also cuts the lineage between steps. The log order is
    ``monotonically_increasing_id``: a file is split into partitions from its beginning to its end,
    so the id rises with the place in the file.
    """

    def __init__(self, folder: Path, memory_limit: str, threads: int | None) -> None:
        """Join or start a session; ``memory_limit`` and ``threads`` hold for a local one."""
        try:
            from pyspark.sql import SparkSession
        except ImportError:
            raise UserError(
                'The spark engine needs pyspark, which is an extra: pip install "ruie[spark]", and '
                "a Java runtime."
            ) from None
        self._folder = folder
        running = SparkSession.getActiveSession()
        self._own = running is None
        self._session = running or (
            SparkSession.builder.master(f"local[{threads or '*'}]")
            .appName("ruie prepare")
            .config("spark.driver.memory", memory_limit.replace(" ", "").removesuffix("B").lower())
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.csv.parser.columnPruning.enabled", "false")
            .config("spark.sql.shuffle.partitions", str(4 * (threads or os.cpu_count() or 1)))
            .config("spark.ui.enabled", "false")
            .getOrCreate()
        )
        self._con = ibis.pyspark.connect(self._session)
        self._views = 0

    def source(self, file: InputFile) -> ir.Table:
        """Return the file as a lazy table."""
        with self._clear(file.path):
            reader = self._session.read
            if file.kind == "parquet":
                return self._view(reader.parquet(str(file.path)))
            if file.kind == "lines":
                return self._view(reader.text(str(file.path)).toDF("line"))
            schema = ", ".join(f"`{name}` STRING" for name in file.columns)
            frame = reader.schema(schema).csv(
                str(file.path),
                header=True,
                sep=file.delimiter,
                quote='"',
                escape='"',
                mode="FAILFAST",
                enforceSchema=True,
            )
            return self._view(frame)

    def store(
        self, name: str, expr: ir.Table, *, log_order: bool = False, reading: Path | None = None
    ) -> ir.Table:
        """Run an expression into a Parquet folder and read it from there."""
        target = self._folder / name
        with self._clear(reading):
            frame = self._frame(expr)
            if log_order:
                from pyspark.sql import functions

                frame = frame.withColumn(LOG_ORDER, functions.monotonically_increasing_id())
            frame.write.mode("overwrite").parquet(str(target))
            return self._view(self._session.read.parquet(str(target)))

    def lookup(self, name: str, rows: pa.Table) -> ir.Table:
        """Bring a small table in, through a Parquet file."""
        path = self._folder / f"{name}.parquet"
        pq.write_table(rows, path)
        with self._clear(None):
            return self._view(self._session.read.parquet(str(path)))

    def rows(self, expr: ir.Table) -> list[dict[str, Any]]:
        """Run an expression with a small result."""
        with self._clear(None):
            return [row.asDict() for row in self._frame(expr).collect()]

    def write(self, expr: ir.Table, path: Path) -> None:
        """Run an expression and join Spark's part files, which are in row order, into one."""
        parts = self._folder / f"parts-{path.stem}"
        with self._clear(None):
            self._frame(expr).write.mode("overwrite").parquet(str(parts))
        schema = expr.schema().to_pyarrow()
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for file in sorted(parts.glob("part-*.parquet")):
                with pq.ParquetFile(file) as part:
                    for batch in part.iter_batches():
                        writer.write_table(pa.Table.from_batches([batch]).cast(schema))
        shutil.rmtree(parts)

    def drop(self, name: str) -> None:
        """Remove a stored table."""
        shutil.rmtree(self._folder / name, ignore_errors=True)

    def close(self) -> None:
        """Stop the session, if it was started here."""
        if self._own:
            self._session.stop()

    def _frame(self, expr: ir.Table) -> "DataFrame":
        return self._session.sql(str(self._con.compile(expr)))

    def _view(self, frame: "DataFrame") -> ir.Table:
        self._views += 1
        name = f"ruie_{id(self)}_{self._views}"
        frame.createOrReplaceTempView(name)
        return self._con.table(name)

    @contextmanager
    def _clear(self, reading: Path | None) -> Iterator[None]:
        """Turn what Spark says into one sentence for the user."""
        from pyspark.errors import (  # type: ignore[import-not-found, unused-ignore]
            PySparkException,
        )

        try:
            yield
        except PySparkException as error:
            first = str(error).strip().splitlines()[0]
            if "No space left" in str(error):
                message = f"The disk is full ({first}): free some space."
            elif reading is not None:
                message = f"{reading} cannot be read ({first}): correct the file or copy it again."
            else:
                message = f"Spark could not run a step of the preparation ({first})."
            raise UserError(message) from error
