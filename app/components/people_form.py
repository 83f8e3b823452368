"""A behaviour from the fields of a form, for those who do not want to type it."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from app.state import Context
from ruie_core.analysis.behaviour.conditions import Behaviour
from ruie_core.analysis.behaviour.form import Fields
from ruie_core.analysis.frames.people import SORTS

SORT = "user_sort"
"""Session key of the order in which matches are walked through."""
_POPOVER, _OPENED = "build_popover", "build_opened"


@st.fragment
def behaviour_form(context: Context, found: Callable[[Behaviour | None, str | None], None]) -> None:
    """Draw a small button, and once it was clicked the form behind it.

    Args:
        context: run and selection.
        found: told the behaviour (none: everybody) and the order when the form is sent.
    """
    popover = st.popover("Build a behaviour", type="tertiary", key=_POPOVER, on_change="rerun")
    # Its fields are a third of the page's widgets, and few people open them. Who did finds them as
    # they were left: a field that is not drawn forgets.
    if popover.open:
        st.session_state[_OPENED] = True
    if st.session_state.get(_OPENED):
        with popover:
            _form(context, found)


def _form(context: Context, found: Callable[[Behaviour | None, str | None], None]) -> None:
    store = context.store
    with st.form("behaviour_form", border=False):
        move = st.columns([2, 2, 1.3])
        source = _any(move[0], "From scenario", store.scenarios)
        target = _any(move[1], "to scenario", store.scenarios)
        within = move[2].number_input("within events", 1, 1_000, 3)
        change = st.columns(2)
        direction = _any(change[0], "Q of the scenario taken", ("drops", "rises"))
        by = change[1].number_input("by more than, reward units", 0.0, value=0.5, step=0.1)
        event = st.columns(3)
        gate = event[0].number_input("Gate under", 0.0, 1.0, None, 0.05, placeholder="any")
        rank = event[1].number_input("Rank of next over", 1, value=None, placeholder="any")
        action = _any(event[2], "Action", store.actions)
        st.caption("All of these hold at one event; what follows holds for the whole person.")
        whole = st.columns(3)
        events = whole[0].number_input("Events, at least", 0)
        switches = whole[1].number_input("Scenario switches, at least", 0)
        mostly = _any(whole[2], "Mostly in", store.scenarios)
        ranks = st.columns(3)
        ndcg = _any(ranks[0], "NDCG@10 against the median", ("under", "over"))
        held_out = ranks[1].number_input(
            "Held-out rank, at most", 1, value=None, placeholder="any",
            help="Rank of what came at the last held-out event.",
        )  # fmt: skip
        sort = ranks[2].selectbox(
            "In the order of", list(SORTS),
            index=list(SORTS).index(st.session_state.get(SORT, "id")),
        )  # fmt: skip
        with st.container(horizontal=True):
            apply = st.form_submit_button("Find", type="primary")
            clear = st.form_submit_button("Everybody")
    if apply or clear:
        fields = Fields(
            source, target, int(within), direction, float(by), gate, rank, action, int(events),
            int(switches), mostly, ndcg, held_out,
        )  # fmt: skip
        st.session_state[SORT] = sort
        found(None if clear else fields.behaviour(), sort)
        st.rerun()


def _any(place: Any, label: str, names: Sequence[str]) -> Any:
    return place.selectbox(
        label, [None, *names], format_func=lambda name: "any" if name is None else name
    )
