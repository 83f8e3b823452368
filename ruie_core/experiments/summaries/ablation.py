"""Ablation and memory: every variant against the whole of RUIE."""

import dataclasses
from collections.abc import Sequence
from typing import Final

from ruie_core.experiments.summaries.compare import Pair, against, compare_all, headline_family
from ruie_core.experiments.summaries.table import Row, with_holm
from ruie_core.experiments.summaries.trials import Trials

WHOLE: Final = "ruie"
NO_MEMORY: Final = "no memory"
GATE_OFF: Final = "gate constant"
HALVES: Final = ("trend alone", "transitions alone")
GIVEN: Final = ", memory"
"""Ends the name of a model that was given the memory."""


def ablation(trials: Trials) -> list[Row]:
    """Panels ``level`` and ``difference`` (variant − ``ruie``: below zero, the part was useful).

    A family of Holm's adjustment: all variants, NDCG@10 over all events, per request.
    """
    rows = compare_all(trials, trials.of("ablation"), against(WHOLE), experiment="ablation")
    return with_holm(rows, headline_family)


def memory(trials: Trials) -> list[Row]:
    """The same of RUIE and others with and without the memories.

    Panel ``gain``: what the memories bring to each model, each of them to RUIE beside the other,
    and the gate to RUIE with them and without; a family of its own.
    """
    name = "memory"

    def pairs(variants: Sequence[str]) -> list[Pair]:
        return [*against(WHOLE)(variants), *_gains(variants)]

    rows = compare_all(trials, trials.of(name), pairs, experiment=name)
    mine = [row for row in rows if row.reference in (None, WHOLE)]
    others = [row for row in rows if row.reference not in (None, WHOLE)]
    gains = [dataclasses.replace(row, panel="gain") for row in others]
    return with_holm([*mine, *gains], headline_family)


def _gains(variants: Sequence[str]) -> list[Pair]:
    pairs = [(WHOLE, name) for name in (NO_MEMORY, *HALVES, GATE_OFF)]
    pairs.append((NO_MEMORY, f"{NO_MEMORY}, {GATE_OFF}"))
    pairs += [(name, name.removesuffix(GIVEN)) for name in variants if name.endswith(GIVEN)]
    return [pair for pair in pairs if set(pair) <= set(variants)]
