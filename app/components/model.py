"""A run's model, loaded once and asked by one session at a time."""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from ruie_core.analysis.comparison import Comparison, Response, compare
from ruie_core.analysis.edits import History
from ruie_core.analysis.store import RunStore

if TYPE_CHECKING:
    from ruie_core.runs import Run

MOST_MODELS = 2
"""Models that are kept in memory; another run's takes the place of the one loaded first."""


@dataclass(frozen=True)
class Model:
    """A loaded run and the lock round it."""

    run: "Run"
    lock: threading.Lock


def model_of(store: RunStore) -> Model:
    """Return the model of a run.

    Raises:
        UserError: it cannot be loaded, or estimates no Q.
    """
    return _model(store.fingerprint, store)


@st.cache_resource(max_entries=MOST_MODELS, show_spinner="Loading the model …")
def _model(fingerprint: str, _store: RunStore) -> Model:  # noqa: ARG001 - the cache key
    from ruie_core.analysis.whatif import open_model  # torch: only here, when it is asked for

    return Model(open_model(_store.path), threading.Lock())


def gate_of(store: RunStore) -> tuple[str, bool]:
    """Return the name of a run's gate, and whether it looks at the target.

    Raises:
        UserError: see ``model_of``.
    """
    run = model_of(store).run
    from ruie_core.analysis.whatif import gate_looks_at_target

    return run.config.objective.gate, gate_looks_at_target(run)


class Answer(NamedTuple):
    """What the model makes of an edited history, beside the original one.

    Attributes:
        read: events that the forecast after the original history depends on.
        read_edited: and after the edited one.
        compared: both beside each other.
        key: names the question among those of the run.
    """

    read: int
    read_edited: int
    compared: Comparison
    key: tuple[str, str, str | None]


def answer(store: RunStore, original: History, edited: History, request: str | None) -> Answer:
    """Return what the model makes of both histories; each question is asked once.

    Args:
        store: the run.
        original: as it was.
        edited: what became of it.
        request: scenario of the next request, which the model is told after the edited one.

    Raises:
        UserError: see ``ruie_core.analysis.whatif.respond``.
    """
    was, now = repr(original), repr(edited)
    return _answer(store.fingerprint, was, now, request, store, original, edited)


@st.cache_resource(max_entries=128, show_spinner=False)
def _answer(
    fingerprint: str,  # noqa: ARG001 - part of the cache key
    was: str,
    now: str,
    request: str | None,
    _store: RunStore,
    _original: History,
    _edited: History,
) -> Answer:
    # Asked at one time: what is met lately must not change with the events that are taken out.
    time = _original[-1].time
    before = _response(_store, _original, None, time)
    after = _response(_store, _edited, request, time)
    return Answer(before.read, after.read, compare(before, after), (was, now, request))


def _response(store: RunStore, history: History, request: str | None, time: int | None) -> Response:
    return _asked(store.fingerprint, repr(history), request, time, store, history)


@st.cache_resource(max_entries=128, show_spinner=False)
def _asked(
    fingerprint: str,  # noqa: ARG001 - this and the next three are the cache key
    text: str,  # noqa: ARG001
    request: str | None,
    time: int | None,
    _store: RunStore,
    _history: History,
) -> Response:
    from ruie_core.analysis.whatif import respond

    model = model_of(_store)
    with model.lock:
        return respond(model.run, _history, request, time)
