"""What was drawn on a map with box or lasso: its points page by page, and whose they are."""

import streamlit as st

from app.components.chart import csv_bytes, file_name
from app.components.cohorts import save_listed
from app.components.frames import load
from app.components.map_look import forget_area, looked
from app.state import Context
from ruie_core.analysis.frames import areas as frames
from ruie_core.analysis.frames.maps import ITEMS
from ruie_core.figures.numbers import count
from ruie_core.reporting import maps as words
from ruie_core.reporting.text import plural

_COLUMNS = {
    "item_id": st.column_config.TextColumn("item", width="small"),
    "user_id": st.column_config.TextColumn("user", width="small"),
    "t": st.column_config.NumberColumn("after event", width="small"),
    "title": st.column_config.TextColumn("title", width="large"),
    "count": st.column_config.NumberColumn("events", format="localized"),
    "gate": st.column_config.NumberColumn("gate", format="%.2f"),
    "in_cohort": st.column_config.CheckboxColumn("in the cohort"),
}


def area_list(context: Context, table: str) -> None:
    """Write what lies in the area of a map, where one was drawn."""
    area, store, among = looked(table).area, context.store, context.among
    if area is None:
        return
    summary = load(store, frames.area_summary, table, area, among)
    name = None if context.group is None else context.group.name
    n, users = int(summary["n"].iloc[0]), int(summary["users"].iloc[0])
    with st.container(border=True, key=f"{table}_area"):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            st.markdown(words.area_line(summary, table, name), width="stretch")
            st.button(
                "Clear", key=f"{table}_area_clear", type="tertiary", on_click=forget_area,
                args=(table,),
            )  # fmt: skip
        if not n:
            return
        page = _page(table, n)
        st.dataframe(
            load(store, frames.area_page, table, area, among, page=page).drop(columns=["x", "y"]),
            hide_index=True, height=250, row_height=32, key=f"{table}_area_rows",
            column_config=_COLUMNS,
        )  # fmt: skip
        foot = st.columns([1.6, 1, 2], vertical_alignment="bottom", gap="medium")
        foot[0].caption(words.page_line(page, n))
        foot[1].download_button(
            "CSV of all rows",
            lambda: csv_bytes(frames.area_page(store, table, area, among, page=None)),
            f"{file_name(f'{store.name} {table} area')}.csv", "text/csv",
            key=f"{table}_area_csv", on_click="ignore", type="tertiary",
        )  # fmt: skip
        what = "met one of these items" if table == ITEMS else "had a state here"
        with foot[2]:
            save_listed(
                context, lambda: frames.area_users(store, table, area),
                f"Save the {count(users)} {plural(users, 'user')} who {what} as a cohort",
                f"{table}_cohort",
            )  # fmt: skip


def _page(table: str, n: int) -> int:
    pages = -(-n // frames.PAGE)
    if pages == 1:
        return 1
    return int(st.pagination(pages, key=f"{table}_area_page_{pages}", bind="query-params"))
