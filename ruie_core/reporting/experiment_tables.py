"""Markdown tables of experiments, and the blocks of a document that they fill."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import pandas as pd

from ruie_core.analysis.frames.experiments import SPLITS
from ruie_core.errors import UserError
from ruie_core.reporting import experiment_layouts as layouts
from ruie_core.reporting.blocks import rewrite
from ruie_core.reporting.experiment_cells import Written, footer

_NAMES: Final = re.compile(r"(?P<name>\S+) dataset:(?P<dataset>\S+)")


def tables(summary: pd.DataFrame, runs: pd.DataFrame) -> dict[str, str]:
    """Write every table that a summary has rows for.

    Args:
        summary: ``summary.parquet`` of one dataset.
        runs: ``runs.parquet`` of the same dataset, for seeds and commits.

    Returns:
        Markdown by the name that a marker calls it; each ends with n, seeds, commits and commands.
    """
    written = {}
    for name, layout in TABLES.items():
        body, shown = layout.write(summary[summary["experiment"] == layout.experiment])
        if len(shown):
            trained = runs["experiment"].isin(layout.trained or (layout.experiment,))
            if layout.split:
                trained &= runs["split"] == layout.split
            written[name] = f"{body}\n\n{footer(shown, runs[trained])}"
    return written


@dataclass(frozen=True)
class Layout:
    """How rows of the summary become a table.

    Attributes:
        experiment: whose rows.
        write: rows → table and the rows that it shows; none shown: no table.
        trained: experiments whose trials it rests on, where they are others.
        split: it rests on trials of this split alone; empty: of all.
    """

    experiment: str
    write: Callable[[pd.DataFrame], Written]
    trained: tuple[str, ...] = ()
    split: str = ""


TABLES: Final[dict[str, Layout]] = {
    "leaderboard": Layout("leaderboard", layouts.models, split=SPLITS[0]),
    "leaderboard-temporal": Layout(
        "leaderboard", partial(layouts.models, suffix="-temporal"), split=SPLITS[1]
    ),
    "ablation": Layout("ablation", layouts.changes),
    "memory": Layout("memory", layouts.memory),
    "rewards": Layout("rewards", layouts.rewards),
    "scenario-split": Layout(
        "scenario-split", layouts.scenarios, ("leaderboard", "scenario-split"), SPLITS[0]
    ),
    "calibration": Layout("calibration", layouts.calibration),
    "calibration-training": Layout("calibration", partial(layouts.calibration, suffix="-training")),
    "transfer": Layout("transfer", layouts.transfer),
    "scarcity": Layout("transfer", layouts.scarcity),
    "cross-domain": Layout("cross-domain", layouts.models),
    "gate-oracle": Layout("gate-oracle", layouts.noise),
    "trust": Layout("trust", layouts.noise),
    "watched": Layout("watched", layouts.watched),
}
"""By the name that a marker calls a table."""


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
    return rewrite(
        text, "experiment", "experiment:NAME dataset:DATASET", lambda name: _table(name, tables)
    )


def _table(name: str, tables: Mapping[str, Mapping[str, str]]) -> str:
    asked = _NAMES.fullmatch(name)
    if asked is None:
        raise UserError(f"{name!r} stands where NAME dataset:DATASET must.")
    found = tables.get(asked["dataset"], {}).get(asked["name"])
    if found is None:
        raise UserError(_unknown(asked, tables))
    return found


def _unknown(mark: re.Match[str], tables: Mapping[str, Mapping[str, str]]) -> str:
    known = [f"{name} of {dataset}" for dataset, written in tables.items() for name in written]
    return (
        f"there is no table {mark['name']!r} of dataset {mark['dataset']!r}; there are "
        f"{', '.join(known) or 'none'}."
    )
