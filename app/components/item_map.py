"""The map of items with what lies near one of them."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.components import items, maps
from app.components.area import area_list
from app.components.chart import chart, heading
from app.components.frames import load
from app.components.map_look import (
    DENSITY,
    drawn_look,
    listen,
    look_at,
    looked,
    map_bar,
    take_over,
)
from app.components.maps import Map, Shown
from app.state import Context, follow
from ruie_core.analysis.frames import embeddings as frames
from ruie_core.analysis.frames.maps import ITEMS, Window
from ruie_core.figures.embeddings import around, mark_items
from ruie_core.figures.maps import looked_at
from ruie_core.reporting import embeddings as words
from ruie_core.reporting import maps as map_words

BOARD = (2.55, 1.2)
"""Widths of a map and of what stands beside it."""


@st.fragment
def item_section(context: Context, telling: str) -> None:
    """Map and neighbours of items; ``telling`` is the trait that the colour shows at first."""
    store, selection = context.store, follow(context)
    take_over(ITEMS, maps.mark(context, ITEMS))
    known = maps.colors(context)
    controls = st.columns(BOARD, gap="medium", vertical_alignment="bottom")
    with controls[0]:
        color = heading("Items", ITEMS, words.MAP_HELP).segmented_control(
            "Colour by", known, default=telling if context.group is None else known[0],
            required=True, key=f"item_color{'' if context.group is None else '_cohort'}",
            bind="query-params", label_visibility="collapsed",
        )  # fmt: skip
        extent = maps.extent(context, ITEMS)
        drag, mode = map_bar(ITEMS, extent, maps.total(context, ITEMS))
    with controls[1]:
        matches = items.item_search(store)
    board, side = st.columns(BOARD, gap="medium")
    near = load(store, frames.around_item, items.looked_at(context, selection.item))
    with side:
        items.search_list(matches)
        _zoom(near)
        items.nearest_table(near)
    text = "" if matches is None else str(st.session_state.get("item_search"))
    depends = (color, drag, mode, text, selection.item, context.theme.name, context.among)
    look = drawn_look(ITEMS, depends, always=mode == DENSITY)
    which = Map(ITEMS, color, mode, look.window)
    shown = maps.shown(context, Map(ITEMS, color, mode, looked(ITEMS).window))
    with board:
        chart(
            _marked(context, which, look.area, drag, matches, near), key=ITEMS,
            name=f"{store.name} items by {color}", title="Items", headed=False,
            frame=shown.points, on_select=items.clicked_item(store, ITEMS),
            selection_mode=("points",), config={"doubleClick": "autosize"},
            reading=words.ITEM_READING + drawn_line(context, which, shown, "items")
            + "Click an item to see its nearest.",
        )  # fmt: skip
        listen(ITEMS)
    area_list(context, ITEMS)


def drawn_line(context: Context, which: Map, shown: Shown, noun: str) -> str:
    """Say what a map draws, and what was sampled for it."""
    rule = context.store.health["maps"]["items" if which.table == ITEMS else "states"]
    if which.mode == DENSITY:
        text = map_words.density_line(
            shown.inside, shown.total, shown.drawn, noun, which.color
        )  # fmt: skip
    else:
        text = map_words.points_line(shown.drawn, shown.total, noun)
    return text + map_words.rule_line(shown.total, noun, rule)


def _zoom(near: pd.DataFrame) -> None:
    box = around(near)
    st.button(
        "Zoom to it and its nearest", key="item_zoom", type="tertiary", disabled=not box,
        on_click=look_at, args=(ITEMS, Window(*box) if box else None),
    )  # fmt: skip


def _marked(
    context: Context,
    which: Map,
    area: tuple[tuple[float, ...], tuple[float, ...]] | None,
    drag: str,
    matches: pd.DataFrame | None,
    near: pd.DataFrame,
) -> go.Figure:
    ground = maps.ground(context, which)
    marked = mark_items(ground, found=matches, near=near, theme=context.theme)
    window = None if which.window is None else maps.visible(context, which)
    return looked_at(marked, window=window, area=area, drag=drag, theme=context.theme)
