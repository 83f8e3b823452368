"""Text to typed columns, as expressions that every engine runs; what cannot be read is null."""

import ibis
import ibis.expr.types as ir

_LARGEST = 9e15
"""Whole numbers up to here are exact as float64."""

_ISO = (
    r"^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(\.\d{1,9})?)?\s*"
    r"(Z|[+-]\d{2}(?::?\d{2})?)?$"
)


def text(column: ir.Value) -> ir.StringValue:
    """Text as it stands; empty text is null."""
    return column.cast("string").nullif("")


def whole_number(column: ir.Value) -> ir.IntegerValue:
    """``"12"`` -> 12, ``"x"`` -> null."""
    return column.try_cast("int64")


def flag(column: ir.Value) -> ir.BooleanValue:
    """``"1"`` and ``"1.0"`` -> true, ``"0"`` -> false, anything else -> null."""
    number = column.try_cast("float64")
    return ibis.cases((number == 1, True), (number == 0, False))


def milliseconds(column: ir.Value, per_unit: int = 1) -> ir.IntegerValue:
    """Times in ms from numbers in a unit: ``"1684742000.5"`` with 1000 -> 1684742000500."""
    number = column.try_cast("float64") * float(per_unit)
    inside = number.between(-_LARGEST, _LARGEST)
    return ibis.cases((inside, number.round().cast("int64")))


def iso_milliseconds(column: ir.Value) -> ir.IntegerValue:
    """Times in ms from ISO 8601 text; UTC where the text states no offset.

    ``"2023-05-22T15:53:20.5+08:00"`` -> 1684742000500, ``"2023-05-22"`` -> 1684713600000. Written
    out, because engines read offsets differently.
    """
    value = column.cast("string").strip()
    clock = value.re_extract(_ISO, 2)
    clock = ibis.cases(
        (clock.length() == 0, "00:00:00"), (clock.length() == 5, clock + ":00"), else_=clock
    )
    whole = (value.re_extract(_ISO, 1) + " " + clock).try_cast("timestamp").epoch_seconds()
    fraction = (ibis.literal("0") + value.re_extract(_ISO, 3)).try_cast("float64")
    offset = value.re_extract(_ISO, 4).replace(":", "")
    hours = offset.substr(1, 2).try_cast("int64")
    minutes = offset.substr(3, 2).try_cast("int64").fill_null(0)
    sign = ibis.cases((offset.startswith("-"), -1), else_=1)
    shift = ibis.cases((offset.length() >= 3, sign * (hours * 60 + minutes)), else_=0)
    moment = (whole.cast("int64") - shift * 60) * 1000 + (fraction * 1000).round().cast("int64")
    return ibis.cases((value.re_search(_ISO), moment))


def readable_caption(column: ir.Value) -> ir.StringValue:
    """A caption as text; null for the word ids that official files hold (``"[1, 213, 24]"``)."""
    return ibis.cases((~column.re_search(r"^\s*\[[\d,\s]*\]\s*$"), text(column)))


def named_category(column: ir.Value) -> ir.StringValue:
    """A category's name; null where the official files say that there is none."""
    value = column.cast("string").strip()
    return ibis.cases((~value.lower().isin(["", "empty", "unknown"]), value))
