"""Compare: who is better served, by which model, and since when?"""

import streamlit as st

from app.components.compare_runs import runs
from app.components.compare_sides import cohort, periods
from app.components.compare_users import users
from app.state import Context, select_by
from app.views.registry import question
from ruie_core.reporting.compare import COMPARISONS

_KEY = "compare_by"
_BODIES = {"users": users, "cohort": cohort, "runs": runs, "periods": periods}


def render(context: Context) -> None:
    """Draw the view."""
    chosen = context.selection.by or _fitting(context)
    st.subheader("Compare", help=question("compare"), anchor=False)
    st.session_state[_KEY] = chosen
    st.segmented_control(
        "Compare", list(COMPARISONS), required=True, key=_KEY, on_change=_choose,
        format_func=COMPARISONS.__getitem__, label_visibility="collapsed",
    )  # fmt: skip
    _BODIES[chosen](context)


def _choose() -> None:
    select_by(st.session_state[_KEY])


def _fitting(context: Context) -> str:
    """Return what there is the most reason to compare by what is selected."""
    chosen = context.selection
    if chosen.compare is not None:
        return "runs"
    if chosen.cohort is not None:
        return "cohort"
    return "users" if chosen.pin is not None else "periods"
