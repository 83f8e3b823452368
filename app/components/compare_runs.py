"""Two runs on the same data."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from app.components.chart import heading
from app.components.frames import load
from app.components.messages import empty
from app.components.sides import Sides, contrast_chart, sides_of
from app.state import (
    Context,
    checkpoints,
    follow,
    open_beside,
    select_compare,
    select_item,
    select_user,
)
from ruie_core.analysis.frames import metrics
from ruie_core.analysis.frames import two_runs as frames
from ruie_core.analysis.frames.paired import paired_ndcg
from ruie_core.analysis.runs import comparable_names, list_runs
from ruie_core.analysis.seeds import trainings
from ruie_core.analysis.store import RunStore
from ruie_core.figures.overview import REQUEST_TITLES
from ruie_core.figures.rows import records
from ruie_core.reporting import overview as terms
from ruie_core.reporting import sides as said
from ruie_core.reporting import two_runs as words

NEAREST = 10
"""Nearest items whose overlap is looked at."""
TRAININGS, ALONE = "all trainings", "these two"
"""What the answer and the charts count."""


_WIDTHS = {
    "user": st.column_config.TextColumn(width=58),
    "mostly in": st.column_config.TextColumn(width=96),
    "item": st.column_config.TextColumn(width=150),
    "n": st.column_config.TextColumn(width=36),
    "rank": st.column_config.TextColumn(width=52, help="Best rank in this run"),
    "other": st.column_config.TextColumn(width=52, help="Best rank in the other run"),
    "NDCG": st.column_config.TextColumn(width=64, help="This run's less the other's"),
    "category": st.column_config.TextColumn(width=72),
    "events": st.column_config.TextColumn(width=56),
    f"same of {NEAREST}": st.column_config.TextColumn(width=82),
}


def runs(context: Context) -> None:
    """Draw the comparison of this run with the chosen one."""
    store, other = context.store, context.selection.compare
    if other is None:
        _picker(context)
        return
    its = open_beside(checkpoints() / other)
    frames.check_comparable(store, its)
    beside, names = store.beside(its), said.run_names(store.name, other)
    top = st.container()
    own, others, same = trainings(store, its, list_runs(checkpoints()), open_beside)
    several = len(own) > 1
    k, alone = _controls(store, several)
    if alone:
        own, others = own[:1], others[:1]
    among = sides_of(context)
    inside = None if among is None else among.table
    paired = load(store, paired_ndcg, own, others, k, inside)
    held = records(load(store, frames.heldout, beside))[0]
    with top:
        note = words.ONE_OF_SEVERAL if several else words.ONE_TRAINING
        if same:
            note = words.SAME_MODEL
        st.markdown(words.runs_verdict(paired, names, k, store.metrics.get("head", ()), note))
        if not alone:
            st.caption(words.trainings_line(len(own), len(others), names))
        if among is not None:
            st.caption(words.only_those(among.names))
    if paired.empty:
        return
    sides = Sides(f"{own}_{others}_{inside}", names)
    for column, request in zip(st.columns(2, gap="large"), REQUEST_TITLES, strict=True):
        part = paired[paired["request_scenario"] == request].reset_index(drop=True)
        if len(part):
            with column:
                contrast_chart(
                    context, sides, part, said.ndcg(k), key=f"compare_runs_{request}", of=(k,),
                    same=True,
                    title=f"NDCG@{k}, {REQUEST_TITLES[request]}",
                    help=terms.NDCG_HELP.format(k=k),
                    reading=words.pairs_reading(held, part, names),
                )  # fmt: skip
    left, right = st.columns(2, gap="large")
    with left:
        _people(context, beside, k, inside)
    with right:
        _items(context, beside)
    _settings(frames.changed_settings(store, its), names)


def _controls(store: RunStore, several: bool) -> tuple[int, bool]:
    """Ask for the cut-off K, and whether the two runs are looked at alone, where they need not be.

    Args:
        store: the run.
        several: either run has other trainings beside it.
    """
    cutoffs = [int(k) for k in load(store, metrics.cutoffs)["k"]] or [10]
    with st.container(horizontal=True, gap="large"):
        k = st.segmented_control(
            "Cut-off K", cutoffs, default=metrics.usual_cutoff(store), required=True,
            key="k", bind="query-params",
        )  # fmt: skip
        counted = ALONE
        if several:
            counted = st.segmented_control(
                "Count", [TRAININGS, ALONE], default=TRAININGS, required=True, key="trainings",
                bind="query-params", help=words.TRAININGS_HELP,
            )  # fmt: skip
    return int(k or cutoffs[0]), counted == ALONE


def _picker(context: Context) -> None:
    """Say what to do where no other run is chosen, and list those there are."""
    others = comparable_names(list_runs(checkpoints()), context.run.name)
    if not others:
        empty(
            f"There is no other run in {checkpoints()}: train one on the same data, for example "
            "without the gate.",
            "ruie train data/mine --run checkpoints/nogate --objective.gate constant",
        )
        return
    empty("Choose a run to compare with, here or at the side; it must be of the same data.")
    with st.container(horizontal=True):
        for name in others[:8]:
            st.button(name, key=f"compare_with_{name}", on_click=select_compare, args=(name,))


@st.fragment
def _people(context: Context, beside: str, k: int, inside: str | None) -> None:
    """Draw the table of people who are served most differently, a page at a time."""
    follow(context)
    store = context.store
    place = heading("Who gains and who loses", "compare_people", terms.NDCG_HELP.format(k=k))
    with place:
        direction = st.segmented_control(
            "Direction", ["gained", "lost"], default="gained", required=True, key="direction",
            bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
        request = st.segmented_control(
            "Request", list(REQUEST_TITLES), default="unknown", required=True,
            format_func=words.SHORT_REQUESTS.__getitem__, key="request",
            bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
    counted = records(load(store, frames.moved_count, beside, k, str(request), inside))[0]

    def page(number: int) -> pd.DataFrame:
        better = direction == "gained"
        return load(store, frames.moved_users, beside, k, str(request), better, number, inside)

    st.caption(words.moved_line(counted, k, single=counted["most"] <= 1))
    _table(
        f"{direction}_{request}_{k}", page, words.user_rows,
        lambda row: select_user(str(row["user_id"])),
    )  # fmt: skip


@st.fragment
def _items(context: Context, beside: str) -> None:
    """Draw the table of items whose nearest changed most, a page at a time."""
    follow(context)
    store = context.store
    st.markdown("**Whose nearest items changed most**", help=words.NEIGHBORS_HELP)
    st.caption(
        words.overlap_line(records(load(store, frames.overlap, beside, NEAREST))[0], NEAREST)
    )
    _table(
        "items", lambda number: load(store, frames.changed_items, beside, NEAREST, number),
        lambda frame: words.item_rows(frame, NEAREST),
        lambda row: select_item(str(row["item_id"])),
    )  # fmt: skip


def _table(
    name: str,
    load_page: Callable[[int], pd.DataFrame],
    rows: Callable[[pd.DataFrame], pd.DataFrame],
    choose: Callable[[pd.Series], None],
) -> None:
    """Draw one page of a table; a click on a row chooses it.

    Args:
        name: unique on the page.
        load_page: returns a page of the frame, from 0, with ``of``: rows of all pages.
        rows: lays a page out to be read.
        choose: what a click on a row of the frame does.
    """
    place, turner = st.container(), st.container(horizontal=True, vertical_alignment="center")
    of = int(load_page(0)["of"].max()) if len(load_page(0)) else 0
    if not of:
        st.caption("Nobody and nothing.")
        return
    pages = -(-of // frames.PAGE)
    number = 0
    if pages > 1:
        number = int(
            turner.number_input(
                "Page", 1, pages, key=f"{name}_page", bind="query-params", width=140,
                label_visibility="collapsed",
            )
        ) - 1  # fmt: skip
    frame, key = load_page(number), f"{name}_{number}"

    def chosen() -> None:
        picked = st.session_state[key].selection.rows
        if picked:
            choose(frame.iloc[picked[0]])

    place.dataframe(
        rows(frame), hide_index=True, row_height=32, height="content", key=key,
        on_select=chosen, selection_mode="single-row", column_config=_WIDTHS,
    )  # fmt: skip
    turner.caption(words.page_line(number, frames.PAGE, of))


def _settings(frame: pd.DataFrame, names: said.Names) -> None:
    """Write the settings that differ."""
    st.markdown("**Settings that differ**")
    st.caption(words.settings_line(frame))
    if len(frame):
        st.dataframe(
            frame.rename(columns={"this": names.first_plain, "other": names.second_plain}),
            hide_index=True, row_height=32, height="content", key="compare_settings",
        )  # fmt: skip
