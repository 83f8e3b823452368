"""Which events of a long path are drawn: always announced, never cut silently."""

import streamlit as st

from ruie_core.reporting.user import GLOSSARY, window_line

MOST, WIDTH = 150, 120
"""Paths up to ``MOST`` events are drawn whole; of longer ones ``WIDTH`` events at first."""

_KEPT, _SLIDER = "user_window", "user_window_slider"


def drawn_window(user: int, events: int, step: int) -> tuple[int, int]:
    """Return the first and last event to draw; a long path gets a range slider.

    It opens on the last events, follows the looked-at event where that changes to one outside,
    and otherwise stays where somebody put it.
    """
    if events <= MOST:
        st.markdown(f"**{window_line(1, events, events)}**", help=GLOSSARY)
        return 1, events
    owner, first, last, seen = st.session_state.get(_KEPT, (None, 0, 0, None))
    if owner != user:
        first, last, seen = events - WIDTH + 1, events, None
    if step != seen and not first <= min(step, events) <= last:
        first = min(max(1, step - WIDTH // 2), events - WIDTH + 1)
        last = first + WIDTH - 1
    st.session_state[_KEPT] = (user, first, last, step)
    st.session_state[_SLIDER] = (first, last)
    st.slider(
        f"**{window_line(first, last, events)}**", 1, events, key=_SLIDER, help=GLOSSARY,
        on_change=_moved, args=(user, step),
    )  # fmt: skip
    return first, last


def _moved(user: int, step: int) -> None:
    first, last = st.session_state[_SLIDER]
    st.session_state[_KEPT] = (user, first, max(last, first + 1), step)
