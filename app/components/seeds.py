"""Runs beside the one that is looked at: its other seeds, and the one it is compared with."""

from pathlib import Path

import pandas as pd
import streamlit as st

from app.state import Context, checkpoints, open_beside
from ruie_core.analysis.folder import fingerprint
from ruie_core.analysis.frames.story import q_of_user, seed_band
from ruie_core.analysis.runs import list_runs
from ruie_core.analysis.seeds import other_seeds
from ruie_core.analysis.store import RunStore
from ruie_core.errors import UserError


def band_of(context: Context) -> pd.DataFrame | None:
    """Return lowest and highest Q of the selected user over this run and its other seeds."""
    store = context.store
    others = other_seeds(store, list_runs(checkpoints()))
    if not others:
        return None
    marks = tuple(fingerprint(path) for path in (store.path, *others))
    return _band(marks, str(context.selection.user_id), store, others)


@st.cache_data(max_entries=128, show_spinner=False)
def _band(
    fingerprints: tuple[str, ...],  # noqa: ARG001 - part of the cache key
    user_id: str,
    _store: RunStore,
    _others: tuple[Path, ...],
) -> pd.DataFrame:
    tables = [q_of_user(_store, user_id)]
    for path in _others:
        try:
            tables.append(q_of_user(open_beside(path), user_id))
        except UserError:
            continue  # a damaged seed is no part of the band, which says of how many it is
    return seed_band(tables, _store.scenarios)


def compared_store(context: Context) -> RunStore | None:
    """Return the run that this one is compared with, where one is chosen and can be read."""
    name = context.selection.compare
    if name is None:
        return None
    try:
        return open_beside(checkpoints() / name)
    except UserError:
        return None  # the Compare view says why
