"""Frames and figures of a run, computed once and kept within bounds."""

from collections.abc import Callable, Hashable
from typing import Any, Concatenate, ParamSpec

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ruie_core.analysis.store import RunStore
from ruie_core.figures.theme import Theme

P = ParamSpec("P")


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
    name = f"{query.__module__}.{query.__qualname__}"
    return _load(store.fingerprint, name, args, kwargs, store, query)


@st.cache_data(max_entries=512, show_spinner=False)
def _load(
    fingerprint: str,  # noqa: ARG001 - this and the next are part of the cache key
    name: str,  # noqa: ARG001
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    _store: RunStore,
    _query: Callable[..., pd.DataFrame],
) -> pd.DataFrame:
    return _query(_store, *args, **kwargs)


def draw(key: tuple[Hashable, ...], theme: Theme, make: Callable[[], go.Figure]) -> go.Figure:
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
) -> go.Figure:
    return _make()
