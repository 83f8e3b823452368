"""Files that come from outside: looked at before any engine reads them."""

import csv
import gzip
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from ruie_core.errors import UserError
from ruie_core.files import sha256

_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True)
class InputFile:
    """A file that is there, is not empty, and begins as its kind should.

    Attributes:
        path: where it is.
        role: what it is to its source, such as ``log``.
        kind: ``csv``, ``lines`` (text, one column ``line``) or ``parquet``.
        columns: names found in its header or schema.
        delimiter: between the columns of a CSV file.
    """

    path: Path
    role: str
    kind: Literal["csv", "lines", "parquet"]
    columns: tuple[str, ...]
    delimiter: str = ","

    def require(self, columns: Iterable[str]) -> None:
        """Check that columns exist.

        Raises:
            UserError: names those that are missing and lists those that were found.
        """
        missing = [name for name in columns if name not in self.columns]
        if missing:
            raise UserError(
                f"{self.path}: column {', '.join(missing)} is missing (found: "
                f"{', '.join(self.columns)}): rename a column or map it by its name."
            )

    def describe(self) -> dict[str, Any]:
        """Base name, role, bytes and SHA-256, for the manifest."""
        return {
            "name": self.path.name,
            "role": self.role,
            "bytes": self.path.stat().st_size,
            "sha256": sha256(self.path),
        }


def open_table(path: Path, role: str, delimiter: str = ",") -> InputFile:
    """Look at a CSV, CSV.gz or Parquet file; the name's ending says which.

    Raises:
        UserError: missing, empty, without rows, or not what its name says.
    """
    _look(path, role)
    if path.suffix.lower() in {".parquet", ".pq"}:
        return InputFile(path, role, "parquet", _parquet_columns(path))
    header, *rest = first_lines(path, 2)
    names = next(csv.reader([header], delimiter=delimiter), [])
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UserError(f"{path}: column {twice[0]} stands twice in the header: rename one.")
    if not rest:
        raise UserError(f"{path} has a header and no rows: give a file with events.")
    return InputFile(path, role, "csv", tuple(names), delimiter)


def open_lines(path: Path, role: str) -> InputFile:
    """Look at a text file of one record a line.

    Raises:
        UserError: missing, empty, or not what its name says.
    """
    _look(path, role)
    first_lines(path, 1)
    return InputFile(path, role, "lines", ("line",))


def _look(path: Path, role: str) -> None:
    if not path.is_file():
        what = "is a folder, not a file" if path.is_dir() else "does not exist"
        raise UserError(f"{path} ({role} file) {what}: check the path.")
    try:
        with path.open("rb") as stream:
            start = stream.read(2)
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): check its rights.") from None
    if not start:
        raise UserError(f"{path} is empty: give a file with a header and rows.")
    if path.suffix.lower() == ".gz" and start != _GZIP_MAGIC:
        raise UserError(f"{path} ends in .gz but is not a gzip file: rename it or compress it.")
    if path.suffix.lower() != ".gz" and start == _GZIP_MAGIC:
        raise UserError(f"{path} is a gzip file: let its name end in .gz.")


def first_lines(path: Path, count: int) -> list[str]:
    """The first lines that are not blank; at least one."""
    opened = gzip.open if path.suffix.lower() == ".gz" else open
    lines: list[str] = []
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline=None) as stream:
            for line in stream:
                if text := line.rstrip("\n"):
                    lines.append(text)
                if len(lines) == count:
                    break
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UserError(f"{path} is not a whole gzip file ({error}): copy it again.") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text ({error}): convert it to UTF-8.") from None
    if not lines:
        raise UserError(f"{path} holds only blank lines: give a file with a header and rows.")
    return lines


def _parquet_columns(path: Path) -> tuple[str, ...]:
    try:
        with pq.ParquetFile(path) as file:
            rows, names = file.metadata.num_rows, file.schema_arrow.names
    except (pa.ArrowException, OSError) as error:
        raise UserError(
            f"{path} is not a whole Parquet file ({str(error).splitlines()[0]}): copy it again."
        ) from None
    if not rows:
        raise UserError(f"{path} has no rows: give a file with events.")
    return tuple(names)
