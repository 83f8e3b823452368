"""Everything that is compared before a statement about two runs is made, in one table.

Kind of rows: ``run-ndcg``, NDCG@k of this run (first) less that of another (second) on the same
held-out events; scenario of what came, or ``all``. Where either has several trainings, both figures
are means over them, and the interval is over people and trainings (``frames.paired``).
"""

import pandas as pd

from ruie_core.analysis.evidence import tested
from ruie_core.analysis.frames.findings import REQUEST, as_differences
from ruie_core.analysis.frames.paired import paired_ndcg
from ruie_core.analysis.store import RunStore


def looked_at(store: RunStore, own: tuple[str, ...], its: tuple[str, ...], k: int) -> pd.DataFrame:
    """Return every comparison of two runs, tested as one family (``analysis.evidence``).

    Args:
        store: the run.
        own: its trainings, as for ``paired_ndcg``.
        its: the other's.
        k: cut-off of NDCG.
    """
    found = paired_ndcg(store, own, its, k)
    asked = found[found["request_scenario"] == REQUEST]
    if asked.empty:
        return tested([])
    told = asked[asked["group"].isin(["all", "scenario"]) & ~asked["small"]]
    return tested([as_differences(told, "run-ndcg", "another run")])
