"""What a job does: two commands of ``ruie``, with what somebody chose."""

import re
import shlex
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import Field

from ruie_core.config import Settings
from ruie_core.data.settings import GenericSettings, PrepareConfig, weight_words
from ruie_core.errors import UserError

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class JobSettings(Settings):
    """A log, how it is read and what is kept of it, and how a model is trained on it."""

    name: str = Field(description="Name of the run and of the prepared data.")
    source: GenericSettings = Field(description="Where the log is and how it is read.")
    prepare: PrepareConfig = Field(PrepareConfig(), description="What of it is kept.")
    preset: str = Field("ruie", description="Named settings of the training.")
    epochs: int = Field(100, ge=1, le=10_000, description="Epochs at most.")
    patience: int = Field(8, ge=1, le=10_000, description="Epochs without a better validation.")
    further: tuple[str, ...] = Field((), description="More flags of the training.")
    data: Path = Field(description="Folder of the prepared data.")
    run: Path = Field(description="Folder of the run.")


def checked_name(name: str, data: Path, checkpoints: Path) -> str:
    """Return a name that a new run may have.

    Args:
        name: as somebody typed it.
        data: folder of prepared data.
        checkpoints: folder of runs.

    Raises:
        UserError: it is more than letters, digits, ``-`` and ``_``, or something has it.
    """
    if not _NAME.fullmatch(name):
        raise UserError(
            f"{name!r} cannot be the name of a run: use 1 to 64 letters (a to z), digits, - and _, "
            "a letter or digit first."
        )
    for place in (checkpoints / name, data / name):
        if place.exists() or place.is_symlink():
            raise UserError(f"{place} exists: choose another name.")
    return name


def free_name(wanted: str, data: Path, checkpoints: Path) -> str:
    """Return a free name made of a file's name.

    >>> free_name("My log.csv.gz", Path("nowhere"), Path("nowhere"))
    'my-log'
    """
    stem = re.sub(r"[^a-z0-9_-]+", "-", wanted.split(".")[0].lower()).strip("-_")[:56] or "log"
    names = [stem, *(f"{stem}-{number}" for number in range(2, 1000))]
    taken = (place / name for name in names for place in (checkpoints, data))
    used = {path.name for path in taken if path.exists()}
    return next((name for name in names if name not in used), stem)


def prepare_command(settings: JobSettings) -> list[str]:
    """Return the arguments of ``ruie`` that prepare the log; defaults are left out.

    Raises:
        UserError: a column's name cannot be given as a flag.
    """
    words = ["prepare", "generic", "--log", *(str(path) for path in settings.source.log)]
    words += _flags(settings.source, skip={"log"})
    words += _flags(settings.prepare)
    return [*words, "--out", str(settings.data)]


def train_command(settings: JobSettings, *, resume: bool = False) -> list[str]:
    """Return the arguments of ``ruie`` that train, evaluate and analyze."""
    words = ["train", str(settings.data), "--run", str(settings.run), "--preset", settings.preset]
    words += ["--train.epochs", str(settings.epochs), "--train.patience", str(settings.patience)]
    return [*words, *settings.further, *(["--resume"] if resume else [])]


def shell(settings: JobSettings) -> str:
    """Write both commands as a shell takes them."""
    commands = (prepare_command(settings), train_command(settings))
    return "\n".join(shlex.join(["ruie", *command]) for command in commands)


def _flags(settings: Settings, skip: Collection[str] = ()) -> list[str]:
    """Settings that differ from their defaults, as the command line takes them."""
    flags: list[str] = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if name not in skip and value != field.get_default(call_default_factory=True):
            flags += _flag(name.replace("_", "-"), value)
    return flags


def _flag(name: str, value: Any) -> list[str]:
    if isinstance(value, bool) and name == "allow-single-scenario":
        return [f"--{name}"] if value else []
    if isinstance(value, dict):
        return [f"--{name}", *_plain(name, weight_words(value))]
    if isinstance(value, tuple):
        return [f"--{name}", *_plain(name, [str(each) for each in value])]
    text = str(value)
    return [f"--{name}={text}"] if text.startswith("-") else [f"--{name}", text]


def _plain(name: str, values: Sequence[str]) -> Sequence[str]:
    for value in values:
        if value.startswith("-"):
            raise UserError(f"{value!r} ({name}) begins with a dash: rename it in the log.")
    return values
