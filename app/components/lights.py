"""Health lights: a mark, a word and a sentence, so that colour is never the only sign."""

from collections.abc import Sequence

import streamlit as st

from ruie_core.reporting.glossary import hover


def health_lights(lights: Sequence[tuple[bool, str, str]], key: str) -> None:
    """Write one line of a card per light.

    Args:
        lights: whether it calls for attention, its name, its sentence (Markdown).
        key: unique on the page.
    """
    with st.container(border=True, key=key, gap="small", height="stretch"):
        for calls, name, sentence in lights:
            mark = (
                ":orange[:material/warning:] {} · :orange[look here]"
                if calls
                else ":green[:material/check_circle:] {} · :green[sound]"
            )
            st.markdown(f"**{mark.format(name)}**", help=hover(name))
            st.caption(sentence)
