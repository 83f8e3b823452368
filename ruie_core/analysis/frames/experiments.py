"""Read the tables that experiments leave behind: ``experiments/<dataset>/*.parquet``.

``summary.parquet`` is tidy: every figure and table is a selection of its rows. What the app's
Experiments view takes from it (``experiment_tables`` makes the selections):

=============== =========== ========================== ==================================
experiment      panel       variant, reference         further
=============== =========== ========================== ==================================
leaderboard     level       a model                    request, k; metric ndcg or hr
leaderboard     difference  ``ruie`` and a model,      request, k
                            either way round
ablation        difference  changed model, full model  request, k
rewards         difference  other rewards, the default metric ndcg (request, k), q_mean,
                                                       gate_mean
rewards         rank-change other rewards              any metric
scenario-split  difference  ``ruie`` and a model or    scenario head, tail or a name
                            ``ruie`` with gate = 1
transfer        matrix      how it was trained, alone  scenario: where it is evaluated
transfer        scarcity    how it was trained, alone  scenario; x: share of data kept
calibration     reliability single or double           x: mean Q, value: realised return
calibration     calibration single or double           metric slope, spearman, ece,
                                                       overestimation
gate-oracle     noise       a gate                     x: share of noise; metric ndcg,
                                                       share_of_ceiling or auc
=============== =========== ========================== ==================================

A column ``split`` may tell the protocols leave-one-out and temporal apart.
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
_KEY = ("x", "k")
RUN_COLUMNS = (
    "experiment", "variant", "seed", "model", "parameters", "epochs", "best_epoch",
    "validation_ndcg10", "seconds", "device", "commit", "created", "config", "command",
)  # fmt: skip

REQUESTS = ("unknown", "known")
"""Whether the scenario of a request is told; other metrics than ranks have an empty request."""

USUAL_K = 10


@dataclass(frozen=True)
class Choice:
    """Which rows of a summary are looked at.

    Attributes:
        request: ``unknown`` or ``known``.
        k: cut-off of ranking metrics.
        split: protocol; none where the summary does not tell them apart.
    """

    request: str = "unknown"
    k: int = USUAL_K
    split: str | None = None


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
        ``TEXT`` as strings (an absent reference is empty), ``NUMBERS`` as float64, and ``split``
        if the file has it.

    Raises:
        UserError: the file is missing or damaged, lacks a column, holds another type in one, or
            gives one figure twice.
    """
    frame = _read(folder, SUMMARY, (*TEXT, *NUMBERS))
    names = [*TEXT, *(["split"] if "split" in frame.columns else [])]
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
    twice = frame[frame.duplicated([name for name in (*_KEY, *names) if name != "command"])]
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
    """Return the protocols that a summary tells apart, in its order; empty where it does not."""
    return tuple(dict.fromkeys(summary["split"])) if "split" in summary.columns else ()


def requests(summary: pd.DataFrame) -> tuple[str, ...]:
    """Return the requests that a summary has."""
    return tuple(name for name in REQUESTS if (summary["request"] == name).any())


def cutoffs(summary: pd.DataFrame) -> tuple[int, ...]:
    """Return the cut-offs K of a summary, rising."""
    return tuple(sorted({int(k) for k in summary["k"].dropna()}))


def narrowed(summary: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Return the rows of a choice; rows to which request or K do not apply stay.

    Example:
        >>> frame = pd.DataFrame({"request": ["unknown", "known", ""], "k": [10, 10, None]})
        >>> narrowed(frame, Choice("known")).index.tolist()
        [1, 2]
    """
    keep = summary["request"].isin([choice.request, ""])
    keep &= summary["k"].isna() | (summary["k"] == choice.k)
    if choice.split is not None:
        keep &= summary["split"] == choice.split
    return summary[keep]
