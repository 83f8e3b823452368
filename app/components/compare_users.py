"""Two people beside each other."""

import pandas as pd
import streamlit as st

from app.components.chart import show
from app.components.frames import load
from app.components.messages import empty
from app.components.page import Metric, metric_row
from app.components.people import swap_users, with_user
from app.components.sides import Sides, contrast_chart
from app.state import Context, select_pin, select_user
from ruie_core.analysis.frames import sides as frames
from ruie_core.analysis.frames import two_users
from ruie_core.analysis.frames.people import find_user
from ruie_core.analysis.frames.user import population, user_row
from ruie_core.analysis.sides import user_sides
from ruie_core.errors import UserError
from ruie_core.figures.duo import duo
from ruie_core.reporting import compare as words
from ruie_core.reporting import sides as said
from ruie_core.reporting.text import escape
from ruie_core.reporting.user import person
from ruie_core.reporting.walk import walk

_ERROR = "compare_user_error"
_MOST = 120
"""Events of either that are drawn, unless a range of events is selected."""


def users(context: Context) -> None:
    """Draw the comparison of the selected and the pinned person."""
    context = with_user(context)
    place = st.container()
    _choice(context)
    chosen = context.selection
    if chosen.user is None or chosen.pin is None or chosen.pin == chosen.user:
        with place:
            empty(
                "Choose two people: the one who is looked at and the one who is pinned, by their "
                "ids below or with “pin” in the User view."
            )
        return
    store, own, other = context.store, chosen.user, chosen.pin
    names = said.user_names(person(chosen.user_id), person(chosen.pin_id))
    sides = Sides(user_sides(store, own, other, chosen.period), names)
    inside = None if chosen.period is None else sides.table
    steps = [load(store, two_users.span_steps, user, inside) for user in (own, other)]
    paths = [walk(part, store.scenarios) for part in steps]
    gate = load(store, frames.means, sides.table, "gate")
    q = load(store, frames.means, sides.table, "q")
    with place:
        st.markdown(words.users_verdict(paths[0], paths[1], gate, q, names))
    ranks = [load(store, two_users.heldout_ranks, user, inside) for user in (own, other)]
    size = load(store, frames.size, sides.table)
    usual = load(store, population)
    figures = words.users_figures(size, gate, q, ranks, usual, person(chosen.pin_id))
    metric_row([Metric(*figure) for figure in figures], "compare_users")
    if not min(path.n for path in paths):
        return
    _paths(context, steps, words.parting(*paths), sides)
    mix = load(store, two_users.mix, sides.table)
    contrast_chart(
        context, sides, mix, said.MIX, key="compare_users_mix", title="Mix of scenarios",
        reading=words.users_mix(mix, names),
    )  # fmt: skip


def _paths(context: Context, steps: list[pd.DataFrame], parting: int | None, sides: Sides) -> None:
    chosen, store = context.selection, context.store
    first = min(int(part["t"].min()) for part in steps)
    last = max(int(part.loc[part["split"] != "forecast", "t"].max()) for part in steps)
    window = chosen.window or (first, min(last, first + _MOST - 1))
    show(
        context,
        lambda: duo(
            steps[0], steps[1], store.scenarios, sides.plain, actions=store.actions, window=window,
            parting=parting, selected=chosen.scenario, theme=context.theme,
        ),
        of=(sides.table, chosen.period, window, chosen.scenario), key="compare_duo",
        name=f"{sides.names.first_plain} and {sides.names.second_plain}", title="Both paths",
        reading=words.paths_reading(window, last, parting),
        frame=pd.concat(steps), picks=True,
    )  # fmt: skip


def _choice(context: Context) -> None:
    """Ask for both people by id, and offer to swap them."""
    chosen = context.selection
    line = st.columns([2, 2, 1, 3], vertical_alignment="bottom")
    for column, label, key, current in (
        (line[0], "User", "compare_user", chosen.user_id),
        (line[1], "Against user", "compare_pin", chosen.pin_id),
    ):
        st.session_state[key] = current or ""
        column.text_input(label, key=key, on_change=_asked, args=(context, key))
    if chosen.user_id is not None and chosen.pin_id is not None:
        line[2].button(
            "⇄ swap", key="compare_swap", on_click=swap_users,
            args=(chosen.pin_id, chosen.user_id),
        )  # fmt: skip
    if error := st.session_state.pop(_ERROR, None):
        st.warning(escape(error))


def _asked(context: Context, key: str) -> None:
    text = st.session_state[key].strip()
    select = select_user if key == "compare_user" else select_pin
    if not text:
        select(None)
        return
    try:
        found = user_row(context.store, find_user(context.store, text))
    except UserError as error:
        st.session_state[_ERROR] = str(error)
        return
    select(str(found["user_id"].iloc[0]))
