"""A job from its start to each of its ends, by real processes on a tiny log."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from ruie_core.data.settings import GenericSettings, PrepareConfig
from ruie_core.errors import UserError
from ruie_core.files import read_json, write_json
from ruie_core.jobs.__main__ import error_sentence
from ruie_core.jobs.job import JOBS, PROCESS, STATUS, Job, go_on, latest, read_job, start, stop
from ruie_core.jobs.process import ProcessMark, ask_to_stop, lives, mark_of
from ruie_core.jobs.progress import log_tail, progress_of
from ruie_core.jobs.settings import JobSettings
from tests.tiny_log import COLUMNS, write_tiny_log

QUICK = ("--model.width", "8", "--model.dilations", "1", "--device", "cpu", "--no-evaluate")


def settings(place: Path, **changed: object) -> JobSettings:
    user, item, scenario, time_, actions = COLUMNS
    path = write_tiny_log(place / "log.csv")
    given = {
        "name": "mine",
        "source": GenericSettings(
            log=(path,), user=user, item=item, scenario=scenario, timestamp=time_,
            timestamp_unit="s", actions=actions,
        ),
        "prepare": PrepareConfig(min_item_events=2), "epochs": 2, "patience": 9,
        "further": QUICK, "data": place / "data" / "mine", "run": place / "runs" / "mine",
    }  # fmt: skip
    return JobSettings.model_validate(given | changed)


def wait(job: Job, until: Callable[[Job], bool], seconds: float = 150) -> Job:
    end = time.monotonic() + seconds
    while not until(job):
        assert time.monotonic() < end, f"{job.state} {job.stage}: {log_tail(job)}"
        time.sleep(0.2)
        job = read_job(job.folder)
    return job


def over(job: Job) -> bool:
    return job.state != "running"


@pytest.mark.slow
def test_a_job_prepares_and_trains_and_only_one_runs(tmp_path: Path) -> None:
    jobs = tmp_path / "data" / JOBS
    job = start(settings(tmp_path), jobs)
    assert job.state == "running"
    assert latest(jobs) == job
    with pytest.raises(UserError, match="one job runs at a time"):
        start(settings(tmp_path, name="other"), jobs)
    pid = read_json(job.folder / PROCESS)["pid"]
    assert os.getsid(pid) == pid != os.getsid(0), "it belongs to no session of ours"
    job = wait(job, over)
    assert (job.state, job.error) == ("finished", None)
    progress = progress_of(job)
    assert (progress.stage, progress.epochs) == ("done", 2)
    assert [line["epoch"] for line in progress.history] == [1, 2]
    assert "epoch   2" in log_tail(job)
    with pytest.raises(UserError, match="exists"):
        start(settings(tmp_path), jobs)


@pytest.mark.slow
def test_a_stopped_job_keeps_its_epochs_and_goes_on(tmp_path: Path) -> None:
    jobs = tmp_path / "data" / JOBS
    job = start(settings(tmp_path, epochs=10_000, patience=10_000), jobs)
    job = wait(job, lambda job: progress_of(job).epochs >= 2)
    stop(job)
    job = wait(job, over, 60)
    kept = progress_of(job).epochs
    assert job.state == "stopped"
    assert kept >= 2
    assert not list((tmp_path / "runs").glob(".*")), "nothing half-written is left"
    prepared = (tmp_path / "data" / "mine" / "manifest.json").stat().st_mtime_ns
    job = wait(go_on(job), lambda job: over(job) or progress_of(job).epochs > kept)
    assert job.state == "running", log_tail(job)
    assert (tmp_path / "data" / "mine" / "manifest.json").stat().st_mtime_ns == prepared
    worker = ProcessMark.model_validate(read_json(job.folder / PROCESS))
    os.kill(worker.pid, signal.SIGKILL)
    wait(job, lambda _: not lives(worker))
    child = ProcessMark.model_validate(read_json(job.folder / STATUS)["child"])
    assert read_job(job.folder).state == "running", "its command still works"
    stop(job)
    job = wait(job, over, 60)
    assert job.state == "lost"
    assert not lives(child)


def test_a_failure_is_the_commands_own_sentence(tmp_path: Path) -> None:
    prepare = PrepareConfig(min_user_events=99)
    job = wait(start(settings(tmp_path, prepare=prepare), tmp_path / "data" / JOBS), over)
    assert job.state == "failed"
    assert job.stage == "preparing"
    assert job.error is not None
    assert job.error.startswith("Nothing is left of 192 events")
    again = start(settings(tmp_path, prepare=prepare), tmp_path / "data" / JOBS)
    assert wait(again, over).state == "failed", "nothing was made, so the name is free"


def test_a_process_with_the_same_number_is_not_the_same_process(tmp_path: Path) -> None:
    mine = mark_of(os.getpid())
    assert mine is not None
    assert lives(mine)
    stale = ProcessMark(pid=mine.pid, started=mine.started - 3_600)
    assert not lives(stale)
    assert not ask_to_stop(stale), "a stranger is never interrupted"
    assert not lives(None)
    folder = tmp_path / JOBS / "mine"
    folder.mkdir(parents=True)
    write_json(folder / "settings.json", settings(tmp_path).model_dump(mode="json"))
    status = {"state": "running", "stage": "training", "began": "2026-01-01T00:00:00+00:00"}
    write_json(folder / STATUS, status)
    write_json(folder / PROCESS, stale.model_dump())
    assert read_job(folder).state == "lost"
    write_json(folder / PROCESS, mine.model_dump())
    assert read_job(folder).state == "running"
    (folder / STATUS).write_text("{")
    assert latest(tmp_path / JOBS) is None, "what cannot be read is passed over"


def test_a_process_that_ended_does_not_live() -> None:
    process = psutil.Popen(["sleep", "0"])
    time.sleep(0.5)
    assert mark_of(process.pid) is None, "it is a zombie until it is waited for"
    process.wait(5)
    assert mark_of(process.pid) is None


def test_how_far_a_training_is_comes_from_what_it_leaves(tmp_path: Path) -> None:
    folder = tmp_path / JOBS / "mine"
    folder.mkdir(parents=True)
    chosen = settings(tmp_path, epochs=10)
    job = Job(folder, chosen, "running", "training", "", None, None)
    assert progress_of(job).seconds_left is None
    chosen.run.mkdir(parents=True)
    lines = ['{"epoch": 1, "seconds": 10}', '{"epoch": 2, "seconds": 20}']
    (chosen.run / "history.jsonl").write_text("\n".join(lines) + "\n")
    write_json(folder / "progress.json", {"epoch": 3, "share": 0.5, "over": False})
    found = progress_of(job)
    assert (found.stage, found.epochs, found.share) == ("train", 2, 0.5)
    assert found.seconds_left == pytest.approx(15 * (10 - 2 - 0.5))
    write_json(folder / "progress.json", {"over": True})
    assert progress_of(job).stage == "evaluate"
    write_json(chosen.run / "metrics.json", {})
    assert progress_of(job).stage == "analyze"


def test_the_sentence_of_an_error(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text("ruie: an older one\nTraceback\nruie: what is wrong: mend it.\n")
    assert error_sentence(log, 19, 2) == "what is wrong: mend it."
    log.write_text("Traceback …\nZeroDivisionError\n")
    assert "defect" in error_sentence(log, 0, 1)
    assert "killed" in error_sentence(log, 0, -9)
