"""Findings: what do I tell the product team?"""

import streamlit as st

from app.components.findings import desk_of, downloads, offers, rival_of, told
from app.components.findings_kept import draft, lists, saved_list, status
from app.components.messages import empty
from app.components.page import header
from app.state import Context
from app.views.registry import VIEWS, question
from ruie_core.report.gather import chosen, offered, suggestion
from ruie_core.reporting import report as words
from ruie_core.reporting.text import escape


def render(context: Context) -> None:
    """Draw the view."""
    desk, selection = desk_of(context), context.selection
    rival = rival_of(desk, context)
    found = offered(desk, selection.cohort, selection.user_id, rival)
    if not found:
        header("Findings", "Nothing can be told yet.", question("findings"))
        empty(words.EMPTY_RUN, f"ruie evaluate {context.store.path}")
        return
    saved = saved_list(context)
    picks = draft(context, found, saved)
    kept, notes = chosen(desk, picks)
    header("Findings", words.verdict(found, len(kept)), question("findings"))
    st.caption(words.METHOD)
    with st.container(horizontal=True, vertical_alignment="bottom", key="findings_bar"):
        lists(context, picks, saved)
        downloads(context, desk, picks, saved, (suggestion(found), rival))
    status(context)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**What can be said**")
        offers(context, found, picks, {view.module: view.title for view in VIEWS})
        if selection.cohort is None:
            st.caption(words.MORE)
    with right:
        st.markdown("**What will be told, in this order**")
        for note in notes:
            st.warning(escape(note))
        told(context, desk, kept)
