"""Single trainings as strokes through the line of what they are the mean of."""

from collections.abc import Callable, Sequence
from typing import Any

from ruie_core.figures.numbers import plain, short
from ruie_core.figures.rows import Record


def strokes(
    rows: Sequence[Record],
    column: str,
    places: Sequence[float],
    colors: Sequence[str],
    called: str,
    write: Callable[[float | None], str],
) -> list[dict[str, Any]]:
    """Return a trace with a stroke per training, or none where no row has several.

    Args:
        rows: figures, with those of each training in ``column`` where there are any.
        column: its name.
        places: of the rows.
        colors: of the rows.
        called: the run that they are trainings of, plain.
        write: writes a figure.

    Example:
        >>> rows = [{"each": (0.031, 0.033)}, {"each": (0.2,)}, {}]
        >>> made = strokes(rows, "each", [0, 1, 2], ["#000"] * 3, "with a gate", str)
        >>> made[0]["y"], made[0]["customdata"][0]
        ([0, 0], ['one training of with a gate: 0.031'])
    """
    found = [
        (value, place, color)
        for row, place, color in zip(rows, places, colors, strict=True)
        if len(row.get(column, ())) > 1
        for value in row[column]
    ]
    if not found:
        return []
    values, at, paint = (list(column) for column in zip(*found, strict=True))
    said = f"one training of {plain(short(called, 30))}"
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": values,
            "y": at,
            "showlegend": False,
            "marker": {"symbol": "line-ns", "size": 12, "line": {"width": 1.5, "color": paint}},
            "customdata": [[f"{said}: {write(value)}"] for value in values],
            "hovertemplate": "%{customdata[0]}<extra></extra>",
        }
    ]
