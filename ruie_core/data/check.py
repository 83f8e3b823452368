"""What a preparation would say of a log, found out without leaving anything behind."""

import tempfile
from pathlib import Path

import ibis.expr.types as ir

from ruie_core.data import filters
from ruie_core.data.engines.base import Engine
from ruie_core.data.engines.registry import open_engine
from ruie_core.data.inputs import InputFile
from ruie_core.data.prepare import prepare
from ruie_core.data.preview import FIRST_ROWS
from ruie_core.data.reading import read_logs
from ruie_core.data.settings import PrepareConfig, SourceSettings
from ruie_core.data.sources.registry import open_source
from ruie_core.data.summary import LogCheck, Step


def check_log(source: SourceSettings, settings: PrepareConfig, rows: int = FIRST_ROWS) -> LogCheck:
    """Prepare a log of at most ``rows`` rows for nothing; read that many of a longer one.

    The checks are the preparation's own, so its sentences are too.

    Raises:
        UserError: what ``ruie prepare`` would say.
    """
    opened = open_source(source, settings)
    with tempfile.TemporaryDirectory() as place:
        engine = open_engine(settings, Path(place))
        try:
            log, _ = read_logs(_Head(engine, rows), opened)
            read = engine.rows(filters.size(log))[0]
        finally:
            engine.close()
        if read["events"] >= rows:
            step = Step("first rows", int(read["events"]), int(read["users"]), int(read["items"]))
            return LogCheck(False, (step,), ())
        summary = prepare(source, settings, Path(place) / "prepared")
        return LogCheck(True, summary.steps, summary.scenarios)


class _Head:
    """An engine that sees the first rows of every file."""

    def __init__(self, engine: Engine, rows: int) -> None:
        self._rows = rows
        self.source_of, self.store, self.lookup = engine.source, engine.store, engine.lookup
        self.rows, self.write, self.drop = engine.rows, engine.write, engine.drop
        self.close = engine.close

    def source(self, file: InputFile) -> ir.Table:
        """Return the file's first rows as a lazy table."""
        return self.source_of(file).limit(self._rows)
