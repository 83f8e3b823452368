"""Known experiments by name, in the order in which ``all`` runs them."""

from collections.abc import Callable, Iterable
from typing import Final

from ruie_core.experiments.context import Context
from ruie_core.experiments.plans import (
    ablation,
    calibration,
    cross_domain,
    gate_oracle,
    leaderboard,
    rewards,
    scenario_split,
    transfer,
    watched,
)
from ruie_core.experiments.trials import Trial

EXPERIMENTS: Final[dict[str, Callable[[Context], Iterable[Trial]]]] = {
    each.NAME: each.plan
    for each in (
        leaderboard, ablation, rewards, scenario_split, calibration, transfer, cross_domain,
        gate_oracle, watched,
    )
}  # fmt: skip

NEEDS: Final = {watched.NAME: "the log that says what was watched through: name it with --watched"}
"""What an experiment cannot do without, by its name."""
