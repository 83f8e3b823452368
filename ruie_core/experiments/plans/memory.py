"""The memory of transitions, taken from RUIE and given to others: does it, or RUIE, rank better?"""

from collections.abc import Iterator
from typing import Final

from ruie_core.experiments.context import Context
from ruie_core.experiments.trials import Trial
from ruie_core.presets import PRESETS, Overrides

NAME: Final = "memory"
RULES: Final = "sequential-rules"
"""What the memory starts from, without a model."""
OTHERS: Final = ("gru4rec", "sasrec", "din", "star")
"""The strongest baselines of the leaderboards, which know the memory from no paper."""
WITH: Final[Overrides] = {"model.memory": PRESETS["ruie"]["model.memory"]}
WITHOUT: Final[Overrides] = {"model.memory": 0}
OWN: Final[dict[str, Overrides]] = {
    "ruie": {},
    "gate constant": {"objective.gate": "constant"},
    "no memory": WITHOUT,
    "no memory, gate constant": {**WITHOUT, "objective.gate": "constant"},
}
"""RUIE, its memory filled without regard to trust, and both without a memory."""


def plan(context: Context) -> Iterator[Trial]:
    """Plan RUIE and others with and without the memory, leave-one-out, and the counts alone."""
    yield from context.trials(NAME, RULES, RULES)
    for variant, overrides in OWN.items():
        yield from context.trials(NAME, variant, "ruie", overrides)
    for model in OTHERS:
        yield from context.trials(NAME, model, model)
        yield from context.trials(NAME, f"{model}, memory", model, WITH)
