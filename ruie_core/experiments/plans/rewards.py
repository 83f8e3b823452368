"""RUIE under other reward weights: what hangs on a choice that nobody measured?

Without the memory: rewards are what training learns from.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from ruie_core.experiments.context import Context
from ruie_core.experiments.plans.memory import WITHOUT
from ruie_core.experiments.transforms import ShuffleRewards
from ruie_core.experiments.trials import Trial

NAME: Final = "rewards"
DEFAULTS: Final = "defaults"
RANDOM: Final = "random"
"""The same rewards, handed out to other events: the control that must not help."""
TABLES: Final = ("transitions",)


def weights(defaults: dict[str, float]) -> dict[str, dict[str, float]]:
    """Weights of each variant that differ from the dataset's own, for the actions it has.

    >>> list(weights({"click": 1.0, "like": 3.0}))
    ['like 5', 'all ones', 'click only']
    >>> weights({"click": 1.0, "like": 3.0})["like 5"]
    {'click': 1.0, 'like': 5.0}
    """
    variants = {
        "like 5": {"like": 5.0},
        "share 4": {"share": 4.0},
        "all ones": dict.fromkeys(defaults, 1.0),
        "click only": {name: float(name == "click") for name in defaults},
    }
    changed = {
        name: defaults | {action: w for action, w in given.items() if action in defaults}
        for name, given in variants.items()
    }
    return {name: given for name, given in changed.items() if given != defaults}


def plan(context: Context) -> Iterator[Trial]:
    """Plan the variants, leave-one-out; nothing on a log whose rewards are all alike."""
    if np.ptp(context.dataset.rewards) == 0:
        return
    yield from context.trials(NAME, DEFAULTS, "ruie", WITHOUT, tables=TABLES)
    for variant, given in weights(dict(context.dataset.manifest["rewards"])).items():
        changed = {**WITHOUT, "train.rewards": given}
        yield from context.trials(NAME, variant, "ruie", changed, tables=TABLES)
    shuffled = (ShuffleRewards(),)
    yield from context.trials(NAME, RANDOM, "ruie", WITHOUT, transforms=shuffled, tables=TABLES)
