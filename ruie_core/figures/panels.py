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
    return _laid(("x", x), ("y", y), _domains(columns, gap), labelled=1)


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
    return _laid(("y", y), ("x", x), _domains(rows, gap)[::-1], labelled=rows)


def key(letter: str, place: int) -> str:
    """Return what a layout calls the axis of a panel, from 1.

    >>> key("x", 1), key("y", 2)
    ('xaxis', 'yaxis2')
    """
    return axis(letter, place).replace(letter, f"{letter}axis")


def _domains(panels: int, gap: float) -> list[list[float]]:
    size = (1 - gap * (panels - 1)) / panels
    starts = [place * (size + gap) for place in range(panels)]
    return [[round(start, 12), round(min(1.0, start + size), 12)] for start in starts]


def _laid(
    own: tuple[str, Settings],
    common: tuple[str, Settings],
    domains: list[list[float]],
    labelled: int,
) -> dict[str, Any]:
    """Return the axes of panels: each has its own part of one direction, the other is common.

    Args:
        own: letter of the direction in which the panels follow each other, and its settings.
        common: letter of the other one, and its settings.
        domains: each panel's part of its own direction.
        labelled: the panel, from 1, that carries the labels of the common one.
    """
    (along, mine), (across, shared) = own, common
    layout: dict[str, Any] = {}
    for place, domain in enumerate(domains, start=1):
        same = {"matches": axis(across, labelled), "showticklabels": False}
        layout[key(along, place)] = {"anchor": axis(across, place), "domain": domain} | dict(mine)
        layout[key(across, place)] = (
            {"anchor": axis(along, place), "domain": [0, 1]}
            | ({} if place == labelled else same)
            | dict(shared)
        )
    return layout
