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
GATE_OFF: Final = "gate constant"


def scenario_split(trials: Trials) -> list[Row]:
    """Panel ``difference``: ``ruie`` − reference, NDCG@10, per group of scenarios and split.

    It has no trials of its own: the models are those of ``leaderboard``, and RUIE with gate = 1 is
    that of ``ablation``, where there is one. Families of Holm's adjustment: one reference, request
    and split over all named scenarios; head and tail are a family of their own.
    """
    models = trials.of("leaderboard")
    gate_off = [trial for trial in trials.of("ablation") if trial.variant == GATE_OFF]
    rows = compare_all(
        trials, [*models, *gate_off], _model_first, experiment=NAME, metrics=HEADLINE
    )
    gaps = [row for row in rows if row.reference is not None]
    return with_holm(gaps, _family)


def _model_first(variants: Sequence[str]) -> list[Pair]:
    return [(MODEL, other) for other in variants if MODEL in variants and other != MODEL]


def _family(row: Row) -> tuple[object, ...] | None:
    pooled = row.scenario in GROUPS
    return None if row.scenario == "all" else (row.panel, row.request, row.reference, pooled)
