"""Runs that differ from one another by their seed alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruie_core.analysis.runs import RunInfo
from ruie_core.analysis.store import RunStore
from ruie_core.errors import UserError
from ruie_core.files import read_json

MOST = 4
"""Other seeds at most that are read beside a run."""


def other_seeds(store: RunStore, runs: Sequence[RunInfo]) -> tuple[Path, ...]:
    """Return the analysed runs with a run's data and settings but another seed, at most ``MOST``.

    Args:
        store: the run.
        runs: those to choose from, in the order in which they are to be taken.
    """
    wanted = _described(store.path)
    found = [
        run.path
        for run in runs
        if run.analysed
        and run.dataset == str(store.manifest.get("dataset_name", ""))
        and run.path.resolve() != store.path.resolve()
        and _is_seed_of(_described(run.path), wanted)
    ]
    return tuple(found[:MOST])


def same_model(store: RunStore, other: RunStore) -> bool:
    """Tell whether two runs are trainings of one model: alike but for their seed."""
    return _is_seed_of(_described(store.path), _described(other.path))


def _is_seed_of(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return (
        one.get("data") is not None
        and one["seed"] != other["seed"]
        and all(one[key] == other[key] for key in ("data", "settings"))
    )


def _described(path: Path) -> dict[str, Any]:
    """Data, settings without the seed, and the seed of a run; nothing where it is damaged."""
    try:
        manifest: dict[str, Any] = read_json(path / "manifest.json")
        settings: dict[str, Any] = read_json(path / "config.json")
    except UserError:
        return {}
    trained = {key: settings.get(key) for key in ("model", "objective")}
    train = dict(settings.get("train", {}))
    seed = train.pop("seed", manifest.get("seed"))
    return {
        "data": manifest.get("dataset_hash"),
        "seed": seed,
        "settings": trained | {"train": train},
    }
