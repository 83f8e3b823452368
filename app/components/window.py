"""Which events of a path are drawn: always announced, never cut silently."""

import math
from collections.abc import Callable

import streamlit as st

from app.selection import WINDOW, Selection
from app.state import drop, select_step, select_window
from ruie_core.reporting.glossary import explained
from ruie_core.reporting.user import STORY_TERMS, window_line

MOST, WIDTH = 150, 120
"""Paths up to ``MOST`` events are drawn whole; of longer ones ``WIDTH`` events at first."""

ZOOM_KEY = "Z"

_SLIDER, _ZOOMS = "user_window_slider", "story_zooms"


def zooms() -> bool:
    """Tell whether a drag over the storyboard zooms; a click then looks at nothing."""
    return bool(st.session_state.get(_ZOOMS, False))


def zoom_button() -> None:
    """Draw the button that lets the next drag over the storyboard zoom."""
    st.button(
        ":material/zoom_in: zoom", key="story_zoom", on_click=_switch, shortcut=ZOOM_KEY,
        type="primary" if zooms() else "secondary",
        help="Then drag over the events to draw, or move the ends of the range",
    )  # fmt: skip


def _switch() -> None:
    st.session_state[_ZOOMS] = not zooms()


def drawn_window(
    selection: Selection, events: int, step: int, sliding: bool = False
) -> tuple[int, int]:
    """Return the first and last event to draw; a long or zoomed path gets a range slider.

    Without a selected window it is the last events, or those around the looked-at event where that
    is an earlier one.

    Args:
        selection: what is selected.
        events: n of the person.
        step: the event that is looked at.
        sliding: draw the slider for a short path too.
    """
    said = explained(*STORY_TERMS)
    whole = events <= MOST and selection.window is None
    if whole and not (sliding and events > 2):
        st.markdown(f"**{window_line(1, events, events)}**", help=said)
        return 1, events
    first, last = selection.window or ((1, events) if whole else _around(step, events))
    st.session_state[_SLIDER] = (first, last)
    with st.container(horizontal=True, vertical_alignment="bottom", key="user_window"):
        st.slider(
            f"**{window_line(first, last, events)}**", 1, events, key=_SLIDER, help=said,
            on_change=_moved, args=(events,),
        )  # fmt: skip
        if selection.window is not None:
            st.button(
                ":material/zoom_out_map: all", key="user_window_all", on_click=drop, args=(WINDOW,),
                help="Back to the events that are drawn at first",
            )  # fmt: skip
    return first, last


def picked(chart: str, events: int) -> Callable[[], None]:
    """Return the callback of the storyboard: a click looks at an event, a drag zooms.

    Args:
        chart: key of the chart.
        events: n of the person; place n + 1 is the forecast.
    """

    def callback() -> None:
        selection = st.session_state[chart].selection
        if selection.box:
            low, high = sorted(selection.box[0]["x"])
            first, last = max(1, math.ceil(low)), min(events, math.floor(high))
            st.session_state[_ZOOMS] = False
            if last > first:
                select_window(first, last)
        elif selection.points:
            point = selection.points[0]
            select_step(round(point["x"]))

    return callback


def _around(step: int, events: int) -> tuple[int, int]:
    first = max(1, events - WIDTH + 1)
    if step < first:
        first = max(1, step - WIDTH // 2)
    return first, min(events, first + WIDTH - 1)


def _moved(events: int) -> None:
    first, last = st.session_state[_SLIDER]
    first = min(first, events - 1)
    select_window(first, max(last, first + 1))
