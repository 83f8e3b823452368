"""Jobs on disk: a folder each, with its settings, its log and what its process said last."""

import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from ruie_core.config import Settings, parse_settings
from ruie_core.errors import UserError
from ruie_core.files import read_json, write_json
from ruie_core.jobs.process import ProcessMark, ask_to_stop, lives, mark_of
from ruie_core.jobs.settings import JobSettings, checked_name, prepare_command

JOBS: Final = ".jobs"
"""Folder of the jobs, in the folder of prepared data."""

SETTINGS, STATUS, PROCESS = "settings.json", "status.json", "process.json"
LOG, PROGRESS = "log.txt", "progress.json"

State = Literal["running", "finished", "failed", "stopped", "lost"]
"""Lost: it should be running, and its process is gone without a word."""

_starting = threading.Lock()


class Status(Settings):
    """What the job's own process says of it; only that process writes it."""

    state: Literal["running", "finished", "failed", "stopped"]
    stage: Literal["preparing", "training"]
    began: str
    """ISO time at which the job was started, or went on."""
    ended: str | None = None
    child: ProcessMark | None = None
    """The command at work."""
    error: str | None = None
    """One sentence."""


@dataclass(frozen=True)
class Job:
    """A job as it is found.

    Attributes:
        folder: where its files are.
        settings: what it does.
        state: how it is.
        stage: the command at work, or the last one.
        began: ISO time at which it was started, or went on.
        ended: ISO time of its end, where it said so.
        error: what went wrong, in one sentence.
    """

    folder: Path
    settings: JobSettings
    state: State
    stage: Literal["preparing", "training"]
    began: str
    ended: str | None
    error: str | None


def now() -> str:
    """Return the time, in ISO format."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def start(settings: JobSettings, jobs: Path) -> Job:
    """Start a job that outlives this process.

    Args:
        settings: what it does.
        jobs: folder of jobs.

    Raises:
        UserError: one is running already, the name is taken, or the place cannot be written.
    """
    prepare_command(settings)
    with _starting:
        _refuse_second(jobs)
        checked_name(settings.name, settings.data.parent, settings.run.parent)
        folder = jobs / settings.name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / LOG).write_bytes(b"")
            write_json(folder / SETTINGS, settings.model_dump(mode="json"))
        except OSError as error:
            raise UserError(
                f"{folder} could not be written ({error.strerror or error}): free some space or "
                "name another folder in RUIE_DATA."
            ) from error
        return _launch(folder)


def go_on(job: Job) -> Job:
    """Start a job again where it ended: what is prepared stays, training goes on with its epochs.

    Raises:
        UserError: one is running already.
    """
    with _starting:
        _refuse_second(job.folder.parent)
        return _launch(job.folder)


def stop(job: Job) -> None:
    """Ask a job to stop; what it finished stays. It may take some seconds to obey."""
    if not ask_to_stop(_process(job.folder)):
        ask_to_stop(_status(job.folder).child)


def latest(jobs: Path) -> Job | None:
    """Return the job that was started last; one that cannot be read is passed over."""
    found = []
    for folder in jobs.glob("*/") if jobs.is_dir() else ():
        try:
            found.append(read_job(folder))
        except UserError:
            continue
    return max(found, key=lambda job: (job.state == "running", job.began), default=None)


def read_job(folder: Path) -> Job:
    """Return a job as it is now.

    Raises:
        UserError: a file of it is missing or damaged.
    """
    settings = parse_settings(JobSettings, read_json(folder / SETTINGS), str(folder / SETTINGS))
    status = _status(folder)
    state: State = status.state
    if state == "running" and not lives(_process(folder)) and not lives(status.child):
        status = _status(folder)  # its last word may have come in between
        state = "lost" if status.state == "running" else status.state
    return Job(folder, settings, state, status.stage, status.began, status.ended, status.error)


def _refuse_second(jobs: Path) -> None:
    job = latest(jobs)
    if job is not None and job.state == "running":
        raise UserError(
            f"{job.settings.name} is being trained: one job runs at a time, so wait for it or "
            "stop it."
        )


def _launch(folder: Path) -> Job:
    write_json(
        folder / STATUS, Status(state="running", stage="preparing", began=now()).model_dump()
    )
    (folder / PROGRESS).unlink(missing_ok=True)
    package = str(Path(__file__).resolve().parents[2])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1", "NO_COLOR": "1",
    }  # fmt: skip
    with (folder / LOG).open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ruie_core.jobs", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    mark = mark_of(process.pid)
    write_json(folder / PROCESS, None if mark is None else mark.model_dump())
    threading.Thread(target=process.wait, daemon=True).start()  # so that no zombie stays
    return read_job(folder)


def _process(folder: Path) -> ProcessMark | None:
    try:
        value = read_json(folder / PROCESS)
    except UserError:
        return None
    return None if value is None else parse_settings(ProcessMark, value, str(folder / PROCESS))


def _status(folder: Path) -> Status:
    return parse_settings(Status, read_json(folder / STATUS), str(folder / STATUS))
