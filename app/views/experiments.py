"""Experiments: which part earns its place?"""

import streamlit as st

from app.components.experiment_tabs import TABS
from app.components.experiments import (
    Scene,
    behind,
    choose_dataset,
    choose_protocol,
    open_summary,
    shown,
)
from app.components.messages import empty
from app.components.page import header
from app.state import Context, experiments
from app.views.registry import question
from ruie_core.analysis.frames import experiments as frames
from ruie_core.reporting import experiments as words

TITLE = "Experiments"


def render(context: Context) -> None:
    """Draw the view."""
    folder = experiments()
    known = frames.datasets(folder)
    if not known:
        st.subheader(TITLE, help=question("experiments"), anchor=False)
        empty(
            f"There is no summary of experiments in {folder} yet. Run them; then reload this page.",
            "ruie experiment all data/kuairand",
        )
        return
    place = st.container()
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        dataset = choose_dataset(context, known)
        summary = open_summary(folder / dataset)
        choice = choose_protocol(summary, dataset)
    frame, offered, answer = shown(folder / dataset, choice)
    with place:
        header(TITLE, answer, question("experiments"))
        if note := words.other_dataset(dataset, context.run.dataset, known):
            st.caption(note)
    if not offered:
        empty(
            "The summary has no experiment that can be shown under this choice.",
            f"ruie experiment all data/{dataset}",
        )
        return
    own = dataset == context.run.dataset
    scenarios = context.store.scenarios if own else ()
    state = frames.state(folder / dataset)
    scene = Scene(frame, choice, dataset, state, scenarios, context.theme)
    tab = st.segmented_control(
        "Experiment", offered, default=offered[0], required=True,
        key=f"experiments_tab_{dataset}_{len(offered)}", format_func=words.TITLES.__getitem__,
        label_visibility="collapsed",
    )  # fmt: skip
    TABS[str(tab)](scene)
    behind(scene, folder / dataset, str(tab))
