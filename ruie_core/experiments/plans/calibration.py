"""Q against what really came, where the future is held out: single against double Q."""

from collections.abc import Iterator
from typing import Final

from ruie_core.experiments.context import TEMPORAL, Context
from ruie_core.experiments.plans.memory import WITHOUT
from ruie_core.experiments.trials import Trial
from ruie_core.presets import Overrides

NAME: Final = "calibration"
VARIANTS: Final[dict[str, Overrides]] = {
    "double Q": {"objective.double_q": True},
    "single Q": {"objective.double_q": False},
}


def plan(context: Context) -> Iterator[Trial]:
    """Plan both, on the temporal split; nothing on a log without a clock."""
    if TEMPORAL in context.splits:
        for variant, overrides in VARIANTS.items():
            yield from context.trials(
                NAME, variant, "ruie", {**WITHOUT, **overrides}, split=TEMPORAL,
                tables=("transitions",),
            )  # fmt: skip
