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
from ruie_core.analysis.frames.cohorts import transitions as of_cohort
from ruie_core.figures import transitions as figures
from ruie_core.reporting import transitions as words

EVERYONE, COHORT, PERSON = "everyone", "cohort", "person"
_REFERENCES = {EVERYONE: "base rate", COHORT: "rest", PERSON: "population"}


def render(context: Context) -> None:
    """Draw the view."""
    place, who = st.container(), _who(context)
    frame, sentence, key = _asked(context, who)
    with place:
        header("Transitions", sentence, question("transitions"))
        if who == EVERYONE and context.selection.user is None and context.group is None:
            st.caption(words.INVITATION)
    if not frame["n"].sum():
        empty("There is nothing to draw: choose a user with two events or more in the User view.")
        return
    _heatmaps(context, frame, who, key)
    _sankey(context, frame, key)


def _who(context: Context) -> str:
    """Ask whose events are looked at, where there is a choice; the cohort comes first."""
    user_id, group = context.selection.user_id, context.group
    names = {EVERYONE: "Everyone"}
    names |= {COHORT: f"Cohort {group.name}"} if group is not None else {}
    names |= {PERSON: f"User {user_id}"} if user_id is not None else {}
    if len(names) == 1:
        return EVERYONE
    owner = context.selection.cohort or user_id
    chosen = st.segmented_control(
        "Whose events", list(names), default=COHORT if COHORT in names else PERSON, required=True,
        format_func=names.__getitem__, key=f"transitions_who_{owner}",
        label_visibility="collapsed",
    )  # fmt: skip
    return str(chosen)


def _asked(context: Context, who: str) -> tuple[pd.DataFrame, str, str]:
    """Return the frame, its sentence, and what names it among the drawn figures."""
    store, group, chosen = context.store, context.group, context.selection
    if who == COHORT and group is not None:
        frame = load(store, of_cohort, group.users)
        said = words.of_cohort(frame, group.name, group.n, group.behaviour)
        return frame, said, group.users
    if who == PERSON and chosen.user is not None:
        frame = load(store, frames.of_user, chosen.user)
        return frame, words.of_user(frame, str(chosen.user_id)), str(chosen.user)
    frame = load(store, frames.everyone)
    return frame, words.everyone(frame), EVERYONE


@st.fragment
def _heatmaps(context: Context, frame: pd.DataFrame, who: str, key: str) -> None:
    reference = _REFERENCES[who]
    title = "From scenario to scenario"
    ratio = heading(title, "transitions_heatmaps", words.HEATMAPS_HELP).segmented_control(
        "Third panel",
        list(figures.RATIOS),
        default="misread" if who == EVERYONE else "log_lift",
        required=True,
        format_func=lambda name: figures.RATIOS[name].replace("reference", reference),
        key=f"transitions_ratio_{who == EVERYONE}",
        label_visibility="collapsed",
    )
    store, theme = context.store, context.theme
    show(
        context, lambda: figures.heatmaps(frame, store.scenarios, ratio, reference, theme),
        of=(key, ratio), key="transitions_heatmaps", name=f"transitions {key}", title=title,
        headed=False, reading=words.heatmaps(ratio, reference), frame=frame,
    )  # fmt: skip


@st.fragment
def _sankey(context: Context, frame: pd.DataFrame, key: str) -> None:
    title = "The same as streams"
    place = heading(title, "transitions_sankey")
    moves_only = not place.toggle("with the events that stay", key="transitions_stays")
    store, theme = context.store, context.theme
    show(
        context, lambda: figures.sankey(frame, store.scenarios, moves_only, theme),
        of=(key, moves_only), key="transitions_sankey", name=f"streams {key}", title=title,
        headed=False, reading=words.flows(frame, moves_only),
        frame=frame[["from_scenario", "to_scenario", "n", "n_from"]],
    )  # fmt: skip
