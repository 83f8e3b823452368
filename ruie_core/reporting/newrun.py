"""Sentences of a log that is brought and of the job that trains on it."""

from collections.abc import Sequence
from typing import Any

from ruie_core.data.preview import DELIMITERS, Preview
from ruie_core.data.summary import LogCheck
from ruie_core.figures.numbers import THIN, count, number, percent
from ruie_core.jobs.job import Job
from ruie_core.jobs.progress import STAGES, Progress
from ruie_core.reporting.text import escape, listed, plural, strong

OPENING = (
    "Bring a file with **one row per event**: who, which item, in which scenario, when. It is "
    "prepared and trained on here, on this machine; then it is in the list of runs."
)

NEEDED = (
    "Columns may have any name: they are mapped in the next step. Needed are a user, an item, a "
    "time or an order, and a scenario (or the word that there is only one). Actions, title and "
    "category are welcome. What is sent stays on this machine."
)

READ_ONLY = (
    "**This server only shows runs** (`RUIE_READ_ONLY` is set). Prepare a log and train on it in a "
    "shell; the run is then in the list."
)

COMMANDS = (
    "ruie prepare generic --log path/to/log.csv --out data/mine\n"
    "ruie train data/mine --run checkpoints/mine"
)
"""What stands in a shell where the browser may start nothing."""

GOES_ON = "It goes on when this page is closed."

ONE_AT_A_TIME = "One job runs at a time on this server; another log can be brought when it is over."

PRESETS = {
    "ruie": "Weighs each behaviour by how likely it was meant, given what the model knows of the "
    "person and how popular the item is. Ranked best in this project's experiments.",
    "ruie-paper": "As the paper has it: weighs by expected engagement (Q), triplet loss, random "
    "negatives. For comparison with the paper.",
}
"""Presets that the app can show, in plain words."""

_NAMES = {
    "prepare": "prepare", "train": "train", "evaluate": "evaluate", "analyze": "write the tables",
}  # fmt: skip
_DOING = {
    "prepare": "is being prepared: read, checked and filtered",
    "train": "is being trained",
    "evaluate": "is being evaluated: the held-out events are ranked among all items",
    "analyze": "is nearly there: the app's tables are written",
}


def file_line(preview: Preview, size: int) -> str:
    """Say what a file is.

    Args:
        preview: its beginning.
        size: its bytes.
    """
    file = preview.file
    kind = "Parquet" if file.kind == "parquet" else f"{DELIMITERS[file.delimiter]} between columns"
    columns = f"{len(file.columns)} {plural(len(file.columns), 'column')}"
    return f"{strong(file.path.name)} · {megabytes(size)} · {kind} · {columns}"


def megabytes(size: int) -> str:
    """Write a size, as the upload's limit is written.

    >>> print(megabytes(2_621_440).replace(THIN, " "), "|", megabytes(900).replace(THIN, " "))
    2.5 MB | 1 kB
    """
    if size < 1 << 20:
        return f"{max(1, round(size / 1024))}{THIN}kB"
    return f"{size / (1 << 20):.3g}{THIN}MB"


def checked(check: LogCheck) -> str:
    """Say what the preparation makes of a log.

    Args:
        check: as far as it was read.
    """
    first, last = check.steps[0], check.steps[-1]
    size = (
        f"{count(last.events)} {plural(last.events, 'event')} of {count(last.users)} "
        f"{plural(last.users, 'user')} and {count(last.items)} {plural(last.items, 'item')}"
    )
    if not check.whole:
        return (
            f"**The first {count(first.events)} rows can be read**: {size}. What the filters leave "
            "of all rows is known when it is prepared."
        )
    left = "all" if first.events == last.events else percent(last.events / max(1, first.events), 1)
    names = [f"{escape(name)} {count(events)}" for name, events in check.scenarios]
    return (
        f"**Ready**: {size} are left, {left} of the {count(first.events)} events read. "
        f"{plural(len(names), 'Scenario')}: {listed(names)}."
    )


def running(job: Job, progress: Progress) -> str:
    """Say how far a running job is.

    Args:
        job: the job.
        progress: how far it is.
    """
    text = f"{strong(job.settings.name)} {_DOING[progress.stage]}"
    if progress.stage != "train":
        return f"{text}{_best(progress.history)}."
    epoch, most = progress.epochs + 1, job.settings.epochs
    text += f": epoch {count(min(epoch, most))} of at most {count(most)}"
    if progress.share:
        text += f", {percent(progress.share)} of it done"
    text += _best(progress.history)
    if progress.seconds_left is not None:
        text += f". At most {duration(progress.seconds_left)} of training left"
    return f"{text}."


def ended(job: Job, progress: Progress) -> str:
    """Say how a job ended and what is left of it.

    Args:
        job: a job that does not run.
        progress: how far it came.
    """
    name, epochs = strong(job.settings.name), progress.epochs
    done = f"{count(epochs)} {plural(epochs, 'epoch')}"
    if job.state == "finished":
        return f"{name} **is ready** after {done}{_best(progress.history)}."
    kept = f"{done} {plural(epochs, 'is', 'are')} kept" if epochs else "no epoch was finished"
    if job.state == "failed":
        return f"{name} **failed** while it was {_was(progress)}: {kept}."
    if job.state == "stopped":
        return f"{name} **was stopped** while it was {_was(progress)}: {kept}."
    return (
        f"{name} **broke off** while it was {_was(progress)}, without a word: the machine was "
        f"restarted or the process was killed; {kept}."
    )


def trained_share(job: Job, progress: Progress) -> float:
    """Return how much of the training at most is done, in 0 to 1."""
    if progress.stage == "prepare":
        return 0.0
    if progress.stage != "train":
        return 1.0
    return min(1.0, (progress.epochs + progress.share) / job.settings.epochs)


def curves(history: Sequence[dict[str, Any]]) -> str:
    """Say how to read the curves of a training under way."""
    n = int(history[-1]["validation_n"])
    return (
        f"A point per epoch; the dot is the best so far by validation NDCG@10 (n = {count(n)} "
        "held-out events), whose weights are kept. Gates at an end trust a behaviour not at all, "
        "or blindly."
    )


def stage_line(progress: Progress) -> str:
    """Write the stages: those that are done, the one at work, those to come."""
    at = STAGES.index(progress.stage) if progress.stage in STAGES else len(STAGES)
    parts = []
    for place, stage in enumerate(STAGES):
        if place < at:
            parts.append(f":green[:material/check_circle:] {_NAMES[stage]}")
        elif place == at:
            parts.append(f":blue[:material/pending:] **{_NAMES[stage]}**")
        else:
            parts.append(f":gray[:material/circle: {_NAMES[stage]}]")
    return " &nbsp;→&nbsp; ".join(parts)


def duration(seconds: float) -> str:
    """Write a time that is left, no finer than it can be known.

    >>> [duration(s).replace(THIN, " ") for s in (20, 90, 1500, 9000)]
    ['a minute', '2 minutes', '25 minutes', '2.5 hours']
    """
    if seconds <= 60:
        return "a minute"
    if seconds < 5400:
        return f"{-(-seconds // 60):.0f}{THIN}minutes"
    return f"{number(seconds / 3600, 1)}{THIN}hours"


def _best(history: Sequence[dict[str, Any]]) -> str:
    best = max(history, key=lambda line: line["validation_ndcg@10"], default=None)
    if best is None:
        return ""
    return (
        f"; best validation NDCG@10 {number(best['validation_ndcg@10'], 3)} at epoch "
        f"{best['epoch']} (n = {count(best['validation_n'])})"
    )


def _was(progress: Progress) -> str:
    doing = {
        "prepare": "prepared", "train": "trained", "evaluate": "evaluated", "analyze": "analysed",
    }  # fmt: skip
    return doing.get(progress.stage, "trained")
