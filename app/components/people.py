"""Finding a person: by id, or by what they did, and walking through those who match."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from app.components.cohorts import cohort_menu
from app.components.frames import load
from app.components.people_form import SORT, behaviour_form
from app.state import Context, chosen_selection, select_find, select_pin, select_user
from ruie_core.analysis.behaviour.conditions import Behaviour
from ruie_core.analysis.behaviour.language import example, parse, write
from ruie_core.analysis.frames.people import asked, find_user, matching_users, place_among
from ruie_core.analysis.frames.user import population, telling_user, user_row
from ruie_core.analysis.store import RunStore
from ruie_core.errors import UserError
from ruie_core.reporting.behaviour import explained
from ruie_core.reporting.text import escape
from ruie_core.reporting.user import match_line, person

_TEXT, _SHOWN, _ERROR = "user_search", "user_search_shown", "user_search_error"
_HELP = (
    "An id of the log, or conditions joined by “and”: `feed → search within 3 events`, "
    "`Q drops > 0.5`, `gate < 0.2`, `rank of next > 100`, `action like`, `in search`, "
    "`held out`, `≥ 4 switches`, `NDCG under median`, `mostly in feed`. Conditions about an event "
    "hold at one and the same event, the arrival where there is a move. Quote a scenario with a "
    "comma in its name; `search*` is every scenario that begins so."
)


def person_finder(context: Context, user: int) -> None:
    """Draw the finder: what is asked, previous and next, pin, how many match, and the query."""
    store, find = context.store, context.selection.find
    sort = st.session_state.get(SORT, "id")
    matches = load(store, matching_users, find, sort, context.among)
    place = place_among(matches, user)
    _show(find)
    line = st.columns([4, 1.1, 1.1, 1.1, 2.8], vertical_alignment="bottom", gap="small")
    line[0].text_input(
        "Find a user by id, or describe a behaviour", key=_TEXT, help=_HELP, on_change=_search,
        placeholder=example(store.scenarios), args=(context,),
    )  # fmt: skip
    for column, label, to in (
        (line[1], "◂ previous", place.previous),
        (line[2], "next ▸", place.following),
    ):
        column.button(
            label, key=f"user_{label}", disabled=to is None, width="stretch",
            on_click=_walk, args=(store, to, matches),
        )  # fmt: skip
    pinned = context.selection.pin == user
    line[3].button(
        "unpin" if pinned else "pin", key="user_pin", width="stretch", on_click=select_pin,
        args=(None if pinned else context.selection.user_id,),
        help="Keep this person's figures beside those of others.",
    )  # fmt: skip
    users = int(load(store, population)["users"].iloc[0])
    asked_of = users if context.group is None else context.group.n
    name = None if context.group is None else context.group.name
    line[4].caption(match_line(place, len(matches), asked_of, name))
    if error := st.session_state.pop(_ERROR, None):
        st.warning(escape(error))
    _second_line(context, matches)
    if find is not None:
        _query(context, find, sort)


def _second_line(context: Context, matches: pd.DataFrame) -> None:
    """Draw what is needed now and then: the form, cohorts, the way to the pinned person."""
    chosen = context.selection
    with st.container(horizontal=True, gap="medium", key="finder_more"):
        behaviour_form(context, lambda behaviour, sort: _find(context, behaviour, sort))
        if chosen.find is None:
            _suggestion(context)
        cohort_menu(context, matches)
        if chosen.pin_id is not None and chosen.pin != chosen.user:
            st.button(
                f"⇄ swap with {person(chosen.pin_id)}", key="user_swap", type="tertiary",
                on_click=swap_users, args=(chosen.pin_id, chosen.user_id),
                help="Look at the pinned person, and pin this one.",
            )  # fmt: skip


def _suggestion(context: Context) -> None:
    """Offer an example that one click tries: what can be described is best seen."""
    store, sentence = context.store, example(context.store.scenarios)
    st.button(
        f"Try: {escape(sentence)}", key="user_try", type="tertiary",
        on_click=lambda: _find(
            context, parse(sentence, store.scenarios, store.actions), st.session_state.get(SORT)
        ),
        help="Finds the people who did this; the sentence can then be changed in the box.",
    )  # fmt: skip


def _query(context: Context, find: Behaviour, sort: str) -> None:
    """Say what was understood, and show the statement that was run."""
    with st.expander(f"Read as: {explained(find)}"):
        query = asked(context.store, find, sort, context.among)
        st.caption("The one query that is run on this run's tables by DuckDB, and its values.")
        text, values = st.columns([3, 1.3], gap="medium")
        text.code(query.sql, language="sql", wrap_lines=True)
        values.json(query.params, expanded=True)


def _show(find: Behaviour | None) -> None:
    """Keep the box in step with the selection: a link or a form may have changed it."""
    shown = None if find is None else write(find)
    if st.session_state.get(_SHOWN) != shown:
        st.session_state[_SHOWN], st.session_state[_TEXT] = shown, shown or ""


def _search(context: Context) -> None:
    store, text = context.store, st.session_state[_TEXT].strip()
    if not text:
        select_find(None)
        return
    try:
        _walk(store, find_user(store, text))
        select_find(None)
    except UserError as unknown:
        if len(text.split()) == 1:
            st.session_state[_ERROR] = str(unknown)
            return
        try:
            _find(context, parse(text, store.scenarios, store.actions), st.session_state.get(SORT))
        except UserError as error:
            st.session_state[_ERROR] = str(error)


def _find(context: Context, behaviour: Behaviour | None, sort: str | None) -> None:
    """Find by a behaviour, and look at the first who matches, where it is met."""
    select_find(behaviour)
    matches = load(context.store, matching_users, behaviour, sort or "id", context.among)
    if len(matches):
        _walk(context.store, int(matches["user"].iloc[0]), matches)


def _walk(store: RunStore, user: int, matches: pd.DataFrame | None = None) -> None:
    step = None
    if matches is not None:
        met = matches.loc[matches["user"] == user, "t"]
        step = None if met.isna().all() else int(met.iloc[0])
    select_user(str(user_row(store, user)["user_id"].iloc[0]), step)


def swap_users(pinned: str, looked_at: str) -> None:
    """Look at the pinned person, and pin the one who was looked at."""
    select_user(pinned)
    select_pin(looked_at)


def with_user(context: Context) -> Context:
    """Return the context with a user: the selected one, else a telling person of the run."""
    if context.selection.user is not None:
        return context
    first = load(context.store, telling_user, context.among)
    if first.empty:
        return context
    select_user(str(first["user_id"].iloc[0]))
    return replace(context, selection=chosen_selection(context.run, context.store))
