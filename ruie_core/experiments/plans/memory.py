"""The memories, taken from RUIE and given to others: do they, or does RUIE, rank better?"""

from collections.abc import Iterator
from typing import Final

from ruie_core.experiments.context import Context
from ruie_core.experiments.trials import Trial
from ruie_core.presets import PRESETS, Overrides

NAME: Final = "memory"
RULES, RECENT = "sequential-rules", "recent-popularity"
"""What the memories start from, without a model."""
OTHERS: Final = ("gru4rec", "caser", "sasrec", "din", "star")
"""The strongest baselines of the leaderboards, which know the memories from no paper."""
WITH: Final[Overrides] = {name: PRESETS["ruie"][name] for name in ("model.memory", "model.trend")}
WITHOUT: Final[Overrides] = dict.fromkeys(WITH, 0)
OWN: Final[dict[str, Overrides]] = {
    "ruie": {},
    "gate constant": {"objective.gate": "constant"},
    "no memory": WITHOUT,
    "no memory, gate constant": {**WITHOUT, "objective.gate": "constant"},
}
"""RUIE, its memories filled without regard to trust, and both without memories."""
HALVES: Final[dict[str, Overrides]] = {
    "transitions alone": {"model.trend": 0},
    "trend alone": {"model.memory": 0},
}
"""RUIE with one of its memories, where it has both: a trend needs a clock."""


def plan(context: Context) -> Iterator[Trial]:
    """Plan RUIE and others with and without the memories, leave-one-out, and the counts alone."""
    for counts in (RULES, RECENT):
        yield from context.trials(NAME, counts, counts)
    own = OWN | HALVES if context.dataset.has_clock else OWN
    for variant, overrides in own.items():
        yield from context.trials(NAME, variant, "ruie", overrides)
    for model in OTHERS:
        yield from context.trials(NAME, model, model)
        yield from context.trials(NAME, f"{model}, memory", model, WITH)
