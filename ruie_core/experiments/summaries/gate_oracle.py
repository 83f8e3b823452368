"""Gates where it is known which events are noise: how much of a perfect gate's gain is reached?"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from ruie_core.errors import UserError
from ruie_core.evaluation.bootstrap import user_sums
from ruie_core.evaluation.statistics import figures, ratio_of_totals, sample, shares
from ruie_core.experiments.summaries.compare import REQUESTS, against, compare
from ruie_core.experiments.summaries.per_user import transitions
from ruie_core.experiments.summaries.placements import auc, placement_block
from ruie_core.experiments.summaries.ranked import HEADLINE, Bool, Ranked, align, by_variant, count
from ruie_core.experiments.summaries.table import Row, rows_of, with_holm
from ruie_core.experiments.summaries.trials import (
    RANKS,
    TRANSITIONS,
    Finished,
    Trials,
    commands,
    seeds_of,
)

NAME: Final = "gate-oracle"
TRUST: Final = "trust"
WATCHED: Final = "watched"
GATE_OFF: Final = "gate constant"
CEILING: Final = "gate oracle"


def gate_oracle(trials: Trials) -> list[Row]:
    """Per share of noise x: panels over all test events and (``…-wanted``) over the wanted ones.

    ``noise``: NDCG@10 of each gate; ``share_of_ceiling``, (gate − constant) / (oracle − constant)
    of NDCG@10, without a value where the oracle gains nothing; ``auc``, how well the gate tells
    wanted from stray training events, where the trials kept both. ``noise-difference``: gate −
    constant; a family of Holm's adjustment: all gates and shares of noise, per panel and request.
    """
    return _of(trials, NAME)


def trust(trials: Trials) -> list[Row]:
    """The same where the gate also says how far the memory counts a transition."""
    return _of(trials, TRUST)


def watched(trials: Trials) -> list[Row]:
    """The same on a real log, x: the share of clicks that were not watched through."""
    return _of(trials, WATCHED)


def _of(trials: Trials, name: str) -> list[Row]:
    own = trials.of(name)
    rows: list[Row] = []
    for x in sorted({trial.x for trial in own if trial.x is not None}):
        variants = by_variant(trial for trial in own if trial.x == x)
        for request in REQUESTS:
            ranked = align(variants, request, common=False)
            for panel, inside in _events(ranked, name).items():
                place = {"experiment": name, "request": request, "scenario": "all", "x": x}
                rows += _compare(ranked, inside, panel, place)
        rows += _told_apart(variants, name, x)
    return with_holm(rows, lambda row: (row.panel, row.request))


def _events(ranked: Ranked, name: str) -> dict[str, Bool]:
    if "noise" not in ranked.events:
        folder = next(iter(ranked.trials.values()))[0].folder
        raise UserError(
            f"{folder / RANKS} does not say which test events are noise: run `ruie experiment "
            f"{name}` again."
        )
    every = np.ones(len(ranked.events), bool)
    return {"noise": every, "noise-wanted": ~ranked.events["noise"].to_numpy(bool)}


def _compare(ranked: Ranked, inside: Bool, panel: str, place: dict[str, Any]) -> list[Row]:
    pairs = against(GATE_OFF)(list(ranked.trials))
    made = compare(ranked, inside, pairs, HEADLINE, split="leave-one-out", **place)
    rows = [
        dataclasses.replace(row, panel=panel if row.reference is None else f"{panel}-difference")
        for row in made
    ]
    if not {GATE_OFF, CEILING} <= set(ranked.trials):
        return rows
    sampled = sample(ranked.blocks(inside, HEADLINE), ratio_of_totals)
    for variant in (name for name in sampled if name not in (GATE_OFF, CEILING)):
        used = [ranked.trials[name] for name in (variant, GATE_OFF, CEILING)]
        share = shares(sampled[variant], sampled[GATE_OFF], sampled[CEILING])
        rows += rows_of(
            [("share_of_ceiling", 10)], share, tested=False, panel=panel, variant=variant, **place,
            **count(ranked.events, inside), seeds=seeds_of(*used),
            command=commands(trial for trials in used for trial in trials),
        )  # fmt: skip
    return rows


def _told_apart(variants: Mapping[str, Sequence[Finished]], name: str, x: float) -> list[Row]:
    """AUC of each gate that is not constant, over the training events."""
    every = [trial for trials in variants.values() for trial in trials]
    if not all((trial.folder / TRANSITIONS).exists() for trial in every):
        return []
    tables = transitions(variants)
    first = next(iter(tables.values()))[0]
    if "noise" not in first:
        return []
    inside = (first["split"] == "train").to_numpy()
    users, wanted = first["user"].to_numpy()[inside], ~first["noise"].to_numpy(bool)[inside]
    blocks = {
        variant: [
            user_sums(users, placement_block(table["gate"].to_numpy(np.float64)[inside], wanted))[0]
            for table in of_variant
        ]
        for variant, of_variant in tables.items()
        if variant != GATE_OFF
    }
    rows: list[Row] = []
    for variant, one in (sample(blocks, auc) if blocks else {}).items():
        mine = variants[variant]
        rows += rows_of(
            [("auc", None)], figures(one), tested=False, experiment=name, panel="noise",
            variant=variant, x=x, n_users=len(np.unique(users)), n_events=len(users),
            seeds=seeds_of(mine), command=commands(mine),
        )  # fmt: skip
    return rows
