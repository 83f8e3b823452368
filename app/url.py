"""The query of the page's address, as the app keeps it: one dictionary of texts.

Where the address is silent (the browser came from a link without a query) the session remembers.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

_SESSION = "selection"
_NOTICES = "selection_notices"


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


def note(sentence: str) -> None:
    """Keep what had to be corrected until it is taken."""
    kept = st.session_state.get(_NOTICES, ())
    if sentence not in kept:
        st.session_state[_NOTICES] = (*kept, sentence)


def take_notices() -> tuple[str, ...]:
    """Return, once, what had to be corrected in the link."""
    return tuple(st.session_state.pop(_NOTICES, ()))
