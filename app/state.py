"""What is selected: run and user, in the URL, so that a link, a reload and "back" restore it.

The URL rules. A change goes through ``select_run`` or ``select_user``, which write it at once;
where the URL is silent (the browser came from a link without a query) the session remembers.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from ruie_core.analysis.runs import RunInfo
from ruie_core.analysis.store import RunStore, fingerprint
from ruie_core.figures.theme import DARK, LIGHT, Theme

RUN, USER = "run", "user"
"""Names of the query parameters; the user is named by the log's own id."""

_SESSION = "selection"
_NOTICES = "selection_notices"


@dataclass(frozen=True)
class Selection:
    """What the whole app looks at.

    Attributes:
        run: name of the run's folder.
        user: code of the selected user in the run's tables, or none.
        user_id: the same user's id in the log.
    """

    run: str
    user: int | None = None
    user_id: str | None = None


@dataclass(frozen=True)
class Context:
    """What a view is given."""

    store: RunStore
    run: RunInfo
    selection: Selection
    theme: Theme


def checkpoints() -> Path:
    """Return the folder of runs: ``RUIE_CHECKPOINTS``, else ``checkpoints`` here or by the app."""
    if folder := os.environ.get("RUIE_CHECKPOINTS"):
        return Path(folder)
    here = Path("checkpoints")
    return here if here.is_dir() else Path(__file__).resolve().parents[1] / "checkpoints"


def open_store(path: Path) -> RunStore:
    """Return the shared store of a run; it is opened, and checked, once per state of its files.

    Raises:
        UserError: the run is damaged or has no analysis.
    """
    return _open(str(path), fingerprint(path))


@st.cache_resource(max_entries=4, show_spinner="Checking the run's files …")
def _open(path: str, state: str) -> RunStore:  # noqa: ARG001 - ``state`` is part of the cache key
    return RunStore(Path(path))


def theme() -> Theme:
    """Return the figures' theme that fits the one the browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def chosen_run(runs: Sequence[RunInfo]) -> RunInfo:
    """Return the run that the URL (or else the session) names, or else the first of the list."""
    wanted = _wanted().get(RUN)
    for run in runs:
        if run.name == wanted:
            return run
    if wanted:
        _note(
            f"The link names run “{wanted}”, which is not in {checkpoints()}; "
            f"this is run “{runs[0].name}”."
        )
    return runs[0]


def chosen_selection(run: RunInfo, store: RunStore) -> Selection:
    """Return the validated selection, and write it back into the URL and the session."""
    user_id = _wanted().get(USER)
    user = None
    if user_id is not None:
        found = store.sql('SELECT "user" FROM users WHERE user_id = ?', [user_id])
        if len(found):
            user = int(found["user"].iloc[0])
        else:
            _note(f"User “{user_id}” is not in run “{run.name}”: choose one in the User view.")
            user_id = None
    selection = Selection(run.name, user, user_id)
    _write(link(selection))
    return selection


def link(selection: Selection) -> dict[str, str]:
    """Return the query of a link to what is selected."""
    query = {RUN: selection.run}
    return query | ({USER: selection.user_id} if selection.user_id is not None else {})


def select_run(name: str) -> None:
    """Look at another run; the user stays if it knows them."""
    _write(_wanted() | {RUN: name})


def select_user(user_id: str | None) -> None:
    """Look at another user, or at none."""
    kept = {key: value for key, value in _wanted().items() if key != USER}
    _write(kept | ({USER: user_id} if user_id is not None else {}))


def take_notices() -> tuple[str, ...]:
    """Return, once, what had to be corrected in the link."""
    return tuple(st.session_state.pop(_NOTICES, ()))


def _wanted() -> dict[str, str]:
    named = {key: st.query_params[key] for key in (RUN, USER) if key in st.query_params}
    if named:
        return named
    return dict(st.session_state.get(_SESSION, {}))


def _write(query: dict[str, str]) -> None:
    st.session_state[_SESSION] = dict(query)
    for key in (RUN, USER):
        if key not in query:
            st.query_params.pop(key, None)
        elif st.query_params.get(key) != query[key]:
            st.query_params[key] = query[key]


def _note(sentence: str) -> None:
    st.session_state[_NOTICES] = (*st.session_state.get(_NOTICES, ()), sentence)
