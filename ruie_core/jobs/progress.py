"""How far a job is: its stage, epochs and figures, from what its commands leave on disk."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from ruie_core.errors import UserError
from ruie_core.files import read_json
from ruie_core.jobs.job import LOG, PROGRESS, Job

Stage = Literal["prepare", "train", "evaluate", "analyze", "done"]
STAGES: Final[tuple[Stage, ...]] = ("prepare", "train", "evaluate", "analyze")

_TAIL_BYTES: Final = 16_384
_TRIES, _WAIT_SECONDS = 4, 0.05


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    Attributes:
        stage: what is done now, or what was done last.
        epochs: finished epochs.
        share: of the epoch that is under way, in 0 to 1.
        history: a line per finished epoch, as ``ruie train`` writes it.
        seconds_left: at most, while it trains; none before an epoch is finished.
    """

    stage: Stage
    epochs: int
    share: float
    history: tuple[dict[str, Any], ...]
    seconds_left: float | None


def progress_of(job: Job) -> Progress:
    """Look how far a job is."""
    history = _history(job.settings.run)
    epochs = len(history)
    if job.state == "finished":
        return Progress("done", epochs, 0.0, history, None)
    if job.stage == "preparing":
        return Progress("prepare", epochs, 0.0, history, None)
    written = _written(job.folder / PROGRESS)
    if written.get("over"):
        evaluated = (job.settings.run / "metrics.json").is_file()
        return Progress("analyze" if evaluated else "evaluate", epochs, 0.0, history, None)
    share = float(written.get("share", 0.0)) if written.get("epoch") == epochs + 1 else 0.0
    left = None
    if history:
        usual = sum(float(line["seconds"]) for line in history[-3:]) / len(history[-3:])
        left = max(0.0, usual * (job.settings.epochs - epochs - share))
    return Progress("train", epochs, share, history, left)


def log_tail(job: Job, lines: int = 40) -> str:
    """Return the last lines of a job's log."""
    try:
        with (job.folder / LOG).open("rb") as stream:
            stream.seek(0, 2)
            stream.seek(max(0, stream.tell() - _TAIL_BYTES))
            text = stream.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def _history(run: Path) -> tuple[dict[str, Any], ...]:
    """Read the epochs of a run that may be written anew at this moment.

    A whole folder takes the place of the one before it, so that for an instant neither is there.
    """
    for _ in range(_TRIES):
        try:
            text = (run / "history.jsonl").read_text(encoding="utf-8")
            return tuple(json.loads(line) for line in text.splitlines())
        except FileNotFoundError:
            if not run.is_dir() and not run.with_name(f".{run.name}.old").is_dir():
                break
            time.sleep(_WAIT_SECONDS)
    return ()


def _written(path: Path) -> dict[str, Any]:
    try:
        value: dict[str, Any] = read_json(path)
    except UserError:
        return {}
    return value
