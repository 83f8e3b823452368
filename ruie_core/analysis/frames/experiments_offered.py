"""Which experiments of a summary have something to show in the Experiments view."""

from collections.abc import Callable

import pandas as pd

from ruie_core.analysis.frames import experiment_tables as tables


def offered(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the experiments whose figures have something to show, in the order of the tabs.

    Args:
        frame: a narrowed summary.
    """
    shown: dict[str, Callable[[str], pd.DataFrame]] = {
        tables.BOARDS[0]: lambda name: tables.leaderboard(frame, experiment=name),
        tables.BOARDS[1]: lambda name: tables.leaderboard(frame, experiment=name),
        tables.CHANGES[0]: lambda name: tables.ablation(frame, experiment=name),
        tables.CHANGES[1]: lambda name: tables.ablation(frame, experiment=name),
        "rewards": lambda _: tables.rewards(frame),
        "scenario-split": lambda _: tables.scenario_gaps(frame),
        "transfer": lambda name: tables.pick(frame, name, "matrix", "scarcity"),
        "calibration": lambda name: tables.pick(frame, name, "reliability", "calibration"),
        tables.NOISE[0]: lambda name: tables.noise(frame, experiment=name),
        tables.NOISE[1]: lambda name: tables.noise(frame, experiment=name),
        "watched": lambda _: tables.watched(frame),
    }
    return tuple(name for name, table in shown.items() if len(table(name)))
