"""A process that is known again: by its number and the moment at which it began."""

import signal
from typing import Final

import psutil

from ruie_core.config import Settings

_SAME_SECONDS: Final = 2.0
"""Start times that differ by less are the same: the clock may be set while a process lives."""


class ProcessMark(Settings):
    """What tells one process from another that later gets its number, after a reboot too."""

    pid: int
    started: float
    """Seconds since 1970."""


def mark_of(pid: int) -> ProcessMark | None:
    """Return the mark of a living process; none: there is no such process."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return ProcessMark(pid=pid, started=process.create_time())
    except psutil.Error:
        return None


def lives(mark: ProcessMark | None) -> bool:
    """Whether that very process still runs, and not another one with its number."""
    found = None if mark is None else mark_of(mark.pid)
    return (
        found is not None and mark is not None and abs(found.started - mark.started) < _SAME_SECONDS
    )


def ask_to_stop(mark: ProcessMark | None) -> bool:
    """Send an interrupt to a process if it is the one that was marked; whether it was."""
    if mark is None or not lives(mark):
        return False
    try:
        psutil.Process(mark.pid).send_signal(signal.SIGINT)
    except psutil.Error:
        return False
    return True
