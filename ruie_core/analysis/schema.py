"""Types of the columns in ``analysis/``: one place that every writer takes them from.

Row t of ``steps`` describes event t as the model saw it coming (see ``tables``).
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ruie_core.errors import UserError

TEXT: Final = pa.dictionary(pa.int32(), pa.string())
"""Text of few values; readers see plain text."""
TIME: Final = pa.timestamp("ms", tz="UTC")
RESERVED: Final = ("taken", "target_taken")
"""A scenario of this name would collide with column ``q_taken`` or ``q_target_taken``."""

_INT, _LONG, _FLOAT, _BOOL = pa.int32(), pa.int64(), pa.float32(), pa.bool_()
_INTERVAL: Final = {"value": _FLOAT, "low": _FLOAT, "high": _FLOAT}


def schemas(scenarios: Sequence[str]) -> dict[str, pa.Schema]:
    """Return the schema of every table, by name.

    Args:
        scenarios: names in the order of their codes; each gives columns of its own.

    Raises:
        UserError: a scenario's columns would collide with others.
    """
    for name in RESERVED:
        if name in scenarios:
            raise UserError(
                f"Scenario {name!r} has the name of a column of the analysis: rename it in the "
                "log and prepare the dataset again."
            )
    events = {f"events_{name}": _INT for name in scenarios}
    tables: dict[str, Mapping[str, pa.DataType]] = {
        "steps": {
            "user": _INT,
            "t": _INT,
            "time": TIME,
            "item": _INT,
            "scenario": TEXT,
            "category": TEXT,
            "actions": pa.list_(pa.string()),
            "reward": _FLOAT,
            "split": TEXT,
            **{f"q_{name}": _FLOAT for name in scenarios},
            **{f"p_{name}": _FLOAT for name in scenarios},
            "q_taken": _FLOAT,
            "q_target_taken": _FLOAT,
            "gate": _FLOAT,
            "rank": _INT,
            "score": _FLOAT,
            "p_taken": _FLOAT,
            "top_items": pa.list_(_INT),
            "top_scores": pa.list_(_FLOAT),
            "return": _FLOAT,
            "truncated": _BOOL,
        },
        "users": {
            "user": _INT,
            "user_id": pa.string(),
            "n_events": _INT,
            "n_switches": _INT,
            "n_scenarios": _INT,
            "main_scenario": TEXT,
            "first_time": TIME,
            "last_time": TIME,
            "reward_mean": _FLOAT,
            "gate_mean": _FLOAT,
            "n_heldout": _INT,
            "rank_test": _INT,
            "ndcg_10": _FLOAT,
            **events,
        },
        "transitions": {
            "from_scenario": TEXT,
            "to_scenario": TEXT,
            "n": _LONG,
            "n_from": _LONG,
            "p_observed": _FLOAT,
            "p_base": _FLOAT,
            "p_model": _FLOAT,
            "log_lift": _FLOAT,
            "log_lift_low": _FLOAT,
            "log_lift_high": _FLOAT,
            "model_log_lift": _FLOAT,
        },
        "ndcg": {
            "model": TEXT,
            "request_scenario": TEXT,
            "exclude_seen": _BOOL,
            "scenario": TEXT,
            "metric": TEXT,
            "k": _INT,
            **_INTERVAL,
            "n_events": _LONG,
            "n_users": _LONG,
        },
        "ranks": {
            "user": _INT,
            "t": _INT,
            "scenario": TEXT,
            "model": TEXT,
            "request_scenario": TEXT,
            "rank": _INT,
        },
        "item_map": {
            "item": _INT,
            "x": _FLOAT,
            "y": _FLOAT,
            "fitted": _BOOL,
            "scenario": TEXT,
            **events,
            "category": TEXT,
            "title": pa.string(),
            "count": _LONG,
        },
        "state_map": {
            "user": _INT,
            "t": _INT,
            "x": _FLOAT,
            "y": _FLOAT,
            "fitted": _BOOL,
            "scenario": TEXT,
            "gate": _FLOAT,
        },
        "neighbors": {"item": _INT, "neighbor": _INT, "position": _INT, "cosine": _FLOAT},
        "calibration": {
            "scenario": TEXT,
            "split": TEXT,
            "bin": _INT,
            "n": _LONG,
            "q_mean": _FLOAT,
            "return_mean": _FLOAT,
            "return_low": _FLOAT,
            "return_high": _FLOAT,
        },
    }
    return {name: pa.schema(list(columns.items())) for name, columns in tables.items()}


def write_table(frame: pd.DataFrame, schema: pa.Schema, path: Path) -> None:
    """Write a frame as zstd Parquet with exactly the schema's columns; NaN becomes null."""
    table = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
    pq.write_table(table.replace_schema_metadata(None), path, compression="zstd")


def encodings(schema: pa.Schema) -> dict[str, list[str]]:
    """Options of a Parquet writer: floats split into byte streams, all else by dictionary.

    Floats of a model rarely repeat, but their exponents do: split, they take a third less.

    >>> encodings(pa.schema({"user": pa.int32(), "scores": pa.list_(pa.float32())}))
    {'use_byte_stream_split': ['scores.list.element'], 'use_dictionary': ['user']}
    """
    paths: dict[bool, list[str]] = {True: [], False: []}
    for field in schema:
        is_list = pa.types.is_list(field.type)
        kind = field.type.value_type if is_list else field.type
        path = f"{field.name}.list.element" if is_list else field.name
        paths[pa.types.is_floating(kind)].append(path)
    return {"use_byte_stream_split": paths[True], "use_dictionary": paths[False]}


def named(codes: Any, names: Iterable[str | None], missing: Any = None) -> pa.DictionaryArray:
    """Text column from codes.

    >>> named([1, 0, 1], ["feed", "shop"]).to_pylist()
    ['shop', 'feed', 'shop']

    Args:
        codes: (N,) integers that index ``names``.
        names: the texts; a None among them is null.
        missing: (N,) bool, True where the value is null, or none.
    """
    indices = pa.array(codes, pa.int32(), mask=missing)
    return pa.DictionaryArray.from_arrays(indices, pa.array(names, pa.string()))
