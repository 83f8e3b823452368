"""Finding an item, and the table of what lies near it in model space."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from app.components.frames import load
from app.state import Context, select_item
from ruie_core.analysis.frames.embeddings import around_item, frequent_item, search_items
from ruie_core.analysis.store import RunStore
from ruie_core.reporting.embeddings import found_line, nearest_line, nearest_rows, nearest_title

_TEXT = "item_search"


def item_search(store: RunStore) -> pd.DataFrame | None:
    """Draw the search box; returns what was found, None where nothing was asked."""
    text = st.text_input(
        "Find an item by title or id", key=_TEXT, placeholder="part of a title, then Enter",
        on_change=_look, args=(store,),
    ).strip()  # fmt: skip
    return load(store, search_items, text) if text else None


def search_line(found: pd.DataFrame | None) -> None:
    """Say what the search found."""
    if found is None:
        return
    sentence = found_line(found, st.session_state[_TEXT].strip())
    if found.empty:
        st.warning(sentence)
    else:
        st.caption(sentence)


def _look(store: RunStore) -> None:
    """Look at the most frequent of the items that were found."""
    text = st.session_state[_TEXT].strip()
    found = load(store, search_items, text) if text else None
    if found is not None and len(found):
        select_item(str(found["item_id"].iloc[0]))


def looked_at(context: Context, item: int | None) -> int:
    """Return the selected item, else the most frequent one."""
    return int(load(context.store, frequent_item)["item"].iloc[0]) if item is None else item


def clicked_item(store: RunStore, chart: str) -> Callable[[], None]:
    """Return the callback of a chart whose points carry item codes: a click looks at the item."""

    def clicked() -> None:
        points = st.session_state[chart].selection.points
        if points:
            code = points[0]["customdata"]
            item = int(code[0] if isinstance(code, list) else code)
            select_item(str(load(store, around_item, item)["item_id"].iloc[0]))

    return clicked


def nearest_table(near: pd.DataFrame) -> None:
    """Write an item's nearest in model space."""
    st.markdown(
        nearest_title(near),
        help="By cosine between the item embeddings in the model's full width, not by distance "
        "on the map. 1 is the same direction, 0 unrelated.",
    )
    st.caption(nearest_line(near))
    rows = nearest_rows(near)
    if len(rows):
        st.dataframe(
            rows, hide_index=True, row_height=32, height="content", key="nearest_items",
            column_config={
                "item": st.column_config.TextColumn(),
                "category": st.column_config.TextColumn(width=78),
                "cosine": st.column_config.TextColumn(width=52, alignment="right"),
            },
        )  # fmt: skip


def station_table(rows: pd.DataFrame) -> None:
    """Write the numbered events of a walk."""
    st.markdown("**Along the way**", help="The events that are numbered on the map.")
    st.dataframe(
        rows, hide_index=True, row_height=32, height="content", key="walk_stations",
        column_config={
            "event": st.column_config.TextColumn(width=48, alignment="right"),
            "scenario": st.column_config.TextColumn(width=96),
            "item": st.column_config.TextColumn(),
        },
    )  # fmt: skip
