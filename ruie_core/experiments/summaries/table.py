"""The one tidy table that every figure and every Markdown table is made from."""

import dataclasses
import os
from collections.abc import Callable, Hashable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ruie_core.evaluation.multiple import holm
from ruie_core.evaluation.statistics import Figure

_TEXT, _FLOAT, _INT = pa.string(), pa.float64(), pa.int32()

SCHEMA: Final = pa.schema(
    [
        pa.field("experiment", _TEXT, nullable=False),
        pa.field("panel", _TEXT, nullable=False),
        pa.field("variant", _TEXT, nullable=False),
        pa.field("reference", _TEXT),
        pa.field("request", _TEXT, nullable=False),
        pa.field("scenario", _TEXT, nullable=False),
        pa.field("x", _FLOAT),
        pa.field("metric", _TEXT, nullable=False),
        pa.field("k", _INT),
        pa.field("value", _FLOAT),
        pa.field("low", _FLOAT),
        pa.field("high", _FLOAT),
        pa.field("p", _FLOAT),
        pa.field("p_holm", _FLOAT),
        pa.field("n_users", _INT, nullable=False),
        pa.field("n_events", _INT, nullable=False),
        pa.field("seeds", _INT, nullable=False),
        pa.field("command", _TEXT, nullable=False),
    ]
)
UNDEFINED: Final = ("share_of_ceiling", "slope", "spearman", "auc", "ndcg_spearman")
"""Metrics that may have no value: nothing to share, no variation to correlate."""
REQUESTS: Final = ("unknown", "known", "")
SHARES: Final = ("ndcg", "hr")
"""Metrics in [0, 1], never percent; a difference of them lies in [−1, 1]."""
RANGES: Final = {
    "ndcg": (0.0, 1.0), "hr": (0.0, 1.0), "gate_mean": (0.0, 1.0), "auc": (0.0, 1.0),
    "spearman": (-1.0, 1.0), "ndcg_spearman": (-1.0, 1.0), "gate_spearman": (-1.0, 1.0),
}  # fmt: skip
"""What a metric can be: an interval from few seeds ends there as well."""
_KEY: Final = (
    "experiment", "panel", "variant", "reference", "request", "scenario", "x", "metric", "k",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of the table; see the columns of ``SCHEMA``.

    Attributes:
        experiment: which experiment.
        panel: which figure of it.
        variant: what was trained.
        metric: what ``value`` is.
        value: NDCG and HR as fractions, Q in reward units; NaN only where ``UNDEFINED`` allows it.
        low, high: 95 % interval; NaN where unknown.
        n_users, n_events: what the figure rests on.
        seeds: training runs that it averages.
        command: what makes the trials again.
        reference: what a difference is against.
        request: unknown, known, or empty where no request is involved.
        scenario: all, head, tail or a name.
        x: place on the panel's axis (noise, data share, bin).
        k: cut-off.
        p, p_holm: two-sided p-value of the difference, and adjusted within its family.
    """

    experiment: str
    panel: str
    variant: str
    metric: str
    value: float
    low: float
    high: float
    n_users: int
    n_events: int
    seeds: int
    command: str
    reference: str | None = None
    request: str = ""
    scenario: str = "all"
    x: float | None = None
    k: int | None = None
    p: float | None = None
    p_holm: float | None = None


def with_holm(rows: Iterable[Row], family: Callable[[Row], Hashable | None]) -> list[Row]:
    """Adjust p-values within families.

    Args:
        rows: in any order, which is kept.
        family: a row's family; None for a row that is in none and keeps no adjusted p-value.
    """
    rows = list(rows)
    members: dict[Hashable, list[int]] = {}
    for at, row in enumerate(rows):
        if row.p is not None and (name := family(row)) is not None:
            members.setdefault(name, []).append(at)
    for positions in members.values():
        adjusted = holm([np.nan if (p := rows[at].p) is None else p for at in positions])
        for at, p_holm in zip(positions, adjusted, strict=True):
            rows[at] = dataclasses.replace(rows[at], p_holm=float(p_holm))
    return rows


def rows_of(
    metrics: Sequence[tuple[str, int | None]],
    figures: Sequence[Figure],
    *,
    tested: bool,
    **columns: Any,
) -> list[Row]:
    """A row per figure.

    Args:
        metrics: name and cut-off of each figure.
        figures: the numbers.
        tested: whether zero is a hypothesis (of a difference); otherwise there is no p-value.
        columns: of ``Row``, alike for all.
    """
    return [
        Row(
            metric=metric,
            k=k,
            value=figure.value,
            low=max(figure.low, _bounds(metric, tested)[0]),
            high=min(figure.high, _bounds(metric, tested)[1]),
            p=figure.p if tested else None,
            **columns,
        )
        for (metric, k), figure in zip(metrics, figures, strict=True)
    ]


def _bounds(metric: str, difference: bool) -> tuple[float, float]:
    low, high = RANGES.get(metric, (-np.inf, np.inf))
    return (low - high, high - low) if difference else (low, high)


def frame_of(rows: Iterable[Row]) -> pd.DataFrame:
    """Rows as a frame of the table's types, checked.

    Raises:
        ValueError: see ``checked``.
    """
    names = SCHEMA.names
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for row in rows:
        for name in names:
            columns[name].append(getattr(row, name))
    table = pa.table(
        {name: pa.array(columns[name], SCHEMA.field(name).type, from_pandas=True) for name in names}
    )
    return checked(table.to_pandas(types_mapper={_INT: pd.Int32Dtype()}.get))


def checked(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame after refusing what no figure should be drawn from.

    Raises:
        ValueError: other columns; a null where none may be; half an interval or one upside down; a
            share beyond one; an unknown request; an adjusted p-value below its own; a row twice.
            Such a frame is a defect of the summary that made it.
    """
    if list(frame.columns) != SCHEMA.names:
        raise ValueError(f"columns {list(frame.columns)}, not {SCHEMA.names}")
    undefined = frame["value"].isna()
    share = frame["metric"].isin(SHARES)
    bad = {
        "a null where none may be": frame[[f.name for f in SCHEMA if not f.nullable]]
        .isna()
        .any(axis=1),
        "no value": undefined & ~frame["metric"].isin(UNDEFINED),
        "half an interval": frame["low"].isna() != frame["high"].isna(),
        "an interval upside down": frame["low"] > frame["high"],
        "an interval without a value": undefined & frame["low"].notna(),
        "a share beyond one": share & (frame["value"].abs() > 1),
        "an unknown request": ~frame["request"].isin(REQUESTS),
        "a p-value outside [0, 1]": ~frame["p"].fillna(0).between(0, 1),
        "an adjusted p-value below its own": frame["p_holm"] < frame["p"],
        "a p-value without a reference": frame["p"].notna() & frame["reference"].isna(),
        "no seed": frame["seeds"] < 1,
        "a row twice": frame.duplicated(list(_KEY)),
    }
    for what, rows in bad.items():
        if rows.any():
            first = frame.loc[rows, list(_KEY)].iloc[0].to_dict()
            raise ValueError(f"summary has {what}: {first}")
    return frame


def write_table(frame: pd.DataFrame, path: Path, schema: pa.Schema | None = None) -> None:
    """Write a frame as Parquet, whole or not at all."""
    table = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.tmp-{os.getpid()}")
    try:
        pq.write_table(table.replace_schema_metadata(None), temporary, compression="zstd")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
