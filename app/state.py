"""What is selected: run, user, step and item, in the URL: a link, a reload and "back" restore it.

The URL rules. A change goes through one of the ``select_…`` functions, which write it at once;
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

RUN, USER, STEP, ITEM = "run", "user", "step", "item"
"""Names of the query parameters; user and item are named by the log's own ids."""
_KEYS = (RUN, USER, STEP, ITEM)

_SESSION = "selection"
_NOTICES = "selection_notices"


@dataclass(frozen=True)
class Selection:
    """What the whole app looks at.

    Attributes:
        run: name of the run's folder.
        user: code of the selected user in the run's tables, or none.
        user_id: the same user's id in the log.
        step: selected event of the user, counted from 1; n + 1 is the forecast.
        item: code of the selected item, or none.
        item_id: the same item's id in the log.
    """

    run: str
    user: int | None = None
    user_id: str | None = None
    step: int | None = None
    item: int | None = None
    item_id: str | None = None


@dataclass(frozen=True)
class Context:
    """What a view is given."""

    store: RunStore
    run: RunInfo
    selection: Selection
    theme: Theme


def checkpoints() -> Path:
    """Return the folder of runs: ``RUIE_CHECKPOINTS``, else ``checkpoints`` here or by the app."""
    return _folder("checkpoints", "RUIE_CHECKPOINTS")


def experiments() -> Path:
    """Return the folder of experiments: ``RUIE_EXPERIMENTS``, else likewise."""
    return _folder("experiments", "RUIE_EXPERIMENTS")


def _folder(name: str, variable: str) -> Path:
    if folder := os.environ.get(variable):
        return Path(folder)
    here = Path(name)
    return here if here.is_dir() else Path(__file__).resolve().parents[1] / name


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
    wanted = _wanted()
    user, last = _known_user(store, run, wanted.get(USER))
    item = _known_item(store, run, wanted.get(ITEM))
    selection = Selection(
        run.name,
        user,
        wanted[USER] if user is not None else None,
        _known_step(wanted.get(STEP), last) if user is not None else None,
        item,
        wanted[ITEM] if item is not None else None,
    )
    _write(link(selection))
    return selection


def _known_user(store: RunStore, run: RunInfo, user_id: str | None) -> tuple[int | None, int]:
    """Return a user's code and number of events, or none and 0 where the run has no such user."""
    if user_id is None:
        return None, 0
    found = store.sql('SELECT "user", n_events FROM users WHERE user_id = ?', [user_id])
    if len(found):
        return int(found["user"].iloc[0]), int(found["n_events"].iloc[0])
    _note(f"User “{user_id}” is not in run “{run.name}”: choose one in the User view.")
    return None, 0


def _known_item(store: RunStore, run: RunInfo, item_id: str | None) -> int | None:
    if item_id is None:
        return None
    found = store.sql("SELECT item FROM items WHERE item_id = ?", [item_id])
    if len(found):
        return int(found["item"].iloc[0])
    _note(f"Item “{item_id}” is not in run “{run.name}”: choose one in the Embeddings view.")
    return None


def _known_step(text: str | None, events: int) -> int | None:
    if text is None:
        return None
    if text.isdecimal() and 1 <= int(text) <= events + 1:
        return int(text)
    _note(f"The link names event “{text}”; this user has {events} events.")
    return None


def follow(context: Context) -> Selection:
    """Return the selection in a fragment; draw the whole page anew if it changed since.

    Everything outside the fragment, such as the links at the side, carries the selection too.
    """
    selection = chosen_selection(context.run, context.store)
    if selection != context.selection:
        st.rerun()
    return selection


def link(selection: Selection) -> dict[str, str]:
    """Return the query of a link to what is selected."""
    step = None if selection.step is None else str(selection.step)
    values = (selection.run, selection.user_id, step, selection.item_id)
    return {key: value for key, value in zip(_KEYS, values, strict=True) if value is not None}


def select_run(name: str) -> None:
    """Look at another run; the user stays if it knows them."""
    _write(_wanted() | {RUN: name})


def select_user(user_id: str | None) -> None:
    """Look at another user, or at none; the step belongs to the user and goes with it."""
    _replace(USER, user_id, STEP)


def select_step(step: int | None) -> None:
    """Look at another event of the user, or at none."""
    _replace(STEP, None if step is None else str(step))


def select_item(item_id: str | None) -> None:
    """Look at another item, or at none."""
    _replace(ITEM, item_id)


def _replace(key: str, value: str | None, *dropped: str) -> None:
    kept = {name: old for name, old in _wanted().items() if name not in (key, *dropped)}
    _write(kept | ({key: value} if value is not None else {}))


def take_notices() -> tuple[str, ...]:
    """Return, once, what had to be corrected in the link."""
    return tuple(st.session_state.pop(_NOTICES, ()))


def _wanted() -> dict[str, str]:
    named = {key: st.query_params[key] for key in _KEYS if key in st.query_params}
    if named:
        return named
    return dict(st.session_state.get(_SESSION, {}))


def _write(query: dict[str, str]) -> None:
    st.session_state[_SESSION] = dict(query)
    for key in _KEYS:
        if key not in query:
            st.query_params.pop(key, None)
        elif st.query_params.get(key) != query[key]:
            st.query_params[key] = query[key]


def _note(sentence: str) -> None:
    st.session_state[_NOTICES] = (*st.session_state.get(_NOTICES, ()), sentence)
