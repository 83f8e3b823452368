"""Per scenario: RUIE against itself without its gate, and against every other model."""

from collections.abc import Sequence
from typing import Final

from ruie_core.evaluation.evaluate import GROUPS
from ruie_core.experiments.summaries.compare import Pair, compare_all
from ruie_core.experiments.summaries.ranked import HEADLINE
from ruie_core.experiments.summaries.table import Row, with_holm
from ruie_core.experiments.summaries.trials import Trials

NAME: Final = "scenario-split"
MODEL: Final = "ruie"


def scenario_split(trials: Trials) -> list[Row]:
    """Panel ``difference``: ``ruie`` − reference, NDCG@10, per group of scenarios and split.

    The models are those of ``leaderboard``; RUIE with gate = 1, trained as they are, is its own.
    Families of Holm's adjustment: one reference, request and split over all named scenarios; head
    and tail are a family of their own.
    """
    models = trials.of("leaderboard")
    rows = compare_all(
        trials, [*models, *trials.of(NAME)], _model_first, experiment=NAME, metrics=HEADLINE
    )
    gaps = [row for row in rows if row.reference is not None]
    return with_holm(gaps, _family)


def _model_first(variants: Sequence[str]) -> list[Pair]:
    return [(MODEL, other) for other in variants if MODEL in variants and other != MODEL]


def _family(row: Row) -> tuple[object, ...] | None:
    pooled = row.scenario in GROUPS
    return None if row.scenario == "all" else (row.panel, row.request, row.reference, pooled)
