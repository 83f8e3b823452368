"""The tabs of the Experiments view: each draws one experiment's figures."""

from collections.abc import Callable

import pandas as pd

from app.components.chart import heading
from app.components.experiments import Scene, figure, pick
from ruie_core.analysis.frames import experiment_tables as tables
from ruie_core.analysis.frames.experiments import cutoff
from ruie_core.figures import experiments_board as board_figures
from ruie_core.figures import experiments_calibration as fit_figures
from ruie_core.figures import experiments_curves as curves
from ruie_core.figures import experiments_forest as forests
from ruie_core.figures import experiments_transfer as matrices
from ruie_core.reporting import experiments_memory as memory_words
from ruie_core.reporting import experiments_readings as words
from ruie_core.reporting import experiments_trust as trust_words


def leaderboard(scene: Scene) -> None:
    """Every model with its interval."""
    _board(scene, tables.BOARDS[0])


def cross_domain(scene: Scene) -> None:
    """The same on a log of another kind."""
    _board(scene, tables.BOARDS[1])


def _board(scene: Scene, experiment: str) -> None:
    title = "Models, best first"
    place = heading(title, "experiments_board", words.HOLM_HELP)
    known = tables.metrics(scene.frame, experiment)
    metric = pick(place, "Metric", known, f"experiments_metric_{scene.dataset}")
    board = tables.leaderboard(scene.frame, metric, experiment)
    k = cutoff(board)
    figure(
        scene,
        board,
        lambda: board_figures.leaderboard(board, metric, k, scene.theme),
        words.leaderboard(board, metric, k),
        key="board",
        title=title,
        of=(experiment, metric),
    )


def ablation(scene: Scene) -> None:
    """What each change costs the full model."""
    title = "What each change costs"
    _changes(scene, tables.CHANGES[0], title, words.ABLATION_HELP, words.ablation)


def memory(scene: Scene) -> None:
    """What the memories bring to RUIE and to others."""
    title = "RUIE and others, with and without the memories"
    _changes(scene, tables.CHANGES[1], title, memory_words.MEMORY_HELP, memory_words.memory)


def _changes(
    scene: Scene, experiment: str, title: str, help: str, reading: Callable[[pd.DataFrame], str]
) -> None:
    full = tables.references(tables.pick(scene.frame, experiment, "difference"))
    place = heading(title, f"experiments_{experiment}", help)
    reference = pick(place, "Full model", full, f"experiments_{experiment}_full_{scene.dataset}")
    frame = tables.ablation(scene.frame, reference, experiment)
    figure(
        scene,
        frame,
        lambda: forests.ablation(frame, cutoff(frame), scene.theme),
        reading(frame),
        key=experiment,
        title=title,
        of=(reference,),
    )


def rewards(scene: Scene) -> None:
    """What other rewards change."""
    frame = tables.rewards(scene.frame)
    figure(
        scene,
        frame,
        lambda: forests.rewards(frame, cutoff(frame), scene.theme),
        words.rewards(frame),
        key="rewards",
        title="What other rewards change",
        help=words.REWARD_HELP,
    )


def per_scenario(scene: Scene) -> None:
    """RUIE minus itself with gate = 1, and minus a baseline, per scenario."""
    title = "Whom RUIE serves better, and whom worse"
    gaps = tables.scenario_gaps(scene.frame)
    selves, baselines = tables.rivals(gaps, tables.main_board(scene.frame))
    place = heading(title, "experiments_gaps", words.HOLM_HELP)
    others = selves[:1]
    if baselines:
        others += (pick(place, "Baseline", baselines, f"experiments_baseline_{scene.dataset}"),)
    frame = gaps[gaps["other"].isin(others)]
    k = cutoff(frame)
    figure(
        scene,
        frame,
        lambda: forests.scenario_gaps(frame, others, scene.scenarios, k, scene.theme),
        words.scenario_gaps(frame, others),
        key="gaps",
        title=title,
        of=others,
    )


def transfer(scene: Scene) -> None:
    """Joint against single-scenario training, whole and where data is scarce."""
    frame, scarce = tables.transfer(scene.frame), tables.scarcity(scene.frame)
    if len(frame):
        figure(
            scene,
            frame,
            lambda: matrices.matrix(frame, cutoff(frame), scene.theme),
            words.matrix(frame),
            key="matrix",
            title="Trained together minus alone",
            help=words.TRANSFER_HELP,
        )
    if scarce.empty:
        return
    title = "Where data is scarce"
    place = heading(title, "experiments_scarcity", words.TRANSFER_HELP)
    known = tables.scenarios(scarce)
    scenario = pick(place, "Scenario", known, f"experiments_scarce_{scene.dataset}")
    part = scarce[scarce["scenario"] == scenario]
    figure(
        scene,
        part,
        lambda: curves.scarcity(part, cutoff(part), scene.theme),
        words.scarcity(part, scenario),
        key="scarcity",
        title=title,
        of=(scenario,),
    )


def calibration(scene: Scene) -> None:
    """Q against what came, single and double."""
    title = "Realised return over Q"
    known = tables.scenarios(tables.pick(scene.frame, "calibration", "reliability", "calibration"))
    place = heading(title, "experiments_reliability", words.Q_HELP)
    scenario = pick(place, "Scenario", known, f"experiments_q_{scene.dataset}")
    curve, fits = tables.reliability(scene.frame, scenario), tables.fits(scene.frame, scenario)
    if len(curve):
        figure(
            scene,
            curve,
            lambda: curves.reliability(curve, scene.theme),
            words.reliability(curve),
            key="reliability",
            title=title,
            of=(scenario,),
        )
    if len(fits):
        figure(
            scene,
            fits,
            lambda: fit_figures.fits(fits, scene.theme),
            words.fits(fits),
            key="fits",
            title="How well Q fits",
            help=words.FIT_HELP,
            of=(scenario,),
        )


def noise(scene: Scene) -> None:
    """How much of the oracle's gain each gate reaches as noise grows."""
    _noise(scene, tables.NOISE[0], "Gates as noise grows", "noise", trust_words.NOISE_HELP)


def trust(scene: Scene) -> None:
    """The same where the gate may also say how far the memories count an event."""
    title = "Gates as noise grows, with the memories"
    _noise(scene, tables.NOISE[1], title, "trust", trust_words.TRUST_HELP)


def _noise(scene: Scene, experiment: str, title: str, key: str, help: str) -> None:
    place = heading(title, f"experiments_{key}", help)
    known = tables.noise_metrics(scene.frame, experiment)
    metric = pick(place, "Metric", known, f"experiments_{key}_metric_{scene.dataset}")
    frame = tables.noise(scene.frame, metric, experiment)
    k = cutoff(frame)
    figure(
        scene,
        frame,
        lambda: curves.noise(frame, metric, k, scene.theme),
        trust_words.noise(frame, metric, k),
        key=key,
        title=title,
        of=(metric,),
    )


def watched(scene: Scene) -> None:
    """Whether gates know what was watched through, and whether it would help."""
    title = "Gates, and what was watched through"
    place = heading(title, "experiments_watched", trust_words.WATCHED_HELP)
    events = pick(
        place, "Ranked events", tables.WATCHED_EVENTS, f"experiments_watched_{scene.dataset}"
    )
    frame = tables.watched(scene.frame, events)
    figure(
        scene,
        frame,
        lambda: forests.ablation(frame, cutoff(frame), scene.theme),
        trust_words.watched(frame, tables.watched_auc(scene.frame)),
        key="watched",
        title=title,
        of=(events,),
    )


TABS: dict[str, Callable[[Scene], None]] = {
    "leaderboard": leaderboard,
    "cross-domain": cross_domain,
    "ablation": ablation,
    "memory": memory,
    "rewards": rewards,
    "scenario-split": per_scenario,
    "transfer": transfer,
    "calibration": calibration,
    "gate-oracle": noise,
    "trust": trust,
    "watched": watched,
}
"""What draws each experiment."""
