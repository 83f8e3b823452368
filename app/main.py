"""Router of the app: ``streamlit run app/main.py``."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.components.chips import chips, copy_link
from app.components.frames import load
from app.components.messages import boundary, empty, problem
from app.components.pending import pending
from app.components.sidebar import (
    cohort_choice,
    compare_choice,
    period_choice,
    sidebar_top,
    view_list,
)
from app.components.tour import arrive, dialogs, side_buttons
from app.selection import link
from app.settle import settle
from app.state import Context, checkpoints, chosen_run, context, open_store, view_to_open
from app.turns import turn
from app.url import take_notices, visit
from app.views.registry import VIEWS, View
from ruie_core.analysis.cohorts import list_cohorts
from ruie_core.analysis.frames.overview import glance
from ruie_core.analysis.runs import RunInfo, list_runs
from ruie_core.errors import UserError
from ruie_core.reporting.cohorts import everyone_line
from ruie_core.reporting.sides import all_time_line
from ruie_core.reporting.text import escape

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" '
    'fill="none" stroke="#0072B2" stroke-width="2"/><path d="M8 8V1a7 7 0 0 1 7 7z" '
    'fill="#0072B2"/></svg>'
)


def main() -> None:
    """Draw the side and the chosen view."""
    # The app's frames are short: over Arrow's texts every step takes several times as long.
    pd.set_option("mode.string_storage", "python")
    st.set_page_config("Interest evolution", ICON, layout="wide")
    arrive(st.query_params)
    runs = list_runs(checkpoints())
    run = chosen_run(runs) if runs else None
    found: Context | UserError | None = None
    if run is not None:
        try:
            found = context(run, open_store(run.path))
        except UserError as error:
            found = error
    pages = {
        view.title: st.Page(
            _page(view, found), title=view.title, url_path=view.module, default=view is VIEWS[0]
        )
        for view in VIEWS
    }
    page = st.navigation(list(pages.values()), position="hidden")
    with st.sidebar:
        _side(runs, run, found, pages)
    if (title := view_to_open()) is not None:
        st.switch_page(pages[title])
    page.run()
    dialogs()
    settle()


def _side(
    runs: Sequence[RunInfo],
    run: RunInfo | None,
    found: Context | UserError | None,
    pages: Mapping[str, Any],
) -> None:
    """Write what is looked at, what is selected, the list of views, and the link to it all."""
    if not isinstance(found, Context):
        sidebar_top(runs, run, None)
        view_list(pages, {})
        side_buttons()
        return
    sidebar_top(runs, run, int(load(found.store, glance)["users"].iloc[0]))
    if run is not None:
        compare_choice(runs, run, found.selection.compare)
    cohort_choice(found, list_cohorts(found.store.path))
    period_choice(found)
    chips(found)
    query = link(found.selection)
    copy_link(query)
    view_list(pages, query)
    side_buttons()


def _page(view: View, found: Context | UserError | None) -> Callable[[], None]:
    def page() -> None:
        visit(view.module)
        if not view.needs_run:
            with boundary():
                view.render(found if isinstance(found, Context) else None)
            return
        if isinstance(found, Context):
            for notice in take_notices():
                st.warning(escape(notice))
            if found.group is not None and not view.reads_cohort:
                st.caption(everyone_line(found.group.name))
            if found.selection.period is not None and not view.reads_period:
                st.caption(all_time_line(found.selection.period))
            with pending(view.title, view.module), boundary():
                view.render(found)
            return
        st.subheader(view.title, anchor=False)
        if found is None:
            _no_runs()
        else:
            problem(found)

    return page


def _no_runs() -> None:
    empty(
        f"There is no run in {checkpoints()} yet. Bring a log in the view “Your log”, or prepare "
        "it and train on it in a shell; then reload this page.",
        "ruie prepare kuairand --log path/to/log --out data/mine\n"
        "ruie train data/mine --run checkpoints/mine",
    )


with turn():
    main()
