"""Engines by name."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from ruie_core.data.engines.base import Engine
from ruie_core.data.engines.duck import DuckEngine
from ruie_core.data.engines.spark import SparkEngine
from ruie_core.data.settings import PrepareConfig
from ruie_core.errors import UserError

ENGINES: Final[dict[str, Callable[[Path, str, int | None], Engine]]] = {
    "duckdb": DuckEngine,
    "spark": SparkEngine,
}


def open_engine(settings: PrepareConfig, folder: Path) -> Engine:
    """Start the engine that the settings name, working in a folder of its own.

    Raises:
        UserError: no such engine, or its packages are not installed.
    """
    if settings.engine not in ENGINES:
        raise UserError(
            f"There is no engine {settings.engine!r}: choose from {', '.join(ENGINES)}."
        )
    return ENGINES[settings.engine](folder, settings.memory_limit, settings.threads)
