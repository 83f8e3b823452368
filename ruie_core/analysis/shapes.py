"""Which part of a map is looked at, and what was drawn on it, as a short text for a link.

The text names places on the map and never points, so that it stays short however many lie inside;
whoever opens it asks the run anew what does. It begins with a mark of the map: on another one the
same places mean nothing.
"""

import math
import re
import zlib
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from ruie_core.analysis.frames.areas import Area
from ruie_core.analysis.frames.maps import ITEMS, Window
from ruie_core.errors import UserError

MOST_CORNERS: Final = 40
"""Corners of a lasso that are kept; with more, those that matter least to its outline go."""
MOST_LETTERS: Final = 1_000
"""Longest text that is looked at; 40 corners take about 600 letters."""

_DIGITS: Final = 3
"""Digits behind the first one of the shorter side: a thousandth of it is under a pixel."""
_NUMBER: Final = r"_-?[0-9]{1,15}(?:\.[0-9]{1,9})?"
_TEXT: Final = re.compile(
    rf"([0-9a-f]{{8}})(?:~zoom((?:{_NUMBER}){{4}}))?"
    rf"(?:~area((?:(?:{_NUMBER}){{2}}){{3,{MOST_CORNERS}}}))?"
)


class Shape(NamedTuple):
    """What is looked at of a map.

    Attributes:
        window: the visible part, in the map's units; none: the whole map.
        area: what was drawn with box or lasso; none: nothing.
    """

    window: Window | None = None
    area: Area | None = None


def mark_of(extent: pd.DataFrame) -> str:
    """Return eight letters that tell a map from others, from its row of ``map_extent``."""
    values = extent[["x0", "x1", "y0", "y1", "n"]].iloc[0].astype(float).tolist()
    return f"{zlib.crc32(repr(values).encode()):08x}"


def kept(shape: Shape) -> Shape:
    """Return a shape as a text can hold it: so its author sees what the link will show.

    >>> kept(Shape(Window(0.12345678, 1.0, 0.0, 2.0)))
    Shape(window=Window(x0=0.1235, x1=1.0, y0=0.0, y1=2.0), area=None)
    """
    window, area = shape
    if window is not None:
        digits = _digits(window.x1 - window.x0, window.y1 - window.y0)
        window = Window(*(round(value, digits) for value in window))
    if area is not None:
        corners = _simplified(np.column_stack(area).astype(float))
        digits = _digits(*np.ptp(corners, axis=0).tolist())
        x, y = (tuple(round(value, digits) for value in axis) for axis in corners.T.tolist())
        area = Area(x, y)
    return Shape(window, area)


def write(mark: str, shape: Shape) -> str:
    """Return a shape as it stands in a link; nothing where the whole map is bare.

    Args:
        mark: of the map (``mark_of``).
        shape: as ``kept`` returns it.

    >>> write("00c0ffee", Shape(Window(-1.5, 2.0, 0.25, 3.0)))
    '00c0ffee~zoom_-1.5_2_0.25_3'
    >>> write("00c0ffee", Shape())
    ''
    """
    parts = []
    if shape.window is not None:
        parts.append("zoom" + _numbers(*shape.window))
    if shape.area is not None:
        corners = zip(*shape.area, strict=True)
        parts.append("area" + "".join(_numbers(*corner) for corner in corners))
    return "~".join((mark, *parts)) if parts else ""


def read(text: str, mark: str, table: str) -> Shape:
    """Return the shape that a text names.

    Args:
        text: as ``write`` writes it.
        mark: of the map that it is to be shown on.
        table: which map, for the sentence.

    Raises:
        UserError: the text is no shape, or one of another map.
    """
    noun = "items" if table == ITEMS else "states"
    found = _TEXT.fullmatch(text) if len(text) <= MOST_LETTERS else None
    window = None if found is None or found[2] is None else Window(*_values(found[2]))
    if found is None or (window and not (window.x0 < window.x1 and window.y0 < window.y1)):
        raise UserError(
            f"The zoom or area that the link has for the map of {noun} cannot be read: this is "
            "the whole map; draw it again."
        )
    if found[1] != mark:
        raise UserError(
            f"The link's zoom or area was drawn on another map of {noun} than this run's: this is "
            "the whole map; draw it again."
        )
    corners = [] if found[3] is None else _values(found[3])
    area = Area(tuple(corners[::2]), tuple(corners[1::2])) if corners else None
    return Shape(window, area)


def _digits(width: float, height: float) -> int:
    side = min(width, height) or max(width, height) or 1.0
    return min(9, max(0, _DIGITS - math.floor(math.log10(side))))


def _simplified(corners: np.ndarray) -> np.ndarray:
    """Drop corners until few are left, each time the one with the smallest triangle.

    Visvalingam and Whyatt 1993, https://doi.org/10.1179/000870493786962263.

    Args:
        corners: (corners, 2).
    """
    while len(corners) > MOST_CORNERS:
        a, b = (np.roll(corners, by, axis=0) - corners for by in (1, -1))
        triangles = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
        corners = np.delete(corners, triangles.argmin(), axis=0)
    return corners


def _numbers(*values: float) -> str:
    return "".join(f"_{np.format_float_positional(value + 0.0, trim='-')}" for value in values)


def _values(text: str) -> list[float]:
    return [float(number) for number in text[1:].split("_")]
