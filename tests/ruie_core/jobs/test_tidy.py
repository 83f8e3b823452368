"""Old uploads and jobs go; nothing that is in use does."""

import io
import os
from pathlib import Path

import pytest

from ruie_core.data.settings import GenericSettings
from ruie_core.files import write_json
from ruie_core.jobs.job import JOBS, PROCESS, SETTINGS, STATUS
from ruie_core.jobs.logs import UPLOADS, keep_upload
from ruie_core.jobs.process import mark_of
from ruie_core.jobs.settings import JobSettings
from ruie_core.jobs.tidy import KEPT_DAYS, tidy

NOW, DAY = 2_000_000_000.0, 86_400.0


def upload(data: Path, text: str, days: float) -> Path:
    """An upload that was sent some days ago."""
    path = keep_upload(io.BytesIO(text.encode()), "log.csv", data)
    return aged(path.parent, days) / path.name


def aged(folder: Path, days: float) -> Path:
    for path in (*folder.glob("*"), folder):
        os.utime(path, (NOW - days * DAY,) * 2)
    return folder


def job(data: Path, name: str, log: Path, days: float, state: str = "stopped") -> Path:
    """A job that was last heard of some days ago."""
    folder = data / JOBS / name
    folder.mkdir(parents=True)
    settings = JobSettings(
        name=name, source=GenericSettings(log=(log,)), data=data / name, run=data / "runs" / name
    )
    write_json(folder / SETTINGS, settings.model_dump(mode="json"))
    began = f"20{33 - days // 366:02.0f}-01-01T00:00:00+00:00"
    write_json(folder / STATUS, {"state": state, "stage": "training", "began": began})
    if state == "running":
        mark = mark_of(os.getpid())
        assert mark is not None
        write_json(folder / PROCESS, mark.model_dump())
    return aged(folder, days)


def test_an_old_upload_goes_and_a_young_one_stays(tmp_path: Path) -> None:
    old, young = upload(tmp_path, "old", KEPT_DAYS + 0.1), upload(tmp_path, "young", 13.9)
    left = tmp_path / UPLOADS / "upload.tmp-1-ab"
    left.write_text("half")
    os.utime(left, (NOW - 20 * DAY,) * 2)
    assert tidy(tmp_path, NOW) == sorted([old.parent, left])
    assert young.read_text() == "young"
    assert [path.name for path in (tmp_path / UPLOADS).iterdir()] == [young.parent.name]


def test_a_file_that_is_sent_again_is_young_again(tmp_path: Path) -> None:
    old = upload(tmp_path, "same", 30)
    assert keep_upload(io.BytesIO(b"same"), "log.csv", tmp_path) == old
    assert tidy(tmp_path, old.stat().st_mtime + DAY) == []


def test_what_a_kept_job_needs_stays_however_old(tmp_path: Path) -> None:
    logs = {name: upload(tmp_path, name, 100) for name in ("running", "last", "ended", "recent")}
    running = job(tmp_path, "running", logs["running"], 50, "running")
    recent = job(tmp_path, "recent", logs["recent"], 3)
    ended = job(tmp_path, "ended", logs["ended"], 400)
    assert set(tidy(tmp_path, NOW)) == {ended, logs["ended"].parent, logs["last"].parent}
    assert running.is_dir()
    assert recent.is_dir()
    assert logs["running"].is_file()
    assert logs["recent"].is_file()


def test_the_last_job_stays_with_its_upload_so_that_it_can_go_on(tmp_path: Path) -> None:
    log = upload(tmp_path, "log", 100)
    job(tmp_path, "only", log, 90)
    assert tidy(tmp_path, NOW) == []


def test_while_a_young_job_cannot_be_read_no_upload_goes(tmp_path: Path) -> None:
    log = upload(tmp_path, "log", 100)
    damaged = tmp_path / JOBS / "damaged"
    damaged.mkdir(parents=True)
    (damaged / SETTINGS).write_text("{")
    aged(damaged, 1)
    assert tidy(tmp_path, NOW) == []
    aged(damaged, 15)
    assert tidy(tmp_path, NOW) == [damaged, log.parent]


def test_a_link_is_removed_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / UPLOADS).mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "log.csv").write_text("x")
    aged(tmp_path / "mine", 100)
    link = tmp_path / UPLOADS / "link"
    link.symlink_to(tmp_path / "mine")
    os.utime(link, (NOW - 100 * DAY,) * 2, follow_symlinks=False)
    assert tidy(tmp_path, NOW) == [link]
    assert (tmp_path / "mine" / "log.csv").is_file()


@pytest.mark.parametrize("folder", [".uploads", ".jobs"])
def test_nothing_to_tidy_is_no_error(tmp_path: Path, folder: str) -> None:
    assert tidy(tmp_path / "nowhere") == []
    (tmp_path / folder).mkdir()
    assert tidy(tmp_path) == []
