"""The selected scenario: a list in step with it, and clicks on charts that choose it."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from app.state import Context, click_scenario, follow, select_scenario

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


def clicked_scenario(chart: str, scenarios: Sequence[str]) -> Callable[[], None]:
    """Return the callback of a chart whose marks name a scenario: a click selects it.

    The second of a mark's ``customdata`` is the scenario's code, from 1. A click on what is
    selected already, or on all, or beside the marks lets go of it.

    Args:
        chart: key of the chart.
        scenarios: names by code.
    """

    def clicked() -> None:
        points: list[dict[str, Any]] = st.session_state[chart].selection.points
        data = points[0].get("customdata") if points else None
        code = int(data[1]) if isinstance(data, list) and len(data) > 1 else 0
        click_scenario(scenarios[code - 1] if 0 < code <= len(scenarios) else None)

    return clicked
