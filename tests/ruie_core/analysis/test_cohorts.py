"""Named cohorts: kept beside the sealed files, checked when they are read, exact about members."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ruie_core.analysis.behaviour.language import parse
from ruie_core.analysis.cohorts import (
    Cohort,
    checked_cohort,
    cohort_id,
    delete_cohort,
    described,
    list_cohorts,
    members_of,
    read_cohort,
    save_cohort,
)
from ruie_core.analysis.folder import fingerprint
from ruie_core.analysis.store import RunStore
from ruie_core.errors import UserError
from tests.fake_run import fabricate


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(fabricate(tmp_path / "one", users=30, events=600, items=80, seed=2))


def busy(store: RunStore, name: str = "Busy people") -> Cohort:
    behaviour = parse("≥ 25 events and in FEED", store.scenarios, store.actions)
    return described(store, name, behaviour, 3)


def listed(store: RunStore, *users: str) -> dict[str, object]:
    return {
        "name": "Chosen", "dataset_hash": store.manifest["dataset_hash"],
        "created": "2026-11-20T10:00:00Z", "n_users": len(users), "users": list(users),
    }  # fmt: skip


def test_a_cohort_is_read_as_it_was_saved(store: RunStore) -> None:
    saved = busy(store)
    assert save_cohort(store, saved) == "busy-people"
    assert list_cohorts(store.path) == {"busy-people": "Busy people"}
    assert read_cohort(store, "busy-people") == saved
    assert saved.sentence == "≥ 25 events and in feed"
    delete_cohort(store, "busy-people")
    assert list_cohorts(store.path) == {}
    delete_cohort(store, "busy-people")


def test_a_run_with_cohorts_still_opens_and_is_the_same_run(store: RunStore) -> None:
    before = fingerprint(store.path)
    save_cohort(store, busy(store))
    assert fingerprint(store.path) == before, "caches of the run stay good"
    assert RunStore(store.path).name == "one"
    assert not [path for path in (store.path / "cohorts").iterdir() if path.suffix != ".json"]


def test_members_are_those_of_the_behaviour_or_of_the_list(store: RunStore) -> None:
    table = members_of(store, busy(store))
    people = store.sql("SELECT * FROM users WHERE n_events >= 25 AND events_feed > 0")
    assert sorted(store.sql(f"SELECT * FROM {table}")["user"]) == sorted(people["user"])
    ids = store.sql('SELECT user_id FROM users ORDER BY "user" LIMIT 2')["user_id"]
    chosen = checked_cohort(store, listed(store, *ids, "nobody"), "file")
    table = members_of(store, chosen)
    assert sorted(store.sql(f"SELECT * FROM {table}")["user"]) == [0, 1]


def test_threads_share_one_table_of_members(store: RunStore) -> None:
    cohort = busy(store)
    with ThreadPoolExecutor(8) as pool:
        tables = set(pool.map(lambda _: members_of(store, cohort), range(24)))
    assert len(tables) == 1
    assert len(store.sql("SHOW TABLES").query("name.str.startswith('users_')")) == 1


def test_a_name_is_taken_once(store: RunStore) -> None:
    save_cohort(store, busy(store))
    with pytest.raises(UserError, match="There is a cohort “busy-people” already"):
        save_cohort(store, busy(store, "BUSY, people!"))


@pytest.mark.parametrize(
    ("name", "identity"), [("A/../b", "a-b"), ("Поиск", "поиск"), ("x" * 80, "x" * 60)]
)
def test_a_name_becomes_a_safe_id(name: str, identity: str) -> None:
    assert cohort_id(name) == identity


@pytest.mark.parametrize("name", ["", "  ", "…", "x" * 81])
def test_a_name_that_is_none_is_refused(store: RunStore, name: str) -> None:
    with pytest.raises(UserError):
        busy(store, name)


@pytest.mark.parametrize("identity", ["../config", "a/b", "", "..", "nothing"])
def test_an_id_leads_nowhere_else(store: RunStore, identity: str) -> None:
    with pytest.raises(UserError):
        read_cohort(store, identity)


def test_a_cohort_of_other_data_is_refused(store: RunStore) -> None:
    value = json.loads(busy(store).model_dump_json()) | {"dataset_hash": "another"}
    with pytest.raises(UserError, match="is of other data than run “one”"):
        checked_cohort(store, value, "file")


@pytest.mark.parametrize(
    "change",
    [
        {"users": ["u1"]},
        {"behaviour": None},
        {"format": 2},
        {"password": "x"},
        {"behaviour": {"conditions": [{"kind": "taken"}]}},
        {"created": "yesterday"},
    ],
)
def test_what_is_no_cohort_is_refused_in_one_sentence(
    store: RunStore, change: dict[str, object]
) -> None:
    value = json.loads(busy(store).model_dump_json()) | change
    with pytest.raises(UserError, match="upload is no cohort"):
        checked_cohort(store, value, "upload")


def test_a_list_of_strangers_and_an_unknown_scenario_are_refused(store: RunStore) -> None:
    with pytest.raises(UserError, match="None of the users of cohort “Chosen”"):
        checked_cohort(store, listed(store, "nobody"), "file")
    value = json.loads(busy(store).model_dump_json())
    value["behaviour"]["conditions"] = [{"kind": "taken", "scenario": "live"}]
    with pytest.raises(UserError, match="no scenario “live”"):
        checked_cohort(store, value, "file")


def test_a_damaged_file_is_listed_by_its_id_and_refused(store: RunStore) -> None:
    save_cohort(store, busy(store))
    (store.path / "cohorts" / "busy-people.json").write_text("{")
    assert list_cohorts(store.path) == {"busy-people": "busy-people"}
    with pytest.raises(UserError, match="not valid JSON"):
        read_cohort(store, "busy-people")
