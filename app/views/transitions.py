"""Transitions: where do people go from here, and whom does the model misread?"""

import pandas as pd
import streamlit as st

from app.components.chart import heading, show
from app.components.frames import load
from app.components.messages import empty
from app.components.page import header
from app.state import Context
from app.views.registry import question
from ruie_core.analysis.frames import transitions as frames
from ruie_core.figures import transitions as figures
from ruie_core.reporting import transitions as words

EVERYONE = "everyone"


def render(context: Context) -> None:
    """Draw the view."""
    user, user_id = context.selection.user, context.selection.user_id
    who = EVERYONE
    place = st.container()
    if user_id is not None:
        who = st.segmented_control(
            "Whose events",
            [EVERYONE, user_id],
            default=user_id,
            required=True,
            format_func=lambda name: "Everyone" if name == EVERYONE else f"User {name}",
            key=f"transitions_who_{user_id}",
            label_visibility="collapsed",
        )
    alone = user is not None and who == user_id
    frame = load(context.store, frames.everyone)
    if user is not None and alone:
        frame = load(context.store, frames.of_user, user)
    with place:
        sentence = words.of_user(frame, str(user_id)) if alone else words.everyone(frame)
        header("Transitions", sentence, question("transitions"))
        if user_id is None:
            st.caption(words.INVITATION)
    if not frame["n"].sum():
        empty("There is nothing to draw: choose a user with two events or more in the User view.")
        return
    key = str(user) if alone else EVERYONE
    _heatmaps(context, frame, key)
    _sankey(context, frame, key)


@st.fragment
def _heatmaps(context: Context, frame: pd.DataFrame, key: str) -> None:
    reference = "base rate" if key == EVERYONE else "population"
    title = "From scenario to scenario"
    ratio = heading(title, "transitions_heatmaps", words.HEATMAPS_HELP).segmented_control(
        "Third panel",
        list(figures.RATIOS),
        default="misread" if key == EVERYONE else "log_lift",
        required=True,
        format_func=lambda name: figures.RATIOS[name].replace("reference", reference),
        key=f"transitions_ratio_{key == EVERYONE}",
        label_visibility="collapsed",
    )
    store, theme = context.store, context.theme
    show(
        context,
        lambda: figures.heatmaps(frame, store.scenarios, ratio, reference, theme),
        of=(key, ratio),
        key="transitions_heatmaps",
        name=f"transitions {key}",
        title=title,
        headed=False,
        reading=words.heatmaps(ratio, reference),
        frame=frame,
    )


@st.fragment
def _sankey(context: Context, frame: pd.DataFrame, key: str) -> None:
    title = "The same as streams"
    place = heading(title, "transitions_sankey")
    moves_only = not place.toggle("with the events that stay", key="transitions_stays")
    store, theme = context.store, context.theme
    show(
        context,
        lambda: figures.sankey(frame, store.scenarios, moves_only, theme),
        of=(key, moves_only),
        key="transitions_sankey",
        name=f"streams {key}",
        title=title,
        headed=False,
        reading=words.flows(frame, moves_only),
        frame=frame[["from_scenario", "to_scenario", "n", "n_from"]],
    )
