"""What a preparation asks of the engine that runs its expressions."""

from pathlib import Path
from typing import Any, Protocol

import ibis.expr.types as ir
import pyarrow as pa

from ruie_core.data.inputs import InputFile

LOG_ORDER = "log_order"
"""Column (int64) that rises with the place of a row in its file."""


class Engine(Protocol):
    """Reads files, keeps intermediate tables out of memory, writes Parquet in row order."""

    def source(self, file: InputFile) -> ir.Table:
        """Return the file as a lazy table: CSV columns all text, Parquet as typed."""
        ...

    def store(
        self, name: str, expr: ir.Table, *, log_order: bool = False, reading: Path | None = None
    ) -> ir.Table:
        """Run an expression and keep its rows on disk.

        Args:
            name: of the new table.
            expr: what to run.
            log_order: add the column ``log_order``, which rises in the order of the file read.
            reading: the file that ``expr`` reads, for error messages.

        Raises:
            UserError: the file cannot be read, or memory or disk do not suffice.
        """
        ...

    def lookup(self, name: str, rows: pa.Table) -> ir.Table:
        """Bring a small table into the engine."""
        ...

    def rows(self, expr: ir.Table) -> list[dict[str, Any]]:
        """Run an expression with a small result."""
        ...

    def write(self, expr: ir.Table, path: Path) -> None:
        """Run an expression and write its rows, in order, as one zstd Parquet file."""
        ...

    def drop(self, name: str) -> None:
        """Forget a stored table."""
        ...

    def close(self) -> None:
        """Give back memory and files."""
        ...
