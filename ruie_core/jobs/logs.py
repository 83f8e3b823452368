"""Logs that a browser may name: uploads, and the files of one folder that is never left."""

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from ruie_core.errors import UserError

ENDINGS: Final = (".csv", ".csv.gz", ".parquet", ".pq")
"""What the name of a log may end in."""

MOST_LISTED: Final = 500
"""Files of the folder that are listed at most."""

UPLOADS: Final = ".uploads"
"""Folder of the uploads, in the folder of prepared data."""

_CHUNK: Final = 1 << 20


@dataclass(frozen=True)
class Listing:
    """Logs in a folder.

    Attributes:
        names: their paths inside the folder, sorted.
        more: there are others that are not listed.
    """

    names: tuple[str, ...]
    more: bool


def list_logs(folder: Path) -> Listing:
    """List the logs in a folder and below it; links that lead out of it are left out.

    Raises:
        UserError: it is no folder.
    """
    if not folder.is_dir():
        raise UserError(f"{folder} is not a folder: make it, or name another one in RUIE_LOGS.")
    names: list[str] = []
    for name in _walk(folder):
        if len(names) == MOST_LISTED:
            return Listing(tuple(sorted(names)), True)
        names.append(name)
    return Listing(tuple(sorted(names)), False)


def log_in(folder: Path, name: str) -> Path:
    """Return the path of a log in a folder, with all links followed.

    Raises:
        UserError: it lies outside the folder, is no file, or is no log by its name.
    """
    root = folder.resolve()
    try:
        path = (root / name).resolve(strict=True)
    except (OSError, ValueError, RuntimeError):  # absent, a zero byte, a loop of links
        raise UserError(f"There is no log {name!r} in {folder}: choose one of the list.") from None
    if not path.is_relative_to(root):
        raise UserError(f"{name!r} lies outside {folder}: choose a file of that folder.")
    if not path.is_file() or not _is_log(path.name):
        raise UserError(f"{name!r} is not a CSV, CSV.gz or Parquet file: choose another.")
    return path


def keep_upload(stream: IO[bytes], name: str, data: Path) -> Path:
    """Write an upload under the folder of prepared data, whole or not at all.

    It lies in a folder named by its content: the same file sent twice is kept once, and no upload
    takes the place of another.

    Args:
        stream: the file's bytes.
        name: what the browser calls it.
        data: folder of prepared data.

    Raises:
        UserError: it is no log by its name, or cannot be written.
    """
    safe = safe_name(name)
    if not _is_log(safe):
        raise UserError(f"{name!r} is not a CSV, CSV.gz or Parquet file: send one of these.")
    uploads = data / UPLOADS
    temporary = uploads / f"upload.tmp-{os.getpid()}-{os.urandom(4).hex()}"
    try:
        uploads.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with temporary.open("wb") as file:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                file.write(chunk)
        place = uploads / digest.hexdigest()[:12]
        place.mkdir(exist_ok=True)
        return temporary.replace(place / safe)
    except OSError as error:
        raise UserError(
            f"The upload could not be written to {uploads} ({error.strerror or error}): free some "
            "space, or put the file into the folder of RUIE_LOGS."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def safe_name(name: str) -> str:
    """Return a file's name that is nothing but a name.

    >>> safe_name("../../etc/My log (1).csv")
    'My-log-1.csv'
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    stem, dot, ending = last.partition(".")
    parts = [re.sub(r"[^A-Za-z0-9_]+", "-", part).strip("-") for part in (stem, *ending.split("."))]
    kept = [part for part in parts[1:] if part] if dot else []
    return ".".join([parts[0][:80] or "log", *kept])


def _walk(folder: Path) -> Iterator[str]:
    root = folder.resolve()
    for here, folders, files in os.walk(root):  # which does not follow links to folders
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not _is_log(name) or name.startswith("."):
                continue
            path = (Path(here) / name).relative_to(root).as_posix()
            with contextlib.suppress(UserError):
                log_in(root, path)
                yield path


def _is_log(name: str) -> bool:
    return name.lower().endswith(ENDINGS)
