"""Read the tables that experiments leave behind: ``experiments/<dataset>/*.parquet``.

``summary.parquet`` is tidy: every figure and table is a selection of its rows. What the app's
Experiments view takes from it (``experiment_tables`` makes the selections):

=============== =========== ========================== ====================================
experiment      panel       variant, reference         further
=============== =========== ========================== ====================================
leaderboard     level       a model                    request, k; metric ndcg or hr
leaderboard     difference  ``ruie`` and a model,      request, k
                            either way round
cross-domain                the same two panels
ablation        difference  changed model, full model  request, k
memory          the same, RUIE and others with and without the memories
rewards         difference  other rewards, defaults    metric ndcg (request, k), q_mean,
                                                       gate_mean
rewards         rank-change other rewards; defaults    metric ndcg_spearman, gate_spearman
                            seed against seed
scenario-split  difference  ``ruie`` and a model or    scenario head, tail or a name
                            ``ruie`` with gate = 1
transfer        matrix      how it was trained, alone  scenario: where it is evaluated
transfer        gating      joint with and without     likewise, where x is empty
                            the gate
transfer        scarcity    how it was trained, alone  scenario; x: share of data kept
calibration     reliability single or double Q         x: mean Q, value: realised return
calibration     calibration single or double Q         metric slope, spearman, ece,
                                                       overestimation
gate-oracle     noise       a gate                     x: share of noise; metric ndcg,
                                                       share_of_ceiling or auc
trust           the same, ranked with the memories
watched         the same, x: share of clicks that were not watched through
=============== =========== ========================== ====================================

Panels of the temporal split end in ``-temporal``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from ruie_core.errors import UserError

SUMMARY, RUNS = "summary.parquet", "runs.parquet"

TEXT = ("experiment", "panel", "variant", "reference", "request", "scenario", "metric", "command")
NUMBERS = ("x", "k", "value", "low", "high", "p", "p_holm", "n_users", "n_events", "seeds")
_KEY = ("experiment", "panel", "variant", "reference", "request", "scenario", "x", "metric", "k")
RUN_COLUMNS = (
    "experiment", "split", "variant", "seed", "model", "parameters", "epochs", "best_epoch",
    "validation_ndcg10", "seconds", "device", "commit", "created", "config", "command",
)  # fmt: skip

REQUESTS = ("unknown", "known")
"""Whether the scenario of a request is told; other metrics than ranks have an empty request."""

SPLITS = ("leave-one-out", "temporal")
_TEMPORAL = "-temporal"

USUAL_K = 10


@dataclass(frozen=True)
class Choice:
    """Which rows of a summary are looked at.

    Attributes:
        request: ``unknown`` or ``known``.
        k: cut-off of ranking metrics.
        split: protocol, of those experiments that were run under both.
    """

    request: str = "unknown"
    k: int = USUAL_K
    split: str = SPLITS[0]


def datasets(folder: Path) -> tuple[str, ...]:
    """Return the names of the datasets that have a summary, in the order of the alphabet."""
    if not folder.is_dir():
        return ()
    return tuple(sorted(path.parent.name for path in folder.glob(f"*/{SUMMARY}")))


def state(folder: Path) -> str:
    """Return a text that changes when one of a dataset's two tables does."""
    stats = [path.stat() for name in (SUMMARY, RUNS) if (path := folder / name).is_file()]
    return " ".join(f"{stat.st_mtime_ns}.{stat.st_size}" for stat in stats)


def read_summary(folder: Path) -> pd.DataFrame:
    """Read the summary of one dataset.

    Args:
        folder: ``experiments/<dataset>``.

    Returns:
        ``TEXT`` as strings (an absent reference is empty) and ``NUMBERS`` as float64.

    Raises:
        UserError: the file is missing or damaged, lacks a column, holds another type in one, or
            gives one figure twice.
    """
    frame = _read(folder, SUMMARY, (*TEXT, *NUMBERS))
    names = list(TEXT)
    frame[names] = frame[names].astype("object").fillna("").astype(str)
    for name in NUMBERS:
        try:
            frame[name] = pd.to_numeric(frame[name]).astype("float64")
        except (ValueError, TypeError):
            raise UserError(
                f"{folder / SUMMARY} holds text in its column {name}, where numbers belong: "
                f"{_remedy(folder)}."
            ) from None
    odd = sorted(set(frame["request"]) - {*REQUESTS, ""})
    if odd:
        raise UserError(
            f"{folder / SUMMARY} has the request “{odd[0]}”; known are {', '.join(REQUESTS)} and "
            f"none: {_remedy(folder)}."
        )
    twice = frame[frame.duplicated(list(_KEY))]
    if len(twice):
        row = twice.iloc[0]
        raise UserError(
            f"{folder / SUMMARY} gives {row['metric']} of {row['variant']} in {row['experiment']} "
            f"({row['panel']}) twice: {_remedy(folder)}."
        )
    return frame


def read_runs(folder: Path) -> pd.DataFrame | None:
    """Read the trials of one dataset, one a row; none where the file is not there.

    Raises:
        UserError: the file is damaged or lacks a column.
    """
    return _read(folder, RUNS, RUN_COLUMNS) if (folder / RUNS).is_file() else None


def _read(folder: Path, name: str, columns: Sequence[str]) -> pd.DataFrame:
    path = folder / name
    try:
        frame = pd.read_parquet(path)
    except FileNotFoundError:
        raise UserError(f"{path} is missing: {_remedy(folder)}.") from None
    except (pa.ArrowException, OSError):
        raise UserError(f"{path} is damaged or no Parquet file: {_remedy(folder)}.") from None
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise UserError(f"{path} lacks the columns {', '.join(missing)}: {_remedy(folder)}.")
    return frame


def _remedy(folder: Path) -> str:
    return f"write it again with `ruie experiment all data/{folder.name}`"


def splits(summary: pd.DataFrame) -> tuple[str, ...]:
    """Return the protocols of a summary: the temporal one only where something was run under it."""
    return SPLITS if summary["panel"].str.endswith(_TEMPORAL).any() else SPLITS[:1]


def requests(summary: pd.DataFrame) -> tuple[str, ...]:
    """Return the requests that a summary has."""
    return tuple(name for name in REQUESTS if (summary["request"] == name).any())


def cutoffs(summary: pd.DataFrame) -> tuple[int, ...]:
    """Return the cut-offs K of a summary, rising."""
    return tuple(sorted({int(k) for k in summary["k"].dropna()}))


def narrowed(summary: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Return the rows of a choice that have a value.

    Where a request or K does not apply to a figure, or it was run under one split only, its rows
    stay. A figure that was not summed up at the chosen K keeps its usual one: see ``cutoff``.

    Returns:
        The summary's columns; panels without the ending that names their split.

    Example:
        >>> frame = pd.DataFrame({"experiment": "e", "panel": ["a", "a", "b"], "metric": "ndcg",
        ...     "request": ["unknown", "known", ""], "k": [10, 10, None], "value": 0.5})
        >>> narrowed(frame, Choice("known", 5)).index.tolist()
        [1, 2]
    """
    temporal = summary["panel"].str.endswith(_TEMPORAL)
    both = summary["experiment"].isin(summary.loc[temporal, "experiment"])
    keep = temporal if choice.split == "temporal" else ~temporal
    keep = (keep | ~both) & summary["value"].notna()
    found = summary[keep & summary["request"].isin([choice.request, ""])]
    found = found.assign(panel=found["panel"].str.removesuffix(_TEMPORAL))
    figures = found.groupby(["experiment", "panel", "metric"])["k"]
    has_chosen = figures.transform(lambda ks: bool((ks == choice.k).any())).astype(bool)
    wanted = has_chosen.map({True: choice.k, False: USUAL_K})
    return found[found["k"].isna() | (found["k"] == wanted)]


def cutoff(frame: pd.DataFrame) -> int | None:
    """Return the cut-off of a figure's rows, or none where they have none."""
    known = frame["k"].dropna()
    return int(known.iloc[0]) if len(known) else None
