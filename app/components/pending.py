"""A view that is not ready yet: what is being done, and the room that it will take."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from types import MappingProxyType

import streamlit as st

MOST_WIDE = 2200
"""Width of a view at most, px: on a very wide screen lines and charts stay within a glance."""
_HEIGHTS: Mapping[str, int] = MappingProxyType(
    {"overview": 980, "user": 1420, "whatif": 1500, "transitions": 1060, "embeddings": 1560,
     "scenarios": 620, "gate": 1080, "experiments": 820, "compare": 2790, "findings": 1840}
)  # fmt: skip
"""What a view takes at 1440 px of width, px; a test measures them in a browser."""
USUAL = 900


def height_of(view: str) -> int:
    """Return about how high a view will be, px."""
    return _HEIGHTS.get(view, USUAL)


@contextmanager
def pending(title: str, view: str) -> Iterator[None]:
    """Draw a view above a skeleton of its size; the skeleton goes when the view is whole.

    Both appear after a short delay, so that a view that is quick does not flicker, and under what
    is already drawn, so that nothing that is read moves.

    Args:
        title: the view's.
        view: its module.
    """
    page = st.container(horizontal_alignment="center", key="page").container(width=MOST_WIDE)
    body, waiting = page.container(), page.container()
    with ExitStack() as stack:
        with waiting:
            stack.enter_context(st.spinner(f"Reading the tables for {title} …", show_time=True))
            stack.enter_context(st.skeleton(height=height_of(view)))
        with body:
            yield
