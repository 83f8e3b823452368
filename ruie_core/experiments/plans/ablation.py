"""RUIE with one part changed at a time: what does each part bring?

Without the memory, which is filled once training has ended and has an experiment of its own.
"""

from collections.abc import Iterator
from typing import Final

from ruie_core.experiments.context import Context
from ruie_core.experiments.plans.memory import WITHOUT
from ruie_core.experiments.trials import Trial
from ruie_core.presets import Overrides

NAME: Final = "ablation"

VARIANTS: Final[dict[str, Overrides]] = {
    "ruie": {},
    "gate constant": {"objective.gate": "constant"},
    "gate q": {"objective.gate": "q"},
    "gate scenario_prob": {"objective.gate": "scenario_prob"},
    "gate target": {"objective.gate": "target"},
    "gate likelihood": {"objective.gate": "likelihood"},
    "gate engaged": {"objective.gate": "engaged"},
    "no RL": {"objective.q_weight": 0.0, "objective.gate": "scenario_prob"},
    "single Q": {"objective.double_q": False, "objective.gate": "q"},
    "triplet": {"objective.intent_loss": "triplet"},
    "no scenario head": {"objective.scenario_weight": 0.0},
    "no attention": {"model.attention": False},
    "with taste": {"model.taste": 50},
}
"""What each variant changes of ``ruie``; ``single Q`` belongs beside ``gate q``."""


def plan(context: Context) -> Iterator[Trial]:
    """Plan the variants, leave-one-out, and the paper's RUIE beside them."""
    for variant, overrides in VARIANTS.items():
        yield from context.trials(NAME, variant, "ruie", {**WITHOUT, **overrides})
    yield from context.trials(NAME, "ruie-paper", "ruie-paper")
