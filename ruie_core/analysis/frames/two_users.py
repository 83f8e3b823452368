"""What the comparison of two people needs beside their paths."""

import pandas as pd

from ruie_core.analysis.frames import sides as frames
from ruie_core.analysis.person import events_of
from ruie_core.analysis.store import RunStore, quote


def span_steps(store: RunStore, user: int, sides: str | None = None) -> pd.DataFrame:
    """Return a user's ``steps`` in order, with ``item_id`` and ``title``; see ``frames.user``.

    Args:
        store: the run.
        user: code of the user.
        sides: only events in this table of sides; the forecast is left out then. None: all.
    """
    return store.sql(
        f"""SELECT s.* EXCLUDE (top_items, top_scores), i.item_id, i.title
           FROM {events_of(store, user)} s LEFT JOIN items i ON i.item = s.item
           WHERE {_inside(sides)} ORDER BY s.t"""
    )


def mix(store: RunStore, sides: str) -> pd.DataFrame:
    """Return the mix of two people: ``frames.sides.mix``, where a person's events are no sample."""
    return frames.mix(store, sides).assign(small=False)


def heldout_ranks(store: RunStore, user: int, sides: str | None = None) -> pd.DataFrame:
    """Return a user's test events with the rank of what came: t, scenario, rank.

    Args:
        store: the run.
        user: code of the user.
        sides: only events in this table of sides; none: all.
    """
    return store.sql(
        f"""SELECT t, scenario, rank FROM {events_of(store, user)} s WHERE split = 'test'
           AND rank IS NOT NULL AND {_inside(sides)} ORDER BY t"""
    )


def _inside(sides: str | None) -> str:
    if sides is None:
        return "true"
    return f"""EXISTS (SELECT 1 FROM {quote(sides)} w
        WHERE w."user" = s."user" AND s.t BETWEEN w.first AND w.last)"""
