"""Counts of a map's points per cell: what a raster is shaded from, counted where the points lie.

A million points stay in DuckDB; only cells leave it. The counts are those of datashader's
``Canvas.points`` with ``count_cat`` (the tests compare them), without its seconds of compilation.
"""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from ruie_core.analysis.frames.maps import Window, kept, member_of
from ruie_core.analysis.store import RunStore
from ruie_core.errors import UserError

COLUMNS: Final = 600
ROWS: Final = 480
"""Cells of a raster, about one per pixel of its place on the page."""
ASPECT: Final = COLUMNS / ROWS
_SPARSE: Final = 50_000
"""Points in view below which cells are twice as wide: single ones could hardly be seen."""


def shape_for(inside: int) -> tuple[int, int]:
    """Return columns and rows of cells for a number of points in view.

    >>> shape_for(1_000_000), shape_for(3_000)
    ((600, 480), (300, 240))
    """
    return (COLUMNS, ROWS) if inside >= _SPARSE else (COLUMNS // 2, ROWS // 2)


def framed(window: Window) -> Window:
    """Widen a window to the raster's aspect, around its middle.

    >>> framed(Window(0.0, 10.0, 0.0, 4.0))
    Window(x0=0.0, x1=10.0, y0=-2.0, y1=6.0)
    """
    width, height = max(window.x1 - window.x0, 1e-6), max(window.y1 - window.y0, 1e-6)
    width, height = max(width, height * ASPECT), max(height, width / ASPECT)
    x, y = (window.x0 + window.x1) / 2, (window.y0 + window.y1) / 2
    return Window(x - width / 2, x + width / 2, y - height / 2, y + height / 2)


def scaled(window: Window, by: float) -> Window:
    """Return a window around the same middle, its sides ``by`` times as long.

    >>> scaled(Window(0.0, 4.0, 0.0, 2.0), 0.5)
    Window(x0=1.0, x1=3.0, y0=0.5, y1=1.5)
    """
    x, y = (window.x0 + window.x1) / 2, (window.y0 + window.y1) / 2
    half = (window.x1 - window.x0) * by / 2, (window.y1 - window.y0) * by / 2
    return Window(x - half[0], x + half[0], y - half[1], y + half[1])


def group_cells(
    store: RunStore,
    table: str,
    window: Window,
    by: str,
    names: Sequence[str] = (),
    among: str | None = None,
    *,
    shape: tuple[int, int] = (COLUMNS, ROWS),
) -> pd.DataFrame:
    """Count points per cell and group.

    Args:
        store: the run.
        table: the map.
        window: what is looked at; points on its border are inside.
        by: ``scenario``, ``category`` or ``cohort``.
        names: groups that count by themselves, in the order of their codes; a category that is not
            among them has code ``len(names)``, and no category ``len(names) + 1``. Of the cohort,
            code 0 is the rest and 1 the cohort.
        among: table of the cohort's users.
        shape: columns and rows of cells.

    Returns:
        ``column, row`` (from the lower left, from 0), ``code``, ``n``; empty cells are left out.

    Raises:
        UserError: there is no such grouping.
    """
    places = {
        "scenario": "list_position($names::VARCHAR[], scenario) - 1",
        "category": f"CASE WHEN category IS NULL THEN {len(names) + 1} ELSE "
        f"coalesce(list_position($names::VARCHAR[], category) - 1, {len(names)}) END",
        "cohort": f"({member_of(store, table, among)})::INTEGER",
    }
    if by not in places:
        raise UserError(f"A raster cannot count by {by!r}: choose one of {list(places)}.")
    params = window._asdict() | ({} if by == "cohort" else {"names": list(names)})
    query = (
        f"SELECT {_place(shape)}, ({places[by]})::INTEGER AS code, count(*) AS n "
        f"FROM {kept(store, table)} WHERE {window.holds} GROUP BY ALL"
    )
    return store.sql(query, params)


def value_cells(
    store: RunStore,
    table: str,
    window: Window,
    by: str,
    *,
    shape: tuple[int, int] = (COLUMNS, ROWS),
) -> pd.DataFrame:
    """Average a quantity over the points of each cell; the other arguments are ``group_cells``'.

    Args:
        store: the run.
        table: the map.
        window: what is looked at.
        by: ``gate``, or ``popularity``: the decimal logarithm of the item's events, at least 1.
        shape: columns and rows of cells.

    Returns:
        ``column, row, n`` (points) and ``value``, null where no point of the cell has one.
    """
    values = {"gate": "gate", "popularity": 'log10(greatest("count", 1))'}
    if by not in values:
        raise UserError(f"A raster cannot average {by!r}: choose one of {list(values)}.")
    query = (
        f"SELECT {_place(shape)}, count(*) AS n, avg({values[by]}) AS value "
        f"FROM {kept(store, table)} WHERE {window.holds} GROUP BY ALL"
    )
    return store.sql(query, window._asdict())


def _place(shape: tuple[int, int]) -> str:
    """SQL for the cell of a point; the upper border belongs to the last cell."""
    parts = []
    for name, axis, cells, low, high in (
        ("column", "x", shape[0], "$x0", "$x1"),
        ("row", "y", shape[1], "$y0", "$y1"),
    ):
        share = f"({axis}::DOUBLE - {low}) / ({high} - {low})"
        parts.append(f'least(floor({share} * {cells}), {cells - 1})::INTEGER AS "{name}"')
    return ", ".join(parts)
