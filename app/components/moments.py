"""Beside the storyboard: moments that matter, and what was ranked first at one event."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app.state import select_step
from ruie_core.figures.numbers import count, number
from ruie_core.reporting.beside import CHOICE_HELP, choice_line, choice_rows
from ruie_core.reporting.gate_reason import gate_line
from ruie_core.reporting.glossary import explained
from ruie_core.reporting.moments import WHY, Moment, moment_title, rules_help
from ruie_core.reporting.text import escape
from ruie_core.reporting.user import ranking_line, ranking_rows, ranking_title
from ruie_core.reporting.walk import Walk


def explanations(path: Walk, moments: Sequence[Moment], step: int, items: int) -> None:
    """Write the moments that matter, and why the event that is looked at has its gate.

    Args:
        path: the person's path.
        moments: found on it.
        step: event that is looked at, 1-based.
        items: how many items were ranked.
    """
    _moment_list(moments, path.n)
    if step <= path.n:
        value = number(float(path.gate[step - 1]))
        st.markdown(f"**Gate at event {count(step)}: {value}**", help=explained("Gate", "Event"))
        st.markdown(escape(gate_line(path, step, items)))


def _moment_list(moments: Sequence[Moment], events: int) -> None:
    """Write the numbered moments; a click on one looks at its event."""
    st.markdown(
        "**Moments that matter**",
        help=rules_help(),
    )
    if not moments:
        few = "Too few events" if events < 8 else "None of the rules found anything"
        st.caption(f"{few}: this path has no moment that stands out.")
    with st.container(gap="xsmall", key="moments"):
        for number, moment in enumerate(moments, 1):
            with st.container(gap=None, key=f"moment_{number}"):
                st.button(
                    moment_title(number, moment), key=f"moment_go_{number}", type="tertiary",
                    on_click=select_step, args=(moment.first,),
                    help=f"{WHY[moment.kind]} Click to look at the event.",
                )  # fmt: skip
                st.markdown(escape(moment.evidence))


def ranking_table(ranking: pd.DataFrame, step: int, events: int) -> None:
    """Write what was ranked first before an event, and what came, pointed at."""
    st.markdown(ranking_title(step, events))
    rows = ranking_rows(ranking)
    if len(rows):
        st.dataframe(
            rows, hide_index=True, row_height=29, height="content",
            column_config={
                "rank": st.column_config.TextColumn(width=40, alignment="right"),
                "item": st.column_config.TextColumn(width=112),
                "category": st.column_config.TextColumn(width=62),
                "score": st.column_config.TextColumn(width=46, alignment="right"),
            },
            key="user_ranking",
        )  # fmt: skip
    st.caption(ranking_line(ranking, step, events))


def choice_table(choices: pd.DataFrame, step: int, events: int) -> None:
    """Write what each model would have ranked first, and where it had what came."""
    st.markdown("**First choice of each model**, and its rank of what came", help=CHOICE_HELP)
    st.dataframe(
        choice_rows(choices), hide_index=True, row_height=29, height="content",
        column_config={
            "model": st.column_config.TextColumn(width=78),
            "first choice": st.column_config.TextColumn(),
            "what came": st.column_config.TextColumn(width=72, alignment="right"),
        },
        key="user_choices",
    )  # fmt: skip
    st.caption(choice_line(choices, step, events))
