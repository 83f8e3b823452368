"""Finding an item, and the table of what lies near it in model space."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from app.components.frames import load
from app.state import Context, select_item, select_user
from ruie_core.analysis.frames.embeddings import around_item, frequent_item, search_items, state_at
from ruie_core.analysis.store import RunStore
from ruie_core.reporting.embeddings import (
    found_line,
    found_rows,
    nearest_line,
    nearest_rows,
    nearest_title,
)

_TEXT = "item_search"


def item_search(store: RunStore) -> pd.DataFrame | None:
    """Draw the search box; returns what was found, None where nothing was asked."""
    text = st.text_input(
        "Find an item by title or id", key=_TEXT, placeholder="part of a title, then Enter",
        on_change=_look, args=(store,), bind="query-params",
    ).strip()  # fmt: skip
    return load(store, search_items, text) if text else None


def search_list(found: pd.DataFrame | None) -> None:
    """Say what the search found, and list it; a click looks at an item."""
    if found is None:
        return
    sentence = found_line(found, st.session_state[_TEXT].strip())
    if found.empty:
        st.warning(sentence)
        return
    st.caption(sentence)
    if len(found) > 1:
        _clickable(found_rows(found), found, "found_items", height=213)


def _clickable(rows: pd.DataFrame, items: pd.DataFrame, key: str, **settings: Any) -> None:
    """Write a table of items; a click looks at one.

    Args:
        rows: what is written.
        items: ``item_id`` of each row.
        key: unique on the page.
        settings: of ``st.dataframe``.
    """

    def clicked() -> None:
        chosen = st.session_state[key].selection.rows
        if chosen:
            select_item(str(items["item_id"].iloc[chosen[0]]))

    st.dataframe(
        rows, hide_index=True, row_height=32, key=key, on_select=clicked,
        selection_mode="single-row",
        column_config={
            "item": st.column_config.TextColumn(width=96),
            "category": st.column_config.TextColumn(width=68),
            "cosine": st.column_config.TextColumn(width=52, alignment="right"),
            "events": st.column_config.TextColumn(width=56, alignment="right"),
        },
        **settings,
    )  # fmt: skip


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
        if code := clicked_code(chart):
            select_item(str(load(store, around_item, code)["item_id"].iloc[0]))

    return clicked


def clicked_state(store: RunStore, chart: str) -> Callable[[], None]:
    """Return the callback of a chart of states: a click looks at its person, after that event."""

    def clicked() -> None:
        if code := clicked_code(chart):
            row = load(store, state_at, code).iloc[0]
            select_user(str(row["user_id"]), int(row["t"]))

    return clicked


def clicked_code(chart: str) -> int | None:
    """Return the code of the point that was clicked in a chart, if it has one."""
    points = st.session_state[chart].selection.points
    code = points[0].get("customdata") if points else None
    if code is None:
        return None
    # A row of numbers comes as a list, or, of a typed array, by place: {"0": ...}.
    if isinstance(code, Mapping):
        code = next(iter(code.values()))
    return int(code[0] if isinstance(code, list) else code)


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
        _clickable(rows, near.iloc[1:], "nearest_items", height="content")


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
