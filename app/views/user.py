"""One person's path as a storyboard, with the moments that matter beside it."""

from collections.abc import Sequence

import streamlit as st

from app.components.chart import chart
from app.components.frames import load
from app.components.messages import empty
from app.components.moments import moment_list, ranking_table
from app.components.page import Metric, header, metric_row
from app.components.people import clicked_step, person_finder, with_user
from app.components.window import WIDTH, drawn_window
from app.state import Context, Selection, follow
from app.views.registry import question
from ruie_core.analysis.frames.user import (
    population,
    ranked_categories,
    ranking_at,
    user_row,
    user_steps,
)
from ruie_core.figures.user import storyboard
from ruie_core.reporting.moments import Moment, find_moments, moments_frame
from ruie_core.reporting.path import summary
from ruie_core.reporting.user import beside, headline, person, reading
from ruie_core.reporting.walk import walk

_CHART = "storyboard"


def render(context: Context) -> None:
    """Draw the view; where nobody is selected it opens on a telling person."""
    store, context = context.store, with_user(context)
    user = context.selection.user
    if user is None:
        empty("This run has no users: prepare a log that has some and train on it.")
        return
    person_finder(context, user)
    path = walk(load(store, user_steps, user), store.scenarios)
    header(person(context.selection.user_id), summary(path), question("user"))
    usual, pin = load(store, population), context.selection.pin
    figures = headline(load(store, user_row, user), usual)
    if pin is not None and pin != user:
        pinned = headline(load(store, user_row, pin), usual)
        figures = beside(figures, pinned, person(context.selection.pin_id))
    metric_row([Metric(*figure) for figure in figures], key="user_metrics")
    _story(context)


@st.fragment
def _story(context: Context) -> None:
    """Storyboard, moments and ranking: what changes when another event is looked at."""
    store = context.store
    selection = follow(context)
    if selection.user is None:
        return
    steps = load(store, user_steps, selection.user)
    path = walk(steps, store.scenarios)
    moments = find_moments(path, load(store, ranked_categories, selection.user))
    step = _step(selection, moments, path.n)
    board, side = st.columns([2.55, 1.2], gap="medium")
    with board:
        first, last = drawn_window(selection, path.n, step)
        items = int(load(store, population)["items"].iloc[0])
        zone = str(store.health.get("time_zone", "UTC"))
        figure = storyboard(
            steps, store.scenarios, actions=store.actions, n_items=items,
            moments=moments_frame(moments),
            selected=step, window=(first, last), zone=zone, theme=context.theme,
        )  # fmt: skip
        chart(
            figure, key=_CHART, name=f"{store.name} user {selection.user_id}", frame=steps,
            title=person(selection.user_id), headed=False, reading=reading(zone),
            on_select=clicked_step(_CHART), selection_mode=("points",),
        )  # fmt: skip
    with side:
        moment_list(moments, path.n)
        ranking = load(store, ranking_at, selection.user, step)
        ranking_table(ranking, step, path.n, context.theme)


def _step(selection: Selection, moments: Sequence[Moment], events: int) -> int:
    """Return the event to look at: the selected one, else a recent moment, else the last."""
    if selection.step is not None:
        return selection.step
    return next((moment.first for moment in moments if moment.first > events - WIDTH), events)
