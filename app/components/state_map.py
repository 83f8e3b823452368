"""The map of states with one person's walk over it, and how groups moved there."""

import streamlit as st

from app.components import items, maps
from app.components.area import area_list
from app.components.chart import chart, heading, show
from app.components.frames import load
from app.components.item_map import BOARD, drawn_line
from app.components.map_look import DENSITY, drawn_look, listen, looked, map_bar, take_over
from app.components.maps import Map
from app.components.messages import empty
from app.components.window import drawn_window
from app.state import Context, follow
from ruie_core.analysis.frames import embeddings as frames
from ruie_core.analysis.frames import trajectories
from ruie_core.analysis.frames.maps import STATES, map_density
from ruie_core.figures.maps import looked_at
from ruie_core.figures.states import mark_path, stations
from ruie_core.figures.trajectories import trajectory_map
from ruie_core.reporting import embeddings as words
from ruie_core.reporting import maps as map_words
from ruie_core.reporting.user import person


@st.fragment
def state_section(context: Context) -> None:
    """Map of states, the walk of the selected person, and the events along it."""
    store, selection = context.store, follow(context)
    if selection.user is None:
        return
    take_over(STATES, maps.mark(context, STATES))
    path = load(store, frames.user_path, selection.user)
    known = maps.colors(context)
    color = heading("Where this person walked", STATES, words.STATES_HELP).segmented_control(
        "Colour by", known, default=known[0], required=True, label_visibility="collapsed",
        key=f"state_color{'' if context.group is None else '_cohort'}", bind="query-params",
    )  # fmt: skip
    said, drawn = st.empty(), path
    if len(path):
        step = selection.step or len(path)
        drawn = path[path["t"].between(*drawn_window(selection, len(path), step))]
    said.markdown(words.walk_line(path, person(selection.user_id), drawn))
    board, side = st.columns(BOARD, gap="medium")
    with board:
        drag, mode = map_bar(STATES, maps.extent(context, STATES), maps.total(context, STATES))
    depends = (
        color, drag, mode, selection.user, selection.step, selection.window, len(drawn),
        context.theme.name, context.among,
    )  # fmt: skip
    look = drawn_look(STATES, depends, always=mode == DENSITY)
    which = Map(STATES, color, mode, look.window)
    shown = maps.shown(context, Map(STATES, color, mode, looked(STATES).window))
    marked = mark_path(
        maps.ground(context, which), drawn, store.scenarios, selected=selection.step,
        theme=context.theme,
    )  # fmt: skip
    window = None if look.window is None else maps.visible(context, which)
    with board:
        chart(
            looked_at(marked, window=window, area=look.area, drag=drag, theme=context.theme),
            key=STATES, name=f"{store.name} walk of {selection.user_id}", frame=drawn,
            title=person(selection.user_id), headed=False,
            on_select=items.clicked_state(store, STATES), selection_mode=("points",),
            config={"doubleClick": "autosize"},
            reading=words.STATE_READING + drawn_line(context, which, shown, "states")
            + "Click a state to look at its person and event.",
        )  # fmt: skip
        listen(STATES)
    with side:
        items.station_table(words.station_rows(drawn, stations(drawn)))
    area_list(context, STATES)


@st.fragment
def trajectory_section(context: Context) -> None:
    """How the cohort and the rest, or everyone, moved over the map of states."""
    store, group = context.store, context.group
    follow(context)
    title = "How people moved over time" if group is None else "How the cohort and the rest moved"
    controls = heading(title, "trajectories", map_words.TRAJECTORY_HELP)
    clock = trajectories.OWN
    if bool(load(store, trajectories.has_clock)["clock"].iloc[0]):
        clock = controls.segmented_control(
            "Windows of", [trajectories.OWN, trajectories.CALENDAR], default=trajectories.OWN,
            required=True, key="trajectory_clock", bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
    windows = controls.segmented_control(
        "Windows", [2, 3, 4, 6], default=4, required=True, key="trajectory_windows",
        format_func=lambda k: f"{k} windows", bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    found = load(store, trajectories.centroids, windows, clock, context.among)
    if found.empty:
        empty(f"Nobody has {windows} states or more on the map: choose fewer windows.")
        return
    drift = load(store, trajectories.drift, windows, clock, context.among)
    name = None if group is None else group.name
    st.markdown(map_words.trajectory_line(drift, windows, name))
    density = load(store, map_density, STATES)
    show(
        context, lambda: trajectory_map(found, density=density, theme=context.theme),
        of=(windows, clock, context.among), key="trajectories", name="trajectories", frame=found,
        title=title, headed=False,
        reading=map_words.trajectory_reading(
            load(store, trajectories.left_out, windows), windows, clock
        ),
    )  # fmt: skip
