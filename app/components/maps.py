"""The grounds of the two maps: drawn once per run, theme, colour and window, shared by all."""

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from app.components.frames import draw, load
from app.components.map_look import DENSITY
from app.state import Context
from ruie_core.analysis.frames import maps as frames
from ruie_core.analysis.frames import raster
from ruie_core.analysis.frames.maps import ITEMS, MOST_OVER, MOST_POINTS, SAMPLE, Window
from ruie_core.analysis.shapes import mark_of
from ruie_core.figures import points as figures
from ruie_core.figures.embeddings import cards
from ruie_core.figures.raster import raster_figure
from ruie_core.figures.states import state_cards

_OPACITY = {ITEMS: 0.7, frames.STATES: 0.4}


@dataclass(frozen=True)
class Map:
    """A map as it is to be drawn.

    Attributes:
        table: which map.
        color: what colour means.
        mode: ``POINTS`` or ``DENSITY``.
        window: the visible part; none: all.
    """

    table: str
    color: str
    mode: str
    window: Window | None = None


@dataclass(frozen=True)
class Shown:
    """What a map shows: points in view, on the map, and drawn one by one (for the CSV: which)."""

    inside: int
    total: int
    points: pd.DataFrame

    @property
    def drawn(self) -> int:
        """Points drawn one by one."""
        return len(self.points)


def colors(context: Context) -> list[str]:
    """Return what colour can mean; the selected cohort comes first."""
    cohort = [] if context.group is None else [figures.COHORT_COLOR]
    return [*cohort, *figures.COLORS]


def extent(context: Context, table: str) -> Window:
    """Return the bounds of a map."""
    row = load(context.store, frames.map_extent, table).iloc[0]
    return Window(*(float(row[name]) for name in Window._fields))


def total(context: Context, table: str) -> int:
    """Return how many points lie on a map."""
    return int(load(context.store, frames.map_extent, table)["n"].iloc[0])


def mark(context: Context, table: str) -> str:
    """Return what tells this map from another run's."""
    return mark_of(load(context.store, frames.map_extent, table))


def visible(context: Context, which: Map) -> Window:
    """Return the visible part of a map; a raster's has the raster's proportions."""
    window = which.window or extent(context, which.table)
    return raster.framed(window) if which.mode == DENSITY else window


def shown(context: Context, which: Map) -> Shown:
    """Return how many points are in view, and those that are drawn one by one."""
    store, window = context.store, visible(context, which)
    every = total(context, which.table)
    inside = int(load(store, frames.in_view, which.table, window)["n"].iloc[0])
    if which.mode == DENSITY:
        part = Window(*window) if inside <= MOST_OVER else Window(1.0, 0.0, 1.0, 0.0)
        points = load(store, frames.map_points, which.table, context.among, window=part)
    else:
        limit = MOST_POINTS if every <= MOST_POINTS else SAMPLE
        points = load(store, frames.map_points, which.table, context.among, limit=limit)
    return Shown(inside, every, points)


def ground(context: Context, which: Map) -> go.Figure:
    """Return a map, to be marked in a copy."""
    window = visible(context, which) if which.mode == DENSITY else None
    key = (context.store.fingerprint, which.table, which.color, which.mode, window, context.among)
    make = _raster if which.mode == DENSITY else _points
    return draw(key, context.theme, lambda: make(context, which)).figure


def _points(context: Context, which: Map) -> go.Figure:
    points = shown(context, which).points
    density = load(context.store, frames.map_density, which.table)
    return _drawn(context, which, points, density)


def _drawn(
    context: Context, which: Map, points: pd.DataFrame, density: pd.DataFrame | None = None
) -> go.Figure:
    store = context.store
    return figures.point_map(
        points,
        store.scenarios,
        color=which.color,
        density=density,
        categories=_categories(context, which.table),
        most=int(load(store, frames.map_extent, which.table)["most"].iloc[0]),
        said=cards(points) if which.table == ITEMS else state_cards(points),
        opacity=_OPACITY[which.table],
        theme=context.theme,
    )


def _raster(context: Context, which: Map) -> go.Figure:
    store, window = context.store, visible(context, which)
    now = shown(context, which)
    shape = raster.shape_for(now.inside)
    over = _drawn(context, which, now.points).data if now.drawn else ()
    names = store.scenarios if which.color == "scenario" else _categories(context, which.table)
    if which.color in figures.GROUPED:
        cells = raster.group_cells(
            store, which.table, window, which.color, names, context.among, shape=shape
        )  # fmt: skip
    else:
        cells = raster.value_cells(store, which.table, window, which.color, shape=shape)
    return raster_figure(
        cells,
        window,
        shape,
        color=which.color,
        scenarios=store.scenarios,
        categories=_categories(context, which.table),
        most=int(load(store, frames.map_extent, which.table)["most"].iloc[0]),
        over=over,
        theme=context.theme,
    )


def _categories(context: Context, table: str) -> tuple[str, ...]:
    return tuple(load(context.store, frames.leading_categories, table)["category"].astype(str))
