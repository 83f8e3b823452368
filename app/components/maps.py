"""The grounds of the two maps: drawn once per run, theme and colour, shared by everybody."""

import plotly.graph_objects as go

from app.components.frames import draw, load
from app.state import Context
from ruie_core.analysis.frames import embeddings as frames
from ruie_core.figures.embeddings import item_map
from ruie_core.figures.states import state_map

ITEMS, STATES = "item_map", "state_map"
"""Tables of the maps, and keys of their charts."""


def item_ground(context: Context, color: str) -> go.Figure:
    """Return the map of items, to be marked in a copy."""
    store, theme = context.store, context.theme
    return draw(
        (store.fingerprint, ITEMS, color),
        theme,
        lambda: item_map(
            load(store, frames.item_points),
            store.scenarios,
            color=color,
            density=load(store, frames.map_density, ITEMS),
            theme=theme,
        ),
    )


def state_ground(context: Context, color: str) -> go.Figure:
    """Return the map of states, to be marked in a copy."""
    store, theme = context.store, context.theme
    return draw(
        (store.fingerprint, STATES, color),
        theme,
        lambda: state_map(
            load(store, frames.state_points),
            store.scenarios,
            color=color,
            density=load(store, frames.map_density, STATES),
            theme=theme,
        ),
    )
