"""The query of a behaviour: on a table made by hand, and against a plain loop over steps."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruie_core.analysis.behaviour import draft
from ruie_core.analysis.behaviour.language import parse
from ruie_core.analysis.behaviour.statement import statement
from ruie_core.analysis.store import RunStore
from tests.fake_run import fabricate

SCENARIOS = ("feed", "search", 'shop "A", front')
ORDER = 'users."user"'


def event(
    user: int, t: int, scenario: str | None, q: tuple[float | None, ...], gate: float | None = 0.5,
    rank: int | None = 50, split: str = "train", actions: tuple[str, ...] = ("click",),
) -> dict[str, Any]:  # fmt: skip
    row: dict[str, Any] = {f"q_{name}": value for name, value in zip(SCENARIOS, q, strict=True)}
    row |= {f"p_{name}": 1 / 3 for name in SCENARIOS}
    taken = row.get(f"q_{scenario}")
    row |= {"user": user, "t": t, "scenario": scenario, "gate": gate, "rank": rank, "split": split}
    return row | {"actions": list(actions), "reward": float(len(actions)), "q_taken": taken,
                  "p_taken": 1 / 3}  # fmt: skip


NONE = (None, None, None)
ROWS = [
    # user 0: feed, feed, search, shop, search; Q of search falls by 1 after its first search.
    event(0, 1, "feed", NONE, None, None),
    event(0, 2, "feed", (2.0, 3.0, 0.0)),
    event(0, 3, "search", (2.0, 3.0, 0.0), gate=0.1),
    event(0, 4, SCENARIOS[2], (2.0, 2.0, 9.0)),
    event(0, 5, "search", (2.5, 2.2, 0.0), rank=900, split="test", actions=("click", "like")),
    event(0, 6, None, (2.5, 1.0, 0.0), None, None, "forecast", ()),
    # user 1 begins in search, right after user 0's last event: no move leads there.
    event(1, 1, "search", NONE, None, None),
    event(1, 2, "search", (0.0, 1.0, 0.0)),
    event(1, 3, "feed", (4.0, 1.0, 0.0), split="test"),
    event(1, 4, None, (1.0, 1.0, 0.0), None, None, "forecast", ()),
    # user 2 ends in feed; a search would follow only if the forecast counted as an event.
    event(2, 1, "feed", NONE, None, None),
    event(2, 2, None, (0.0, 50.0, 0.0), None, None, "forecast", ()),
]
USERS = [
    {"user": 0, "user_id": "zero", "n_events": 5, "n_switches": 3, "n_scenarios": 3,
     "main_scenario": "feed", "ndcg_10": 0.0, "rank_test": 900, "gate_mean": 0.4,
     "reward_mean": 1.2},
    {"user": 1, "user_id": "one", "n_events": 3, "n_switches": 1, "n_scenarios": 2,
     "main_scenario": "search", "ndcg_10": 0.5, "rank_test": 3, "gate_mean": 0.5,
     "reward_mean": 1.0},
    {"user": 2, "user_id": "two", "n_events": 1, "n_switches": 0, "n_scenarios": 1,
     "main_scenario": "feed", "ndcg_10": None, "rank_test": None, "gate_mean": None,
     "reward_mean": 1.0},
]  # fmt: skip


@pytest.fixture(scope="module")
def tables() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.register("steps", pd.DataFrame(ROWS))
    connection.register("users", pd.DataFrame(USERS))
    connection.execute('CREATE TABLE only_one AS SELECT 1::INTEGER AS "user"')
    yield connection
    connection.close()


def ask(tables: duckdb.DuckDBPyConnection, sentence: str, among: str | None = None) -> Any:
    query = statement(parse(sentence, SCENARIOS, ("click", "like")), SCENARIOS, ORDER, among)
    rows = tables.execute(query.sql, query.params).fetchall()
    return {int(user): t for user, _, t in rows}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("feed → search", {0: 3}),
        ("search → feed", {1: 3}),
        ("feed → search within 3 events and rank > 100", {0: 5}),
        ("feed → search within 2 events and rank > 100", {}),
        ("search → search within 2 events", {0: 5, 1: 2}),
        ("feed → search and Q drops > 0.9", {0: 3}),
        ("feed → search and Q drops > 1", {}),  # it falls by exactly 1
        ("in search and Q drops > 1.1", {0: 5}),  # to the forecast, 2.2 → 1.0
        ("Q of feed drops > 2", {1: 3}),
        ('Q of "shop ""A"", front" rises > 8', {0: 3}),
        ('Q of "shop ""A"", front" rises > 8 before the move', {0: 4}),
        ("in search and Q drops > 0.5 before the move", {}),  # it rose from 2.0 to 2.2
        ("in search and Q drops > 0.5 before the move within 2 events", {0: 5}),  # from 3.0
        ("Q drops > 1.5 within 3 events", {0: 3, 1: 3}),
        ("gate < 0.2", {0: 3}),
        ("gate ≥ 0", {0: 2, 1: 2}),
        ("rank of next > 100", {0: 5}),
        ("Q of search > 40", {}),  # the forecast is no event
        ("Q > 8", {0: 4}),
        ("action like", {0: 5}),
        ("reward = 2", {0: 5}),
        ("held out", {0: 5, 1: 3}),
        ("in feed", {0: 1, 1: 3, 2: 1}),
        ("≥ 1 switches", {0: None, 1: None}),
        ("NDCG under median", {0: None}),  # the median of 0.0 and 0.5
        ("held-out rank ≤ 3", {1: None}),
        ("mostly in feed", {0: None, 2: None}),
        ("mostly in feed and in search", {0: 3}),
        ("in s* and Q drops > 0.9", {0: 3}),
        ("in search and in feed and Q drops", {}),
        ("in s*", {0: 3, 1: 1}),
        ("feed → s*", {0: 3}),
    ],
)
def test_who_is_found_and_where(
    tables: duckdb.DuckDBPyConnection, sentence: str, expected: dict[int, int | None]
) -> None:
    found = {user: None if pd.isna(t) else t for user, t in ask(tables, sentence).items()}
    assert found == expected


def test_nobody_outside_of_a_set_is_asked(tables: duckdb.DuckDBPyConnection) -> None:
    assert ask(tables, "in feed", "only_one") == {1: 3}
    assert set(ask(tables, "≥ 0 events", "only_one")) == {1}


def test_values_stand_in_parameters_and_not_in_the_text(
    tables: duckdb.DuckDBPyConnection,
) -> None:
    query = statement(
        parse("feed → search within 3 events, Q drops > 0.5, gate < 0.25, action like, ≥ 4 events",
              SCENARIOS, ("like",)), SCENARIOS, ORDER,
    )  # fmt: skip
    assert query.params["by"] == 0.5
    assert query.params["action"] == "like"
    for value in ("0.5", "0.25", "'feed'", "'like'"):
        assert value not in query.sql
    assert query.sql.count("FROM steps") == 1, "one pass over the steps"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    folder = tmp_path_factory.mktemp("runs") / "one"
    return RunStore(fabricate(folder, users=40, events=900, items=90, seed=5))


def loop(steps: pd.DataFrame, source: str, target: str, within: int, by: float) -> dict[int, int]:
    """The plainest reading of "source → target within n events and Q of target rises > by"."""
    found: dict[int, int] = {}
    for user, path in steps.groupby("user"):
        rows = path.sort_values("t").reset_index(drop=True)
        for i in range(len(rows)):
            if rows["split"][i] == "forecast" or rows["scenario"][i] != target:
                continue
            near = [j for j in range(max(0, i - within), i) if rows["scenario"][j] == source]
            ahead = rows[f"q_{target}"][i + 1 : i + 1 + within].max()
            if near and ahead - rows[f"q_{target}"][i] > by:
                found[int(str(user))] = int(rows["t"][i])
                break
    return found


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    source=st.integers(0, 4), target=st.integers(0, 4), within=st.integers(1, 5),
    by=st.sampled_from([0.0, 0.05, 0.2]),
)  # fmt: skip
def test_it_finds_what_a_loop_finds(
    store: RunStore, source: int, target: int, within: int, by: float
) -> None:
    a, b = (store.scenarios[place].replace('"', '""') for place in (source, target))
    sentence = f'"{a}" → "{b}" within {within} events and Q of "{b}" rises > {by}'
    sentence += f" within {within} events"
    query = statement(parse(sentence, store.scenarios, store.actions), store.scenarios, ORDER)
    found = store.sql(query.sql, query.params)
    steps = store.sql("SELECT * FROM steps")
    names = store.scenarios
    assert dict(zip(found["user"], found["t"], strict=True)) == loop(
        steps, names[source], names[target], within, by
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "feed → s* within 4 events",
        "feed → s* within 4 events and Q drops > 0.1 within 3 events",
        "Q drops > 0.3 within 5 events",
        "Q rises > 0.3 within 8 events and gate > 0.5 and ≥ 4 switches",
        "Q of feed drops > 0.2 within 2 events and in feed",
        "Q of other rises > 0.1 before the move within 6 events",
        "Q rises > 0.3 before the move within 5 events and Q drops > 0.1 within 2 events",
        "feed → feed and held out",
        "in feed and Q drops > 0.1",
    ],
)
def test_looking_back_finds_what_sorting_finds(
    store: RunStore, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    behaviour = parse(sentence, store.scenarios, store.actions)
    near = statement(behaviour, store.scenarios, ORDER)
    monkeypatch.setattr(draft, "NEAR", 0)
    far = statement(behaviour, store.scenarios, ORDER)
    assert "PARTITION BY" in far.sql
    assert "PARTITION BY" not in near.sql
    found = [store.sql(query.sql, query.params) for query in (near, far)]
    pd.testing.assert_frame_equal(*found)
    assert len(found[0]) > 3


def test_q_of_the_taken_scenario_is_followed_through_its_own_column(store: RunStore) -> None:
    query = statement(
        parse("Q drops > 0.1", store.scenarios, store.actions), store.scenarios, ORDER
    )
    found = store.sql(query.sql, query.params).set_index("user")["t"].to_dict()
    expected: dict[int, int] = {}
    for user, path in store.sql('SELECT * FROM steps ORDER BY "user", t').groupby("user"):
        rows = path.to_dict("records")
        for now, later in pairwise(rows):
            column = f"q_{now['scenario']}"
            if now[column] is not None and now[column] - later[column] > 0.1:
                expected[int(str(user))] = now["t"]
                break
    assert found == expected
    assert len(set(found)) > 5
