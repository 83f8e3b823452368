"""Bad settings, too little memory, a full disk: one clear sentence, and nothing is left."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from ruie_core.config import parse_settings
from ruie_core.data.engines.duck import explain
from ruie_core.data.prepare import prepare
from ruie_core.data.settings import (
    GenericSettings,
    PrepareConfig,
)
from ruie_core.errors import UserError
from tests.ruie_core.data.logs import START
from tests.ruie_core.data.refusals import ROWS, generic, refused


def test_an_unknown_engine(tmp_path: Path) -> None:
    sentence = refused(generic(tmp_path, ROWS), tmp_path, engine="polars")
    assert "There is no engine 'polars': choose from duckdb, spark" in sentence


def test_bad_settings_are_named() -> None:
    for bad, key in (
        ({"min_user_event": 3}, "min_user_event"),
        ({"memory_limit": "much"}, "memory_limit"),
        ({"rewards": {"click": -1}}, "rewards.click"),
    ):
        with pytest.raises(UserError, match=f"setting {key}"):
            parse_settings(PrepareConfig, bad, "config.json")
    with pytest.raises(UserError, match=r"setting time_zone: .*'Mars/Olympus' is no time zone"):
        parse_settings(GenericSettings, {"time_zone": "Mars/Olympus"}, "flags")


def test_too_little_memory(tmp_path: Path) -> None:
    rows = ((u, u * i, "s", START + i, 1) for u in range(300) for i in range(1000))
    source = generic(tmp_path, [*rows, *ROWS])
    sentence = refused(source, tmp_path, memory_limit="8MB", threads=1)
    assert "does not fit into the memory limit of 8MB: raise memory_limit" in sentence


def test_a_full_disk(tmp_path: Path) -> None:
    """A file size limit stops every write beyond it, as a full disk does."""
    rows = [[*row[:3], row[3] + 100 * k, 1] for k in range(1000) for row in ROWS]
    source = generic(tmp_path, rows)
    program = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from ruie_core.data.prepare import prepare\n"
        "from ruie_core.data.settings import GenericSettings, PrepareConfig\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))\n"
        "source = GenericSettings(log=(Path(sys.argv[1]),), action_columns=('click',))\n"
        "prepare(source, PrepareConfig(threads=1), Path(sys.argv[2]))\n"
    )
    place = tmp_path / "place"
    for limit in (1_000, 300_000):
        call = [sys.executable, "-c", program, str(source.log[0]), str(place / "out"), str(limit)]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        last = done.stderr.strip().splitlines()[-1]
        assert last.startswith("ruie_core.errors.UserError: ")
        assert "free some space" in last
        assert not list(place.iterdir())


@pytest.mark.parametrize(
    ("error", "reading", "message"),
    [
        (duckdb.IOException("Could not write: No space left on device"), None, "The disk is full"),
        (duckdb.OutOfMemoryException("could not allocate block"), None, "memory limit of 2GB"),
        (duckdb.InvalidInputException("odd"), Path("a.csv"), "a.csv cannot be read (odd)"),
        (duckdb.BinderException("no such column"), Path("a.csv"), None),
        (duckdb.ConversionException("ours"), None, None),
    ],
)
def test_only_the_users_faults_become_sentences(
    error: duckdb.Error, reading: Path | None, message: str | None
) -> None:
    sentence = explain(error, reading, "2GB")
    assert sentence is None if message is None else message in str(sentence)


def test_an_unwritable_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = generic(tmp_path, ROWS)
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="file"):
        prepare(source, PrepareConfig(), tmp_path / "file" / "out")
    refuse: Callable[..., None] = lambda *_: (_ for _ in ()).throw(  # noqa: E731
        OSError(28, "No space left on device")
    )
    monkeypatch.setattr("ruie_core.data.prepare.write_scenarios", refuse)
    assert "No space left" in refused(source, tmp_path)
