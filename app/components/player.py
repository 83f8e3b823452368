"""Stepping through a person's events, by hand, by key, or by itself."""

import time
from collections.abc import Callable

import streamlit as st

from app.components.window import zoom_button
from app.state import Context, chosen_selection, select_step
from ruie_core.figures.numbers import count

BACK_KEY, FORWARD_KEY, PLAY_KEY = "Left", "Right", "P"
SECONDS = 1.5
"""Between two events while it plays."""

_PLAYING, _DUE, _STEP = "story_playing", "story_due", "user_step"


def playing() -> bool:
    """Tell whether the story plays."""
    return bool(st.session_state.get(_PLAYING, False))


def advance(context: Context, events: int, shown: Callable[[], int]) -> None:
    """Go on to the next event if the story plays and its time has come; stop at the forecast.

    Args:
        context: run and selection.
        events: n of the person.
        shown: the event that is looked at where none is selected.
    """
    if not playing() or time.monotonic() < st.session_state.get(_DUE, 0.0):
        return
    selection = chosen_selection(context.run, context.store)
    step = selection.step or shown()
    if step > events:
        _stop()
        return
    select_step(step + 1)
    _wait()


def controls(step: int, events: int) -> None:
    """Draw back, play and forward, and the slider that chooses an event; n + 1 is the forecast."""
    if events < 2:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="player"):
        st.button(
            ":material/skip_previous: back", key="story_back", on_click=_go, args=(step - 1,),
            disabled=step <= 2, shortcut=BACK_KEY, help="The event before",
        )  # fmt: skip
        st.button(
            ":material/pause: pause" if playing() else ":material/play_arrow: play",
            key="story_play", on_click=_toggle, args=(step, events), shortcut=PLAY_KEY,
            help=f"Go on by itself, an event every {SECONDS:g} s",
        )  # fmt: skip
        st.button(
            ":material/skip_next: on", key="story_forward", on_click=_go, args=(step + 1,),
            disabled=step > events, shortcut=FORWARD_KEY, help="The next event; last, the forecast",
        )  # fmt: skip
        zoom_button()
        # While it plays the slider follows and is not listened to: a value that the browser sends
        # late, along with the key that pauses, would look like a hand on it.
        st.session_state[_STEP] = max(2, step)
        st.slider(
            "Event", 2, events + 1, key=_STEP, on_change=None if playing() else _slid,
            disabled=playing(), label_visibility="collapsed",
            format=f"event %d of {count(events)}" if step <= events else "forecast",
        )  # fmt: skip


def _go(step: int) -> None:
    _stop()
    select_step(step)


def _slid() -> None:
    _go(st.session_state[_STEP])


def _toggle(step: int, events: int) -> None:
    if playing():
        _stop()
        return
    st.session_state[_PLAYING] = True
    select_step(2 if step > events else step)
    _wait()


def _stop() -> None:
    st.session_state[_PLAYING] = False


def _wait() -> None:
    st.session_state[_DUE] = time.monotonic() + 0.8 * SECONDS
