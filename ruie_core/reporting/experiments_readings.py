"""The sentence under each chart of the Experiments view, made from the frame that is drawn."""

from collections.abc import Sequence

import pandas as pd

from ruie_core.analysis.frames.experiment_tables import GROUPS, OWN
from ruie_core.figures.experiments_names import metric_name
from ruie_core.figures.numbers import THIN, bracket, count, number, percent
from ruie_core.figures.rows import Record, records
from ruie_core.reporting.experiments_words import effect, estimate, named, significance, size
from ruie_core.reporting.glossary import explained
from ruie_core.reporting.text import listed, plural, strong

HOLM_HELP = (
    "Told apart: p below 0.05 after Holm's correction for the family of comparisons; where p was "
    "not corrected, the 95 % interval of the paired difference excludes zero. Intervals are over "
    "users and seeds."
)
TRAINING_ONLY = "RUIE goes without its memories here, so that only training counts."
ABLATION_HELP = (
    f"Each change is trained anew with the same seeds and budget as the full model. {TRAINING_ONLY}"
)
REWARD_HELP = (
    f"{explained('Reward')} {TRAINING_ONLY} Rewards drawn at random "
    "carry no information: if they helped, the gain would not come from engagement. Users' order: "
    "Spearman's correlation, over users, with the default rewards."
)
TRANSFER_HELP = (
    "Joint: one model trained on all scenarios; alone: one model per scenario. Above zero, "
    f"training together helps that scenario; below, transfer is negative. {TRAINING_ONLY}"
)
Q_HELP = explained("Q", "Double Q")
FIT_HELP = (
    f"{explained('Slope', 'Rank agreement')}  \n"
    "Q minus return: above zero Q promises too much. Calibration error: mean distance from the "
    "diagonal."
)


def note(frame: pd.DataFrame) -> str:
    """Write n, seeds and what the lines are."""
    return f"{size(frame)}; lines: 95{THIN}% intervals {over(frame)}."


def over(frame: pd.DataFrame) -> str:
    """Say what intervals cover: from one training run nothing is known of the seeds.

    >>> over(pd.DataFrame({"seeds": [5, 1]})), over(pd.DataFrame({"seeds": [1]}))
    ('over users and seeds', 'over users only')
    """
    return "over users and seeds" if frame["seeds"].max() > 1 else "over users only"


def leaderboard(board: pd.DataFrame, metric: str = "ndcg", k: int | None = 10) -> str:
    """Say where RUIE stands, and from whom it is told apart.

    Args:
        board: as from ``experiment_tables.leaderboard``.
        metric: ndcg or hr.
        k: cut-off.
    """
    rows = records(board)
    own = next((place for place, row in enumerate(rows) if row["variant"] == OWN), None)
    if own is None:
        return f"{_level(rows[0], metric, k)} is first of {len(rows)}. {note(board)}"
    compared = [row for row in rows if row["compared"]]
    alike = [named(row["variant"]) for row in compared if not row["clear"]]
    text = f"{_level(rows[own], metric, k)}, place {own + 1} of {len(rows)}"
    if compared:
        text += f"; told apart from {len(compared) - len(alike)} of {len(compared)} others"
        text += f", not from {listed(alike, 'or')}" if alike else ""
    return f"{text}. {note(board)}"


def _level(row: Record, metric: str, k: int | None) -> str:
    return (
        f"{named(row['variant'])} reaches {metric_name(metric, k)} {number(row['value'], 4)} "
        f"{bracket(row['low'], row['high'])}"
    )


def ablation(frame: pd.DataFrame) -> str:
    """Say what the costliest change costs.

    Args:
        frame: as from ``experiment_tables.ablation``: the costliest change first.
    """
    first = records(frame)[0]
    if first["clear"] and first["value"] < 0:
        lead = f"Left of zero a change costs; most costly is {named(first['variant'])}"
    else:
        lead = (
            "No change costs NDCG that can be shown; the lowest estimate is "
            f"{named(first['variant'])}"
        )
    return f"{lead}: {estimate(first)}, {significance(first)}. {note(frame)}"


def rewards(frame: pd.DataFrame) -> str:
    """Say whether rewards matter, and whether the control behaves.

    Args:
        frame: as from ``experiment_tables.rewards``.
    """
    ndcg = [row for row in records(frame) if row["metric"] == "ndcg"]
    tried = [row for row in ndcg if not row["control"]]
    moved = [row for row in tried if row["clear"]]
    text = f"{len(moved)} of {len(tried)} other rewards change NDCG beyond chance"
    if moved:
        text += f" ({listed([effect(row) for row in moved])})"
    for row in ndcg:
        if row["control"]:
            helps = row["clear"] and row["value"] > 0
            word = "**helps, which it must not**" if helps else "does not help, as it must not"
            text += f"; the random control {word} ({estimate(row)})"
    q = [row for row in records(frame) if row["metric"] == "q_mean"]
    if q:
        most = sorted(q, key=lambda row: abs(row["value"]))[-1]
        text += f". Mean Q moves most with {named(most['variant'])}: {estimate(most, 3)}"
    return f"{text}. {note(frame)}"


def scenario_gaps(frame: pd.DataFrame, others: Sequence[str]) -> str:
    """Say where RUIE serves people better or worse than others; all, head and tail by name.

    Args:
        frame: as from ``experiment_tables.scenario_gaps``.
        others: what is drawn.
    """
    said = []
    for other in others:
        rows = [row for row in records(frame) if row["other"] == other]
        pooled = [row for row in rows if row["scenario"] in GROUPS]
        single = [row for row in rows if row["scenario"] not in GROUPS and not row["small"]]
        parts = [
            f"{row['scenario'].replace('all', 'all events')} {estimate(row)}" for row in pooled
        ]
        better = [row for row in single if row["clear"] and row["value"] > 0]
        worse = [strong(row["scenario"]) for row in single if row["clear"] and row["value"] < 0]
        if single:
            text = f"better in {len(better)} of {len(single)} {plural(len(single), 'scenario')}"
            parts.append(f"{text}, worse in {listed(worse) if worse else 'none'}")
        said.append(f"Against {named(other)}: {'; '.join(parts)}.")
    drawn = frame[frame["other"].isin(list(others))]
    few = " Grey rows hold too few events to say anything." if drawn["small"].any() else ""
    return f"{' '.join(said)} {note(drawn)}{few}"


_TOLD_APART = (
    " A model of one scenario knows which one asks; the joint model is not told here, so look at "
    "“next scenario given” before you call it harm."
)


def matrix(frame: pd.DataFrame) -> str:
    """Say where joint training helps and where it harms.

    Args:
        frame: as from ``experiment_tables.transfer``.
    """
    said = []
    for variant in dict.fromkeys(frame["variant"]):
        own = [row for row in records(frame) if row["variant"] == variant]
        rows = [row for row in own if not row["small"]]
        better = [row for row in rows if row["clear"] and row["value"] > 0]
        worse = [row for row in rows if row["clear"] and row["value"] < 0]
        harm = listed([f"{strong(row['scenario'])} {estimate(row)}" for row in worse])
        said.append(
            f"{named(variant)} helps {len(better)} of {len(rows)} {plural(len(rows), 'scenario')}, "
            f"{f'harms {harm}' if worse else 'harms none'}"
        )
    few = " Grey: too few events to say anything." if frame["small"].any() else ""
    aside = _TOLD_APART if (frame["request"] == "unknown").all() else ""
    return (
        f"{'; '.join(said)}. Bold and outlined: the 95{THIN}% interval excludes zero.{few}{aside} "
        f"{size(frame)}; intervals {over(frame)}."
    )


def scarcity(frame: pd.DataFrame, scenario: str) -> str:
    """Say what joint training is worth at the least and at the largest share of data.

    Args:
        frame: variant, x, value, low, high of one scenario.
        scenario: its name.
    """
    said = []
    for variant in dict.fromkeys(frame["variant"]):
        rows = [row for row in records(frame) if row["variant"] == variant]
        ends = " and ".join(
            f"{estimate(row)} at {percent(row['x'])}" for row in (rows[0], rows[-1])[: len(rows)]
        )
        said.append(f"{named(variant)} {ends}")
    return f"In {strong(scenario)}: {'; '.join(said)} of its data. {note(frame)}"


def reliability(frame: pd.DataFrame) -> str:
    """Say how to read the curve, and how many bins and events it has.

    Args:
        frame: as from ``experiment_tables.reliability``.
    """
    bins = frame.groupby("variant").size().max()
    events = count(frame.groupby("variant")["n_events"].sum().max())
    return (
        f"{events} events in {bins} bins of rising Q; on the dotted line Q is exact, below it Q "
        f"promised more than came. Events whose return the end of the log cuts off are left out. "
        f"{note(frame)}"
    )


def fits(frame: pd.DataFrame) -> str:
    """Compare double with single Q by what is there of slope, Spearman and over-estimation.

    Args:
        frame: as from ``experiment_tables.fits``.
    """
    by = {(row["variant"], row["metric"]): row for row in records(frame)}
    said = []
    for variant in dict.fromkeys(frame["variant"]):
        found = [
            f"{word} {number(by[variant, metric]['value'])} "
            f"{bracket(by[variant, metric]['low'], by[variant, metric]['high'], 2)}"
            for metric, word in (
                ("slope", "slope"),
                ("spearman", "Spearman"),
                ("overestimation", "too high by"),
            )
            if (variant, metric) in by
        ]
        if found:
            said.append(f"{named(variant)}: {', '.join(found)}")
    return f"{'; '.join(said) or 'No fit is in the table'}. {note(frame)}"
