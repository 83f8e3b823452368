"""Which events of a long path are drawn: always announced, never cut silently."""

import streamlit as st

from ruie_core.reporting.user import GLOSSARY, window_line

MOST, WIDTH = 150, 120
"""Paths up to ``MOST`` events are drawn whole; of longer ones ``WIDTH`` events at first."""

_KEPT, _SLIDER = "user_window", "user_window_slider"


def drawn_window(user: int, events: int, step: int) -> tuple[int, int]:
    """Return the first and last event to draw; a long path gets a range slider.

    It opens on the last events, or around the looked-at event where that is not among them.
    """
    if events <= MOST:
        st.markdown(f"**{window_line(1, events, events)}**", help=GLOSSARY)
        return 1, events
    owner, first, last = st.session_state.get(_KEPT, (None, 0, 0))
    if owner != user:
        first, last = events - WIDTH + 1, events
    if not first <= min(step, events) <= last:
        first = min(max(1, step - WIDTH // 2), events - WIDTH + 1)
        last = first + WIDTH - 1
    st.session_state[_KEPT] = (user, first, last)
    st.session_state[_SLIDER] = (first, last)
    st.slider(
        f"**{window_line(first, last, events)}**", 1, events, key=_SLIDER,
        on_change=_moved, args=(user,), help=GLOSSARY,
    )  # fmt: skip
    return first, last


def _moved(user: int) -> None:
    first, last = st.session_state[_SLIDER]
    st.session_state[_KEPT] = (user, first, max(last, first + 1))
