"""Files that are either whole or absent: write under a temporary name, then rename."""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from ruie_core.errors import UserError

COHORTS: Final = "cohorts"
FINDINGS: Final = "findings"
UNSEALED: Final = (COHORTS, FINDINGS)
"""Folders of a run that no manifest seals: people add to them, and every rewrite keeps them."""

_CHUNK = 1 << 20


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def checked(path: Path, expected: str | None, manifest: str, remedy: str) -> Path:
    """Return ``path`` after comparing the file with its hash in a manifest.

    Args:
        path: the file.
        expected: its SHA-256 in the manifest; none: the manifest does not know it.
        manifest: name of the manifest, for the sentence.
        remedy: what to do, for the sentence.

    Raises:
        UserError: the file is missing or is not the one that was written.
    """
    if not path.is_file():
        raise UserError(f"{path} is missing: restore the file or {remedy}.")
    if sha256(path) != expected:
        raise UserError(
            f"{path} is not the file that was written (its SHA-256 differs from {manifest}): "
            f"restore it or {remedy}."
        )
    return path


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        UserError: the file is absent or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path} is missing: restore the file or make the folder again.") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not valid JSON ({error}): restore the file.") from None


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        FileNotFoundError: it is absent; who asks says what that means.
        UserError: it is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not valid TOML ({error}): correct it.") from None


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file whole or not at all."""
    write_bytes(path, (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    temporary = path.with_name(f"{path.name}.tmp-{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give a temporary folder beside ``target`` that takes its place when the block ends well.

    On an error nothing is left of the temporary folder and ``target`` is as it was. A folder that
    stands at ``target`` moves aside for the moment between the two renames; ``recover_folder``
    brings it back if the process died in exactly that moment.

    Raises:
        UserError: the disk is full or the place cannot be written.
    """
    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.tmp-", dir=target.parent))
        yield temporary
        temporary.chmod(0o755)
        if target.exists():
            shutil.rmtree(_aside(target), ignore_errors=True)
            target.rename(_aside(target))
        temporary.rename(target)
        shutil.rmtree(_aside(target), ignore_errors=True)
    except OSError as error:
        raise UserError(
            f"{target} could not be written ({error.strerror or error}): free some space or "
            "choose another place; what stood there before is untouched."
        ) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        recover_folder(target)


def recover_folder(target: Path) -> None:
    """Put back a folder whose replacement was interrupted between its two renames."""
    with contextlib.suppress(OSError):  # the parent is no folder: nothing was ever written
        if _aside(target).exists() and not target.exists():
            _aside(target).rename(target)


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.old")
