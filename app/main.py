"""Router of the app: ``streamlit run app/main.py``."""

from collections.abc import Callable

import streamlit as st

from app.components.frames import load
from app.components.messages import boundary, empty, problem
from app.components.sidebar import sidebar_top, view_list
from app.state import (
    Context,
    checkpoints,
    chosen_run,
    chosen_selection,
    link,
    open_store,
    take_notices,
    theme,
)
from app.views.registry import VIEWS, View
from ruie_core.analysis.frames.overview import glance
from ruie_core.analysis.runs import list_runs
from ruie_core.errors import UserError
from ruie_core.reporting.text import escape

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" '
    'fill="none" stroke="#0072B2" stroke-width="2"/><path d="M8 8V1a7 7 0 0 1 7 7z" '
    'fill="#0072B2"/></svg>'
)


def main() -> None:
    """Draw the side and the chosen view."""
    st.set_page_config("Interest evolution", ICON, layout="wide")
    runs = list_runs(checkpoints())
    run = chosen_run(runs) if runs else None
    found: Context | UserError | None = None
    if run is not None:
        try:
            store = open_store(run.path)
            found = Context(store, run, chosen_selection(run, store), theme())
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
        users, query = _side_facts(found)
        sidebar_top(runs, run, users)
        view_list(pages, query)
    page.run()


def _side_facts(found: Context | UserError | None) -> tuple[int | None, dict[str, str]]:
    """Return how many users the run has, and the query that links carry."""
    if not isinstance(found, Context):
        return None, {}
    return int(load(found.store, glance)["users"].iloc[0]), link(found.selection)


def _page(view: View, found: Context | UserError | None) -> Callable[[], None]:
    def page() -> None:
        if isinstance(found, Context):
            for notice in take_notices():
                st.warning(escape(notice))
            with boundary():
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
        f"There is no run in {checkpoints()} yet. Prepare a log and train on it; then reload this "
        "page.",
        "ruie prepare kuairand --log path/to/log --out data/mine\n"
        "ruie train data/mine --run checkpoints/mine",
    )


main()
