"""The small files of a run's folder: manifests, history, and whether anything has changed."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd

from ruie_core.errors import UserError
from ruie_core.files import read_json

FORMAT = 1
"""Version of the analysis folder that this code reads."""


def fingerprint(path: Path) -> str:
    """Return a digest that changes when any file of the run does, without reading the large ones.

    It covers the two manifests' text, and name, size and modification time of the other files.
    """
    digest = hashlib.sha256(str(path.resolve()).encode())
    for file in sorted((*path.glob("*"), *path.glob("vocab/*"), *path.glob("analysis/*"))):
        if file.is_file():
            state = file.stat()
            digest.update(f"{file.name} {state.st_size} {state.st_mtime_ns}\n".encode())
            if file.name == "manifest.json":
                digest.update(file.read_bytes())
    return digest.hexdigest()


def read_manifest(path: Path) -> dict[str, Any]:
    """Return a manifest of a run or of its analysis.

    Raises:
        UserError: it is not there, or of another format.
    """
    if path.parent.name == "analysis" and not path.is_file():
        run = path.parent.parent
        raise UserError(f"{run} has no analysis yet: run `ruie analyze {run}` to make its tables.")
    manifest: dict[str, Any] = read_json(path)
    if manifest.get("format") != FORMAT:
        raise UserError(
            f"{path} has format version {manifest.get('format')!r}, this version reads {FORMAT}: "
            "install the version of ruie that wrote it, or make the folder again."
        )
    return manifest


def read_history(path: Path) -> pd.DataFrame:
    """Return what was recorded after each epoch, a row each.

    Raises:
        UserError: it is not there, or damaged.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return pd.DataFrame([json.loads(line) for line in lines if line.strip()])
    except FileNotFoundError:
        raise UserError(f"{path} is missing: restore it from a copy.") from None
    except json.JSONDecodeError as error:
        raise UserError(f"{path} is not JSON lines ({error}): restore it from a copy.") from None
