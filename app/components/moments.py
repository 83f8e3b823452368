"""Beside the storyboard: moments that matter, and what was ranked first at one event."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app.state import select_step
from ruie_core.figures.theme import Theme, translucent
from ruie_core.reporting.moments import Moment, moment_title
from ruie_core.reporting.text import escape
from ruie_core.reporting.user import ranking_line, ranking_rows, ranking_title

_STEP = "user_step"


def moment_list(moments: Sequence[Moment], events: int) -> None:
    """Write the numbered moments; a click on one looks at its event."""
    st.markdown(
        "**Moments that matter**",
        help="Found by rule: a scenario the model did not expect, a jump in Q after a reward, a "
        "gate far below this person's usual one, a shift of interest between categories, a "
        "ranking that still serves the old category. At most four, none by hand.",
    )
    if not moments:
        few = "Too few events" if events < 8 else "None of the rules found anything"
        st.caption(f"{few}: this path has no moment that stands out.")
    with st.container(gap="xsmall", key="moments"):
        for number, moment in enumerate(moments, 1):
            with st.container(gap=None, key=f"moment_{number}"):
                st.button(
                    moment_title(number, moment), key=f"moment_go_{number}", type="tertiary",
                    on_click=select_step, args=(moment.first,), help="Look at this event",
                )  # fmt: skip
                st.markdown(escape(moment.evidence))


def step_selector(step: int, events: int) -> None:
    """Draw the slider that chooses an event; the last place is the forecast."""
    if events < 2:
        return
    st.session_state[_STEP] = max(2, step)
    st.slider(
        "Event", 2, events + 1, key=_STEP, on_change=_stepped, label_visibility="collapsed",
        format=f"event %d of {events}" if step <= events else "forecast",
    )  # fmt: skip


def _stepped() -> None:
    select_step(st.session_state[_STEP])


def ranking_table(ranking: pd.DataFrame, step: int, events: int, theme: Theme) -> None:
    """Write what was ranked first before an event, and what came, highlighted."""
    st.markdown(ranking_title(step, events))
    step_selector(step, events)
    rows = ranking_rows(ranking)
    if len(rows):
        came = rows.pop("came")
        fill = f"background-color: {translucent(theme.accent, 0.16)}"
        styled = rows.style.apply(lambda row: [fill if came[row.name] else ""] * len(row), axis=1)
        st.dataframe(
            styled, hide_index=True, row_height=29, height="content",
            column_config={
                "rank": st.column_config.TextColumn(width=40, alignment="right"),
                "item": st.column_config.TextColumn(),
                "category": st.column_config.TextColumn(width=62),
                "score": st.column_config.TextColumn(width=46, alignment="right"),
            },
            key="user_ranking",
        )  # fmt: skip
    st.caption(ranking_line(ranking, step, events))
