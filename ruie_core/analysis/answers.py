"""A query's answer as pandas has it."""

import pandas as pd
import pyarrow as pa

_NULLABLE = {
    getattr(pa, name.lower())(): getattr(pd, f"{name}Dtype")()
    for name in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")
} | {pa.bool_(): pd.BooleanDtype()}
"""What pandas calls whole numbers and truth values of which some are missing."""


def as_pandas(table: pa.Table) -> pd.DataFrame:
    """Return rows as pandas has them: whole numbers stay whole where some are missing.

    Sums of whole numbers, which DuckDB answers as decimals, are floats.
    """
    kept = {}
    for place, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            table = table.set_column(place, field.name, table[place].cast(pa.float64()))
        elif field.type in _NULLABLE and table[place].null_count:
            kept[field.name] = table[place].to_pandas(types_mapper=_NULLABLE.get)
    frame: pd.DataFrame = table.to_pandas(
        date_as_object=False, split_blocks=True, use_threads=False
    )
    return frame.assign(**kept) if kept else frame
