"""A job in the browser: how far it is, its curves, its log; stopping it and going on."""

from pathlib import Path

import pandas as pd
import streamlit as st

from app.components.chart import chart
from app.components.messages import boundary, problem
from app.components.page import header
from app.places import read_only
from app.state import open_run, theme
from ruie_core.analysis.frames.overview import history_curves
from ruie_core.errors import UserError
from ruie_core.figures.overview import training_curves
from ruie_core.jobs.job import Job, go_on, read_job, stop
from ruie_core.jobs.progress import Progress, log_tail, progress_of
from ruie_core.reporting import newrun as words

EVERY_SECONDS = 2.0
"""How often a running job is looked at."""

_STOPPING, _ERROR = "newrun_stopping", "newrun_job_error"


def running_job(job: Job, title: str, question: str) -> None:
    """Draw a running job, and again every few seconds; the page is drawn anew when it ends."""
    st.fragment(_running, run_every=EVERY_SECONDS)(job.folder, title, question)


def _running(folder: Path, title: str, question: str) -> None:
    job = read_job(folder)
    if job.state != "running":
        st.rerun()
    progress = progress_of(job)
    header(title, words.running(job, progress), question)
    st.markdown(words.stage_line(progress))
    st.progress(words.trained_share(job, progress))
    if not read_only():
        asked = st.session_state.get(_STOPPING) == job.began
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Stopping …" if asked else "Stop", key="newrun_stop", on_click=_stop, args=(job,),
                help="The last finished epoch stays; it can go on from there.",
            )  # fmt: skip
            st.caption(f"{words.GOES_ON} {words.ONE_AT_A_TIME}")
    _evidence(job, progress)


def ended_job(job: Job, overview: str) -> None:
    """Draw how the last job ended, and what can be done with it.

    Args:
        job: it does not run.
        overview: title of the view that opens a run.
    """
    progress, settings = progress_of(job), job.settings
    with st.container(border=True, key="newrun_ended"):
        line = st.columns([5, 1.2], vertical_alignment="center", gap="small")
        line[0].markdown(words.ended(job, progress))
        if job.state == "finished" and settings.run.is_dir():
            line[1].button(
                "Open this run", type="primary", key="newrun_open", width="stretch",
                on_click=open_run, args=(settings.name, overview),
            )  # fmt: skip
        elif job.state != "finished" and not read_only():
            line[1].button(
                "Go on", key="newrun_go_on", width="stretch", on_click=_go_on, args=(job,),
                help="Goes on after the last finished epoch, with the same settings.",
            )  # fmt: skip
        if job.error:
            problem(UserError(job.error))
        if error := st.session_state.pop(_ERROR, None):
            problem(UserError(error))
        with st.expander("How it went"):
            _evidence(job, progress)


def _evidence(job: Job, progress: Progress) -> None:
    """Draw the curves, and the log behind a fold."""
    if progress.history:
        frame = history_curves(pd.DataFrame(progress.history))
        chart(
            training_curves(frame, theme()),
            key="newrun_curves",
            name=f"{job.settings.name} training so far",
            title="Training so far",
            reading=words.curves(progress.history),
            frame=frame,
        )
    elif job.state == "running":
        st.caption("Loss, validation NDCG@10, Q and gates are drawn here after the first epoch.")
    log = log_tail(job)
    with st.expander("Last lines of its log"):
        st.code(log or "nothing yet", language=None, height=260)


def _stop(job: Job) -> None:
    st.session_state[_STOPPING] = job.began
    with boundary():
        stop(job)


def _go_on(job: Job) -> None:
    try:
        go_on(job)
    except UserError as error:
        st.session_state[_ERROR] = str(error)
