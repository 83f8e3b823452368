"""Single trainings as strokes through the line of what they are the mean of."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ruie_core.figures.numbers import plain, short


class Stroke(NamedTuple):
    """A training: its figure, the place of its row, and the row's colour."""

    value: float
    place: float
    color: str


def strokes(
    each: Iterable[Stroke], called: str, write: Callable[[float | None], str]
) -> list[dict[str, Any]]:
    """Return a trace with a stroke per training, or none where there are none.

    Args:
        each: the trainings.
        called: the run that they are trainings of, plain.
        write: writes a figure.

    Example:
        >>> made = strokes([Stroke(0.031, 0.0, "#000")], "with a gate", str)
        >>> made[0]["customdata"]
        [['one training of with a gate: 0.031']]
    """
    found = list(each)
    if not found:
        return []
    said = f"one training of {plain(short(called, 30))}"
    line = {"width": 1.5, "color": [stroke.color for stroke in found]}
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [stroke.value for stroke in found],
            "y": [stroke.place for stroke in found],
            "showlegend": False,
            "marker": {"symbol": "line-ns", "size": 12, "line": line},
            "customdata": [[f"{said}: {write(stroke.value)}"] for stroke in found],
            "hovertemplate": "%{customdata[0]}<extra></extra>",
        }
    ]
