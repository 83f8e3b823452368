"""List the runs of a checkpoints folder without opening their tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruie_core.errors import UserError
from ruie_core.files import read_json


@dataclass(frozen=True)
class RunInfo:
    """What the list of runs says about one of them, before it is opened."""

    name: str
    path: Path
    created: str
    """ISO time of the run, or an empty string where the manifest cannot be read."""
    dataset: str
    """Name of the data it was trained on."""
    analysed: bool
    """True where the tables that the app reads exist."""
    data: str = ""
    """Hash of that data, or an empty string where the manifest does not say."""


def list_runs(checkpoints: Path) -> tuple[RunInfo, ...]:
    """Return the runs in a folder, analysed ones first, the newest of them first.

    A folder counts as a run if it holds a ``manifest.json``; a damaged one is listed too, so that
    opening it can say what is wrong.
    """
    if not checkpoints.is_dir():
        return ()
    runs = [
        _describe(manifest.parent)
        for manifest in checkpoints.glob("*/manifest.json")
        if not manifest.parent.name.startswith(".")
    ]
    runs.sort(key=lambda run: run.name)
    runs.sort(key=lambda run: (run.analysed, run.created), reverse=True)
    return tuple(runs)


def comparable_names(runs: Sequence[RunInfo], name: str) -> list[str]:
    """Return the names of the analysed runs beside the named one that are not of other data.

    >>> one, two, other = (RunInfo(name, Path(name), "", "", True, data)
    ...                    for name, data in (("a", "x"), ("b", "x"), ("c", "y")))
    >>> comparable_names([one, two, other], "a")
    ['b']
    """
    own = next((run.data for run in runs if run.name == name), "")
    return [
        run.name
        for run in runs
        if run.analysed and run.name != name and (not own or run.data in ("", own))
    ]


def _describe(path: Path) -> RunInfo:
    try:
        manifest: dict[str, Any] = read_json(path / "manifest.json")
    except UserError:
        manifest = {}
    return RunInfo(
        name=path.name,
        path=path,
        created=str(manifest.get("created", "")),
        dataset=dataset_name(manifest),
        analysed=(path / "analysis" / "manifest.json").is_file(),
        data=str(manifest.get("dataset_hash", "")),
    )


def dataset_name(manifest: dict[str, Any]) -> str:
    """Return the name that a run's manifest has for its data: its folder's name.

    >>> dataset_name({"dataset_name": "kuairand"})
    'kuairand'
    """
    return str(manifest.get("dataset_name", ""))
