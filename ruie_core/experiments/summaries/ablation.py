"""Ablation and memory: every variant against the whole of RUIE."""

from typing import Final

from ruie_core.experiments.summaries.compare import against, compare_all, headline_family
from ruie_core.experiments.summaries.table import Row, with_holm
from ruie_core.experiments.summaries.trials import Trials

WHOLE: Final = "ruie"


def ablation(trials: Trials) -> list[Row]:
    """Panels ``level`` and ``difference`` (variant − ``ruie``: below zero, the part was useful).

    A family of Holm's adjustment: all variants, NDCG@10 over all events, per request.
    """
    return _against_whole(trials, "ablation")


def memory(trials: Trials) -> list[Row]:
    """The same of RUIE and others with and without the memory of transitions."""
    return _against_whole(trials, "memory")


def _against_whole(trials: Trials, name: str) -> list[Row]:
    rows = compare_all(trials, trials.of(name), against(WHOLE), experiment=name)
    return with_holm(rows, headline_family)
