"""What a browser left behind: uploads that no kept job needs, and jobs that ended long ago."""

import contextlib
import shutil
import time
from pathlib import Path
from typing import Final

from ruie_core.errors import UserError
from ruie_core.jobs.job import JOBS, Job, latest, read_job
from ruie_core.jobs.logs import UPLOADS

KEPT_DAYS: Final = 14
"""Days for which an upload that nothing uses is kept, and a job that has ended."""

_DAY: Final = 86_400.0


def tidy(data: Path, now: float | None = None) -> list[Path]:
    """Remove what is older than ``KEPT_DAYS`` and not in use; return what was removed.

    A running job stays, and the one that was started last, which the app shows. An upload stays as
    long as a kept job names it, since that job may go on. What cannot be removed stays for the next
    time: nobody waits for this.

    Args:
        data: folder of prepared data.
        now: seconds since 1970; none: the clock's.
    """
    before = (time.time() if now is None else now) - KEPT_DAYS * _DAY
    removed = []
    last = latest(data / JOBS)
    kept: list[Job] = []
    known = True
    for folder in _inside(data / JOBS):
        job = _job(folder)
        ended = job is None or job.state != "running"
        if ended and _touched(folder) < before and not (last and folder == last.folder):
            removed += _remove(folder)
        elif job is None:
            known = False  # what it uses cannot be told
        if job is not None and folder.exists():
            kept.append(job)
    used = {Path(log).resolve() for job in kept for log in job.settings.source.log}
    for place in _inside(data / UPLOADS) if known else ():
        files = {file.resolve() for file in (place, *place.glob("*"))}
        if _touched(place) < before and not files & used:
            removed += _remove(place)
    return removed


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _job(folder: Path) -> Job | None:
    try:
        return read_job(folder)
    except UserError:
        return None


def _touched(place: Path) -> float:
    """Return when something of a folder was written last; what is gone meanwhile is as of now."""
    try:
        return max(path.lstat().st_mtime for path in (place, *place.glob("*")))
    except OSError:
        return time.time()


def _remove(place: Path) -> list[Path]:
    """Remove a folder or a file; a link is removed, never what it leads to."""
    with contextlib.suppress(OSError):
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
        return [place]
    return []
