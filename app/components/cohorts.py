"""Cohorts: save those who match, export one, import one, remove one."""

import json
from collections.abc import Callable

import pandas as pd
import streamlit as st

from app.components.messages import problem
from app.places import read_only
from app.state import Context, Group, select_cohort
from ruie_core.analysis.cohorts import (
    MOST_BYTES,
    Cohort,
    checked_cohort,
    delete_cohort,
    described,
    listed_cohort,
    read_cohort,
    save_cohort,
)
from ruie_core.errors import UserError
from ruie_core.figures.numbers import count
from ruie_core.reporting import cohorts as words
from ruie_core.reporting.text import escape, plural, strong

_ERROR, _NAME, _FILE = "cohort_error", "cohort_name", "cohort_file"


def cohort_menu(context: Context, matches: pd.DataFrame) -> None:
    """Draw the menu of cohorts behind a small button.

    Args:
        context: run and selection.
        matches: who matches now: ``user``, ``user_id``.
    """
    with st.popover("Cohorts", type="tertiary", key="cohort_popover"):
        if context.group is not None and context.selection.cohort is not None:
            _selected(context, context.group, context.selection.cohort)
        if read_only():
            st.caption(words.SHOWS_ONLY)
        else:
            _make(context, matches)
    if error := st.session_state.pop(_ERROR, None):
        problem(UserError(error))


def _make(context: Context, matches: pd.DataFrame) -> None:
    if len(matches) and context.selection.find is not None:
        _save(context, matches)
    elif context.group is None:
        st.caption("Describe a behaviour; those who match can be saved as a cohort.")
    st.file_uploader(
        "Import a cohort", type="json", key=_FILE, on_change=_import,
        args=(context,), max_upload_size=MOST_BYTES >> 20,
    )  # fmt: skip


def _keep(context: Context, cohort: Cohort) -> None:
    """Write a cohort and select it.

    Raises:
        UserError: the server only shows, or the cohort cannot be written.
    """
    if read_only():
        raise UserError(words.SHOWS_ONLY)
    select_cohort(save_cohort(context.store, cohort))


def _selected(context: Context, group: Group, identity: str) -> None:
    cohort = read_cohort(context.store, identity)
    st.markdown(f"{strong(group.name)}: {count(group.n)} {plural(group.n, 'user')}")
    st.caption(escape(cohort.sentence or "an explicit list of users"))
    with st.container(horizontal=True):
        st.download_button(
            "Export", lambda: cohort.model_dump_json(indent=2, exclude_none=True).encode(),
            f"{identity}.json", "application/json", key="cohort_export", on_click="ignore",
        )  # fmt: skip
        st.button("Look at everyone", key="cohort_leave", on_click=select_cohort, args=(None,))
        st.button(
            "Remove", key="cohort_delete", on_click=_delete, args=(context, identity),
            help="Removes the cohort from the run's folder.", disabled=read_only(),
        )  # fmt: skip


def _save(context: Context, matches: pd.DataFrame) -> None:
    with st.form("cohort_form", border=False, clear_on_submit=True):
        name, save = st.columns([4, 1], vertical_alignment="bottom")
        name.text_input(
            f"Save the {count(len(matches))} {plural(len(matches), 'user')} who match as a cohort",
            key=_NAME, placeholder="a name",
        )  # fmt: skip
        save.form_submit_button("Save", on_click=_saved, args=(context, matches))


def _saved(context: Context, matches: pd.DataFrame) -> None:
    name, store, find = st.session_state[_NAME], context.store, context.selection.find
    try:
        if context.group is None and find is not None:
            cohort = described(store, name, find, len(matches))
        else:  # a behaviour within a cohort: those people, by name
            cohort = listed_cohort(store, name, matches["user_id"])
        _keep(context, cohort)
    except UserError as error:
        st.session_state[_ERROR] = str(error)


def save_listed(context: Context, users: Callable[[], pd.DataFrame], label: str, key: str) -> None:
    """Draw a form that keeps users as a named cohort and selects it.

    Args:
        context: run and selection.
        users: finds them when they are saved: ``user_id``.
        label: over the name.
        key: unique on the page.
    """
    name_key, error_key = f"{key}_name", f"{key}_error"

    def saved() -> None:
        store = context.store
        try:
            cohort = listed_cohort(store, st.session_state[name_key], users()["user_id"])
            _keep(context, cohort)
        except UserError as error:
            st.session_state[error_key] = str(error)

    if read_only():
        st.caption(words.SHOWS_ONLY)
        return
    with st.form(f"{key}_form", border=False, clear_on_submit=True):
        name, save = st.columns([3, 1], vertical_alignment="bottom")
        name.text_input(label, key=name_key, placeholder="a name")
        save.form_submit_button("Save", on_click=saved, key=f"{key}_save")
    if error := st.session_state.pop(error_key, None):
        problem(UserError(error))


def _import(context: Context) -> None:
    file = st.session_state[_FILE]
    if file is None:
        return
    try:
        value = json.loads(file.getvalue().decode("utf-8"))
    except ValueError as error:
        st.session_state[_ERROR] = f"{file.name} is not valid JSON ({error}): choose another file."
        return
    try:
        cohort = checked_cohort(context.store, value, file.name)
        _keep(context, cohort)
    except UserError as error:
        st.session_state[_ERROR] = str(error)


def _delete(context: Context, identity: str) -> None:
    if read_only():
        return
    try:
        delete_cohort(context.store, identity)
    except UserError as error:
        st.session_state[_ERROR] = str(error)
        return
    select_cohort(None)
