"""A short guided tour: it opens on the first visit, and again from the side when asked for."""

from collections.abc import Mapping

import streamlit as st

from ruie_core.reporting.glossary import GLOSSARY
from ruie_core.reporting.text import escape
from ruie_core.reporting.tour import STEPS

COOKIE = "ruie_tour"
"""Cookie of a browser that has seen the tour; it holds no more than that."""
SEEN = "tour_seen"
_STEP, _OPEN, _ARRIVED = "tour_step", "open_dialog", "arrived_with"
_YEAR = 365 * 24 * 3600
_REMEMBER = f"""export default () => {{
  document.cookie = '{COOKIE}=seen; path=/; max-age={_YEAR}; SameSite=Lax';
}}
"""


def arrive(query: Mapping[str, str]) -> None:
    """Note what the link that opened this session names; call it before the query is changed."""
    st.session_state.setdefault(_ARRIVED, tuple(query))


def side_buttons() -> None:
    """Write the ways to the tour and to the glossary."""
    with st.container(horizontal=True, gap="small", key="side_help"):
        st.button(
            ":material/explore: Tour", key="open_tour", type="tertiary", on_click=_open,
            args=("tour",), help="What this app answers, in six steps",
        )  # fmt: skip
        st.button(
            ":material/menu_book: Glossary", key="open_glossary", type="tertiary",
            on_click=_open, args=("glossary",), help="Every word of the app, explained once",
        )  # fmt: skip


def dialogs() -> None:
    """Open what was asked for at the side; on a first visit, the tour.

    Who was sent a link to a person or a cohort looks at that first: the tour waits at the side.
    """
    asked = st.session_state.pop(_OPEN, None)
    if asked == "glossary":
        _glossary()
    elif asked == "tour" or not (_seen() or _was_sent()):
        st.session_state[SEEN] = False
        _tour()
    if st.session_state.get(SEEN):
        _remember()


def _seen() -> bool:
    return bool(st.session_state.get(SEEN, st.context.cookies.get(COOKIE) == "seen"))


def _was_sent() -> bool:
    return SEEN not in st.session_state and bool(set(st.session_state.get(_ARRIVED, ())) - {"run"})


def _open(name: str) -> None:
    st.session_state[_OPEN], st.session_state[_STEP] = name, 0


def _dismissed() -> None:
    st.session_state[SEEN] = True


@st.dialog("A short tour", on_dismiss=_dismissed, icon=":material/explore:")
def _tour() -> None:
    step = int(st.session_state.get(_STEP, 0))
    title, said = STEPS[step]
    with st.container(height=190, border=False, key="tour_text"):
        st.markdown(f"**{step + 1} of {len(STEPS)} · {title}**")
        st.markdown(said)
    st.progress((step + 1) / len(STEPS))
    last = step == len(STEPS) - 1
    with st.container(horizontal=True, horizontal_alignment="distribute", key="tour_foot"):
        st.button("Back", key="tour_back", disabled=step == 0, on_click=_go, args=(step - 1,))
        if not last:
            st.button("Next", key="tour_next", type="primary", on_click=_go, args=(step + 1,))
        if st.button("Start" if last else "Skip", key="tour_close",
                     type="primary" if last else "secondary"):  # fmt: skip
            _dismissed()
            st.rerun()


def _go(step: int) -> None:
    st.session_state[_STEP] = step


@st.dialog("Glossary", width="medium", icon=":material/menu_book:")
def _glossary() -> None:
    wanted = st.text_input("Find a word", key="glossary_find").strip().casefold()
    found = [
        (name, term.meaning)
        for name, term in GLOSSARY.items()
        if wanted in f"{name} {term.meaning}".casefold()
    ]
    if not found:
        st.caption(f"No word of the glossary holds “{escape(wanted)}”: clear the box to see all.")
    for name, meaning in found:
        st.markdown(f"**{name}**  \n{meaning}")


def _remember() -> None:
    """Let the browser remember that the tour was seen; reads happen where a session begins."""
    component = st.components.v2.component("ruie_tour_seen", js=_REMEMBER)
    with st.sidebar:
        component(key="tour_remember", height=1)
