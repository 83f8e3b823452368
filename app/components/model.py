"""A run's model, loaded once and asked by one session at a time."""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from ruie_core.analysis.comparison import Response
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


def response(store: RunStore, history: History, request: str | None = None) -> Response:
    """Return what the model makes of a history; each is asked once.

    Raises:
        UserError: see ``ruie_core.analysis.whatif.respond``.
    """
    return _response(store.fingerprint, repr(history), request, store, history)


@st.cache_resource(max_entries=128, show_spinner=False)
def _response(
    fingerprint: str,  # noqa: ARG001 - this and the next two are the cache key
    text: str,  # noqa: ARG001
    request: str | None,
    _store: RunStore,
    _history: History,
) -> Response:
    from ruie_core.analysis.whatif import respond

    model = model_of(_store)
    with model.lock:
        return respond(model.run, _history, request)
