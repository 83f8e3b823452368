"""The query of the page's address, as the app keeps it: one dictionary of texts.

Where the address is silent (the browser came from a link without a query) the session remembers.
"""

from collections.abc import Hashable, Mapping, Sequence

import streamlit as st

_SESSION = "selection"
_NOTICES = "selection_notices"
_VIEW, _VISIT = "view_drawn", "view_visit"


def wanted(keys: Sequence[str]) -> dict[str, str]:
    """Return what the address asks for, or else what the session remembers."""
    named = {key: st.query_params[key] for key in keys if key in st.query_params}
    return named or dict(st.session_state.get(_SESSION, {}))


def write(keys: Sequence[str], query: Mapping[str, str]) -> None:
    """Put a query into the address and the session; of ``keys`` it names all that stay."""
    st.session_state[_SESSION] = dict(query)
    for key in keys:
        if key not in query:
            st.query_params.pop(key, None)
        elif st.query_params.get(key) != query[key]:
            st.query_params[key] = query[key]


def visit(view: str) -> None:
    """Note which view is drawn: coming to one from another begins a new visit."""
    if st.session_state.get(_VIEW) != view:
        st.session_state[_VIEW] = view
        st.session_state[_VISIT] = st.session_state.get(_VISIT, 0) + 1


def own(key: str, owner: Hashable, remembered: str) -> str:
    """Return a text that belongs to one view: as the address has it, else as it was left there.

    The address is silent where somebody comes from another view, or from another ``owner``: then
    what was left holds, and is written. It is silent, too, after "back" to before the first text:
    then there is none.

    Args:
        key: of the address.
        owner: what the text is about, such as the run.
        remembered: as it was left; empty: nothing was.
    """
    here, mark = (st.session_state.get(_VISIT, 0), owner), f"{key}_visited"
    if st.session_state.get(mark) != here and key not in st.query_params:
        put(key, remembered)
    st.session_state[mark] = here
    return st.query_params.get(key, "")


def put(key: str, text: str) -> None:
    """Put a view's own text into the address; an empty one takes it out."""
    if not text:
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != text:
        st.query_params[key] = text


def note(sentence: str) -> None:
    """Keep what had to be corrected until it is taken."""
    kept = st.session_state.get(_NOTICES, ())
    if sentence not in kept:
        st.session_state[_NOTICES] = (*kept, sentence)


def take_notices() -> tuple[str, ...]:
    """Return, once, what had to be corrected in the link."""
    return tuple(st.session_state.pop(_NOTICES, ()))
