"""Readings and helps of experiments on trust: gates under noise, watched clicks."""

import pandas as pd

from ruie_core.figures.experiments_curves import cut
from ruie_core.figures.experiments_names import is_oracle, metric_name
from ruie_core.figures.numbers import THIN, bracket, number, percent
from ruie_core.figures.rows import records
from ruie_core.reporting.experiments import gates, most_noise
from ruie_core.reporting.experiments_readings import TRAINING_ONLY, note, over
from ruie_core.reporting.experiments_words import effect, estimate, named, significance
from ruie_core.reporting.glossary import explained
from ruie_core.reporting.text import plural

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
