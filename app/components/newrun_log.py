"""Choosing the log: an upload, or a file of the server's folder; and its first rows."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app.components.messages import problem
from app.places import data, logs
from ruie_core.data.preview import Preview, preview_log
from ruie_core.errors import UserError
from ruie_core.jobs.logs import MOST_LISTED, keep_upload, list_logs, log_in
from ruie_core.jobs.tidy import tidy
from ruie_core.reporting.newrun import NEEDED, file_line
from ruie_core.reporting.text import escape

_WHERE, _FILE, _NAME = "newrun_where", "newrun_upload", "newrun_server_file"
_CHOSEN, _SENT = "newrun_chosen", "newrun_sent"
_UPLOAD, _SERVER = "Upload", "A file on this server"
_SHOWN_ROWS = 5


@dataclass(frozen=True)
class ChosenLog:
    """A log that somebody chose.

    Attributes:
        path: where it lies.
        state: changes when the file does; caches are keyed by it.
        preview: its first rows.
    """

    path: Path
    state: str
    preview: Preview


def choose_log() -> ChosenLog | None:
    """Draw the choice of a log and its first rows; none until a readable one is chosen."""
    st.markdown("**1 · The log**")
    where, place = st.columns([1, 2.6], gap="large")
    kind = where.segmented_control(
        "Where is it?", [_UPLOAD, _SERVER], default=_UPLOAD, required=True, key=_WHERE
    )
    with place:
        try:
            path = _uploaded() if kind == _UPLOAD else _listed()
            if path is None:
                st.caption(NEEDED)
                return None
            found = path.stat()
            state = f"{path}|{found.st_mtime_ns}|{found.st_size}"
            chosen = ChosenLog(path, state, _preview(state, path))
        except UserError as error:
            problem(error)
            return None
        except OSError:
            st.session_state.pop(_CHOSEN, None)
            problem(UserError("The file that was sent is gone from the server: send it again."))
            return None
    st.caption(f"{file_line(chosen.preview, found.st_size)} · its first rows, as they stand there:")
    st.dataframe(
        chosen.preview.rows.head(_SHOWN_ROWS), hide_index=True, key="newrun_preview",
        height="content", row_height=30,
    )  # fmt: skip
    return chosen


@st.cache_data(max_entries=8, show_spinner="Reading the first rows …")
def _preview(state: str, _path: Path) -> Preview:  # noqa: ARG001 - ``state`` is the cache key
    return preview_log(_path)


def _uploaded() -> Path | None:
    """Keep what was sent, once, and return where; it stays chosen when the view is left."""
    sent = st.file_uploader(
        "CSV, CSV.gz or Parquet, with a header: one row per event",
        type=["csv", "gz", "parquet", "pq"],
        key=_FILE,
        help="A larger one goes into the server's folder of logs.",
    )
    if sent is not None and st.session_state.get(_SENT) != sent.file_id:
        st.session_state[_CHOSEN] = str(keep_upload(sent, sent.name, data()))
        st.session_state[_SENT] = sent.file_id
        tidy(data())
    chosen: str | None = st.session_state.get(_CHOSEN)
    return None if chosen is None else Path(chosen)


def _listed() -> Path | None:
    listing = list_logs(logs())
    if not listing.names:
        st.caption(
            escape(f"There is no CSV, CSV.gz or Parquet file in {logs()} yet: put one there.")
        )
        return None
    name = st.selectbox(
        "File", listing.names, index=None, key=_NAME, placeholder="choose a file",
        help=f"Logs in {logs()} and below it; the variable RUIE_LOGS names another folder.",
    )  # fmt: skip
    if listing.more:
        st.caption(f"The first {MOST_LISTED} files that were found are listed.")
    return None if name is None else log_in(logs(), name)
