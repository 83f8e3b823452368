"""The same pipeline on a log of another kind: fewer models, no temporal split.

Run it on each dataset; what the leaderboard has trained there is not trained again.
"""

from collections.abc import Iterator
from typing import Final

from ruie_core.experiments.context import Context
from ruie_core.experiments.trials import Trial

NAME: Final = "cross-domain"
MODELS: Final = (
    "popularity", "scenario-popularity", "markov", "gru4rec", "sasrec", "nextitnet", "pepnet",
    "ruie-paper", "ruie",
)  # fmt: skip


def plan(context: Context) -> Iterator[Trial]:
    """Plan the models, leave-one-out."""
    for model in MODELS:
        yield from context.trials(NAME, model, model)
