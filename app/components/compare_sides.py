"""A cohort with the rest, and two periods: two sides of one log."""

import streamlit as st

from app.components.chart import show
from app.components.frames import load
from app.components.messages import empty, problem
from app.components.sides import (
    Sides,
    contrast_chart,
    mean_chart,
    mix_chart,
    sides_of,
    spread_chart,
)
from app.state import Context, select_spans
from ruie_core.analysis.frames import metrics
from ruie_core.analysis.frames import sides as frames
from ruie_core.analysis.periods import Clock, Period, Share, Span, clock, halves, parse_spans, write
from ruie_core.analysis.sides import two_spans
from ruie_core.errors import UserError
from ruie_core.figures.overview import REQUEST_TITLES
from ruie_core.figures.transitions import heatmaps
from ruie_core.reporting import compare as words
from ruie_core.reporting import overview as terms
from ruie_core.reporting import sides as said
from ruie_core.reporting import transitions as moves

_ERROR = "compare_spans_error"


def cohort(context: Context) -> None:
    """Draw the comparison of the selected cohort with everybody else."""
    sides = sides_of(context) if context.group is not None else None
    if sides is None:
        empty(
            "Choose a cohort at the side. Where there is none: describe a behaviour in the User "
            "view, and save those who match under “Cohorts”."
        )
        return
    _body(context, sides, "compare_cohort")


def periods(context: Context) -> None:
    """Draw the comparison of two spans of the log, of everybody or of the selected cohort."""
    store = context.store
    found = clock(store)
    early, late = context.selection.spans or halves(found)
    _span_choice(found, early, late)
    if context.selection.period is not None:
        st.caption("The days at the side are not read here: both periods are chosen above.")
    if context.group is not None:
        st.caption(words.of_group(context.group.name))
    table = two_spans(store, early, late, context.among)
    _body(context, Sides(table, said.span_names(early, late)), "compare_periods")


def _span_choice(found: Clock | None, early: Span, late: Span) -> None:
    """Ask for both spans: days where the log has a clock, else shares of everybody's events."""
    line = st.columns(2)
    for column, label, key, span in (
        (line[0], "First period", "compare_early", early),
        (line[1], "Second period", "compare_late", late),
    ):
        if isinstance(span, Share):
            st.session_state[key] = (span.first, span.last)
            column.slider(
                f"{label}, percent of everybody’s events", 0, 100, step=5, key=key,
                on_change=_spans_chosen, args=(found,),
            )  # fmt: skip
        elif found is not None:
            st.session_state[key] = (span.first, span.last)
            column.date_input(
                f"{label} ({found.zone})", key=key, min_value=found.first, max_value=found.last,
                on_change=_spans_chosen, args=(found,),
            )  # fmt: skip
    if found is None:
        st.caption(words.NO_CLOCK)
    if error := st.session_state.pop(_ERROR, None):
        problem(UserError(error))


def _spans_chosen(found: Clock | None) -> None:
    ends = [st.session_state[key] for key in ("compare_early", "compare_late")]
    if any(len(pair) != 2 for pair in ends):  # with the first day alone it is not finished
        return
    spans: list[Span] = [
        Share(pair[0], pair[1]) if found is None else Period(pair[0], pair[1], found.zone)
        for pair in ends
    ]
    try:
        select_spans(parse_spans(",".join(map(write, spans)), found))
    except UserError as error:
        st.session_state[_ERROR] = str(error)


def _body(context: Context, sides: Sides, key: str) -> None:
    """Draw what is alike in both comparisons: NDCG, mix, transitions, gate and Q."""
    store, top = context.store, st.container()
    k, request = _protocol(context)
    served = load(store, frames.ndcg, sides.table, k, request)
    mix = load(store, frames.mix, sides.table)
    size = load(store, frames.size, sides.table)
    with top:
        st.markdown(words.sides_verdict(served, mix, sides.names, k))
        st.caption(said.amounts(size, sides.names))
    if len(size) < 2:
        empty("One side has no event, so there is nothing to set against the other: widen it.")
        return
    left, right = st.columns(2, gap="large")
    with left:
        contrast_chart(
            context, sides, served, said.ndcg(k), key=f"{key}_ndcg", of=(k, request),
            title=f"NDCG@{k} on held-out events", help=terms.NDCG_HELP.format(k=k),
        )  # fmt: skip
    with right:
        mix_chart(context, sides, mix, key)
    _moves(context, sides, key)
    for measure in ("gate", "q"):
        left, right = st.columns(2, gap="large")
        with left:
            mean_chart(context, sides, measure, key)
        with right:
            spread_chart(context, sides, measure, key)


def _protocol(context: Context) -> tuple[int, str]:
    cutoffs = [int(k) for k in load(context.store, metrics.cutoffs)["k"]] or [10]
    with st.container(horizontal=True, gap="large"):
        k = st.segmented_control(
            "Cut-off K", cutoffs, default=metrics.usual_cutoff(context.store), required=True,
            key="k", bind="query-params",
        )  # fmt: skip
        request = st.segmented_control(
            "What the request says", list(REQUEST_TITLES), default="unknown", required=True,
            format_func=REQUEST_TITLES.__getitem__, key="request",
            bind="query-params",
        )  # fmt: skip
    return int(k or cutoffs[0]), str(request)


def _moves(context: Context, sides: Sides, key: str) -> None:
    store, theme = context.store, context.theme
    frame = load(store, frames.transitions, sides.table)
    if not frame["n"].sum():
        return
    selected = context.selection.scenario
    reference = words.REFERENCES[key]
    show(
        context,
        lambda: heatmaps(frame, store.scenarios, "log_lift", reference, theme, selected),
        of=(sides.table, selected), key=f"{key}_moves", frame=frame, picks=True,
        name=f"transitions {sides.names.first_plain}", title="From scenario to scenario",
        help=moves.HEATMAPS_HELP, reading=moves.heatmaps("log_lift", reference),
    )  # fmt: skip
