"""The process of a job: ``python -m ruie_core.jobs FOLDER`` runs its commands in turn.

It belongs to nobody's session: whoever started it may go away. It alone writes ``status.json``.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Final, Literal

from ruie_core.config import parse_settings
from ruie_core.files import read_json, write_json
from ruie_core.jobs.job import LOG, PROGRESS, SETTINGS, STATUS, Status, now
from ruie_core.jobs.process import mark_of
from ruie_core.jobs.settings import JobSettings, prepare_command, train_command

GRACE_SECONDS: Final = 20.0
"""Time that an interrupted command has to finish what it writes."""

_LOOK_SECONDS: Final = 0.2
_DEFECT: Final = "It ended with a defect of the program's own: the log below has its last words."


class Worker:
    """Runs a job's commands; a signal stops it."""

    def __init__(self, folder: Path) -> None:
        """Read what is to be done."""
        self.folder = folder
        self.settings = parse_settings(JobSettings, read_json(folder / SETTINGS), str(folder))
        self.began = now()
        self.child: subprocess.Popen[bytes] | None = None
        self.stopped_at: float | None = None
        self.interrupted = False

    def run(self) -> None:
        """Prepare unless that is done, then train, or go on training."""
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGTERM, self._stop)
        if hasattr(os, "nice"):
            os.nice(5)  # the app on the same machine stays quick
        done, run = self.settings.data / "manifest.json", self.settings.run / "manifest.json"
        progress = ["--progress", str(self.folder / PROGRESS)]
        if not done.is_file() and not self._command("preparing", prepare_command(self.settings)):
            return
        training = train_command(self.settings, resume=run.is_file())
        if self._command("training", [*training, *progress]):
            self._say("finished", "training")

    def _command(self, stage: Literal["preparing", "training"], arguments: list[str]) -> bool:
        """Run a command; whether it ended well. Its end is written where it did not."""
        if self.stopped_at is None:
            log = self.folder / LOG
            before = log.stat().st_size
            self.child = subprocess.Popen([sys.executable, "-m", "ruie_core", *arguments])
            self._say("running", stage)
            while (code := self.child.poll()) is None:
                self._press()
                time.sleep(_LOOK_SECONDS)
            self.child = None
        if self.stopped_at is not None:
            self._say("stopped", stage)
            return False
        if code:
            self._say("failed", stage, error_sentence(log, before, code))
        return not code

    def _stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self.stopped_at = self.stopped_at or time.monotonic()

    def _press(self) -> None:
        """Interrupt the command once; be firmer with one that does not end."""
        if self.stopped_at is None or self.child is None:
            return
        waited = time.monotonic() - self.stopped_at
        if not self.interrupted:
            self.interrupted = True
            self.child.send_signal(signal.SIGINT)
        elif waited > 2 * GRACE_SECONDS:
            self.child.kill()
        elif waited > GRACE_SECONDS:
            self.child.terminate()

    def _say(
        self,
        state: Literal["running", "finished", "failed", "stopped"],
        stage: Literal["preparing", "training"],
        error: str | None = None,
    ) -> None:
        child = None if self.child is None else mark_of(self.child.pid)
        ended = None if state == "running" else now()
        status = Status(
            state=state, stage=stage, began=self.began, ended=ended, child=child, error=error
        )
        write_json(self.folder / STATUS, status.model_dump(mode="json"))


def error_sentence(log: Path, start: int, code: int) -> str:
    """Return what a command that failed said.

    Args:
        log: file that it wrote to.
        start: where its part begins, in bytes.
        code: what it ended with; minus the signal that ended it.
    """
    with log.open("rb") as stream:
        stream.seek(start)
        lines = stream.read().decode("utf-8", "replace").splitlines()
    said = [line.removeprefix("ruie: ").strip() for line in lines if line.startswith("ruie: ")]
    if said:
        return said[-1]
    if code == -signal.SIGKILL:
        return "It was killed from outside, for want of memory most likely: free some and go on."
    return _DEFECT


if __name__ == "__main__":
    Worker(Path(sys.argv[1])).run()
