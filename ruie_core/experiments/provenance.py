"""Which code made a row."""

import subprocess
from pathlib import Path

import ruie_core

UNKNOWN = "unknown"


def commit() -> str:
    """Hash of the commit of this code, ``+dirty`` if the package differs from it.

    ``unknown`` where the code lies in no git checkout.
    """
    head = _git("rev-parse", "HEAD")
    if head is None:
        return UNKNOWN
    changed = _git("status", "--porcelain", "--", ".")
    return f"{head}+dirty" if changed else head


def _git(*words: str) -> str | None:
    place = Path(ruie_core.__file__).parent
    try:
        done = subprocess.run(
            ["git", "-C", str(place), *words], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
