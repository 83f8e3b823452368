"""What is said of a log that is brought, and of the job that trains on it."""

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from ruie_core.data.settings import GenericSettings
from ruie_core.data.summary import LogCheck, Step
from ruie_core.figures.numbers import THIN
from ruie_core.files import read_json
from ruie_core.jobs.job import Job
from ruie_core.jobs.progress import Progress
from ruie_core.jobs.settings import JobSettings
from ruie_core.reporting import newrun
from ruie_core.training.display import TerminalWatcher

SETTINGS = JobSettings(
    name="a_b", source=GenericSettings(), epochs=4, data=Path("data/a_b"), run=Path("runs/a_b")
)
JOB = Job(Path("jobs/a_b"), SETTINGS, "running", "training", "", None, None)
LINES = (
    {"epoch": 1, "validation_ndcg@10": 0.25, "validation_n": 40.0},
    {"epoch": 2, "validation_ndcg@10": 0.125, "validation_n": 40.0},
)


def plain(text: str) -> str:
    return text.replace(THIN, " ").replace("\\", "")


def test_a_whole_check_says_what_is_left_and_a_part_says_that_it_is_one() -> None:
    steps = (Step("read", 2_000, 60, 50), Step("core round 1", 500, 40, 1))
    whole = newrun.checked(LogCheck(True, steps, (("feed", 300), ("my_shop", 200))))
    assert plain(whole) == (
        "**Ready**: 500 events of 40 users and 1 item are left, 25.0 % of the 2 000 events read. "
        "Scenarios: feed 300 and my_shop 200."
    )
    assert "my\\_shop" in whole, "names are not read as markup"
    part = newrun.checked(LogCheck(False, (Step("first rows", 100, 9, 25),), ()))
    assert plain(part).startswith("**The first 100 rows can be read**: 100 events of 9 users")


def test_a_running_job_says_how_far_it_is() -> None:
    progress = Progress("train", 2, 0.5, LINES, 90.0)
    assert plain(newrun.running(JOB, progress)) == (
        "**a_b** is being trained: epoch 3 of at most 4, 50 % of it done; best validation NDCG@10 "
        "0.250 at epoch 1 (n = 40). At most 2 minutes of training left."
    )
    assert newrun.trained_share(JOB, progress) == pytest.approx(2.5 / 4)
    assert newrun.trained_share(JOB, Progress("prepare", 0, 0.0, (), None)) == 0
    assert newrun.trained_share(JOB, Progress("analyze", 2, 0.0, LINES, None)) == 1
    line = newrun.stage_line(progress)
    assert line.index("check_circle") < line.index("**train**") < line.index("evaluate")
    assert newrun.stage_line(replace(progress, stage="done")).count("check_circle") == 4


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("finished", "**a_b** **is ready** after 2 epochs; best validation NDCG@10 0.250"),
        ("failed", "**a_b** **failed** while it was evaluated: 2 epochs are kept."),
        ("stopped", "**a_b** **was stopped** while it was evaluated: 2 epochs are kept."),
        ("lost", "**a_b** **broke off** while it was evaluated, without a word: the machine was"),
    ],
)
def test_an_end_says_what_is_kept(state, sentence) -> None:
    job, progress = replace(JOB, state=state), Progress("evaluate", 2, 0.0, LINES, None)
    assert plain(newrun.ended(job, progress)).startswith(sentence)


def test_training_tells_a_program_that_watches(tmp_path: Path) -> None:
    file = tmp_path / "progress.json"
    with TerminalWatcher(Console(quiet=True), 3, file) as watcher:
        watcher.step(2, 25, 100)
        watcher.step(2, 50, 100)  # within the same second: not written
        assert read_json(file) == {"epoch": 2, "share": 0.25, "over": False}
    assert read_json(file) == {"over": True}
    file.unlink()
    with pytest.raises(KeyboardInterrupt), TerminalWatcher(Console(quiet=True), 3, file):
        raise KeyboardInterrupt
    assert not file.exists(), "what was cut off is not over"
