"""The columns in memory: behaviours find there what they find in ``steps``."""

import pandas as pd
import pytest

from ruie_core.analysis import narrow
from ruie_core.analysis.behaviour.language import parse
from ruie_core.analysis.behaviour.statement import statement
from ruie_core.analysis.behaviour.table import table_for
from ruie_core.analysis.frames.people import asked
from ruie_core.analysis.store import RunStore
from tests.fake_run import fabricate

ORDER = 'users."user"'


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    folder = tmp_path_factory.mktemp("runs") / "one"
    return RunStore(fabricate(folder, users=40, events=900, items=90, seed=5))


@pytest.mark.parametrize("within", [1, 3, 5, 6])
@pytest.mark.parametrize(
    "sentence",
    [
        "Q drops > 0.1",
        "Q rises > 0.1",
        "feed → s* within 4 events and Q drops > 0.1",
        "Q rises > 0.1 and gate > 0.3 and ≥ 4 switches",
        "Q of feed drops > 0.2",
        "in feed and Q drops > 0.1",
        "feed → s* within 2 events and Q rises > 0.1 before the move",
    ],
)
def test_it_finds_what_the_file_gives(store: RunStore, sentence: str, within: int) -> None:
    first, joined, rest = sentence.partition(" and gate")
    asked_for = f"{first} within {within} events{joined}{rest}"
    behaviour = parse(asked_for, store.scenarios, store.actions)
    query, plain = asked(store, behaviour), statement(behaviour, store.scenarios, ORDER)
    assert "FROM narrow_" in query.sql
    assert "FROM narrow_" not in plain.sql
    found, expected = (store.sql(each.sql, each.params) for each in (query, plain))
    pd.testing.assert_frame_equal(found, expected)
    assert len(found) > 2


def test_the_chance_of_a_scenario_is_found_as_in_the_file(store: RunStore) -> None:
    behaviour = parse("p of feed > 0.2", store.scenarios, store.actions)
    query, plain = asked(store, behaviour), statement(behaviour, store.scenarios, ORDER)
    assert "FROM narrow_" in query.sql
    found, expected = (store.sql(each.sql, each.params) for each in (query, plain))
    pd.testing.assert_frame_equal(found, expected)
    assert len(found) > 2


def test_the_fall_of_q_is_of_the_scenario_taken_before(store: RunStore) -> None:
    rows = store.sql(f'SELECT * FROM {narrow.narrow(store)} ORDER BY "user", t')
    assert len(rows) == len(store.sql("SELECT t FROM steps"))
    for _, path in rows.groupby("user"):
        for place, row in enumerate(path.to_dict("records")):
            for back in range(1, narrow.FELL + 1):
                fell = row[narrow.fell(back)]
                before = path.iloc[place - back] if place >= back else None
                if before is None or pd.isna(before["q_taken"]):
                    assert pd.isna(fell)
                else:
                    now = row[f"q_{before['scenario']}"]
                    assert fell == pytest.approx(before["q_taken"] - now, abs=1e-6)


@pytest.mark.parametrize("sentence", ["action like", "p > 0.2"])
def test_what_it_has_not_is_read_from_the_file(store: RunStore, sentence: str) -> None:
    behaviour = parse(sentence, store.scenarios, store.actions)
    assert table_for(store, behaviour) == "steps"
    assert len(store.sql(*asked(store, behaviour)))


def test_a_long_log_is_left_on_the_disk(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(narrow, "MOST_BYTES", 10_000)
    fresh = RunStore(store.path)
    assert narrow.narrow(fresh) == "steps"
    found = asked(fresh, parse("Q drops > 0.1", fresh.scenarios, fresh.actions))
    assert "narrow_" not in found.sql
