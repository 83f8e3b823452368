"""Rows of a frame as plain records."""

from typing import Any

import pandas as pd

Record = dict[str, Any]
"""Column name to value; what is missing is None."""


def records(frame: pd.DataFrame) -> list[Record]:
    """Return the rows of a frame, with None for every missing value.

    >>> records(pd.DataFrame({"n": [1, 2], "low": [0.5, None]}))
    [{'n': 1, 'low': 0.5}, {'n': 2, 'low': None}]
    """
    columns = {str(name): _values(frame[name]) for name in frame.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _values(column: "pd.Series[Any]") -> list[Any]:
    missing = column.isna().to_numpy()
    return [None if gone else value for value, gone in zip(column.tolist(), missing, strict=True)]
