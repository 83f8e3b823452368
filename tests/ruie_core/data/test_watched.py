"""What a KuaiRand log says was watched through, laid beside the prepared events."""

from pathlib import Path

import pytest

from ruie_core.data.beside import noise_of
from ruie_core.data.sample.truth import read_events
from ruie_core.data.settings import KuaiRandSettings
from ruie_core.data.watched import write_watched
from ruie_core.errors import UserError
from tests.ruie_core.data.logs import plain_rows, write_csv, write_kuairand
from tests.ruie_core.data.reading import read


def test_every_prepared_event_gets_its_own_mark(tmp_path: Path) -> None:
    rows = [row | {"long_view": row["item_id"] == row["user_id"]} for row in plain_rows(4, 5)]
    halves = rows[:7], rows[7:]
    logs = [write_kuairand(tmp_path / f"log{n}.csv", half) for n, half in enumerate(halves)]
    dataset = read(KuaiRandSettings(log=tuple(logs)), tmp_path / "data")
    folder = write_watched(dataset, logs, tmp_path / "watched")
    noise = noise_of(dataset, read_events(folder))
    assert noise.tolist() == [not row["long_view"] for row in rows]  # the rows are in log order
    assert noise.sum() == 16


def test_an_event_that_stands_twice_was_watched_if_either_row_says_so(tmp_path: Path) -> None:
    rows = [row | {"long_view": False} for row in plain_rows(3, 3)]
    log = write_kuairand(tmp_path / "log.csv", [*rows, rows[0] | {"long_view": True}])
    dataset = read(KuaiRandSettings(log=(log,)), tmp_path / "data")
    noise = noise_of(dataset, read_events(write_watched(dataset, [log], tmp_path / "watched")))
    assert noise.tolist() == [False] + 8 * [True]


def test_other_logs_are_refused(tmp_path: Path) -> None:
    first, second = (
        write_kuairand(tmp_path / name, plain_rows(3, n))
        for name, n in (("a.csv", 3), ("b.csv", 4))
    )
    dataset = read(KuaiRandSettings(log=(first,)), tmp_path / "data")
    with pytest.raises(UserError, match=r"b\.csv is not a log .* prepared from \(a\.csv\)"):
        write_watched(dataset, [second], tmp_path / "watched")
    both = read(KuaiRandSettings(log=(first, second)), tmp_path / "both")
    with pytest.raises(UserError, match=r"prepared from b\.csv as well"):
        write_watched(both, [first], tmp_path / "watched")
    bare = write_csv(tmp_path / "c.csv", ["user_id", "video_id", "time_ms"], [[1, 2, 3]])
    with pytest.raises(UserError, match="column long_view is missing"):
        write_watched(dataset, [bare], tmp_path / "watched")
    assert not (tmp_path / "watched").exists()
