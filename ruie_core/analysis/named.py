"""Small JSON files that people name, in a folder of a run that its manifest does not seal.

Each is ``<run>/<folder>/<id>.json``; the id is the name's form in file names and links.
"""

import re
from pathlib import Path
from typing import Any, Final

from ruie_core.errors import UserError
from ruie_core.files import read_json, write_json

MOST_LETTERS: Final = 80
"""Longest name."""

_ID = re.compile(r"\w(?:[\w-]{0,58}\w)?")


def identity(name: str, noun: str) -> str:
    """Return the name's form in file names and links.

    Args:
        name: as people write it.
        noun: what it names, for the sentence: "a cohort".

    Raises:
        UserError: nothing is left of it.

    >>> identity("Moved to search, 2026", "a cohort")
    'moved-to-search-2026'
    """
    made = re.sub(r"[\W_]+", "-", name.casefold()).strip("-")[:60].rstrip("-")
    if not made:
        raise UserError(f"“{name}” is no name for {noun}: use letters or digits.")
    return made


def place(run: Path, folder: str, identity: str, noun: str) -> Path:
    """Return the file of an id; ids come from links, so that they are checked first.

    Raises:
        UserError: it is no id, and could name a file elsewhere.
    """
    if not _ID.fullmatch(identity):
        raise UserError(f"“{identity}” is no id of {noun}.")
    return run / folder / f"{identity}.json"


def names(run: Path, folder: str) -> dict[str, str]:
    """Return the names in a folder by their ids; a damaged file is named by its id."""
    found = {}
    for path in sorted((run / folder).glob("*.json")):
        if _ID.fullmatch(path.stem):
            found[path.stem] = str(_lenient(path).get("name") or path.stem)
    return found


def write_new(path: Path, value: Any, noun: str) -> None:
    """Write a file that must not exist yet, whole or not at all.

    Raises:
        UserError: it exists, or the folder cannot be written.
    """
    if path.exists():
        raise UserError(f"There is {noun} “{path.stem}” already: choose another name.")
    write(path, value)


def write(path: Path, value: Any) -> None:
    """Write a file whole or not at all.

    Raises:
        UserError: the folder cannot be written.
    """
    try:
        path.parent.mkdir(exist_ok=True)
        write_json(path, value)
    except OSError as error:
        raise UserError(
            f"{path} could not be written ({error.strerror or error}): free some space or make "
            "the folder writable."
        ) from error


def remove(path: Path) -> None:
    """Remove a file; one that is gone already is no error.

    Raises:
        UserError: the folder cannot be written.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"{path} could not be removed ({error.strerror or error}).") from error


def _lenient(path: Path) -> dict[str, Any]:
    try:
        value = read_json(path)
    except UserError:
        return {}
    return value if isinstance(value, dict) else {}
