"""High- and low-resource scenarios: does gating starve the tail?

It looks at the models of the leaderboard; its own is RUIE with gate = 1, trained like them.
"""

from collections.abc import Iterator
from typing import Final

from ruie_core.experiments.context import Context
from ruie_core.experiments.plans import ablation, leaderboard
from ruie_core.experiments.trials import Trial

NAME: Final = "scenario-split"
GATE_OFF: Final = "gate constant"


def plan(context: Context) -> Iterator[Trial]:
    """Plan the leaderboard, and RUIE with gate = 1, by split."""
    yield from leaderboard.plan(context)
    for split in context.splits:
        yield from context.trials(NAME, GATE_OFF, "ruie", ablation.VARIANTS[GATE_OFF], split=split)
