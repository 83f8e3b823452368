"""Where things lie, and what a browser may do there: the environment says so."""

import os
from pathlib import Path


def data() -> Path:
    """Return the folder of prepared data, uploads and jobs: ``RUIE_DATA``, else ``data``."""
    return folder("data", "RUIE_DATA")


def logs() -> Path:
    """Return the folder whose logs a browser may name: ``RUIE_LOGS``, else ``logs``."""
    return folder("logs", "RUIE_LOGS")


def read_only() -> bool:
    """Whether a browser may start and write nothing: ``RUIE_READ_ONLY`` is set, not to 0."""
    return os.environ.get("RUIE_READ_ONLY", "0") not in {"", "0"}


def folder(name: str, variable: str) -> Path:
    """Return the folder that a variable names, else one of this name here, else by the app."""
    if named := os.environ.get(variable):
        return Path(named)
    here = Path(name)
    return here if here.is_dir() else Path(__file__).resolve().parents[1] / name
