"""What the What-if view reads: a person's events, and the names of items."""

from collections.abc import Sequence

import pandas as pd

from ruie_core.analysis.person import events_of
from ruie_core.analysis.store import RunStore


def user_events(store: RunStore, user: int) -> pd.DataFrame:
    """Return a person's events in order, without the forecast.

    Columns: ``t, time, item, item_id, title, category, scenario, actions``.
    """
    return store.sql(
        f"""SELECT s.t, s.time, s.item, i.item_id, i.title, i.category,
                  CAST(s.scenario AS VARCHAR) AS scenario, s.actions
           FROM {events_of(store, user)} s LEFT JOIN items i ON i.item = s.item
           WHERE s.item IS NOT NULL ORDER BY s.t"""
    )


def item_names(store: RunStore, items: Sequence[int]) -> pd.DataFrame:
    """Return ``item`` and ``name`` (the title, else the id) of items, by code."""
    return store.sql(
        """SELECT item, coalesce(title, item_id) AS name FROM items
           WHERE item IN (SELECT unnest($items)) ORDER BY item""",
        {"items": list(items)},
    )


def catalogue_size(store: RunStore) -> pd.DataFrame:
    """Return one row: how many ``items`` the run knows."""
    return store.sql("SELECT count(*) AS items FROM items")
