"""One person's path as a storyboard, with the moments that matter beside it."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app.components import player
from app.components.chart import chart
from app.components.frames import load
from app.components.messages import empty
from app.components.moments import choice_table, explanations, ranking_table
from app.components.page import Metric, header, metric_row
from app.components.people import person_finder, with_user
from app.components.seeds import band_of, compared_store
from app.components.sent import Sent
from app.components.window import WIDTH, drawn_window, picked, zooms
from app.selection import Selection
from app.state import Context, chosen_selection, follow
from app.views.registry import question
from ruie_core.analysis.catalogue import number_of_items
from ruie_core.analysis.frames import story, user
from ruie_core.analysis.frames.beside import first_choices
from ruie_core.figures.user import storyboard_words
from ruie_core.figures.user_layers import Layers
from ruie_core.reporting.moments import Moment, find_moments, moments_frame
from ruie_core.reporting.path import summary
from ruie_core.reporting.user import beside, headline, person, reading
from ruie_core.reporting.walk import Walk, walk

_CHART = "storyboard"


def render(context: Context) -> None:
    """Draw the view; where nobody is selected it opens on a telling person."""
    store, context = context.store, with_user(context)
    code, pin = context.selection.user, context.selection.pin
    if code is None:
        empty("This run has no users: prepare a log that has some and train on it.")
        return
    person_finder(context, code)
    steps = load(store, user.user_steps, code)
    path = walk(steps, store.scenarios, store.config.objective.gate)
    header(person(context.selection.user_id), summary(path), question("user"))
    usual = load(store, user.population)
    figures = headline(load(store, user.user_row, code), usual)
    if pin is not None and pin != code:
        pinned = headline(load(store, user.user_row, pin), usual)
        figures = beside(figures, pinned, person(context.selection.pin_id))
    metric_row([Metric(*figure) for figure in figures], key="user_metrics")
    plays = player.playing()
    moments = find_moments(path, load(store, user.ranked_categories, code))
    layers = Layers(
        load(store, story.category_path, code), load(store, story.session_breaks, code),
        band_of(context),
    )  # fmt: skip
    story_ = st.fragment(_story, run_every=player.SECONDS if plays else None)
    story_(context, plays, code, steps, path, moments, layers)


def _story(
    context: Context, plays: bool, code: int, steps: pd.DataFrame, path: Walk,
    moments: Sequence[Moment], layers: Layers,
) -> None:  # fmt: skip
    """Storyboard, moments and ranking: what changes when another event is looked at."""
    store = context.store
    player.advance(context, path.n, lambda: _step(context.selection, moments, path.n))
    if player.playing() != plays:
        st.rerun()
    # While it plays the rest of the page waits until the story stops.
    selection = chosen_selection(context.run, store) if plays else follow(context)
    step = _step(selection, moments, path.n)
    items, zone = number_of_items(store), str(store.health.get("time_zone", "UTC"))
    board, side = st.columns([2.7, 1.3], gap="medium")
    with board:
        player.controls(step, path.n)
        words = storyboard_words(
            steps, store.scenarios, actions=store.actions, n_items=items,
            moments=moments_frame(moments), layers=layers, selected=step,
            window=drawn_window(selection, path.n, step, zooms()), zone=zone,
            drag_zooms=zooms(), theme=context.theme,
        )  # fmt: skip
        chart(
            Sent(words), key=_CHART, name=f"{store.name} user {selection.user_id}", frame=steps,
            title=person(selection.user_id), reading=reading(zone, story.pause_hours(store)),
            on_select=picked(_CHART, path.n), selection_mode=("points", "box"), headed=False,
        )  # fmt: skip
    with side:
        explanations(path, moments, step, items)
        choices = first_choices(store, str(selection.user_id), step, compared_store(context))
        choice_table(choices, step, path.n)
        ranking_table(load(store, user.ranking_at, code, step), step, path.n)


def _step(selection: Selection, moments: Sequence[Moment], events: int) -> int:
    """Return the event to look at: the selected one, else a recent moment, else the last."""
    if selection.step is not None:
        return selection.step
    return next((moment.first for moment in moments if moment.first > events - WIDTH), events)
