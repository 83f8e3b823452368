"""Scenarios: for whom does it work?"""

import streamlit as st

from app.components.chart import show
from app.components.frames import load
from app.components.messages import empty
from app.components.page import header
from app.components.sides import contrast_chart, sides_of
from app.state import Context
from app.views.registry import question
from ruie_core.analysis.frames import metrics
from ruie_core.analysis.frames.sides import ndcg
from ruie_core.figures import scenarios as figures
from ruie_core.figures.overview import REQUEST_TITLES
from ruie_core.reporting import overview as terms
from ruie_core.reporting import scenarios as words
from ruie_core.reporting.sides import ndcg as unit


def render(context: Context) -> None:
    """Draw the view."""
    store, theme = context.store, context.theme
    place = st.container()
    k, request, exclude_seen = _controls(context)
    sides, selected = sides_of(context), context.selection.scenario
    if sides is not None:
        frame = load(store, ndcg, sides.table, k, request)
        sentence = words.sides_verdict(frame, sides.names, k)
    else:
        frame = load(store, metrics.ndcg_by_scenario, k, request, exclude_seen)
        sentence = words.verdict(frame, k)
    with place:
        header("Scenarios", sentence, question("scenarios"))
    if frame.empty:
        empty("No held-out event was ranked: evaluate the run.", f"ruie evaluate {store.path}")
        return
    if sides is not None:
        contrast_chart(
            context, sides, frame, unit(k), key="scenarios_sides", of=(k, request),
            title=f"NDCG@{k} by scenario of what came", help=terms.NDCG_HELP.format(k=k),
            reading=words.sides_dots(frame, sides.names, request),
        )  # fmt: skip
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        show(
            context, lambda: figures.ndcg_by_scenario(frame, store.scenarios, k, theme, selected),
            of=(k, request, exclude_seen, selected), key="scenarios_ndcg", frame=frame, picks=True,
            name=f"ndcg at {k} by scenario {request}", title=f"NDCG@{k} by scenario of what came",
            help=terms.NDCG_HELP.format(k=k), reading=words.dots(frame, request),
        )  # fmt: skip
    both = load(store, metrics.head_and_tail, request, exclude_seen)
    with right:
        show(
            context, lambda: figures.head_and_tail(both, theme), of=(request, exclude_seen),
            key="scenarios_head_tail", name=f"head and tail {request}", title="Head against tail",
            help="Head: the most visited scenarios that together hold the configured share of "
            "traffic, four fifths unless set otherwise.",
            reading=words.head_and_tail(both, store.metrics.get("head", ()), k), frame=both,
        )  # fmt: skip


def _controls(context: Context) -> tuple[int, str, bool]:
    """Ask for cut-off and protocol, on one line."""
    store = context.store
    cutoffs = [int(k) for k in load(store, metrics.cutoffs)["k"]] or [10]
    exclusions = metrics.exclusions(store)
    with st.container(horizontal=True, gap="large"):
        k = st.segmented_control(
            "Cut-off K",
            cutoffs,
            default=metrics.usual_cutoff(store),
            required=True,
            key=f"scenarios_k_{len(cutoffs)}",
            bind="query-params",
        )
        request = st.segmented_control(
            "What the request says",
            list(REQUEST_TITLES),
            default="unknown",
            required=True,
            format_func=REQUEST_TITLES.__getitem__,
            key="scenarios_request",
            bind="query-params",
        )
        exclude_seen = exclusions[0]
        if len(exclusions) > 1:
            exclude_seen = st.toggle(
                "leave seen items out", key="scenarios_exclude_seen", bind="query-params"
            )
    return int(k or cutoffs[0]), str(request), exclude_seen
