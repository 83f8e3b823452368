"""Answers that are remembered with a run, and forgotten with it."""

import gc
from weakref import ref

import pandas as pd

from ruie_core.analysis.once import latest, once
from ruie_core.analysis.store import RunStore
from tests.tiny_store import tiny_store


def store() -> RunStore:
    return tiny_store(
        pd.DataFrame(
            {
                "user": [0], "t": [1], "scenario": ["a"],
                "time": pd.to_datetime(["2026-05-01"], utc=True),
            }
        )
    )  # fmt: skip


def test_the_latest_answers_are_remembered_per_run() -> None:
    asked: list[tuple[RunStore, int]] = []

    @latest(2)
    def double(of: RunStore, n: int) -> int:
        asked.append((of, n))
        return 2 * n

    one, other = store(), store()
    assert [double(one, n) for n in (1, 2, 1, 3, 1, 2)] == [2, 4, 2, 6, 2, 4]
    assert [n for _, n in asked] == [1, 2, 3, 2]
    assert double(other, 1) == 2
    assert asked[-1] == (other, 1)


def test_what_is_remembered_does_not_keep_a_run() -> None:
    @once
    def size(of: RunStore) -> int:
        return len(of.scenarios)

    @latest(2)
    def plus(of: RunStore, n: int) -> int:
        return size(of) + n

    here = store()
    assert plus(here, 1) == 2
    gone = ref(here)
    del here
    gc.collect()
    assert gone() is None
