"""A cohort against the rest: transitions, and NDCG per scenario."""

import pandas as pd

from ruie_core.analysis.frames import sides
from ruie_core.analysis.periods import Span
from ruie_core.analysis.sides import cohort_sides
from ruie_core.analysis.store import RunStore

COHORT, REST = "the cohort", "the rest"
"""What both sides are called in the column ``model``: the model is the run's own."""


def transitions(store: RunStore, among: str, span: Span | None = None) -> pd.DataFrame:
    """Return a cohort's transitions; the reference is the share among all other users.

    Args:
        store: the run.
        among: table of the cohort's users (``RunStore.keep_users``).
        span: only events inside of it count; none: all.

    Returns:
        See ``frames.sides.transitions``.
    """
    return sides.transitions(store, cohort_sides(store, among, span))


def ndcg_by_scenario(
    store: RunStore, among: str, k: int, request_scenario: str, span: Span | None = None
) -> pd.DataFrame:
    """Return NDCG@k of the run's model for a cohort and for the rest, per scenario and over all.

    Args:
        store: the run.
        among: table of the cohort's users (``RunStore.keep_users``).
        k: cut-off.
        request_scenario: ``unknown`` or ``known``.
        span: only events inside of it count; none: all.

    Returns:
        The columns of ``frames.metrics.ndcg_by_scenario``, without head and tail. ``model`` is
        "the cohort" or, as a baseline, "the rest". In the cohort's rows also difference (cohort
        less rest), difference_low, difference_high. Intervals are null where a side has fewer than
        30 events or 5 users.
    """
    table = cohort_sides(store, among, span)
    return sides.as_models(sides.ndcg(store, table, k, request_scenario), COHORT, REST)
