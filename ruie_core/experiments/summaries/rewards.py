"""Rewards: what other weights change in NDCG, Q and gate, and in who is served well."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from ruie_core.evaluation.bootstrap import Array
from ruie_core.evaluation.statistics import differences, figures, ratio_of_totals, sample
from ruie_core.experiments.summaries.compare import (
    REQUESTS,
    against,
    compare_all,
    headline_family,
)
from ruie_core.experiments.summaries.per_user import (
    correlation,
    mean_block,
    per_user_means,
    rank_block,
    transitions,
)
from ruie_core.experiments.summaries.ranked import align, by_variant
from ruie_core.experiments.summaries.table import Row, rows_of, with_holm
from ruie_core.experiments.summaries.trials import (
    TRANSITIONS,
    Finished,
    Trials,
    commands,
    seeds_of,
)

NAME: Final = "rewards"
DEFAULTS: Final = "defaults"
_MEANS: Final = {"q_taken": "q_mean", "gate": "gate_mean"}
_METRICS: Final = [(name, None) for name in _MEANS.values()]
Variants = Mapping[str, Sequence[Finished]]


def rewards(trials: Trials) -> list[Row]:
    """Panels ``level``, ``difference`` (variant − default rewards) and ``rank-change``.

    NDCG as in an ablation, its family of Holm's adjustment likewise. Mean Q (reward units) and mean
    gate over all transitions, where the trials kept them. ``rank-change``: Spearman's correlation
    over users between the NDCG (and between the mean gate) of one user under both settings, run
    by run. Its row ``defaults`` against ``defaults`` is the yardstick: one seed against the next,
    with nothing changed.
    """
    own = trials.of(NAME)
    if not own:
        return []
    rows = compare_all(trials, own, against(DEFAULTS), experiment=NAME)
    variants = by_variant(own)
    rows = with_holm(rows, headline_family)
    if DEFAULTS not in variants:
        return rows
    for request in REQUESTS:
        rows += _ndcg_change(variants, request)
    if all((trial.folder / TRANSITIONS).exists() for trial in own):
        rows += _q_and_gate(variants)
    return rows


def _q_and_gate(variants: Variants) -> list[Row]:
    tables = transitions(variants)
    blocks = {
        variant: [mean_block(table, list(_MEANS)) for table in of_variant]
        for variant, of_variant in tables.items()
    }
    sampled = sample(blocks, ratio_of_totals)
    some = tables[DEFAULTS][0]
    n = {"n_users": int(some["user"].nunique()), "n_events": len(some)}
    rows = []
    for variant, one in sampled.items():
        mine, other = variants[variant], variants[DEFAULTS]
        about = {"experiment": NAME, "variant": variant, **n}
        rows += rows_of(
            _METRICS, figures(one), tested=False, panel="level", **about,
            seeds=seeds_of(mine), command=commands(mine),
        )  # fmt: skip
        if variant != DEFAULTS:
            rows += rows_of(
                _METRICS, differences(one, sampled[DEFAULTS]), tested=True, panel="difference",
                reference=DEFAULTS, **about, **_both(mine, other),
            )  # fmt: skip
    users = some["user"].to_numpy(np.int64)
    per_seed = {
        name: [per_user_means(users, table["gate"].to_numpy(np.float64)) for table in of_variant]
        for name, of_variant in tables.items()
    }
    return rows + _change(per_seed, variants, "gate_spearman", request="", n_events=len(some))


def _ndcg_change(variants: Variants, request: str) -> list[Row]:
    """NDCG without a cut-off: at 10 most users have none, and ties say nothing about an order."""
    ranked = align(variants, request, common=False)
    users = ranked.events["user"].to_numpy(np.int64)
    per_seed = {
        name: [per_user_means(users, 1 / np.log2(1.0 + one)) for one in of_variant]
        for name, of_variant in ranked.ranks.items()
    }
    return _change(per_seed, variants, "ndcg_spearman", request=request, n_events=len(users))


def _change(
    per_seed: Mapping[str, Sequence[Array]], variants: Variants, metric: str, **columns: Any
) -> list[Row]:
    base = per_seed[DEFAULTS]
    rows = []
    for name, values in per_seed.items():
        other = [*base[1:], base[0]] if name == DEFAULTS else base
        if other is not base and len(base) < 2:
            continue  # one seed has no other to be compared with
        pairs = zip(values, other, strict=False)  # a variant may lack a seed
        blocks = {name: [rank_block(first, second) for first, second in pairs]}
        found = figures(sample(blocks, correlation)[name])
        rows += rows_of(
            [(metric, None)], found, tested=False, experiment=NAME, panel="rank-change",
            variant=name, reference=DEFAULTS, n_users=len(values[0]), **columns,
            **_both(variants[name], variants[DEFAULTS]),
        )  # fmt: skip
    return rows


def _both(first: Sequence[Finished], second: Sequence[Finished]) -> dict[str, Any]:
    return {"seeds": seeds_of(first, second), "command": commands([*first, *second])}
