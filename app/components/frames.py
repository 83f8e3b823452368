"""Frames and figures of a run, computed once and kept within bounds."""

import functools
import inspect
from collections.abc import Callable, Hashable
from typing import Any, Concatenate, Final, ParamSpec

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.components.sent import Sent
from ruie_core.analysis.store import RunStore
from ruie_core.figures.theme import Theme

P = ParamSpec("P")

_PASSING: Final = frozenset({"user", "user_id", "window"})
"""Names of arguments that change with every step of a walk through people or over a map.

What is asked for them is quick and has a cache of its own: otherwise sixty people on would push the
run's own frames, which take seconds, out of the cache.
"""


def load(
    store: RunStore,
    query: Callable[Concatenate[RunStore, P], pd.DataFrame],
    *args: P.args,
    **kwargs: P.kwargs,
) -> pd.DataFrame:
    """Return ``query(store, …)``, from the cache where this run's tables were asked it before.

    Args:
        store: the run.
        query: one of ``ruie_core.analysis.frames``; it must be pure.
        *args: hashable arguments of the query.
        **kwargs: hashable arguments of the query.
    """
    # The one kept is nobody's to change; a copy that shares its columns until one of the two is
    # written to (pandas' copy-on-write) costs microseconds, where `cache_data` would unpickle it.
    name = f"{query.__module__}.{query.__qualname__}"
    given = _signature(query).bind(store, *args, **kwargs).arguments
    passing = any(given.get(argument) is not None for argument in _PASSING)
    kept = _load_passing if passing else _load
    return kept(store.fingerprint, name, args, kwargs, store, query).copy(deep=False)


@functools.cache
def _signature(query: Callable[..., pd.DataFrame]) -> inspect.Signature:
    return inspect.signature(query)


@st.cache_resource(max_entries=512, show_spinner=False)
def _load(
    fingerprint: str,  # noqa: ARG001 - this and the next are part of the cache key
    name: str,  # noqa: ARG001
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    _store: RunStore,
    _query: Callable[..., pd.DataFrame],
) -> pd.DataFrame:
    return _query(_store, *args, **kwargs)


# A cache of its own needs a function of its own: Streamlit tells caches by name and source.
@st.cache_resource(max_entries=512, show_spinner=False)
def _load_passing(
    fingerprint: str,  # noqa: ARG001 - this and the next are part of the cache key
    name: str,  # noqa: ARG001
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    _store: RunStore,
    _query: Callable[..., pd.DataFrame],
) -> pd.DataFrame:
    return _query(_store, *args, **kwargs)


def draw(key: tuple[Hashable, ...], theme: Theme, make: Callable[[], go.Figure]) -> Sent:
    """Return ``make()``, from the cache where the same key was drawn in the same theme before.

    Args:
        key: all that the figure depends on: the run's fingerprint, the figure's name, the filters.
        theme: colours of the figure.
        make: draws it; nobody may change the result.
    """
    return _draw(key, theme.name, make)


@st.cache_resource(max_entries=128, show_spinner=False)
def _draw(
    key: tuple[Hashable, ...],  # noqa: ARG001 - this and the next are the cache key
    theme: str,  # noqa: ARG001
    _make: Callable[[], go.Figure],
) -> Sent:
    return Sent(None, _make())
