"""What the memories are worth: to RUIE, each of them, as counts alone, and to other models."""

import pandas as pd

from ruie_core.analysis.frames.experiment_tables import OWN
from ruie_core.figures.experiments_names import has_memory
from ruie_core.figures.rows import Record, records
from ruie_core.reporting.experiments_readings import note
from ruie_core.reporting.experiments_words import estimate, named, significance
from ruie_core.reporting.glossary import explained
from ruie_core.reporting.text import plural

NO_MEMORY = "no memory"
COUNTS, UNGATED = ("sequential-rules", "recent-popularity"), "gate constant"
"""Variants of the memory experiment: the counts alone, and RUIE whose gate is 1 throughout."""
HALVES = ("trend alone", "transitions alone")
"""RUIE with one of its memories."""
MEMORY_HELP = (
    f"{explained('Memory')}  \n"
    "Sequential rules and recent popularity are the counts alone, without a model. With gate = 1 "
    "every event counts alike, in training and in the memories. All models have the same seeds and "
    "budget."
)


def without_memory(memory: pd.DataFrame) -> str:
    """Say what RUIE loses without its memories, as a clause; empty where it was not measured.

    Args:
        memory: variant, value, low, high, p, p_holm, clear.

    Example:
        >>> frame = pd.DataFrame({"variant": ["no memory"], "value": [-0.002], "low": [-0.003],
        ...     "high": [-0.001], "p": [0.01], "p_holm": [0.03], "clear": [True]})
        >>> without_memory(frame)
        'Without its memories **RUIE** loses NDCG: −0.0020 [−0.0030, −0.0010], p = 0.030 after Holm'
    """
    row = next((row for row in records(memory) if row["variant"] == NO_MEMORY), None)
    if row is None:
        return ""
    does = "is not shown to lose NDCG"
    if row["clear"]:
        does = "loses NDCG" if row["value"] < 0 else "gains NDCG"
    return f"Without its memories {named(OWN)} {does}: {estimate(row)}, {significance(row)}"


def with_memory(memory: pd.DataFrame) -> str:
    """Say where the best other model lies that was given the same memories; empty without any.

    Args:
        memory: variant, value, low, high, clear.

    Example:
        >>> frame = pd.DataFrame({"variant": ["sasrec, memory"], "value": [0.001], "low": [-0.001],
        ...     "high": [0.003], "clear": [False]})
        >>> with_memory(frame)
        'the best of 1 other model given the same memories, **SASRec with memories**, is not told \
apart from it: +0.0010 [−0.0010, 0.0030]'
    """
    others = [row for row in records(memory) if has_memory(row["variant"])]
    if not others:
        return ""
    best = max(others, key=lambda row: row["value"])
    return (
        f"the best of {len(others)} other {plural(len(others), 'model')} given the same memories, "
        f"{named(best['variant'])}, {_standing(best)}"
    )


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
    said.append(with_memory(frame))
    text = "; ".join(part for part in said if part)
    text = text or f"What {named(OWN)} is without its memories is not in the table"
    return f"{text[:1].upper()}{text[1:]}. {note(frame)}"


def _standing(row: Record) -> str:
    """Say where a model, or what counts alone, lies beside RUIE."""
    said = "is not told apart from it"
    if row["clear"]:
        said = f"lies {'below' if row['value'] < 0 else 'above'} it"
    return f"{said}: {estimate(row)}"
