"""Transfer: what one scenario gains or loses when the others are trained along."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from ruie_core.experiments.summaries.compare import REQUESTS, Pair, compare
from ruie_core.experiments.summaries.ranked import HEADLINE, align, by_variant
from ruie_core.experiments.summaries.table import Row, with_holm
from ruie_core.experiments.summaries.trials import Finished, Trials

NAME: Final = "transfer"
ALONE: Final = "only_scenario"
FEWER: Final = "subsample_scenario"
JOINT: Final = ("joint", "joint, gate constant")
"""With the gate and without it."""


def transfer(trials: Trials) -> list[Row]:
    """Joint − single-scenario training, NDCG@10 on the scenario's test events.

    Only events that all of the compared trials ranked count: alone, a test event that is its user's
    first in the scenario cannot be ranked. Panels: ``matrix`` (per scenario, all data),
    ``scarcity`` (of the scenario that is made scarce, by the share x of its training events that is
    left, 1 among them), ``gating`` (joint with the gate − without, same events) and ``level``. A
    family of Holm's adjustment: one panel, variant and request.
    """
    own = trials.of(NAME)
    scarce = {found["scenario"] for one in own if (found := _transform(one, FEWER))}
    rows: list[Row] = []
    for scenario, share, group in _groups(own):
        for request in REQUESTS:
            made = _compare(group, scenario, share, request)
            rows += _panels(made, share, repeat=scenario in scarce)
    return with_holm(rows, lambda row: (row.panel, row.variant, row.request))


def _groups(own: Sequence[Finished]) -> Iterator[tuple[str, float | None, list[Finished]]]:
    """Yield a scenario, the share of its data (none: all) and the trials that are compared."""
    joint = [trial for trial in own if not _transform(trial, ALONE)]
    alone = [trial for trial in own if _transform(trial, ALONE)]
    for scenario, share in sorted({(_scenario(one), one.x) for one in alone}, key=_order):
        single = [one for one in alone if (_scenario(one), one.x) == (scenario, share)]
        beside = [
            one
            for one in joint
            if one.x == share and _transform(one, FEWER).get("scenario", scenario) == scenario
        ]
        if beside:
            yield scenario, share, [*beside, *single]


def _compare(
    group: Sequence[Finished], scenario: str, share: float | None, request: str
) -> list[Row]:
    variants = by_variant(group)
    single = next(name for name in variants if _transform(variants[name][0], ALONE))
    joint = [name for name in variants if name != single]
    pairs: list[Pair] = [(name, single) for name in joint]
    if set(JOINT) <= set(joint):
        pairs.append(JOINT)
    ranked = align(variants, request, common=True)
    inside = ranked.events["scenario"].to_numpy() == scenario
    place: dict[str, Any] = {"experiment": NAME, "split": "leave-one-out", "request": request}
    return compare(ranked, inside, pairs, HEADLINE, scenario=scenario, x=share, **place)


def _panels(rows: Iterable[Row], share: float | None, *, repeat: bool) -> Iterator[Row]:
    for row in rows:
        if row.reference is None:
            yield row
        elif row.reference in JOINT:
            yield dataclasses.replace(row, panel="gating")
        elif share is None:
            yield dataclasses.replace(row, panel="matrix")
            if repeat:
                yield dataclasses.replace(row, panel="scarcity", x=1.0)
        else:
            yield dataclasses.replace(row, panel="scarcity")


def _transform(trial: Finished, kind: str) -> dict[str, Any]:
    """The transform of a kind that a trial did to its data; empty if it did none."""
    found = (each for each in trial.row.get("transforms", ()) if each["kind"] == kind)
    return next(found, {})


def _scenario(trial: Finished) -> str:
    return str(_transform(trial, ALONE)["scenario"])


def _order(place: tuple[str, float | None]) -> tuple[str, float]:
    scenario, share = place
    return scenario, np.inf if share is None else share
