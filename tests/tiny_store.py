"""A run's store over a handful of rows, for figures that are checked by hand."""

import threading
from pathlib import Path

import duckdb
import pandas as pd

from ruie_core.analysis.shelf import Shelf
from ruie_core.analysis.store import RunStore


def tiny_store(
    steps: pd.DataFrame,
    ranks: pd.DataFrame | None = None,
    *,
    time_kind: str = "clock",
    zone: str = "Asia/Shanghai",
) -> RunStore:
    """Return a store with ``steps``, and ``users`` made from it, without any files.

    The rows are put in the order in which a run has them.

    Args:
        steps: user, t, time, scenario and what else is asked for; the other columns of a run have
            defaults.
        ranks: user, t, scenario, model, request_scenario, rank.
        time_kind: ``clock`` or ``order``.
        zone: the log's time zone.
    """
    defaults = {
        "gate": 0.5, "q_taken": 1.0, "return": 1.0, "truncated": False, "split": "train",
        "item": 1, "rank": 1, "reward": 1.0,
    }  # fmt: skip
    steps = steps.assign(**{k: v for k, v in defaults.items() if k not in steps})
    store = RunStore.__new__(RunStore)
    store.path, store.fingerprint = Path("tiny"), "tiny"
    store.manifest = {"dataset_manifest": {"time": {"kind": time_kind}}, "dataset_hash": "tiny"}
    store.health = {"time_zone": zone}
    store.scenarios = tuple(dict.fromkeys(steps["scenario"]))
    for name in store.scenarios:
        for column, value in ((f"p_{name}", 1 / len(store.scenarios)), (f"q_{name}", 1.0)):
            if column not in steps:
                steps[column] = value
    steps = steps.sort_values(["user", "t"], ignore_index=True)
    store._lock, store.large = threading.Lock(), {}
    store._shelf = Shelf(lambda table: store.sql(f"DROP TABLE {table}"))
    store._connection = duckdb.connect()
    store._connection.execute("SET TimeZone = 'UTC'")
    store._connection.register("steps_frame", steps)
    store._connection.execute("CREATE TABLE steps AS SELECT * FROM steps_frame")
    store._connection.execute(
        """CREATE TABLE users AS SELECT "user", 'u' || "user" AS user_id, count(*)::INT AS n_events,
        min(time) AS first_time, max(time) AS last_time FROM steps GROUP BY "user" ORDER BY 1"""
    )
    if ranks is not None:
        store._connection.register("ranks_frame", ranks)
        store._connection.execute("CREATE TABLE ranks AS SELECT * FROM ranks_frame")
    return store
