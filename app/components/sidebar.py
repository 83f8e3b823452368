"""The side: what is looked at, and the list of views."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app.state import Context, select_cohort, select_run
from ruie_core.analysis.runs import RunInfo
from ruie_core.figures.numbers import count
from ruie_core.reporting.text import escape, plural

_RUN_KEY, _COHORT_KEY = "sidebar_run", "sidebar_cohort"


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
        facts.append(f"run {escape(run.created[:10])}")
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
        format_func=lambda name: "everyone" if name is None else cohorts[name],
        on_change=lambda: select_cohort(st.session_state[_COHORT_KEY]),
        help="Users who are looked at together. User, Transitions, Scenarios and Findings read it; "
        "save one in the User view.",
    )


def view_list(pages: Mapping[str, Any], query: Mapping[str, str]) -> None:
    """Write a link to every view; it carries what is selected."""
    for title, page in pages.items():
        st.page_link(page, label=title, query_params=dict(query), width="stretch")


def _run_chosen() -> None:
    select_run(st.session_state[_RUN_KEY])
