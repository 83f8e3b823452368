"""Runs that differ from one another by their seed alone."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

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


class Trainings(NamedTuple):
    """Trainings of two runs' models, as what their tables beside the first begin with.

    Attributes:
        own: of this run, itself first (``RunStore.beside``).
        its: of the other, itself first.
        same: both are trainings of one model.
    """

    own: tuple[str, ...]
    its: tuple[str, ...]
    same: bool


def trainings(
    store: RunStore,
    other: RunStore,
    runs: Sequence[RunInfo],
    opened: Callable[[Path], RunStore] = RunStore,
) -> Trainings:
    """Return both runs with their other seeds.

    Each alone where either has no other, since what chance does in training would be known of one
    side only, and where both are trainings of one model, which has no other side. A damaged seed
    is no part of them: whatever counts trainings says of how many it is.

    Args:
        store: the run.
        other: the run that it is compared with.
        runs: those to choose from.
        opened: opens a run's tables.
    """
    same = same_model(store, other)

    def every(run: RunStore) -> tuple[str, ...]:
        found = [store.beside(run)]
        for path in () if same else other_seeds(run, runs):
            try:
                found.append(store.beside(opened(path)))
            except UserError:
                continue
        return tuple(found)

    own, its = every(store), every(other)
    several = min(len(own), len(its)) > 1
    return Trainings(own, its, same) if several else Trainings(own[:1], its[:1], same)


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
