"""Sentences over the Experiments view: which part earns its place, and is RUIE better at all?"""

from collections.abc import Sequence

import pandas as pd

from ruie_core.analysis.frames.experiment_tables import OWN, best_baseline
from ruie_core.figures.experiments_names import is_oracle, metric_name
from ruie_core.figures.numbers import bracket, number, percent, signed
from ruie_core.figures.overview import REQUEST_TITLES
from ruie_core.figures.rows import records
from ruie_core.reporting.experiments_memory import NO_MEMORY, with_memory, without_memory
from ruie_core.reporting.experiments_words import effect, named, significance, size
from ruie_core.reporting.text import listed, plural, strong

TITLES = {
    "leaderboard": "Leaderboard",
    "cross-domain": "Other domain",
    "ablation": "Ablation",
    "memory": "Memories",
    "rewards": "Rewards",
    "scenario-split": "Per scenario",
    "transfer": "Transfer",
    "calibration": "Calibration of Q",
    "gate-oracle": "Noise",
    "trust": "Noise, with memories",
    "watched": "Watched clicks",
}
"""Experiments that have figures, and what their tabs are called."""

SPLIT_TITLES = {"leave-one-out": "last events", "temporal": "later days"}
SPLIT_HELP = "What a model is tested on: each user's last event, or all events after a date."

_NAMED = 3
"""Changes without an effect that a sentence names; of more it says how many."""


def verdict(
    board: pd.DataFrame,
    ablation: pd.DataFrame,
    noise: pd.DataFrame,
    request: str,
    k: int = 10,
    memory: pd.DataFrame | None = None,
) -> str:
    """Answer the view's question: RUIE against the best baseline, its parts, memories and gates.

    Args:
        board: as from ``experiment_tables.leaderboard``, of NDCG.
        ablation: as from ``experiment_tables.ablation``.
        noise: as from ``experiment_tables.noise``, of the share of the ceiling.
        request: ``unknown`` or ``known``.
        k: cut-off.
        memory: as from ``experiment_tables.ablation`` of ``memory``; none: not measured.

    Example:
        >>> board = pd.DataFrame({
        ...     "variant": ["ruie", "sasrec"], "value": [0.0281, 0.0278], "low": 0.02, "high": 0.03,
        ...     "difference": [None, 0.0003], "difference_low": [None, -0.0011],
        ...     "difference_high": [None, 0.0017], "p": [None, 0.3], "p_holm": [None, 0.61],
        ...     "compared": [False, True], "clear": False, "n_users": 745, "seeds": 5,
        ...     "difference_seeds": [None, 5]})
        >>> print(verdict(board, pd.DataFrame(), pd.DataFrame(), "unknown").split("; next")[0])
        **Not shown to be better**: RUIE is not distinguishable from the best baseline, **SASRec**:
        +0.0003 [−0.0011, 0.0017] NDCG@10, p = 0.61 after Holm (n = 745 users, 5 seeds
    """
    said = [_standing(board, request, k), parts(ablation)]
    if memory is not None and (worth := without_memory(memory)):
        level = with_memory(memory)  # whoever reads "better" should know whose merit it is
        n = size(memory[memory["variant"] == NO_MEMORY])
        said.append(f"{worth}{'; ' * bool(level)}{level} ({n}).")
    return " ".join(part for part in (*said, gates(noise)) if part)


def _standing(board: pd.DataFrame, request: str, k: int) -> str:
    rows = {row["variant"]: row for row in records(board)}
    if not rows:
        return ""
    if OWN not in rows:
        return f"**Not measured yet**: the leaderboard has no row of {named(OWN)}."
    best = best_baseline(board)
    if best is None:
        return f"**Nothing to compare with**: the leaderboard has no baseline beside {named(OWN)}."
    row, title = rows[best], metric_name("ndcg", k)
    given = REQUEST_TITLES[request]
    if not row["compared"]:
        levels = " and ".join(
            f"{number(rows[name]['value'], 4)} {bracket(rows[name]['low'], rows[name]['high'])} "
            f"for {named(name)}"
            for name in (OWN, best)
        )
        return (
            f"**Not compared yet**: {title} is {levels}; the paired difference is not in the "
            f"table ({size(board)}; {given})."
        )
    gap = (
        f"{signed(row['difference'])} "
        f"{bracket(row['difference_low'], row['difference_high'])} {title}, {significance(row)} "
        f"({size(_compared(board, best))}; {given})."
    )
    who = f"the best baseline, {named(best)}"
    if not row["clear"]:
        lead = f"**Not shown to be better**: RUIE is not distinguishable from {who}"
    elif row["difference"] > 0:
        lead = f"**Yes, RUIE is better**: it lies above {who}"
    else:
        lead = f"**No, RUIE is worse**: it lies below {who}"
    return f"{lead}: {gap}"


def _compared(board: pd.DataFrame, other: str) -> pd.DataFrame:
    """Row of a rival with the seeds of the comparison: counting has one, training has more."""
    row = board[board["variant"] == other]
    return row.assign(seeds=row["difference_seeds"])


def parts(ablation: pd.DataFrame) -> str:
    """Say which parts earn their place: what it costs to change them, the memories left out.

    Args:
        ablation: variant, reference, value, low, high, p, p_holm, clear.

    Example:
        >>> frame = pd.DataFrame({
        ...     "variant": ["triplet", "no-attention"], "reference": "ruie",
        ...     "value": [-0.009, 0.0001], "low": [-0.011, -0.001],
        ...     "high": [-0.007, 0.001], "clear": [True, False]})
        >>> print(parts(frame))
        Of 2 changes to **RUIE** without its memories, 1 costs it NDCG: **triplet loss** −0.0090
        [−0.0110, −0.0070]; 1 makes no difference that can be shown: **no attention**.
    """
    rows = records(ablation)
    if not rows:
        return ""
    cost = [row for row in rows if row["clear"] and row["value"] < 0]
    gain = [row for row in rows if row["clear"] and row["value"] >= 0]
    idle = [row for row in rows if not row["clear"]]
    said = []
    if cost:
        verb = "costs" if len(cost) == 1 else "cost"
        said.append(f"{len(cost)} {verb} it NDCG: {listed([effect(row) for row in cost])}")
    if gain:
        verb = "improves" if len(gain) == 1 else "improve"
        said.append(f"{len(gain)} {verb} it: {listed([effect(row) for row in gain])}")
    if idle:
        verb = "makes" if len(idle) == 1 else "make"
        names = listed([named(row["variant"]) for row in idle]) if len(idle) <= _NAMED else ""
        said.append(f"{len(idle)} {verb} no difference that can be shown{names and ': ' + names}")
    full = named(rows[0]["reference"])
    full += " without its memories" if rows[0]["reference"] == OWN else ""
    return f"Of {len(rows)} {plural(len(rows), 'change')} to {full}, {'; '.join(said)}."


def gates(noise: pd.DataFrame) -> str:
    """Say which gate comes nearest to the oracle at the most noise that was well measured.

    Args:
        noise: variant, x, value (share of the ceiling), low, high, n_users, seeds.

    Example:
        >>> frame = pd.DataFrame({"variant": ["gate q", "gate target"], "x": 0.5,
        ...     "value": [-0.1, 0.4], "low": [-0.2, 0.3], "high": [0.0, 0.5], "n_users": 99,
        ...     "seeds": 5})
        >>> print(" ".join(gates(frame).split()))
        With 50 % noise in a generated log the best of 2 gates, **gate from the TD target**,
        reaches 40 % [30 %, 50 %] of what the true noise flag would gain over gate = 1
        (n = 99 users, 5 seeds).
    """
    # A share is undefined without an oracle that gains.
    known = noise if noise.empty else noise[noise["value"].notna()]
    if known.empty:
        return ""
    most = most_noise(known)
    real = [row for row in records(most) if not is_oracle(row["variant"])]
    if not real:
        return ""
    best = sorted(real, key=lambda row: row["value"])[-1]
    spread = "" if best["low"] is None else f" [{percent(best['low'])}, {percent(best['high'])}]"
    low = best["low"]
    doubt = ", not told apart from nothing" if low is None or low <= 0 else ""
    return (
        f"With {percent(best['x'])} noise in a generated log the best of {len(real)} "
        f"{plural(len(real), 'gate')}, {named(best['variant'])}, reaches {percent(best['value'])}"
        f"{spread} of what the true noise flag would gain over gate = 1{doubt} ({size(most)})."
    )


def most_noise(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows at the most noise among those that as many seeds measured as any.

    >>> most_noise(pd.DataFrame({"x": [0.2, 0.4, 0.5], "seeds": [5, 5, 2]}))["x"].tolist()
    [0.4]
    """
    well = frame[frame["seeds"] == frame["seeds"].max()]
    most: pd.DataFrame = frame[frame["x"] == well["x"].max()]
    return most


def other_dataset(chosen: str, of_run: str, known: Sequence[str]) -> str:
    """Say that the experiments are of other data than the run; empty where they are of the same.

    Example:
        >>> other_dataset("kuairand", "sample", ["kuairand"])
        'These experiments are on **kuairand**; the run was trained on **sample**, which has none.'
    """
    if chosen == of_run or not of_run:
        return ""
    none = "" if of_run in known else ", which has none"
    return (
        f"These experiments are on {strong(chosen)}; the run was trained on {strong(of_run)}{none}."
    )


def other_cutoff(k: int | None, chosen: int) -> str:
    """Say that a figure has another cut-off than the chosen one; empty where it has not.

    >>> other_cutoff(10, 20), other_cutoff(None, 20)
    ('This figure was summed up at K = 10 only.', '')
    """
    return "" if k in (None, chosen) else f"This figure was summed up at K = {k} only."
