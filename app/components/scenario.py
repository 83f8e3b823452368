"""The list of scenarios, in step with the selected one."""

from collections.abc import Sequence

import streamlit as st

from app.state import Context, follow, select_scenario

ALL = "all"


def scenario_choice(context: Context, names: Sequence[str], key: str) -> str:
    """Ask for a scenario and select it; ``all`` is none.

    Args:
        context: of the fragment that draws the list.
        names: ``all`` and the scenarios that can be chosen.
        key: unique on the page.
    """
    chosen = follow(context).scenario
    st.session_state[key] = chosen if chosen in names else ALL
    return st.selectbox(
        "Scenario", names, key=key, label_visibility="collapsed", on_change=_choose, args=(key,),
        format_func=lambda name: "all scenarios" if name == ALL else name, width=220,
    )  # fmt: skip


def _choose(key: str) -> None:
    name = st.session_state[key]
    select_scenario(None if name == ALL else name)
