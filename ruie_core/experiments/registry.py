"""Known experiments by name, in the order in which ``all`` runs them."""

from collections.abc import Callable, Iterable
from typing import Final

from ruie_core.experiments.context import Context
from ruie_core.experiments.plans import ablation, leaderboard
from ruie_core.experiments.trials import Trial

EXPERIMENTS: Final[dict[str, Callable[[Context], Iterable[Trial]]]] = {
    "leaderboard": leaderboard.plan,
    "ablation": ablation.plan,
}
