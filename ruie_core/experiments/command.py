"""``ruie experiment NAME DATASET``: plan, train what is missing, sum up."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from rich.console import Console

from ruie_core.data.dataset import load_dataset
from ruie_core.errors import UserError
from ruie_core.experiments import tune
from ruie_core.experiments.chosen import FILE, read_chosen
from ruie_core.experiments.context import Context
from ruie_core.experiments.pool import Runner
from ruie_core.experiments.registry import EXPERIMENTS
from ruie_core.experiments.settings import ExperimentSettings
from ruie_core.experiments.store import Store
from ruie_core.experiments.trials import Trial

ALL: Final = "all"
TUNE: Final = "tune"
SUMMARY: Final = "summary"


def run_experiment(name: str, data: Path, settings: ExperimentSettings, console: Console) -> None:
    """Run an experiment on a prepared dataset; what is finished is not run again.

    Args:
        name: an experiment, ``all``, ``tune`` or ``summary``.
        data: the prepared dataset.
        settings: what of it is run, how, and where it goes.
        console: where progress is shown.

    Raises:
        UserError: an unknown name, or trials that failed.
        KeyboardInterrupt: finished trials are there.
    """
    known = (*EXPERIMENTS, ALL, TUNE, SUMMARY)
    if name not in known:
        raise UserError(f"Experiment {name!r} is unknown: choose one of {', '.join(known)}.")
    path = settings.results / data.resolve().name / FILE
    context = Context(data.resolve().name, data, load_dataset(data), read_chosen(path), settings)
    if name == TUNE:
        _tune(context, console)
        return
    if name != SUMMARY:
        console.print(context.chosen.sentence(path))
        for experiment in EXPERIMENTS if name == ALL else (name,):
            trials = selected(EXPERIMENTS[experiment](context), settings, "variant")
            _runner(context, experiment, console).run(trials)
    _summarise(context, console)


def selected(planned: Iterable[Trial], settings: ExperimentSettings, by: str) -> list[Trial]:
    """Trials of the variants (or models) and of the split that the options name.

    Args:
        planned: all trials of an experiment.
        settings: the options.
        by: ``variant`` or ``model``, what ``--only`` names.

    Raises:
        UserError: a name is unknown; lists the known ones.
    """
    trials = list(planned)
    known = dict.fromkeys(getattr(trial, by) for trial in trials)
    for name in settings.only:
        if name not in known:
            raise UserError(f"The {by} {name!r} is unknown: choose from {', '.join(known)}.")
    return [
        trial
        for trial in trials
        if (not settings.only or getattr(trial, by) in settings.only)
        and settings.split in (None, trial.config.train.split)
    ]


def _runner(context: Context, name: str, console: Console) -> Runner:
    command = context.settings.command(name, context.data)
    return Runner(Store(context.settings.artefacts), context.settings, command, console)


def _tune(context: Context, console: Console) -> None:
    split = tune.tuned_split(context)
    ranges = tune.read_ranges(context.settings.results / tune.RANGES)
    trials = selected(tune.plan(context, ranges, split), context.settings, "model")
    runner = _runner(context, TUNE, console)
    try:
        runner.run(trials)
    finally:
        path = tune.choose(context, runner.store, trials, split)
        console.print(f"{path} holds the best settings found so far")


def _summarise(context: Context, console: Console) -> None:
    """Rebuild the dataset's tables from all of its trials."""
    try:
        from ruie_core.experiments.summaries.registry import (  # type: ignore[import-not-found, unused-ignore]
            summarise,
        )
    except ModuleNotFoundError:
        console.print("No summary: this version has none yet; the trials are kept.")
        return
    artefacts, results = context.settings.artefacts, context.settings.results
    folder = summarise(artefacts / context.name, context.dataset, results)
    console.print(f"{folder} holds the tables of all finished trials")
