"""Your log: how do I get my own log in here?"""

import streamlit as st

from app.components.job import ended_job, running_job
from app.components.messages import problem
from app.components.newrun_columns import map_columns
from app.components.newrun_log import choose_log
from app.components.newrun_train import STARTED, check_mapping, train_form
from app.components.page import header
from app.places import data, read_only
from app.state import Context
from app.views.registry import VIEWS, question
from ruie_core.errors import UserError
from ruie_core.jobs.job import JOBS, latest
from ruie_core.reporting import newrun as words

TITLE = "Your log"


def render(context: Context | None) -> None:  # noqa: ARG001 - it is there without a run too
    """Draw the view: the job that runs, or else the way to a new one."""
    job = latest(data() / JOBS)
    if job is not None and job.state == "running":
        running_job(job, TITLE, question("newrun"))
        return
    header(TITLE, words.READ_ONLY if read_only() else words.OPENING, question("newrun"))
    if job is not None:
        ended_job(job, VIEWS[0].title)
    if read_only():
        st.code(words.COMMANDS, language="bash", wrap_lines=True)
    else:
        _new()


@st.fragment
def _new() -> None:
    """Draw the three steps; each appears when the one before it is done."""
    if st.session_state.pop(STARTED, False):
        st.rerun()
    log = choose_log()
    if log is None:
        return
    try:
        source, prepare = map_columns(log)
    except UserError as error:
        problem(error)
        return
    if check_mapping(log, source, prepare):
        train_form(log, source, prepare)
