"""Ablation: every variant against the whole of RUIE."""

from typing import Final

from ruie_core.experiments.summaries.compare import against, compare_all, headline_family
from ruie_core.experiments.summaries.table import Row, with_holm
from ruie_core.experiments.summaries.trials import Trials

NAME: Final = "ablation"
WHOLE: Final = "ruie"


def ablation(trials: Trials) -> list[Row]:
    """Panels ``level`` and ``difference`` (variant − ``ruie``: below zero, the part was useful).

    A family of Holm's adjustment: all variants, NDCG@10 over all events, per request.
    """
    rows = compare_all(trials, trials.of(NAME), against(WHOLE), experiment=NAME)
    return with_holm(rows, headline_family)
