"""Which rows of a summary stand where in each Markdown table of experiments."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from ruie_core.figures.numbers import percent
from ruie_core.reporting.experiment_cells import (
    Writer,
    Written,
    cell,
    gap,
    one,
    plain,
    share,
    table,
)
from ruie_core.reporting.text import escape

REQUESTS: Final = {"unknown": "scenario unknown", "known": "scenario known"}
CUTOFFS: Final = (5, 10, 15, 20)
WHOLE: Final = "ruie"
POOLED: Final = ("all", "head", "tail")


def models(rows: pd.DataFrame, suffix: str = "") -> Written:
    """Models by falling NDCG@10: every cut-off, and what RUIE has over (or under) each.

    Args:
        rows: of one experiment.
        suffix: of the panels, ``-temporal`` for that split.
    """
    level = rows[(rows["panel"] == f"level{suffix}") & (rows["scenario"] == "all")]
    level = level[level["metric"] == "ndcg"]
    against = rows[(rows["panel"] == f"difference{suffix}") & (rows["scenario"] == "all")]
    against = against[(against["variant"] == WHOLE) & (against["metric"] == "ndcg")]
    against = against[against["k"] == 10]
    parts = []
    for request, title in REQUESTS.items():
        mine = level[level["request"] == request]
        if mine.empty:
            continue
        order = mine[mine["k"] == 10].sort_values("value", ascending=False)["variant"]
        header = [f"NDCG in percent, {title}", *(f"@{k}" for k in CUTOFFS), "`ruie` − row, @10"]
        body = [
            [escape(model)]
            + [cell(one(mine, variant=model, k=k), share) for k in CUTOFFS]
            + [cell(one(against, request=request, reference=model), gap)]
            for model in order
        ]
        parts.append(table(header, body))
    return "\n\n".join(parts), level


def changes(rows: pd.DataFrame) -> Written:
    """Variants, most useful first: NDCG@10, and its difference to the whole, per request."""
    here = rows[(rows["scenario"] == "all") & (rows["metric"] == "ndcg") & (rows["k"] == 10)]
    level, against = here[here["panel"] == "level"], here[here["panel"] == "difference"]
    asked = [request for request in REQUESTS if (level["request"] == request).any()]
    first = level[level["request"] == "unknown"].sort_values("value", ascending=False)
    header = ["NDCG@10 in percent"]
    header += [text for name in asked for text in (REQUESTS[name], "Δ")]
    body = []
    for variant in first["variant"]:
        line = [escape(variant)]
        for request in asked:
            line.append(cell(one(level, request=request, variant=variant), share))
            line.append(cell(one(against, request=request, variant=variant), gap))
        body.append(line)
    return table(header, body), level


def memory(rows: pd.DataFrame) -> Written:
    """Models with and without the memory, as ``changes``; then what it, or the gate, brings."""
    text, level = changes(rows)
    gains = rows[(rows["panel"] == "gain") & (rows["scenario"] == "all")]
    gains = gains[(gains["metric"] == "ndcg") & (gains["k"] == 10)]
    asked = [request for request in REQUESTS if (gains["request"] == request).any()]
    body = [
        [f"{escape(variant)} − {escape(reference)}"]
        + [
            cell(one(gains, request=request, variant=variant, reference=reference), gap)
            for request in asked
        ]
        for variant, reference in dict.fromkeys(
            zip(gains["variant"], gains["reference"], strict=True)
        )
    ]
    if not body:
        return text, level
    more = table(["Δ NDCG@10 in percent", *(REQUESTS[request] for request in asked)], body)
    return f"{text}\n\n{more}", level


def rewards(rows: pd.DataFrame) -> Written:
    """Reward settings: what they change in NDCG@10, Q and gate, and in the order of the users."""
    here = rows[(rows["scenario"] == "all") & (rows["k"].isna() | (rows["k"] == 10))]
    here = here[here["metric"] != "hr"]
    level, against = here[here["panel"] == "level"], here[here["panel"] == "difference"]
    change = here[here["panel"] == "rank-change"]
    columns: list[tuple[str, pd.DataFrame, str, str, Writer]] = [
        *((f"Δ NDCG@10, {title}", against, "ndcg", r, gap) for r, title in REQUESTS.items()),
        ("mean Q", level, "q_mean", "", plain),
        ("mean gate", level, "gate_mean", "", plain),
        *((f"users alike, {t}", change, "ndcg_spearman", r, plain) for r, t in REQUESTS.items()),
        ("gates alike", change, "gate_spearman", "", plain),
    ]
    return _variants(level, columns, "rewards"), level


def scenarios(rows: pd.DataFrame) -> Written:
    """Per request: `ruie` − reference at NDCG@10, a column per group of scenarios."""
    gaps = rows[rows["panel"] == "difference"]
    parts = []
    for request, mine in _by_request(gaps):
        sizes = mine.groupby("scenario")["n_events"].max().sort_values(ascending=False)
        names = [*(name for name in POOLED if name in sizes)]
        names += [str(name) for name in sizes.index if name not in POOLED]
        header = [f"Δ NDCG@10, {REQUESTS[request]}"]
        header += [f"{escape(name)} (n = {sizes[name]})" for name in names]
        body = [
            [f"− {escape(reference)}"]
            + [cell(one(mine, reference=reference, scenario=name), gap) for name in names]
            for reference in mine["reference"].unique()
        ]
        parts.append(table(header, body))
    return "\n\n".join(parts), gaps


def calibration(rows: pd.DataFrame, suffix: str = "") -> Written:
    """Slope, Spearman, ECE and over-estimation of each Q, per scenario.

    Args:
        rows: of the experiment.
        suffix: of the panel, ``-training`` for training events.
    """
    fits = rows[rows["panel"] == f"calibration{suffix}"]
    metrics = {"slope": "slope", "spearman": "Spearman", "ece": "ECE"}
    metrics["overestimation"] = "over-estimation"
    part = "training" if suffix else "held-out"
    body = []
    for name, of_scenario in fits.groupby("scenario", sort=False):
        for variant in of_scenario["variant"].unique():
            mine = of_scenario[of_scenario["variant"] == variant]
            line = [escape(name), escape(variant), str(mine["n_events"].iloc[0])]
            body.append(line + [cell(one(mine, metric=metric), plain) for metric in metrics])
    return table([f"{part} events of", "Q", "n", *metrics.values()], body), fits


def transfer(rows: pd.DataFrame) -> Written:
    """Joint − single-scenario training per scenario, with and without gate, and what gates add."""
    matrix, gating = rows[rows["panel"] == "matrix"], rows[rows["panel"] == "gating"]
    gating = gating[gating["x"].isna()]
    parts = []
    for request, mine in _by_request(matrix):
        variants = list(mine["variant"].unique())
        header = [f"Δ NDCG@10, {REQUESTS[request]}", "n"]
        header += [f"{escape(name)} − alone" for name in variants] + ["gate − no gate"]
        body = [
            [escape(name), str(of_scenario["n_events"].iloc[0])]
            + [cell(one(of_scenario, variant=variant), gap) for variant in variants]
            + [cell(one(gating, request=request, scenario=name), gap)]
            for name, of_scenario in mine.groupby("scenario", sort=False)
        ]
        parts.append(table(header, body))
    return "\n\n".join(parts), matrix


def scarcity(rows: pd.DataFrame) -> Written:
    """Joint − single-scenario training where a scenario keeps a share of its training events."""
    scarce = rows[rows["panel"] == "scarcity"].sort_values("x", kind="stable")
    parts = []
    for request, mine in _by_request(scarce):
        variants = list(mine["variant"].unique())
        header = [f"Δ NDCG@10, {REQUESTS[request]}", "data left"]
        header += [f"{escape(name)} − alone" for name in variants]
        body = [
            [escape(name), percent(x)]
            + [cell(one(mine, scenario=name, x=x, variant=variant), gap) for variant in variants]
            for name in mine["scenario"].unique()
            for x in sorted(mine.loc[mine["scenario"] == name, "x"].unique())
        ]
        parts.append(table(header, body))
    return "\n\n".join(parts), scarce


def watched(rows: pd.DataFrame) -> Written:
    """Gates on a real log by the share of clicks that were not watched through; see ``noise``."""
    return noise(rows, "not watched through", "watched only")


def noise(rows: pd.DataFrame, of: str = "noise", inside: str = "wanted events only") -> Written:
    """Gates by share of noise: NDCG@10, what they gain over gate = 1, and share of the ceiling.

    Args:
        rows: of the experiment.
        of: what the share is of.
        inside: what the events without noise are called.
    """
    parts = []
    auc = rows[rows["metric"] == "auc"]
    ranked = rows[rows["request"] != ""]
    for request, mine in _by_request(ranked):
        columns: list[tuple[str, str, str, Writer]] = [
            ("NDCG@10", "noise", "ndcg", share),
            ("Δ", "noise-difference", "ndcg", gap),
            ("share of ceiling", "noise", "share_of_ceiling", plain),
            (inside, "noise-wanted", "ndcg", share),
            ("Δ", "noise-wanted-difference", "ndcg", gap),
            ("share of ceiling", "noise-wanted", "share_of_ceiling", plain),
        ]
        body = []
        for x in sorted(mine["x"].unique()):
            at_x = mine[mine["x"] == x]
            for variant in at_x["variant"].unique():
                own = at_x[at_x["variant"] == variant]
                line = [percent(x), escape(variant)]
                line += [cell(one(own, panel=panel, metric=m), w) for _, panel, m, w in columns]
                body.append([*line, cell(one(auc, x=x, variant=variant), plain)])
        header = [f"{of}, {REQUESTS[request]}", "gate", *(name for name, *_ in columns), "AUC"]
        parts.append(table(header, body))
    return "\n\n".join(parts), ranked


def _by_request(rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    parts = [(request, rows[rows["request"] == request]) for request in REQUESTS]
    return [(request, part) for request, part in parts if len(part)]


def _variants(
    level: pd.DataFrame, columns: Sequence[tuple[str, pd.DataFrame, str, str, Writer]], what: str
) -> str:
    """A line per variant, a column per (title, rows, metric, request, writer) that has any."""
    body = [
        [escape(variant)]
        + [
            cell(one(rows, variant=variant, metric=metric, request=request), write)
            for _, rows, metric, request, write in columns
        ]
        for variant in level["variant"].unique()
    ]
    return table([what, *(title for title, *_ in columns)], body)
