"""Joint against single-scenario training: where does one scenario harm another?

All trials are compared on the test events of a scenario (see ``transforms.OnlyScenario``). Then the
second most visited scenario is made scarce: it has test events enough to measure, and the most
visited one to learn from. Without the memory: what one scenario's *training* does to another's.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from ruie_core.config import TrainConfig
from ruie_core.data.split import TEST, VALIDATION
from ruie_core.experiments.context import Context, sample_of
from ruie_core.experiments.plans.memory import WITHOUT
from ruie_core.experiments.transforms import OnlyScenario, SubsampleScenario, View, whole_view
from ruie_core.experiments.trials import Trial
from ruie_core.presets import Overrides

NAME: Final = "transfer"
SHARES: Final = (0.5, 0.2, 0.05)
"""Shares of the scarce scenario's training events that are kept; the axis x."""
LEAST: Final = 50
"""Held-out events, of validation and of test each, without which a scenario has no model alone."""
JOINT: Final[dict[str, Overrides]] = {
    "joint": WITHOUT,
    "joint, gate constant": {**WITHOUT, "objective.gate": "constant"},
}


def alone(scenario: str) -> str:
    """Name of the variant that trains on one scenario.

    >>> alone("feed")
    'only feed'
    """
    return f"only {scenario}"


def plan(context: Context) -> Iterator[Trial]:
    """Plan joint and single-scenario training on all data, then where one scenario is scarce."""
    for variant, overrides in JOINT.items():
        yield from context.trials(NAME, variant, "ruie", overrides)
    view = whole_view(context.dataset, TrainConfig(), None)
    for transform in sample_of(context.length(NAME)):
        view = transform.apply(view)
    trainable = [name for name in context.dataset.vocabulary.scenarios if enough(view, name)]
    for name in trainable:
        only = OnlyScenario(scenario=name)
        yield from context.trials(NAME, alone(name), "ruie", WITHOUT, transforms=(only,))
    for name in trainable[1:2]:
        yield from _scarce(context, name)


def _scarce(context: Context, name: str) -> Iterator[Trial]:
    for share in SHARES:
        fewer = SubsampleScenario(scenario=name, share=share)
        for variant, overrides in JOINT.items():
            yield from context.trials(
                NAME, variant, "ruie", overrides, transforms=(fewer,), x=share
            )
        only = OnlyScenario(scenario=name)
        yield from context.trials(
            NAME, alone(name), "ruie", WITHOUT, transforms=(fewer, only), x=share
        )


def enough(view: View, scenario: str) -> bool:
    """Whether a scenario alone has held-out events enough that follow another of their user."""
    inside = OnlyScenario(scenario=scenario).apply(view)
    follows = np.ones(inside.dataset.n_events, bool)
    follows[inside.dataset.offsets[:-1][inside.dataset.lengths > 0]] = False
    return all(
        int((follows & (inside.split == part)).sum()) >= LEAST for part in (VALIDATION, TEST)
    )
