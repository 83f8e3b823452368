"""What is selected, as small chips at the side, each with a cross; and the link to all of it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import urlencode

import streamlit as st

from app import selection
from app.selection import Selection
from app.state import Context, drop
from ruie_core.figures.numbers import count, short
from ruie_core.reporting.sides import days
from ruie_core.reporting.text import escape
from ruie_core.reporting.user import person

_LABELS: Mapping[str, Callable[[Selection], str]] = MappingProxyType(
    {
        selection.USER: lambda chosen: person(chosen.user_id),
        selection.STEP: lambda chosen: f"event {count(chosen.step or 0)}",
        selection.WINDOW: lambda chosen: "events {}–{}".format(
            *map(count, chosen.window or (0, 0))
        ),
        selection.PIN: lambda chosen: f"pinned: {person(chosen.pin_id)}",
        selection.FIND: lambda chosen: escape(short(selection.link(chosen)[selection.FIND], 26)),
        selection.SCENARIO: lambda chosen: escape(short(str(chosen.scenario), 26)),
        selection.ITEM: lambda chosen: f"item {escape(short(str(chosen.item_id), 20))}",
        selection.COMPARE: lambda chosen: f"against {escape(short(str(chosen.compare), 20))}",
        selection.PERIOD: lambda chosen: (
            "" if chosen.period is None else escape(days(chosen.period))
        ),
    }
)
"""The cohort is chosen, and let go, in the list above the chips."""

_KEY = "chips"
_HELP = (
    "Click one to let go of it.  \n"
    "**User**: User, Transitions and Embeddings look at this person, User and Embeddings at the "
    "chosen event and events. **Pinned**: their figures stand beside those of the user looked at. "
    "**A behaviour**: User walks through those who behave so. **A scenario**: Gate and Q draws its "
    "calibration. **An item**: Embeddings. **Against a run**: views that compare runs."
)


def chips(context: Context) -> None:
    """Write what is selected; a click lets go of it."""
    query = selection.link(context.selection)
    chosen = [key for key in _LABELS if key in query]
    if not chosen:
        return
    st.session_state[_KEY] = None
    st.pills(
        "Selected", chosen, key=_KEY, on_change=_let_go, help=_HELP,
        format_func=lambda key: f"{_LABELS[key](context.selection)} ✕",
    )  # fmt: skip


def _let_go() -> None:
    drop(st.session_state[_KEY])


@st.fragment
def copy_link(query: Mapping[str, str]) -> None:
    """Offer the address of exactly this view, with all that is selected, to be copied.

    It is written when it is opened: the view's own controls stand in the address too, and some of
    them redraw nothing but themselves.
    """
    with st.popover("Copy link", width="stretch", key="copy_link", on_change="rerun"):
        st.caption("This view with all that is selected; the mark at the right copies it.")
        page = (st.context.url or "").split("?", maxsplit=1)[0]
        whole = st.query_params.to_dict() | dict(query)
        st.code(f"{page}?{urlencode(whole)}", language=None, wrap_lines=True)
