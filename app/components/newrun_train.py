"""Checking a mapping, choosing how to train, and starting the job."""

import streamlit as st

from app.components.messages import problem
from app.components.newrun_log import ChosenLog
from app.places import data
from app.state import checkpoints
from ruie_core.data.settings import GenericSettings, PrepareConfig
from ruie_core.data.summary import LogCheck
from ruie_core.errors import UserError
from ruie_core.jobs.job import JOBS, start
from ruie_core.jobs.settings import JobSettings, checked_name, free_name, shell
from ruie_core.jobs.tidy import tidy
from ruie_core.reporting.newrun import PRESETS, checked

_NAME, _PRESET = "newrun_name", "newrun_preset"
_EPOCHS, _PATIENCE, _ERROR = "newrun_epochs", "newrun_patience", "newrun_error"
_CHECK_MEMORY = "1GB"

STARTED = "newrun_started"
"""Session key that is set once when a job was started."""


def check_mapping(log: ChosenLog, source: GenericSettings, settings: PrepareConfig) -> bool:
    """Write what the preparation says of the mapping; whether it would go through."""
    text = f"{source.model_dump_json()}{settings.model_dump_json()}"
    found = _check(log.state, text, source, settings)
    if isinstance(found, str):
        problem(UserError(found))
        return False
    st.success(checked(found), icon=":material/check_circle:")
    return True


@st.cache_data(max_entries=32, show_spinner="Checking the log as the preparation would …")
def _check(
    state: str,  # noqa: ARG001 - this and the next are the cache key
    text: str,  # noqa: ARG001
    _source: GenericSettings,
    _settings: PrepareConfig,
) -> LogCheck | str:
    """Return what was found, or the sentence of what is wrong."""
    from ruie_core.data.check import check_log  # ibis: only here, when a log is checked

    frugal = _settings.model_copy(update={"memory_limit": _CHECK_MEMORY, "threads": 2})
    try:
        return check_log(_source, frugal)
    except UserError as error:
        return str(error)


def train_form(log: ChosenLog, source: GenericSettings, prepare: PrepareConfig) -> None:
    """Draw the name, the few settings, the commands and the button that starts them."""
    st.markdown("**3 · Train on it**")
    left, right = st.columns([1, 1.4], gap="large")
    with left:
        if _NAME not in st.session_state:
            st.session_state[_NAME] = free_name(log.path.name, data(), checkpoints())
        st.text_input(
            "Name of the run", key=_NAME, max_chars=64, help="Letters, digits, - and _; not taken."
        )
        line = st.columns(2, gap="small")
        epochs = line[0].number_input(
            "Epochs at most", 1, 1000, 100, key=_EPOCHS, help="Rounds through the log."
        )
        patience = line[1].number_input(
            "Patience, epochs", 1, 100, 8, key=_PATIENCE,
            help="Training ends after so many epochs without a better validation NDCG@10.",
        )  # fmt: skip
    with right:
        preset = st.radio("Model", list(PRESETS), captions=list(PRESETS.values()), key=_PRESET)
    settings = JobSettings(
        name=st.session_state[_NAME], source=source, prepare=prepare, preset=str(preset),
        epochs=int(epochs), patience=int(patience),
        data=data() / st.session_state[_NAME], run=checkpoints() / st.session_state[_NAME],
    )  # fmt: skip
    try:
        checked_name(settings.name, data(), checkpoints())
        commands = shell(settings)
    except UserError as error:
        problem(error)
        return
    st.button(
        "Prepare and train", type="primary", key="newrun_start", on_click=_start, args=(settings,)
    )
    if error_text := st.session_state.pop(_ERROR, None):
        problem(UserError(error_text))
    st.caption("The same from a shell:")
    st.code(commands, language="bash", wrap_lines=True)


def _start(settings: JobSettings) -> None:
    try:
        start(settings, data() / JOBS)
    except UserError as error:
        st.session_state[_ERROR] = str(error)
    else:
        tidy(data())
        st.session_state.pop(_NAME, None)
        st.session_state[STARTED] = True
