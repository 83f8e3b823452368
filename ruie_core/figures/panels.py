"""Axes of panels, as one layout: beside each other with a common y, or stacked with a common x.

Plotly's own subplots go through the whole figure for every trace and every setting that is added.
"""

from collections.abc import Mapping
from typing import Any

Settings = Mapping[str, Any]


def axis(letter: str, place: int) -> str:
    """Return what Plotly calls the axis of a panel, from 1.

    >>> axis("x", 1), axis("y", 2)
    ('x', 'y2')
    """
    return letter if place == 1 else f"{letter}{place}"


def beside(columns: int, gap: float, x: Settings, y: Settings) -> dict[str, Any]:
    """Return the axes of panels beside each other, from the left; only the first has y labels.

    Args:
        columns: how many.
        gap: between two of them, a share of the width.
        x: settings of every x axis.
        y: settings of every y axis.

    >>> layout = beside(2, 0.1, {}, {"showgrid": False})
    >>> layout["xaxis2"]
    {'anchor': 'y2', 'domain': [0.55, 1.0]}
    >>> layout["yaxis2"]["matches"], layout["yaxis2"]["showticklabels"]
    ('y', False)
    """
    layout: dict[str, Any] = {}
    for place, domain in enumerate(_domains(columns, gap), start=1):
        shared = {} if place == 1 else {"matches": "y", "showticklabels": False}
        layout |= _panel(place, {"domain": domain} | dict(x), {"domain": [0, 1]} | shared | dict(y))
    return layout


def stacked(rows: int, gap: float, x: Settings, y: Settings) -> dict[str, Any]:
    """Return the axes of panels under each other, from the top; only the last has x labels.

    Args:
        rows: how many.
        gap: between two of them, a share of the height.
        x: settings of every x axis.
        y: settings of every y axis.

    >>> layout = stacked(2, 0.1, {}, {})
    >>> layout["yaxis"]["domain"], layout["xaxis"]["matches"], "matches" in layout["xaxis2"]
    ([0.55, 1.0], 'x2', False)
    """
    layout: dict[str, Any] = {}
    last = axis("x", rows)
    for place, domain in enumerate(reversed(_domains(rows, gap)), start=1):
        shared = {} if place == rows else {"matches": last, "showticklabels": False}
        layout |= _panel(place, {"domain": [0, 1]} | shared | dict(x), {"domain": domain} | dict(y))
    return layout


def _domains(panels: int, gap: float) -> list[list[float]]:
    size = (1 - gap * (panels - 1)) / panels
    starts = [place * (size + gap) for place in range(panels)]
    return [[round(start, 12), round(min(1.0, start + size), 12)] for start in starts]


def _panel(place: int, x: Settings, y: Settings) -> dict[str, Any]:
    return {
        axis("x", place).replace("x", "xaxis"): {"anchor": axis("y", place)} | dict(x),
        axis("y", place).replace("y", "yaxis"): {"anchor": axis("x", place)} | dict(y),
    }
