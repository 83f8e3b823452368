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
    memory,
    rewards,
    scenario_split,
    transfer,
    watched,
)
from ruie_core.experiments.trials import Trial

EXPERIMENTS: Final[dict[str, Callable[[Context], Iterable[Trial]]]] = {
    leaderboard.NAME: leaderboard.plan,
    ablation.NAME: ablation.plan,
    memory.NAME: memory.plan,
    rewards.NAME: rewards.plan,
    scenario_split.NAME: scenario_split.plan,
    calibration.NAME: calibration.plan,
    transfer.NAME: transfer.plan,
    cross_domain.NAME: cross_domain.plan,
    gate_oracle.NAME: gate_oracle.plan,
    gate_oracle.TRUST: gate_oracle.plan_trust,
    watched.NAME: watched.plan,
}

NEEDS: Final = {watched.NAME: "the log that says what was watched through: name it with --watched"}
"""What an experiment cannot do without, by its name."""
