"""Every model under both splits: who ranks best?"""

from collections.abc import Iterator
from typing import Final

from ruie_core.experiments.context import Context
from ruie_core.experiments.counted import COUNTED, NEED_CLOCK
from ruie_core.experiments.trials import Trial
from ruie_core.presets import PRESETS

NAME: Final = "leaderboard"
MODELS: Final = (*COUNTED, *PRESETS)


def plan(context: Context) -> Iterator[Trial]:
    """Plan every model, by split."""
    for split in context.splits:
        for model in MODELS:
            if model in NEED_CLOCK and not context.dataset.has_clock:
                continue
            yield from context.trials(NAME, model, model, split=split)
