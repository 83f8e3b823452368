"""Finding a person: by id, or by what they did, and walking through those who match."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from app.components.frames import load
from app.state import Context, chosen_selection, select_step, select_user
from ruie_core.analysis.frames.user import (
    SORTS,
    UserFilter,
    find_user,
    matching_users,
    place_among,
    population,
    telling_user,
    user_row,
)
from ruie_core.analysis.store import RunStore
from ruie_core.errors import UserError
from ruie_core.reporting.text import escape
from ruie_core.reporting.user import match_line

_FILTER, _TEXT, _ERROR = "user_filter", "user_search", "user_search_error"
_ANY = "any scenario"


def person_finder(context: Context, user: int) -> None:
    """Draw the line of controls: search by id, filter, previous and next, how many match."""
    store = context.store
    chosen = _filter(store)
    matches = load(store, matching_users, chosen)
    place = place_among(matches, user)
    line = st.columns([3, 1.2, 1.1, 1.1, 2.6], vertical_alignment="bottom", gap="small")
    line[0].text_input(
        "Find a user by id", key=_TEXT, placeholder="an id from the log, then Enter",
        on_change=_search, args=(store,),
    )  # fmt: skip
    with line[1].popover("Filter" if chosen.empty else "Filtered", width="stretch"):
        _filter_form(store, chosen)
    for column, label, to in (
        (line[2], "◂ previous", place.previous),
        (line[3], "next ▸", place.following),
    ):
        column.button(
            label, key=f"user_{label}", disabled=to is None, width="stretch",
            on_click=_walk, args=(store, to),
        )  # fmt: skip
    users = int(load(store, population)["users"].iloc[0])
    line[4].caption(match_line(place, len(matches), users))
    if error := st.session_state.pop(_ERROR, None):
        st.warning(escape(error))


def _search(store: RunStore) -> None:
    text = st.session_state[_TEXT].strip()
    if not text:
        return
    try:
        _walk(store, find_user(store, text))
    except UserError as error:
        st.session_state[_ERROR] = str(error)


def _walk(store: RunStore, user: int) -> None:
    select_user(str(user_row(store, user)["user_id"].iloc[0]))


def _filter(store: RunStore) -> UserFilter:
    """Return the filter that is set; one that names another run's scenario is dropped."""
    chosen: UserFilter = st.session_state.get(_FILTER, UserFilter())
    known = chosen.scenario is None or chosen.scenario in store.scenarios
    return chosen if known else UserFilter(sort=chosen.sort)


def _filter_form(store: RunStore, chosen: UserFilter) -> None:
    options = [_ANY, *store.scenarios]
    with st.form("user_filter_form", border=False):
        events = st.number_input("Events, at least", 0, value=chosen.min_events)
        switches = st.number_input("Scenario switches, at least", 0, value=chosen.min_switches)
        scenario = st.selectbox("Mostly in", options, index=options.index(chosen.scenario or _ANY))
        rank = st.number_input(
            "Rank of the last held-out event, at most", 1, value=chosen.max_rank,
            placeholder="any rank",
        )  # fmt: skip
        ndcg = st.number_input(
            "NDCG@10 over held-out events, at least", 0.0, 1.0, chosen.min_ndcg, 0.05,
            help="1 / log2(1 + rank) of a held-out event, 0 beyond rank 10; mean over events.",
        )  # fmt: skip
        sort = st.selectbox("In the order of", list(SORTS), index=list(SORTS).index(chosen.sort))
        with st.container(horizontal=True):
            apply = st.form_submit_button("Apply", type="primary")
            clear = st.form_submit_button("Clear")
    if apply or clear:
        named = None if scenario == _ANY else scenario
        wanted = UserFilter(int(events), int(switches), named, rank, float(ndcg), sort)
        st.session_state[_FILTER] = UserFilter() if clear else wanted
        matches = load(store, matching_users, st.session_state[_FILTER])
        if len(matches):
            select_user(str(matches["user_id"].iloc[0]))
        st.rerun()


def with_user(context: Context) -> Context:
    """Return the context with a user: the selected one, else a telling person of the run."""
    if context.selection.user is not None:
        return context
    first = load(context.store, telling_user)
    if first.empty:
        return context
    select_user(str(first["user_id"].iloc[0]))
    return replace(context, selection=chosen_selection(context.run, context.store))


def clicked_step(chart: str) -> Callable[[], None]:
    """Return the callback of a chart whose points carry event numbers: a click looks at one."""

    def clicked() -> None:
        points = st.session_state[chart].selection.points
        if points:
            step = points[0].get("customdata", points[0]["x"])
            select_step(round(step[0] if isinstance(step, list) else step))

    return clicked
