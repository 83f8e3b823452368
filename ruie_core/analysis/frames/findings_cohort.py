"""Everything that is compared before a statement about a cohort is made, in one table.

Kinds of rows, each the cohort (first) against all other users (second):

- ``cohort-ndcg``: difference of NDCG@k of the model; scenario of what came, or ``all``.
- ``cohort-move``: log of how many times as often the cohort goes from a scenario to another.
- ``cohort-gate``: difference of the mean gate; scenario, or ``all``.
"""

import pandas as pd

from ruie_core.analysis.evidence import tested
from ruie_core.analysis.frames import sides
from ruie_core.analysis.frames.cohorts import REST
from ruie_core.analysis.frames.findings import REQUEST, as_differences, as_lifts
from ruie_core.analysis.frames.metrics import SMALL_CELL
from ruie_core.analysis.frames.transitions import movers
from ruie_core.analysis.sides import cohort_sides
from ruie_core.analysis.store import RunStore


def looked_at(store: RunStore, among: str, k: int) -> pd.DataFrame:
    """Return every comparison of a cohort with the rest, tested as one family.

    Args:
        store: the run.
        among: table of the cohort's users (``RunStore.keep_users``).
        k: cut-off of NDCG.
    """
    table = cohort_sides(store, among)
    served = sides.ndcg(store, table, k, REQUEST)
    return tested(
        [
            as_differences(served[~served["small"]], "cohort-ndcg", REST),
            _moves(store, table, among),
            _gates(store, table),
        ]
    )


def _gates(store: RunStore, table: str) -> pd.DataFrame:
    """Return the first side's mean gate less that of the second, per scenario and over all.

    Args:
        store: the run.
        table: the sides (``analysis.sides``).
    """
    found = sides.means(store, table, "gate")
    return as_differences(found[found["difference_low"].notna()], "cohort-gate", REST)


def _moves(store: RunStore, table: str, among: str) -> pd.DataFrame:
    found = sides.transitions(store, table)
    enough = (found["n_from"] >= SMALL_CELL) & found["log_lift_low"].notna()
    found = as_lifts(found[enough], movers(store, among))
    return found.assign(kind="cohort-move", null=0.0, label=REST)
