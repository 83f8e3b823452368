"""``ruie experiment NAME DATASET``: plan, train what is missing, sum up."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from rich.console import Console

from ruie_core.data.dataset import load_dataset
from ruie_core.errors import UserError
from ruie_core.experiments import agreed, tune
from ruie_core.experiments.agreed import read_agreed
from ruie_core.experiments.chosen import FILE, read_chosen
from ruie_core.experiments.context import Context
from ruie_core.experiments.documents import rewrite_documents
from ruie_core.experiments.plans.gate_oracle import GENERATED
from ruie_core.experiments.pool import Runner
from ruie_core.experiments.registry import EXPERIMENTS, NEEDS
from ruie_core.experiments.settings import ExperimentSettings
from ruie_core.experiments.store import Store
from ruie_core.experiments.summaries.registry import summarise
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
    context = Context(
        data.resolve().name, data, load_dataset(data), read_chosen(path), settings,
        agreed=read_agreed(settings.results / agreed.FILE),
    )  # fmt: skip
    runner = Runner(Store(settings.artefacts), settings, data, console)
    if name == TUNE:
        _tune(context, runner, console)
        return
    if name != SUMMARY:
        console.print(context.chosen.sentence(path))
        names = EXPERIMENTS if name == ALL else (name,)
        runner.run(selected(_planned(names, context, console), settings, "variant"))
    _summarise(context, console, fresh=name == SUMMARY and settings.force)


def _planned(names: Iterable[str], context: Context, console: Console) -> Iterator[Trial]:
    """Trials of several experiments, each once."""
    seen: set[str] = set()
    for name in names:
        with console.status(f"planning {name}"):  # gate-oracle makes its logs first
            planned = list(EXPERIMENTS[name](context))
        if not planned:
            why = f"it needs {NEEDS[name]}" if name in NEEDS else "it means nothing there"
            console.print(f"{name} has no trials on {context.name}: {why}.")
        fresh = {trial.name: trial for trial in planned if trial.name not in seen}
        seen |= fresh.keys()
        yield from fresh.values()


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


def _tune(context: Context, runner: Runner, console: Console) -> None:
    split = tune.tuned_split(context)
    ranges = tune.read_ranges(context.settings.results / tune.RANGES)
    trials = selected(tune.plan(context, ranges, split), context.settings, "model")
    failure: UserError | None = None
    try:
        runner.run(trials)
    except UserError as error:
        failure = error  # a configuration whose training breaks is a result of the search as well
    path = tune.choose(context, runner.store, trials, split)
    console.print(f"{path} holds the best settings of {len({t.model for t in trials})} models")
    if failure is not None:
        raise failure


def _summarise(context: Context, console: Console, fresh: bool) -> None:
    """Rebuild the tables of the dataset and of the generated logs, and what documents quote."""
    artefacts, results = context.settings.artefacts, context.settings.results
    datasets = {context.name: context.dataset, GENERATED: None}
    for name, dataset in datasets.items():
        if (artefacts / name).exists():
            summed = summarise(artefacts / name, dataset, results, fresh=fresh)
            console.print(f"{summed.folder} holds the tables of all finished trials")
            for experiment, n in summed.kept.items():
                console.print(
                    f"Of {experiment}, {n} trials that its table rests on are not in {artefacts}: "
                    "the table stays as it was. Train them again, or leave it out with "
                    f"`ruie experiment summary {context.data} --force`."
                )
    for path in rewrite_documents(results):
        console.print(f"{path} quotes them")
