"""What the events are counted into: the same whether they lie in memory or on the disk."""

from pathlib import Path

import pandas as pd
import pytest

from ruie_core.analysis import narrow, personal
from ruie_core.analysis.frames import gate, sides, spread, transitions
from ruie_core.analysis.sides import cohort_sides, user_sides
from ruie_core.analysis.store import RunStore
from ruie_core.analysis.tally import moves, tally
from tests.fake_run import fabricate
from tests.tiny_store import tiny_store


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "one"
    return fabricate(folder, users=40, events=900, items=90, seed=5)


def frames_of(store: RunStore) -> list[pd.DataFrame]:
    among = store.keep_users('SELECT "user" FROM users WHERE "user" % 3 = 0', {})
    table = cohort_sides(store, among)
    moved = transitions.movers(store, among)
    return [
        sides.size(store, table),
        sides.mix(store, table),
        sides.means(store, table, "q"),
        sides.gaps(store, table, "train"),
        sides.transitions(store, table),
        spread.calibration(store, table, "all"),
        spread.histogram(store, table, "gate", each=True),
        spread.centres(store, table),
        spread.mass(store, table),
        gate.mass(store),
        gate.distribution(store),
        moved.sort_values(list(moved), ignore_index=True),
    ]


def test_a_long_log_on_the_disk_gives_the_same(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = frames_of(RunStore(run))
    monkeypatch.setattr(narrow, "MOST_BYTES", 10_000)
    long = RunStore(run)
    assert narrow.narrow(long) == "steps"
    for one, other in zip(kept, frames_of(long), strict=True):
        assert len(one)
        pd.testing.assert_frame_equal(one, other)


def test_the_event_before_is_the_same_person_s(run: Path) -> None:
    store = RunStore(run)
    rows = store.sql(f'SELECT "user", t, scenario, source FROM {narrow.events(store)}')
    expected = rows.groupby("user")["scenario"].shift()
    assert rows["source"].isna().sum() == rows["user"].nunique()
    assert rows["source"].astype(str).tolist() == expected.astype(str).tolist()


def store_of(path: str, **columns: object) -> RunStore:
    """Return the store of user 0, one letter an event, and of user 1, who goes on with b."""
    rows = [(0, t, scenario) for t, scenario in enumerate(path, 1)] + [(1, 1, "b"), (1, 2, "b")]
    frame = pd.DataFrame(rows, columns=["user", "t", "scenario"])
    frame["time"] = pd.date_range("2026-05-01", periods=len(frame), freq="h", tz="UTC")
    return tiny_store(frame.assign(**columns))


def test_a_tally_by_hand() -> None:
    store = store_of(
        "aab", gate=[None, 0.01, 0.5, None, 0.96], q_taken=[None, 2.0, 3.0, None, 1.0],
        split=["train", "train", "test", "train", "train"],
        truncated=[False, False, False, False, True],
        **{"return": [1.0, 1.5, 5.0, 1.0, 1.0]},
    )  # fmt: skip
    rows = store.sql(
        f'SELECT * FROM {tally(store, user_sides(store, 0, 1))} ORDER BY "user", scenario'
    )
    assert rows[["user", "side", "scenario", "n", "gates", "ends", "qs"]].to_numpy().tolist() == [
        [0, True, "a", 2, 1, 1, 1],
        [0, True, "b", 1, 1, 0, 1],
        [1, False, "b", 2, 1, 1, 1],
    ]
    assert rows["gate"].tolist() == pytest.approx([0.01, 0.5, 0.96])
    assert rows[["done_all", "done_train", "done_heldout"]].to_numpy().tolist() == [
        [1, 1, 0],
        [1, 0, 1],
        [0, 0, 0],
    ]
    assert rows["gap_all"].fillna(0).tolist() == pytest.approx([0.5, -2.0, 0.0])


def test_moves_by_hand() -> None:
    store = store_of("aabab")  # user 0 leaves a three times, twice for b, and b once
    rows = store.sql(moves(store, user_sides(store, 0, 1))).set_index(["source", "target"])
    assert rows[["y1", "x1", "y2", "x2"]].T.to_dict("list") == {
        ("a", "a"): [1, 3, 0, 0],
        ("a", "b"): [2, 3, 0, 0],
        ("b", "a"): [1, 1, 0, 1],
        ("b", "b"): [0, 1, 1, 1],
    }
    assert rows.loc[("a", "b"), ["y1y1", "y1x1", "x1x1"]].tolist() == [4, 6, 9]
    assert rows.loc[("b", "a"), ["users_1", "users_2", "users_both"]].tolist() == [1, 1, 0]


def test_sums_of_whole_paths_are_those_of_their_events(run: Path) -> None:
    store = RunStore(run)
    table = cohort_sides(store, store.keep_users('SELECT "user" FROM users WHERE "user" < 9', {}))
    assert store.sql(f"SELECT bool_and(whole) AS all FROM {table}")["all"].iloc[0]
    store.sql(f"CREATE TABLE event_by_event AS SELECT * REPLACE (false AS whole) FROM {table}")
    for frame in (
        sides.size, sides.mix, sides.transitions, spread.mass,
        lambda store, sides_: sides.gaps(store, sides_, "heldout"),
        lambda store, sides_: spread.calibration(store, sides_, "train"),
    ):  # fmt: skip
        pd.testing.assert_frame_equal(frame(store, table), frame(store, "event_by_event"))


def test_a_stretch_that_is_not_the_whole_path_is_read_event_by_event() -> None:
    store = store_of("aabab")
    table = store.keep_sides(
        'SELECT "user", 2 AS first, n_events AS last, "user" = 0 AS side FROM users', {}
    )
    assert not store.sql(f"SELECT bool_or(whole) AS any FROM {table}")["any"].iloc[0]
    rows = store.sql(f'SELECT * FROM {tally(store, table)} ORDER BY "user", scenario')
    assert rows[["scenario", "n"]].to_numpy().tolist() == [["a", 2], ["b", 2], ["b", 1]]


def test_a_long_log_is_not_counted_when_it_is_opened(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def counted(store: RunStore) -> int:
        return len(
            store.sql("SELECT 1 FROM duckdb_tables() WHERE starts_with(table_name, 'personal_')")
        )

    short = RunStore(run)
    personal.ready(short)
    assert counted(short) == 2
    monkeypatch.setattr(narrow, "MOST_BYTES", 10_000)
    long = RunStore(run)
    personal.ready(long)
    assert counted(long) == 0
