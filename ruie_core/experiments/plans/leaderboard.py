"""Every model under both splits: who ranks best?"""

from collections.abc import Iterator
from typing import Final

from ruie_core.experiments.context import Context
from ruie_core.experiments.counted import COUNTED
from ruie_core.experiments.trials import Trial
from ruie_core.presets import PRESETS

NAME: Final = "leaderboard"
MODELS: Final = (*COUNTED, *PRESETS)


def plan(context: Context) -> Iterator[Trial]:
    """Plan every model, by split."""
    for split in context.splits:
        for model in MODELS:
            yield from context.trials(NAME, model, model, split=split)
