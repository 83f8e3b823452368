"""Leaderboard: every model's level, and both presets of RUIE against every other model."""

from collections.abc import Sequence
from typing import Final

from ruie_core.experiments.summaries.compare import Pair, compare_all, headline_family
from ruie_core.experiments.summaries.table import Row, with_holm
from ruie_core.experiments.summaries.trials import Trials

PRESETS: Final = ("ruie", "ruie-paper")
"""Whose differences against the others are taken."""


def leaderboard(trials: Trials) -> list[Row]:
    """Panels ``level``, ``difference`` and, of the temporal split, ``…-temporal``.

    A family of Holm's adjustment: one preset against all other models, NDCG@10 over all events, per
    request and split.
    """
    return ranked_models(trials, "leaderboard")


def cross_domain(trials: Trials) -> list[Row]:
    """The same on a log of another kind."""
    return ranked_models(trials, "cross-domain")


def ranked_models(trials: Trials, experiment: str) -> list[Row]:
    """Levels and differences of the models of one experiment; see ``leaderboard``."""
    rows = compare_all(
        trials, trials.of(experiment), _presets_against_others, experiment=experiment
    )
    return with_holm(rows, lambda row: (f := headline_family(row)) and (*f, row.variant))


def _presets_against_others(models: Sequence[str]) -> list[Pair]:
    return [
        (preset, other)
        for preset in PRESETS
        if preset in models
        for other in models
        if other != preset
    ]
