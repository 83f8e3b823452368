"""The ``ruie`` command: sample → prepare → train → evaluate → analyze, then the app.

Modules that cost time to import (torch, ibis, umap) are imported by the commands that use them.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import ValidationError
from rich.console import Console
from tyro.conf import CascadeSubcommandArgs, Positional, arg, subcommand
from tyro.extras import SubcommandApp

from ruie_core.config import RunConfig, parse_settings, setting_sentence
from ruie_core.data import settings as logs
from ruie_core.data.sample.settings import SampleConfig
from ruie_core.errors import UserError
from ruie_core.experiments.settings import ExperimentSettings
from ruie_core.files import write_json
from ruie_core.presets import PRESETS, as_flags, expand_preset
from ruie_core.report.command import report

if TYPE_CHECKING:
    from ruie_core.data.dataset import Dataset
    from ruie_core.runs import Run

app = SubcommandApp()
app.command(report)
console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 160)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

Source = (
    Annotated[logs.KuaiSarSettings, subcommand("kuaisar")]
    | Annotated[logs.KuaiRandSettings, subcommand("kuairand")]
    | Annotated[logs.GenericSettings, subcommand("generic")]
)


@app.command
def sample(
    out: Path,
    config: Annotated[SampleConfig, arg(name="")] = SampleConfig(),  # noqa: B008 (frozen)
    force: bool = False,
) -> None:
    """Generate a synthetic log in KuaiSAR's file format, with its truth beside it.

    Args:
        out: Folder to write.
        config: What the log looks like.
        force: Replace a sample that stands there.
    """
    from ruie_core.data.sample.write import write_sample

    summary = write_sample(config, out, force)
    console.print(
        f"{summary.path}: {summary.users:,} users, {summary.items:,} items, "
        f"{summary.rec_rows:,} recommendation and {summary.src_rows:,} search rows, "
        f"{summary.clicks:,} clicks, {summary.noise_share:.1%} of them stray"
    )


@app.command
def prepare(
    source: Annotated[Source, arg(name="")],
    out: Path,
    settings: Annotated[logs.PrepareConfig, arg(name="")] = logs.PrepareConfig(),  # noqa: B008 (frozen)
    force: bool = False,
) -> None:
    """Turn a raw log into a prepared dataset, out of core.

    Args:
        source: Where the log is and how it is read.
        out: Folder to write, for instance data/kuairand.
        settings: What is kept.
        force: Replace a prepared dataset that stands there.
    """
    from ruie_core.data.display import summary_lines
    from ruie_core.data.prepare import prepare as prepare_log

    with console.status("preparing") as status:
        summary = prepare_log(
            source,
            settings,
            out,
            force=force,
            report=lambda step: status.update(f"{step.name}: {step.events:,} events left"),
        )
    console.print(*summary_lines(summary), sep="\n")


@app.command
def train(
    data: Positional[Path],
    /,
    run: Annotated[Path, arg(aliases=("--out",))],
    config: Annotated[RunConfig, arg(name="")] = RunConfig(),  # noqa: B008 (frozen)
    device: str = "auto",
    resume: bool = False,
    force: bool = False,
    evaluate: bool = True,
    analyze: bool = True,
    preset: str | None = None,
    progress: Path | None = None,
) -> None:
    """Train a run on a prepared dataset; then evaluate and analyze it.

    Under ``torchrun --nproc-per-node=2 -m ruie_core train DATA --out RUN`` it trains
    data-parallel (torchrun takes ``--run`` for an option of its own, hence the second name).

    Args:
        data: Prepared dataset, as ``ruie prepare`` wrote it.
        run: Folder of the run, for instance checkpoints/kuairand.
        config: All settings of the run.
        device: auto, cpu, cuda or mps.
        resume: Go on from the last epoch of the run.
        force: Start over in the place of an existing run.
        evaluate: Score the run on the test events at the end.
        analyze: Write the app's tables at the end (needs evaluate).
        preset: Named settings (ruie, ruie-paper, or a baseline); other flags win over them.
        progress: JSON file that says how far training is, for a program that watches.
    """
    from ruie_core.data.dataset import load_dataset
    from ruie_core.training.display import SilentWatcher, TerminalWatcher
    from ruie_core.training.distributed import join_world
    from ruie_core.training.loop import train as train_run

    if run.exists() and not (resume or force):
        raise UserError(f"{run} exists: add --resume to go on, --force to start over.")
    if preset is not None:
        console.print(f"preset {preset}: {' '.join(as_flags(PRESETS[preset]))}")
    dataset = load_dataset(data)
    try:
        with join_world(device) as world:
            if not world.leads:
                train_run(config, dataset, data, run, world, SilentWatcher(), resume=resume)
                return
            with TerminalWatcher(console, config.train.epochs, progress) as watcher:
                train_run(config, dataset, data, run, world, watcher, resume=resume)
    except KeyboardInterrupt:
        kept = "the last finished epoch is kept" if run.exists() else "no epoch was finished"
        errors.print(f"Stopped: {kept} at {run}; go on with --resume.")
        raise SystemExit(130) from None
    if evaluate:
        trained = _evaluate(run, data, device, {})
        if analyze and trained.model.estimates_q:
            _analyze(run, data, device)
        elif analyze:
            console.print(f"{run} is not analyzed: a {config.model.name} estimates no Q to look at")


@app.command(name="evaluate")
def evaluate_command(
    run: Positional[Path],
    /,
    data: Path | None = None,
    device: str = "auto",
    exclude_seen: bool | None = None,
    cutoffs: tuple[int, ...] | None = None,
    resamples: int | None = None,
) -> None:
    """Score a run on its test events and write metrics.json.

    A setting that is given here becomes the run's own, so that the tables of ``ruie analyze``
    follow it.

    Args:
        run: Folder of the run.
        data: Prepared dataset; none: where it lay when the run was trained.
        device: auto, cpu, cuda or mps.
        exclude_seen: Leave items of the user's history unranked; none: as the run says.
        cutoffs: Cut-offs K; none: as the run says.
        resamples: Bootstrap resamples of users; none: as the run says.
    """
    given = {"exclude_seen": exclude_seen, "cutoffs": cutoffs, "resamples": resamples}
    _evaluate(run, data, device, {key: value for key, value in given.items() if value is not None})


@app.command(name="analyze")
def analyze_command(
    run: Positional[Path], /, data: Path | None = None, device: str = "auto"
) -> None:
    """Write the tables that the app reads.

    Args:
        run: Folder of the run.
        data: Prepared dataset; none: where it lay when the run was trained.
        device: auto, cpu, cuda or mps.
    """
    _analyze(run, data, device)


@app.command
def truth(
    run: Positional[Path], /, truth: Path, data: Path | None = None, resamples: int = 200
) -> None:
    """Ask how well the gate of a run on a generated log tells noise from signal.

    Args:
        run: Folder of the analyzed run.
        truth: Folder with the generator's truth, for instance data_samples/truth.
        data: Prepared dataset; none: where it lay when the run was trained.
        resamples: Bootstrap resamples of users.
    """
    from ruie_core.analysis.display import separation_table
    from ruie_core.analysis.truth import separations
    from ruie_core.data.sample.truth import load_truth, noise_flags
    from ruie_core.runs.folder import ANALYSIS

    _, dataset = _open(run, data, "cpu")
    noise = noise_flags(dataset, load_truth(truth))
    steps = run / ANALYSIS / "steps.parquet"
    console.print(separation_table(separations(steps, noise, resamples=resamples)))


@app.command
def experiment(
    name: Positional[str],
    data: Positional[Path],
    /,
    settings: Annotated[ExperimentSettings, arg(name="")] = ExperimentSettings(),  # noqa: B008
) -> None:
    """Run an experiment on a prepared dataset, or go on with it, and rebuild its tables.

    Args:
        name: leaderboard, ablation …, all of them (all), a search for settings (tune), or summary.
        data: Prepared dataset.
        settings: What of it is run, how, and where it goes.
    """
    from ruie_core.experiments.command import run_experiment

    try:
        run_experiment(name, data, settings, console)
    except KeyboardInterrupt:
        errors.print("Stopped: finished trials are kept; the same command goes on.")
        raise SystemExit(130) from None


def _open(run: Path, data: Path | None, device: str) -> "tuple[Run, Dataset]":
    from ruie_core.data.dataset import load_dataset
    from ruie_core.runs import load_run

    loaded = load_run(run, device)
    dataset = load_dataset(data or loaded.dataset_path)
    loaded.require(dataset)
    rewards = loaded.config.train.rewards
    return loaded, dataset if rewards is None else dataset.with_rewards(rewards)


def _evaluate(run: Path, data: Path | None, device: str, given: dict[str, Any]) -> "Run":
    from ruie_core.evaluation.display import metrics_tables
    from ruie_core.evaluation.evaluate import evaluate_run
    from ruie_core.runs.folder import CONFIG, METRICS, updated_run

    loaded, dataset = _open(run, data, device)
    stored = loaded.config.model_dump(mode="json")
    stored["evaluate"] |= given
    config = parse_settings(RunConfig, stored, "ruie evaluate")
    with console.status("ranking the held-out events"):
        metrics = evaluate_run(loaded, dataset, config.evaluate)
    with updated_run(run) as folder:
        write_json(folder / METRICS, metrics)
        write_json(folder / CONFIG, config.model_dump(mode="json"))
    console.print(*metrics_tables(metrics), sep="\n")
    return loaded


def _analyze(run: Path, data: Path | None, device: str) -> None:
    from ruie_core.analysis.analyze import analyze_run
    from ruie_core.runs.folder import ANALYSIS, updated_run

    loaded, dataset = _open(run, data, device)
    with updated_run(run) as folder, console.status("writing the app's tables") as status:
        analyze_run(
            loaded,
            dataset,
            loaded.config,
            folder / ANALYSIS,
            lambda table, share: status.update(f"writing {table}: {share:.0%}"),
        )
    console.print(f"{run / ANALYSIS} is ready: streamlit run app/main.py")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; a UserError is one sentence on stderr and exit code 2."""
    try:
        app.cli(
            prog="ruie",
            description="User-interest evolution across recommendation scenarios.",
            args=expand_preset(sys.argv[1:] if arguments is None else arguments),
            config=(CascadeSubcommandArgs,),
        )
    except (UserError, ValidationError) as error:
        wrong = setting_sentence(error) if isinstance(error, ValidationError) else error
        errors.print(f"ruie: {wrong}", markup=False)
        sys.exit(2)
