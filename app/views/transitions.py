"""Transitions: where do people go from here, and whom does the model misread?"""

import streamlit as st

from app.components.chart import heading, show
from app.components.messages import empty
from app.components.moves import EVERYONE, Moves, moves, whose
from app.components.page import header
from app.state import Context, follow
from app.views.registry import question
from ruie_core.figures import streams
from ruie_core.figures import transitions as figures
from ruie_core.reporting import transitions as words


def render(context: Context) -> None:
    """Draw the view."""
    place, who = st.container(), whose(context)
    found = moves(context, who)
    with place:
        header("Transitions", found.sentence, question("transitions"))
        if who == EVERYONE and context.selection.user is None and context.group is None:
            st.caption(words.INVITATION)
    if not found.frame["n"].sum():
        empty(
            "There is nothing to draw: choose a user with two events or more in the User view, or "
            "other days."
        )
        return
    _heatmaps(context, found)
    _sankey(context, found)


@st.fragment
def _heatmaps(context: Context, found: Moves) -> None:
    selected, title = follow(context).scenario, "From scenario to scenario"
    compared = found.key != EVERYONE
    ratio = heading(title, "transitions_heatmaps", words.HEATMAPS_HELP).segmented_control(
        "Third panel",
        list(figures.RATIOS),
        default="log_lift" if compared else "misread",
        required=True,
        format_func=lambda name: figures.RATIOS[name].replace("reference", found.reference),
        key=f"transitions_ratio_{not compared}",
        bind="query-params",
        label_visibility="collapsed",
    )
    store, theme, reference = context.store, context.theme, found.reference
    show(
        context,
        lambda: figures.heatmaps(found.frame, store.scenarios, ratio, reference, theme, selected),
        of=(found.key, ratio, selected), key="transitions_heatmaps", frame=found.frame,
        name=f"transitions {found.key}", title=title, headed=False, picks=True,
        reading=words.heatmaps(ratio, reference),
    )  # fmt: skip


@st.fragment
def _sankey(context: Context, found: Moves) -> None:
    selected, title = follow(context).scenario, "The same as streams"
    place = heading(title, "transitions_sankey")
    moves_only = not place.toggle(
        "with the events that stay", key="transitions_stays", bind="query-params"
    )
    store, theme = context.store, context.theme
    show(
        context,
        lambda: streams.sankey(found.frame, store.scenarios, moves_only, theme, selected),
        of=(found.key, moves_only, selected), key="transitions_sankey",
        name=f"streams {found.key}", title=title, headed=False, picks=True,
        reading=words.flows(found.frame, moves_only),
        frame=found.frame[["from_scenario", "to_scenario", "n", "n_from"]],
    )  # fmt: skip
