"""Readings and helps of experiments on trust: gates under noise, watched clicks, the memory."""

import pandas as pd

from ruie_core.analysis.frames.experiment_tables import OWN
from ruie_core.figures.experiments_curves import cut
from ruie_core.figures.experiments_names import has_memory, is_oracle, metric_name
from ruie_core.figures.numbers import THIN, bracket, number, percent
from ruie_core.figures.rows import Record, records
from ruie_core.reporting.experiments import (
    effect,
    estimate,
    gates,
    most_noise,
    named,
    significance,
    without_memory,
)
from ruie_core.reporting.experiments_readings import TRAINING_ONLY, note, over
from ruie_core.reporting.glossary import explained
from ruie_core.reporting.text import plural

COUNTS, UNGATED = ("sequential-rules", "recent-popularity"), "gate constant"
"""Variants of the memory experiment: the counts alone, and RUIE whose gate is 1 throughout."""
HALVES = ("trend alone", "transitions alone")
"""RUIE with one of its memories."""

_TRUTH = (
    "On a generated log it is known which events are noise. The oracle's gate is that truth: what "
    "it gains over gate = 1 is the most that gating can gain."
)
NOISE_HELP = f"{_TRUTH} {TRAINING_ONLY}"
TRUST_HELP = (
    f"{_TRUTH} Here the gate may also say how far each event counts in the memories.  \n"
    f"{explained('Memory')}"
)
WATCHED_HELP = (
    "The log says which clicks were watched through. No model sees it but the oracle, which trains "
    "on watched clicks alone: what it gains over gate = 1 is the most that gating by it can gain. "
    f"{TRAINING_ONLY}"
)
MEMORY_HELP = (
    f"{explained('Memory')}  \n"
    "Sequential rules and recent popularity are the counts alone, without a model. With gate = 1 "
    "every event counts alike, in training and in the memories. All models have the same seeds and "
    "budget."
)


def noise(frame: pd.DataFrame, metric: str, k: int | None = 10) -> str:
    """Say which gate does best at the most noise that was well measured.

    Args:
        frame: as from ``experiment_tables.noise``, of one metric.
        metric: its name.
        k: cut-off, where it has one.
    """
    beyond = " A line that leaves the picture goes on; the cursor gives its ends."
    tail = beyond if cut(frame) else ""
    if metric == "share_of_ceiling":
        return f"{gates(frame)} Lines: 95{THIN}% intervals {over(frame)}.{tail}"
    most = most_noise(frame)
    real = [row for row in records(most) if not is_oracle(row["variant"])]
    if not real:
        return f"Only the oracle was tried. {note(frame)}{tail}"
    best = sorted(real, key=lambda row: row["value"])[-1]
    digits = 4 if metric == "ndcg" else 2
    name = metric_name(metric, k)
    return (
        f"With {percent(best['x'])} noise {named(best['variant'])} has the highest {name} of "
        f"{len(real)} {plural(len(real), 'gate')} short of the oracle: "
        f"{number(best['value'], digits)} {bracket(best['low'], best['high'], digits)}. "
        f"{note(frame)}{tail}"
    )


def watched(frame: pd.DataFrame, auc: pd.DataFrame) -> str:
    """Say whether gates know which clicks were watched, and what knowing would bring.

    Args:
        frame: as from ``experiment_tables.watched``.
        auc: as from ``experiment_tables.watched_auc``.
    """
    rows = records(frame)
    ceiling = next((row for row in rows if is_oracle(row["variant"])), None)
    real = [row for row in rows if not is_oracle(row["variant"])]
    said = []
    if ceiling is not None:
        gain = "gains" if ceiling["clear"] and ceiling["value"] > 0 else "is not shown to gain"
        said.append(
            f"To know what was watched {gain}: {estimate(ceiling)}, {significance(ceiling)}"
        )
    if real:
        said.append(f"the best gate of {len(real)} without that knowledge: {effect(real[-1])}")
    known = [row for row in records(auc) if not is_oracle(row["variant"])]
    if known:
        first = known[0]
        said.append(
            f"{named(first['variant'])} tells watched training clicks from others best, with AUC "
            f"{number(first['value'], 2)} {bracket(first['low'], first['high'], 2)} (0.5 is chance)"
        )
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}. {note(frame)}"


def memory(frame: pd.DataFrame) -> str:
    """Say what the memories are worth to RUIE, each of them, alone, and with another model.

    Args:
        frame: as from ``experiment_tables.ablation`` of ``memory``, against ``ruie``.

    Example:
        >>> frame = pd.DataFrame({
        ...     "variant": ["no memory", "sasrec, memory"], "value": [-0.004, 0.001],
        ...     "low": [-0.005, -0.001], "high": [-0.003, 0.003], "p": 0.01, "p_holm": [0.02, 0.4],
        ...     "clear": [True, False], "n_users": 99, "seeds": 5})
        >>> print(memory(frame).split(". n =")[0])
        Without its memories **RUIE** loses NDCG: −0.0040 [−0.0050, −0.0030], p = 0.020 after Holm;
        the best of 1 other model given the same memories, **SASRec with memories**, is not told
        apart from it: +0.0010 [−0.0010, 0.0030]
    """
    rows = {row["variant"]: row for row in records(frame)}
    said = [without_memory(frame)]
    said += [f"{named(half)} {_standing(rows[half])}" for half in HALVES if half in rows]
    counts = [rows[name] for name in COUNTS if name in rows]
    if counts:
        best = max(counts, key=lambda row: row["value"])
        said.append(f"the best counts alone, {named(best['variant'])}, {_standing(best)}")
    if UNGATED in rows:
        row = rows[UNGATED]
        change = "makes no difference that can be shown"
        if row["clear"]:
            change = "costs it NDCG" if row["value"] < 0 else "improves it"
        said.append(f"to trust every event alike (gate = 1) {change}: {estimate(row)}")
    others = [row for name, row in rows.items() if has_memory(name)]
    if others:
        best = max(others, key=lambda row: row["value"])
        said.append(
            f"the best of {len(others)} other {plural(len(others), 'model')} given the same "
            f"memories, {named(best['variant'])}, {_standing(best)}"
        )
    text = "; ".join(part for part in said if part)
    text = text or f"What {named(OWN)} is without its memories is not in the table"
    return f"{text[:1].upper()}{text[1:]}. {note(frame)}"


def _standing(row: Record) -> str:
    """Say where a model, or what counts alone, lies beside RUIE."""
    said = "is not told apart from it"
    if row["clear"]:
        said = f"lies {'below' if row['value'] < 0 else 'above'} it"
    return f"{said}: {estimate(row)}"
