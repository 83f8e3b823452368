"""High- and low-resource scenarios: does gating starve the tail?

It looks at trials of two other experiments and trains nothing of its own: every model of the
leaderboard, and RUIE with and without its gate.
"""

from collections.abc import Iterator
from typing import Final

from ruie_core.experiments.context import Context
from ruie_core.experiments.plans import ablation, leaderboard
from ruie_core.experiments.trials import Trial

NAME: Final = "scenario-split"
GATED: Final = ("ruie", "gate constant")


def plan(context: Context) -> Iterator[Trial]:
    """Plan the leaderboard, and two variants of the ablation."""
    yield from leaderboard.plan(context)
    yield from (trial for trial in ablation.plan(context) if trial.variant in GATED)
