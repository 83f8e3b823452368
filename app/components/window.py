"""Which events of a long path are drawn: always announced, never cut silently."""

import streamlit as st

from app.state import Selection, select_window
from ruie_core.reporting.user import GLOSSARY, window_line

MOST, WIDTH = 150, 120
"""Paths up to ``MOST`` events are drawn whole; of longer ones ``WIDTH`` events at first."""

_SLIDER = "user_window_slider"


def drawn_window(selection: Selection, events: int, step: int) -> tuple[int, int]:
    """Return the first and last event to draw; a long path gets a range slider.

    Without a selected window it is the last events, or those around the looked-at event where that
    is an earlier one.
    """
    if events <= MOST and selection.window is None:
        st.markdown(f"**{window_line(1, events, events)}**", help=GLOSSARY)
        return 1, events
    first, last = selection.window or _around(step, events)
    st.session_state[_SLIDER] = (first, last)
    st.slider(
        f"**{window_line(first, last, events)}**", 1, events, key=_SLIDER, help=GLOSSARY,
        on_change=_moved, args=(events,),
    )  # fmt: skip
    return first, last


def _around(step: int, events: int) -> tuple[int, int]:
    first = max(1, events - WIDTH + 1)
    if step < first:
        first = max(1, step - WIDTH // 2)
    return first, min(events, first + WIDTH - 1)


def _moved(events: int) -> None:
    first, last = st.session_state[_SLIDER]
    first = min(first, events - 1)
    select_window(first, max(last, first + 1))
