"""Whose transitions are looked at: everyone's, a cohort's, one person's, or those of some days."""

from typing import NamedTuple

import pandas as pd
import streamlit as st

from app.components.frames import load
from app.state import Context
from ruie_core.analysis.frames import sides
from ruie_core.analysis.frames import transitions as frames
from ruie_core.analysis.sides import cohort_sides, span_sides
from ruie_core.reporting import transitions as words
from ruie_core.reporting.sides import days

EVERYONE, COHORT, PERSON = "everyone", "cohort", "person"


class Moves(NamedTuple):
    """Transitions and what they are compared with.

    Attributes:
        frame: as from ``frames.transitions``.
        sentence: what is to be said of them.
        key: names them among the drawn figures.
        reference: what they are compared with, in words.
    """

    frame: pd.DataFrame
    sentence: str
    key: str
    reference: str


def whose(context: Context) -> str:
    """Ask whose events are looked at, where there is a choice; the cohort comes first."""
    user_id, group = context.selection.user_id, context.group
    names = {EVERYONE: "Everyone"}
    names |= {COHORT: f"Cohort {group.name}"} if group is not None else {}
    names |= {PERSON: f"User {user_id}"} if user_id is not None else {}
    if len(names) == 1:
        return EVERYONE
    owner = context.selection.cohort or user_id
    chosen = st.segmented_control(
        "Whose events", list(names), default=COHORT if COHORT in names else PERSON, required=True,
        format_func=names.__getitem__, key=f"transitions_who_{owner}", bind="query-params",

        label_visibility="collapsed",
    )  # fmt: skip
    return str(chosen)


def moves(context: Context, who: str) -> Moves:
    """Return the transitions of everyone, the cohort or the person, on the selected days."""
    store, group, chosen = context.store, context.group, context.selection
    period = chosen.period
    when = "" if period is None else days(period)
    if who == COHORT and group is not None:
        table = cohort_sides(store, group.users, period)
        frame = load(store, sides.transitions, table)
        said = words.of_cohort(frame, group.name, group.n, group.behaviour, when)
        return Moves(frame, said, table, "rest")
    if who == PERSON and chosen.user is not None:
        if period is None:
            frame = load(store, frames.of_user, chosen.user)
            said = words.of_user(frame, str(chosen.user_id))
            return Moves(frame, said, str(chosen.user), "population")
        alone = store.keep_users('SELECT $user::INT AS "user"', {"user": chosen.user})
        table = cohort_sides(store, alone, period)
        frame = load(store, sides.of_person, table)
        return Moves(frame, words.of_user(frame, str(chosen.user_id), when), table, "others")
    if period is not None:
        table = span_sides(store, period)
        frame = load(store, sides.transitions, table)
        return Moves(frame, words.of_days(frame, days(period)), table, "other times")
    frame = load(store, frames.everyone)
    return Moves(frame, words.everyone(frame), EVERYONE, "base rate")
