"""Editing a history: where the edit is kept, and the controls that change it.

An edit belongs to one person of one run. It lives in the URL as a short text behind a mark of
whose it is (``ruie_core.analysis.edits.encode``), and in the session, so that it is there again
when somebody comes back from another view. The mark stands in the URL with nothing behind it
where nothing is edited: "back" then leads to the history as it was.
"""

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from app.components.frames import load
from app.state import Context
from ruie_core.analysis.editor import edited_of, rows_of
from ruie_core.analysis.edits import History, decode, encode, insert
from ruie_core.analysis.frames.embeddings import search_items
from ruie_core.analysis.frames.whatif import catalogue_size
from ruie_core.analysis.store import RunStore
from ruie_core.errors import UserError
from ruie_core.figures.numbers import short
from ruie_core.reporting.text import escape
from ruie_core.reporting.whatif import Names

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig

PARAMETER = "edit"
_NEXT, _SEARCH, _FOUND = "whatif_next", "whatif_search", "whatif_found"
_PLACE, _SCENARIO, _ACTIONS = "whatif_place", "whatif_scenario", "whatif_actions"
_FREE = "not forced"


@dataclass(frozen=True)
class Edit:
    """A person's history and what became of it.

    Attributes:
        owner: mark of the run and the person.
        original: the whole history.
        edited: the edited one.
        request: code of the forced next scenario, none where the model is not told.
    """

    owner: str
    original: History
    edited: History
    request: int | None


def current_edit(context: Context, original: History) -> Edit:
    """Return the edit of the URL, else of the session; one that cannot be read is said and dropped.

    An edit of another person or run is left alone in the session and not shown.
    """
    store, selection = context.store, context.selection
    owner = f"{zlib.crc32(f'{selection.run}/{selection.user_id}'.encode()):08x}"
    mark, _, text = str(st.query_params.get(PARAMETER, "")).partition(".")
    if mark != owner:
        text = st.session_state.get(_kept(owner), "")
    try:
        edited, request = decode(
            text, original, items=int(load(store, catalogue_size)["items"].iloc[0]),
            scenarios=len(store.scenarios), actions=len(store.actions),
        )  # fmt: skip
    except UserError as error:
        st.warning(escape(f"{error} This is the history as it was."))
        edited, request = original, None
    edit = Edit(owner, original, edited, request)
    _write(edit)
    return edit


def _write(edit: Edit) -> None:
    text = encode(edit.original, edit.edited, edit.request)
    st.session_state[_kept(edit.owner)] = text
    value = f"{edit.owner}.{text}" if text else edit.owner
    if st.query_params.get(PARAMETER) != value:
        st.query_params[PARAMETER] = value


def _kept(owner: str) -> str:
    return f"whatif_edit_{owner}"


def controls(store: RunStore, edit: Edit) -> None:
    """Draw the line of controls: insert an event, force the next scenario, reset."""
    line = st.columns([1.35, 1.5, 0.8], vertical_alignment="bottom", gap="small")
    with line[0].popover("Insert an event", width="stretch", icon=":material/add:"):
        _insertion(store, edit)
    names = list(store.scenarios)
    st.session_state[_NEXT] = _FREE if edit.request is None else names[edit.request - 1]
    line[1].selectbox(
        "Force next scenario", [_FREE, *names], key=_NEXT, on_change=_forced, args=(store, edit),
        help="Tell the model in which scenario the next request comes, as a search box would.",
    )  # fmt: skip
    line[2].button(
        "Reset", key="whatif_reset", width="stretch", on_click=_write,
        args=(Edit(edit.owner, edit.original, edit.original, None),),
        disabled=edit.edited == edit.original and edit.request is None,
    )  # fmt: skip


def _forced(store: RunStore, edit: Edit) -> None:
    chosen = st.session_state[_NEXT]
    request = None if chosen == _FREE else store.scenarios.index(chosen) + 1
    _write(Edit(edit.owner, edit.original, edit.edited, request))


def _insertion(store: RunStore, edit: Edit) -> None:
    text = st.text_input(
        "Item, by title or id", key=_SEARCH, placeholder="part of a title, then Enter"
    ).strip()
    found = load(store, search_items, text) if text else None
    if found is None or found.empty:
        st.caption("No item has this title or id." if text else "Search for an item first.")
        return
    names = found["title"].fillna(found["item_id"])
    titles = dict(zip(found["item"].astype(int), names, strict=True))
    st.selectbox(
        "Found", list(titles), format_func=lambda code: short(titles[code], 48), key=_FOUND
    )
    last = len(edit.edited) + 1
    st.number_input(f"As event (1 to {last})", 1, last, value=last, key=_PLACE)
    st.selectbox("In", list(store.scenarios), key=_SCENARIO)
    st.multiselect("With", list(store.actions), default=list(store.actions[:1]), key=_ACTIONS)
    st.button("Insert", key="whatif_insert", type="primary", on_click=_inserted, args=(store, edit))


def _inserted(store: RunStore, edit: Edit) -> None:
    chosen = st.session_state
    actions = sum(1 << store.actions.index(name) for name in chosen[_ACTIONS])
    scenario = store.scenarios.index(chosen[_SCENARIO]) + 1
    edited = insert(edit.edited, int(chosen[_PLACE]), int(chosen[_FOUND]), scenario, actions)
    _write(Edit(edit.owner, edit.original, edited, edit.request))


def history_table(edit: Edit, shown: int, names: Names) -> None:
    """Draw the last events as a table to edit; the button under it takes the edits over.

    Args:
        edit: the edit so far.
        shown: how many of the original's last events are open to edits.
        names: behind the codes.
    """
    rows = rows_of(edit.original, edit.edited, shown, names.items, names.scenarios, names.actions)
    state = encode(edit.original, edit.edited)
    with st.form("whatif_form", border=False, height="content"):
        table = st.data_editor(
            rows, key=f"whatif_table_{edit.owner}_{state}", height=392, row_height=30,
            placeholder="–",
            disabled=["item", "event"], hide_index=True,
            column_config=_columns(names, len(edit.edited)),
        )  # fmt: skip
        apply = st.form_submit_button("Ask the model", type="primary", width="stretch")
    if apply:
        edited = edited_of(edit.original, edit.edited, table, shown, names.scenarios, names.actions)
        _write(Edit(edit.owner, edit.original, edited, edit.request))
        st.rerun()


def _columns(names: Names, events: int) -> "dict[str, ColumnConfig]":
    return {
        "event": st.column_config.TextColumn(
            "event", width=48, alignment="right", help="Number in the log, or new."
        ),
        "keep": st.column_config.CheckboxColumn("keep", width=66, help="Untick to take it out."),
        "place": st.column_config.NumberColumn(
            "place", width=68, min_value=1, max_value=events, step=1,
            help="Give another number to move the event there.",
        ),
        "item": st.column_config.TextColumn("item", width=150),
        "scenario": st.column_config.SelectboxColumn(
            "scenario", width=120, options=list(names.scenarios), required=True),
        "actions": st.column_config.MultiselectColumn(
            "actions", width=130, options=list(names.actions)),
    }  # fmt: skip
