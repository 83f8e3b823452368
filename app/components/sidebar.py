"""The side: what is looked at, and the list of views."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app.state import (
    Context,
    follow,
    select_cohort,
    select_compare,
    select_period,
    select_run,
)
from ruie_core.analysis.periods import Clock, Period, clock
from ruie_core.analysis.runs import RunInfo, comparable_names
from ruie_core.figures.numbers import count
from ruie_core.reporting.sides import days
from ruie_core.reporting.text import escape, plural

_RUN_KEY, _COHORT_KEY = "sidebar_run", "sidebar_cohort"
_PERIOD_KEY, _PERIOD_MENU = "sidebar_period", "sidebar_days"
_COMPARE_KEY = "sidebar_compare"


def sidebar_top(runs: Sequence[RunInfo], run: RunInfo | None, users: int | None) -> None:
    """Write the name, what is looked at in grey, and the list of runs.

    Args:
        runs: all runs of the folder.
        run: the one that is shown; none where there is none.
        users: how many users its tables hold; none where they cannot be read.
    """
    st.markdown("#### ◔ Interest evolution")
    if run is None:
        st.divider()
        return
    facts = [escape(run.dataset)] if run.dataset else []
    if run.created:
        facts.append(f"run {escape(run.created[:10])} UTC")
    if users is not None:
        facts.append(f"{count(users)} {plural(users, 'user')}")
    st.caption(" · ".join(facts) or " ")
    names = [item.name for item in runs]
    analysed = {item.name: item.analysed for item in runs}
    st.session_state[_RUN_KEY] = run.name
    st.selectbox(
        "Checkpoint",
        names,
        key=_RUN_KEY,
        format_func=lambda name: name if analysed.get(name) else f"{name} (not analysed)",
        on_change=_run_chosen,
        help="A trained model with its analysis tables: a folder under checkpoints/.",
    )


def cohort_choice(context: Context, cohorts: Mapping[str, str]) -> None:
    """Write the list of the run's cohorts, where it has some.

    Args:
        context: run and selection.
        cohorts: names by id.
    """
    if not cohorts:
        return
    st.session_state[_COHORT_KEY] = context.selection.cohort
    st.selectbox(
        "Cohort",
        [None, *cohorts],
        key=_COHORT_KEY,
        placeholder="everyone",
        format_func=lambda name: "everyone" if name is None else cohorts[name],
        on_change=lambda: select_cohort(st.session_state[_COHORT_KEY]),
        help="Users who are looked at together. User, Transitions, Embeddings, Scenarios, Gate "
        "and Q, Compare and Findings read it; save one in the User view, or from a part of a map.",
    )


@st.fragment
def period_choice(context: Context) -> None:
    """Write the choice of days, where the log has a clock; otherwise say that it has none."""
    found = clock(context.store)
    if found is None:
        st.caption("This log has an order but no clock: there are no days to choose.")
        return
    period = follow(context).period
    # A calendar is the heaviest widget of the side: it comes when somebody asks for it.
    box = st.expander(
        "Days: all" if period is None else f"Days: {escape(days(period))}",
        key=_PERIOD_MENU, on_change="rerun", type="compact",
    )  # fmt: skip
    if not box.open:
        return
    st.session_state[_PERIOD_KEY] = () if period is None else (period.first, period.last)
    box.date_input(
        f"Days ({escape(found.zone)})",
        key=_PERIOD_KEY,
        min_value=found.first,
        max_value=found.last,
        on_change=_period_chosen,
        args=(found,),
        help="The first and the last day that are looked at. Transitions, Scenarios, Gate and Q, "
        f"and Compare read it. The log runs from {found.first} to {found.last}.",
    )


def _period_chosen(found: Clock) -> None:
    chosen = st.session_state[_PERIOD_KEY]
    if not chosen:
        select_period(None)
    elif len(chosen) == 2:  # with the first day alone the choice is not finished
        select_period(Period(chosen[0], chosen[1], found.zone))


def compare_choice(runs: Sequence[RunInfo], run: RunInfo, chosen: str | None) -> None:
    """Write the list of runs that this one can be compared with.

    Args:
        runs: all runs of the folder.
        run: the one that is shown.
        chosen: name of the other one.
    """
    others = comparable_names(runs, run.name)
    if not others:
        return
    st.session_state[_COMPARE_KEY] = chosen if chosen in others else None
    st.selectbox(
        "Compare with",
        [None, *others],
        key=_COMPARE_KEY,
        placeholder="none",
        format_func=lambda name: "none" if name is None else name,
        on_change=lambda: select_compare(st.session_state[_COMPARE_KEY]),
        help="Another run on the same data, for the view Compare.",
    )


def view_list(pages: Mapping[str, Any], query: Mapping[str, str]) -> None:
    """Write a link to every view; it carries what is selected."""
    for title, page in pages.items():
        st.page_link(page, label=title, query_params=dict(query), width="stretch")


def _run_chosen() -> None:
    select_run(st.session_state[_RUN_KEY])
