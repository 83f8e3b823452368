"""Markdown tables of experiments, and the blocks of a document that they fill."""

import re
from collections.abc import Callable, Mapping
from typing import Final

import pandas as pd

from ruie_core.errors import UserError
from ruie_core.reporting.experiment_cells import cell, footer, gap, one, share, table
from ruie_core.reporting.text import escape

REQUESTS: Final = {"unknown": "scenario unknown", "known": "scenario known"}
CUTOFFS: Final = (5, 10, 15, 20)
WHOLE: Final = "ruie"
_MARK: Final = re.compile(r"<!--\s*/?experiment\b.*?-->", re.DOTALL)
_OPEN: Final = re.compile(r"<!-- experiment:(?P<name>\S+) dataset:(?P<dataset>\S+) -->")
_CLOSE: Final = "<!-- /experiment -->"


def tables(summary: pd.DataFrame, runs: pd.DataFrame) -> dict[str, str]:
    """Write every table that a summary has rows for.

    Args:
        summary: ``summary.parquet`` of one dataset.
        runs: ``runs.parquet`` of the same dataset, for seeds and commits.

    Returns:
        Markdown by the name that a marker calls it; each ends with n, seeds, commits and commands.
    """
    written = {}
    for name, (experiment, write) in TABLES.items():
        rows = summary[summary["experiment"] == experiment]
        body, used = write(rows)
        if len(used):
            of_experiment = runs[runs["experiment"] == experiment]
            written[name] = f"{body}\n\n{footer(used, of_experiment)}"
    return written


Written = tuple[str, pd.DataFrame]
"""A table and the rows of the summary that it shows."""


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
        header = [f"NDCG in percent, {title}", *(f"@{k}" for k in CUTOFFS), "Δ@10 of `ruie`"]
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


TABLES: Final[dict[str, tuple[str, Callable[[pd.DataFrame], Written]]]] = {
    "leaderboard": ("leaderboard", models),
    "leaderboard-temporal": ("leaderboard", lambda rows: models(rows, "-temporal")),
    "ablation": ("ablation", changes),
    "cross-domain": ("cross-domain", models),
}
"""Name in a marker → the experiment and how its rows are written."""


def rewrite_blocks(text: str, tables: Mapping[str, Mapping[str, str]]) -> str:
    r"""Replace what stands between the markers of a document.

    A block begins with ``<!-- experiment:NAME dataset:DATASET -->`` and ends with
    ``<!-- /experiment -->``; the markers stay.

    >>> text = "a <!-- experiment:x dataset:d --> old <!-- /experiment --> b"
    >>> rewrite_blocks(text, {"d": {"x": "new"}}).split("\n")
    ['a <!-- experiment:x dataset:d -->', '', 'new', '', '<!-- /experiment --> b']

    Args:
        text: the document.
        tables: by dataset and name.

    Raises:
        UserError: a marker names no table, or blocks are not closed one after the other.
    """
    parts: list[str] = []
    end, inside = 0, False
    for mark in _MARK.finditer(text):
        opening = _OPEN.fullmatch(mark.group())
        if (mark.group() != _CLOSE) if inside else (opening is None):
            wanted = _CLOSE if inside else "<!-- experiment:NAME dataset:DATASET -->"
            raise UserError(f"Line {_line(text, mark)}: {mark.group()} stands where {wanted} must.")
        if opening:
            found = tables.get(opening["dataset"], {}).get(opening["name"])
            if found is None:
                raise UserError(f"Line {_line(text, mark)}: {_unknown(opening, tables)}")
            parts += [text[end : mark.end()], f"\n\n{found}\n\n"]
        end = mark.end() if opening else mark.start()
        inside = opening is not None
    if inside:
        raise UserError(f"The last experiment block is not closed: add {_CLOSE}.")
    return "".join(parts) + text[end:]


def _line(text: str, mark: re.Match[str]) -> int:
    return text.count("\n", 0, mark.start()) + 1


def _unknown(mark: re.Match[str], tables: Mapping[str, Mapping[str, str]]) -> str:
    known = [f"{name} of {dataset}" for dataset, written in tables.items() for name in written]
    return (
        f"there is no table {mark['name']!r} of dataset {mark['dataset']!r}; there are "
        f"{', '.join(known) or 'none'}."
    )
