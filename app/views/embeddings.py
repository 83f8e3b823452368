"""Two maps of model space: items with their nearest, and a person's walk among the states."""

import streamlit as st

from app.components import items
from app.components.chart import chart, heading
from app.components.frames import load
from app.components.maps import ITEMS, STATES, item_ground, state_ground
from app.components.page import header
from app.components.people import clicked_step, with_user
from app.components.window import drawn_window
from app.state import Context, follow
from app.views.registry import question
from ruie_core.analysis.frames import embeddings as frames
from ruie_core.figures.embeddings import ITEM_COLORS, mark_items
from ruie_core.figures.states import STATE_COLORS, mark_path, stations
from ruie_core.reporting import embeddings as words
from ruie_core.reporting.user import person


def render(context: Context) -> None:
    """Draw the view."""
    context = with_user(context)
    found = load(context.store, frames.agreement)
    sentence = f"{words.agreement_line(found)} {words.further_agreement(found)}"
    header("Embeddings", sentence, question("embeddings"))
    _items(context, str(found["trait"].iloc[0]) if len(found) else "scenario")
    _states(context)


@st.fragment
def _items(context: Context, telling: str) -> None:
    """Map and neighbours of items; ``telling`` is the trait that the colour shows at first."""
    store, selection = context.store, follow(context)
    controls = st.columns([2.55, 1.2], gap="medium", vertical_alignment="bottom")
    with controls[0]:
        color = heading("Items", ITEMS, words.MAP_HELP).segmented_control(
            "Colour by", ITEM_COLORS, default=telling,
            required=True, key="item_color", label_visibility="collapsed",
        )  # fmt: skip
    with controls[1]:
        matches = items.item_search(store)
    board, side = st.columns([2.55, 1.2], gap="medium")
    near = load(store, frames.around_item, items.looked_at(context, selection.item))
    with side:
        items.search_line(matches)
        zoomed = st.toggle("Zoom to it and its nearest", key="item_zoom")
        items.nearest_table(near)
    points = load(store, frames.item_points)
    total = int(load(store, frames.map_sizes)["items"].iloc[0])
    figure = mark_items(
        item_ground(context, color), found=matches, near=near, zoomed=zoomed, theme=context.theme
    )
    with board:
        chart(
            figure, key=ITEMS, name=f"{store.name} items by {color}", title="Items",
            headed=False, frame=points, on_select=items.clicked_item(store, ITEMS),
            selection_mode=("points",),
            reading=words.item_reading(len(points), total, store.health["maps"]["items"]),
        )  # fmt: skip


@st.fragment
def _states(context: Context) -> None:
    store, selection = context.store, follow(context)
    if selection.user is None:
        return
    path = load(store, frames.user_path, selection.user)
    color = heading("Where this person walked", STATES, words.STATES_HELP).segmented_control(
        "Colour by", STATE_COLORS, default="scenario", required=True,
        key="state_color", label_visibility="collapsed",
    )  # fmt: skip
    said = st.empty()
    drawn = path
    if len(path):
        step = selection.step or len(path)
        drawn = path[path["t"].between(*drawn_window(selection, len(path), step))]
    said.markdown(words.walk_line(path, person(selection.user_id), drawn))
    points = load(store, frames.state_points)
    total = int(load(store, frames.map_sizes)["states"].iloc[0])
    figure = mark_path(
        state_ground(context, color), drawn, store.scenarios, selected=selection.step,
        theme=context.theme,
    )  # fmt: skip
    board, side = st.columns([2.55, 1.2], gap="medium")
    with board:
        chart(
            figure, key=STATES, name=f"{store.name} walk of {selection.user_id}", frame=drawn,
            title=person(selection.user_id), headed=False, on_select=clicked_step(STATES),
            selection_mode=("points",),
            reading=words.state_reading(len(points), total, store.health["maps"]["states"]),
        )  # fmt: skip
    with side:
        items.station_table(words.station_rows(drawn, stations(drawn)))
