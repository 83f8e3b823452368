"""Findings as they are kept: each change goes into the named list at once, else into the link.

A change of a list that cannot be written (somebody else changed it meanwhile, the server only
shows, a full disk) stays in the tab too, with the reason beside it, until its author decides.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from app import url
from app.components.messages import problem
from app.places import read_only
from app.selection import TOLD
from app.state import Context, select_findings
from ruie_core.analysis import choices
from ruie_core.analysis.findings import (
    ChangedMeanwhileError,
    FindingList,
    Pick,
    change_findings,
    delete_findings,
    list_findings,
    new_list,
    read_findings,
    rename_findings,
    save_findings,
)
from ruie_core.errors import UserError
from ruie_core.report.gather import suggestion
from ruie_core.reporting import report as words
from ruie_core.reporting.finding import Finding
from ruie_core.reporting.text import escape

_DRAFTS, _NAME, _OTHER, _LIST, _ERROR = (
    "findings_drafts", "findings_name", "findings_other_name", "findings_list", "findings_error",
)  # fmt: skip
_CAPTIONS = "findings_captions"
Picks = tuple[Pick, ...]


@dataclass(frozen=True)
class Draft:
    """A choice as one tab sees it.

    Attributes:
        picks: what is chosen, in order.
        seen: revision of the list's file that it follows; none: the choice has no name.
        unsaved: why it is not in its list, a sentence; none: it is, or has none.
        clash: whether another's change of the list is the reason.
        link: what the address says of a choice without a name; empty: nobody has touched it.
    """

    picks: Picks
    seen: str | None = None
    unsaved: str | None = None
    clash: bool = False
    link: str = ""


def saved_list(context: Context) -> FindingList | None:
    """Return the list that the link names."""
    identity = context.selection.findings
    return None if identity is None else read_findings(context.store, identity)


def draft(context: Context, offered: Sequence[Finding], saved: FindingList | None) -> Picks:
    """Return the choice: what could not be saved, else the saved list, else what the link says."""
    kept = _drafts().get(_owner(context))
    text = url.own(TOLD, _owner(context), "" if kept is None else kept.link)
    if saved is None:
        kept = _linked(context, offered, kept, text)
    else:
        url.put(TOLD, "")  # the list's id says it all
        if kept is None or kept.unsaved is None:
            kept = Draft(saved.picks, saved.revision)
    _drafts()[_owner(context)] = kept
    return kept.picks


def _linked(context: Context, offered: Sequence[Finding], kept: Draft | None, text: str) -> Draft:
    """Return the choice that the address names; where it names none, a suggestion."""
    if kept is not None and text and text == kept.link:
        return kept
    try:
        found = choices.read(text) if text else None
    except UserError as error:
        st.warning(escape(str(error)))
        url.put(TOLD, "")
        found = None
    if found is None:
        return Draft(suggestion(offered))
    if not found.cut:
        return Draft(found.picks, link=text)
    known = _captions(context)
    if not any(each.identity in known for each in found.picks):
        st.warning(words.CUT)
        url.put(TOLD, choices.write(found.picks))  # as it is now: there is nothing left to cut
        return Draft(found.picks, link=choices.write(found.picks))
    picks = (
        each.model_copy(update={"caption": known.get(each.identity, "")}) for each in found.picks
    )
    return Draft(tuple(picks), link=text)


def _captions(context: Context) -> dict[tuple[str | None, ...], str]:
    """Return what was last written in this tab: "back" leads to links that do not hold it."""
    every: dict[str, dict[tuple[str | None, ...], str]]
    every = st.session_state.setdefault(_CAPTIONS, {})
    return every.setdefault(context.store.fingerprint, {})


def edit(context: Context, change: Callable[[Picks], Picks]) -> None:
    """Change the choice as it is now, and write it into its list where it has one.

    The change is a function, because a second one may come before the page has been drawn anew.
    """
    kept = _drafts().get(_owner(context))
    if kept is not None:  # else it was named, or removed, an instant ago
        _keep(context, change(kept.picks))


def lists(context: Context, picks: Picks, saved: FindingList | None) -> None:
    """Choose, make, rename and remove named lists of the run, and say whether all is saved."""
    names, identity = list_findings(context.store.path), context.selection.findings
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if names:
            st.session_state[_LIST] = identity
            st.selectbox(
                "List", [None, *names], key=_LIST, width=260, placeholder="unnamed",
                format_func=lambda each: "unnamed" if each is None else names[each],
                on_change=lambda: select_findings(st.session_state[_LIST]),
            )  # fmt: skip
        if not read_only():
            if saved is not None:
                _rename(context, saved)
            _save_as(context, picks, "Save as …" if saved is None else "Duplicate")
            if saved is not None:
                st.button("Remove list", key="findings_delete", on_click=_delete, args=(context,))
    if error := st.session_state.pop(_ERROR, None):
        problem(UserError(error))


def status(context: Context) -> None:
    """Say quietly where the choice is kept, or loudly why it is not and what to do."""
    kept = _drafts()[_owner(context)]
    if kept.unsaved is None:
        if kept.seen is None:
            cut = choices.is_cut(kept.link)
            (st.warning if cut else st.caption)(words.unnamed_line(cut, read_only()))
        else:
            st.caption(words.SHOWS_ONLY if read_only() else words.SAVED)
        return
    with st.container(border=True, key="findings_unsaved"):
        st.warning(escape(kept.unsaved))
        with st.container(horizontal=True):
            if not read_only():
                st.button(
                    "Save mine instead" if kept.clash else "Try again", key="findings_mine",
                    on_click=_keep, args=(context, kept.picks, kept.clash),
                )  # fmt: skip
            st.button(
                "Go back to the saved list", key="findings_theirs",
                on_click=_forget, args=(context,),
            )  # fmt: skip


def _rename(context: Context, saved: FindingList) -> None:
    with (
        st.popover("Rename", key="findings_rename"),
        st.form("findings_rename_form", border=False),
    ):
        st.text_input("New name (links to the list stay valid)", saved.name, key=_OTHER)
        st.form_submit_button("Rename it", on_click=_renamed, args=(context,))


def _save_as(context: Context, picks: Picks, label: str) -> None:
    with (
        st.popover(label, key="findings_save_as", disabled=not picks),
        st.form("findings_form", border=False, clear_on_submit=True),
    ):
        st.text_input("Name of the new list", key=_NAME, placeholder="a name")
        st.form_submit_button("Save", on_click=_save, args=(context,))


def _owner(context: Context) -> tuple[str, str | None]:
    """Whose choice it is: the run's tables, and the list."""
    return context.store.fingerprint, context.selection.findings


def _drafts() -> dict[tuple[str, str | None], Draft]:
    kept: dict[tuple[str, str | None], Draft] = st.session_state.setdefault(_DRAFTS, {})
    return kept


def _keep(context: Context, picks: Picks, anyhow: bool = False) -> None:
    """Keep a choice in its list, or in the link where it has no name.

    Args:
        context: run and selection.
        picks: the choice.
        anyhow: also where the list is another than the one that was seen.
    """
    owner, seen = _owner(context), _drafts()[_owner(context)].seen
    if owner[1] is None:
        _unnamed(context, picks)
        return
    if read_only():
        _drafts()[owner] = Draft(picks, seen, unsaved=words.SHOWS_ONLY)
        return
    try:
        changed = change_findings(context.store, owner[1], picks, None if anyhow else seen)
    except UserError as error:
        clash = isinstance(error, ChangedMeanwhileError)
        _drafts()[owner] = Draft(picks, seen, unsaved=str(error), clash=clash)
        if owner[1] not in list_findings(context.store.path):  # removed elsewhere: nothing is lost
            _unnamed(context, picks)
            _forget(context)
        return
    _drafts()[owner] = Draft(picks, changed.revision)


def _unnamed(context: Context, picks: Picks) -> None:
    """Keep a choice without a name."""
    _captions(context).update({each.identity: each.caption for each in picks})
    kept = Draft(picks, link=choices.write(picks))
    _drafts()[context.store.fingerprint, None] = kept
    url.put(TOLD, kept.link)


def _forget(context: Context) -> None:
    _drafts().pop(_owner(context), None)


def _save(context: Context) -> None:
    if read_only():
        return
    owner = _owner(context)
    try:
        found = new_list(context.store, st.session_state[_NAME], _drafts()[owner].picks)
        select_findings(save_findings(context.store, found))
    except UserError as error:
        st.session_state[_ERROR] = str(error)
        return
    _forget(context)  # it has a name now; a list that was doubled stays as it was saved


def _renamed(context: Context) -> None:
    if read_only():
        return
    try:
        name = st.session_state[_OTHER]
        rename_findings(context.store, str(context.selection.findings), name)
    except UserError as error:
        st.session_state[_ERROR] = str(error)


def _delete(context: Context) -> None:
    if read_only():
        return
    try:
        delete_findings(context.store, str(context.selection.findings))
    except UserError as error:
        st.session_state[_ERROR] = str(error)
        return
    _forget(context)
    select_findings(None)
