"""Levels of variants and differences between them, per request, group of scenarios and metric."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from ruie_core.analysis.frames.experiments import SPLITS
from ruie_core.evaluation.statistics import differences, figures, ratio_of_totals, sample
from ruie_core.experiments.summaries.ranked import (
    METRICS,
    Bool,
    Metric,
    Ranked,
    align,
    by_variant,
    count,
    groups,
)
from ruie_core.experiments.summaries.table import Row, rows_of
from ruie_core.experiments.summaries.trials import Finished, Trials, commands, seeds_of

REQUESTS: Final = ("unknown", "known")
Pair = tuple[str, str]
"""A variant and what it is compared with."""
PairsOf = Callable[[Sequence[str]], Sequence[Pair]]
"""Names of the variants → the differences that are wanted."""


def panel(name: str, split: str) -> str:
    """Panel of a split: the default split's has the plain name.

    >>> panel("level", "leave-one-out"), panel("level", "temporal")
    ('level', 'level-temporal')
    """
    return name if split == SPLITS[0] else f"{name}-{split}"


def against(reference: str) -> PairsOf:
    """Every variant against one of them; no pairs while that one has no finished trial."""

    def pairs(variants: Sequence[str]) -> list[Pair]:
        others = [name for name in variants if name != reference]
        return [(name, reference) for name in others] if reference in variants else []

    return pairs


def headline_family(row: Row) -> tuple[str, ...] | None:
    """Family of a difference: NDCG@10 over all events, per panel and request.

    Other cut-offs and groups describe; they are no further chances to be significant, so they have
    no adjusted p-value.
    """
    headline = row.metric == "ndcg" and row.k == 10 and row.scenario == "all"
    return (row.experiment, row.panel, row.request) if headline else None


def compare_all(
    trials: Trials,
    compared: Sequence[Finished],
    pairs_of: PairsOf,
    *,
    experiment: str,
    metrics: Sequence[Metric] = METRICS,
) -> list[Row]:
    """Compare variants under every split and request, in every group of scenarios.

    Args:
        trials: all of the dataset, for its head.
        compared: whose ranks are put beside each other.
        pairs_of: variants → the differences that are wanted.
        experiment: that the rows belong to.
        metrics: columns.
    """
    rows: list[Row] = []
    for split in SPLITS:
        variants = by_variant(trial for trial in compared if trial.split == split)
        if not variants:
            continue
        head, pairs = trials.head(split), pairs_of(list(variants))
        for request in REQUESTS:
            ranked = align(variants, request, common=False)
            for label, inside in groups(ranked.events, head):
                place = {"split": split, "request": request, "scenario": label}
                rows += compare(ranked, inside, pairs, metrics, experiment=experiment, **place)
    return rows


def compare(
    ranked: Ranked,
    inside: Bool,
    pairs: Sequence[Pair],
    metrics: Sequence[Metric],
    **columns: Any,
) -> list[Row]:
    """Level of every variant and the asked-for differences on one set of events.

    Args:
        ranked: the events and their ranks.
        inside: (E,) bool, True at the events that count.
        pairs: differences, variant − reference.
        metrics: a row each.
        columns: where the rows belong: experiment, split, request, scenario, perhaps x.
    """
    sampled = sample(ranked.blocks(inside, metrics), ratio_of_totals)
    place = count(ranked.events, inside) | columns
    split = place.pop("split")
    rows = []
    for variant, one in sampled.items():
        mine = ranked.trials[variant]
        about = {"variant": variant, "seeds": seeds_of(mine), "command": commands(mine)}
        about["panel"] = panel("level", split)
        rows += rows_of(metrics, figures(one), tested=False, **place, **about)
    for variant, reference in pairs:
        mine, other = ranked.trials[variant], ranked.trials[reference]
        about = {"variant": variant, "reference": reference, "seeds": seeds_of(mine, other)}
        about |= {"command": commands([*mine, *other]), "panel": panel("difference", split)}
        gaps = differences(sampled[variant], sampled[reference])
        rows += rows_of(metrics, gaps, tested=True, **place, **about)
    return rows
