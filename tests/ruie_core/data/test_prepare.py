import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ruie_core.data.dataset import Dataset, load_dataset
from ruie_core.data.prepare import prepare
from ruie_core.data.settings import KuaiRandSettings, PrepareConfig
from ruie_core.data.summary import Step
from ruie_core.errors import UserError
from tests.ruie_core.data.logs import naive_prepare, plain_rows, random_rows, write_kuairand


def kuairand(path: Path) -> KuaiRandSettings:
    return KuaiRandSettings(log=(path,))


def assert_same(dataset: Dataset, expected: dict[str, Any]) -> None:
    assert dataset.vocabulary.scenarios == expected["scenarios"]
    assert dataset.vocabulary.users["user_id"].tolist() == expected["users"]
    assert dataset.vocabulary.items["item_id"].tolist() == expected["item_ids"]
    assert dataset.user_of_event().tolist() == expected["user"]
    assert dataset.items.tolist() == expected["item"]
    assert dataset.scenarios.tolist() == expected["scenario"]
    assert dataset.times.tolist() == expected["times"]
    assert dataset.actions.tolist() == expected["actions"]
    np.testing.assert_allclose(dataset.rewards, expected["rewards"])


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("keep", ["positive", "all"])
def test_prepare_equals_the_naive_preparation(tmp_path: Path, seed: int, keep: str) -> None:
    rows = random_rows(seed)
    log = write_kuairand(tmp_path / "log.csv", rows)
    settings = PrepareConfig(
        keep=keep, min_user_events=9, min_item_events=7, min_scenario_share=0.03
    )
    summary = prepare(kuairand(log), settings, tmp_path / "out")
    expected = naive_prepare(rows, keep_all=keep == "all", least=(9, 7), share=0.03)
    assert expected["merged"] == {"12"}
    assert expected["duplicates"] > 5
    assert summary.duplicates == expected["duplicates"]
    assert {name for name, _ in summary.merged} == {"tab 12"}
    assert_same(load_dataset(summary.path), expected)


def test_the_core_takes_several_rounds_and_says_so(tmp_path: Path) -> None:
    # User 0 has two events and takes item 0 along; user 1 is left with too few, and with item 9.
    pairs = [(0, 9), (0, 0), (1, 0), (1, 1), (1, 2)]
    pairs += [(user, item) for user in range(2, 6) for item in (1, 2, 3)]
    rows = [
        plain_rows(1, 1)[0] | {"user_id": user, "item_id": item, "scenario": str(item % 2)}
        for user, item in pairs
    ]
    log = write_kuairand(tmp_path / "log.csv", rows)
    seen: list[Step] = []
    settings = PrepareConfig(min_user_events=3, min_item_events=2)
    summary = prepare(kuairand(log), settings, tmp_path / "out", report=seen.append)
    assert tuple(seen) == summary.steps
    assert [(step.name, step.events, step.users, step.items) for step in summary.steps] == [
        ("read", 17, 6, 5),
        ("duplicates dropped", 17, 6, 5),
        ("positive events", 17, 6, 5),
        ("core round 1", 15, 5, 4),
        ("core round 2", 14, 5, 3),
        ("core round 3", 12, 4, 3),
    ]
    assert summary.table()[-1] == ("core round 3", 12, 4, 3, 12 / 17)


def test_ties_in_time_keep_the_order_of_the_log(tmp_path: Path) -> None:
    rows = [row | {"timestamp": 1_650_800_000_000} for row in plain_rows()]
    rows = [rows[place] for place in np.random.default_rng(3).permutation(len(rows))]
    log = write_kuairand(tmp_path / "log.csv", rows)
    dataset = load_dataset(prepare(kuairand(log), PrepareConfig(), tmp_path / "out").path)
    of_user_2 = [str(row["item_id"]) for row in rows if row["user_id"] == 2]
    first, last = dataset.offsets[2:4]
    ids = dataset.vocabulary.items["item_id"].to_numpy()
    assert ids[dataset.items[first:last] - 1].tolist() == of_user_2


def test_files_follow_each_other_in_a_tie(tmp_path: Path) -> None:
    rows = [row | {"timestamp": 1_650_800_000_000} for row in plain_rows()]
    second = write_kuairand(tmp_path / "a.csv", rows[::2])
    first = write_kuairand(tmp_path / "b.csv.gz", rows[1::2])
    settings = KuaiRandSettings(log=(first, second))
    dataset = load_dataset(prepare(settings, PrepareConfig(), tmp_path / "out").path)
    ids = dataset.vocabulary.items["item_id"].to_numpy()
    assert ids[dataset.items[:6] - 1].tolist() == ["1", "3", "5", "0", "2", "4"]


def test_of_a_duplicate_the_first_row_stays_and_actions_are_not_combined(tmp_path: Path) -> None:
    rows = plain_rows()
    again = rows[5] | {"like": True}
    log = write_kuairand(tmp_path / "log.csv", [*rows, again, again])
    summary = prepare(kuairand(log), PrepareConfig(), tmp_path / "out")
    assert summary.duplicates == 2
    assert not (load_dataset(summary.path).actions & 0b100).any()


def test_number_like_ids_come_in_the_order_of_numbers(tmp_path: Path) -> None:
    rows = [row | {"user_id": row["user_id"] * 50} for row in plain_rows()]
    log = write_kuairand(tmp_path / "log.csv", rows)
    dataset = load_dataset(prepare(kuairand(log), PrepareConfig(), tmp_path / "out").path)
    assert dataset.vocabulary.users["user_id"].tolist() == ["0", "50", "100", "150", "200", "250"]
    assert dataset.vocabulary.items["item_id"].tolist() == list("012345")


def test_the_same_log_gives_the_same_identity(tmp_path: Path) -> None:
    rows = random_rows(4)
    plain = write_kuairand(tmp_path / "log.csv", rows)
    packed = write_kuairand(tmp_path / "log.csv.gz", rows)
    one = prepare(kuairand(plain), PrepareConfig(threads=1), tmp_path / "one")
    two = prepare(kuairand(packed), PrepareConfig(threads=2), tmp_path / "two")
    other = prepare(kuairand(plain), PrepareConfig(rewards={"click": 2}), tmp_path / "three")
    assert one.dataset_hash == two.dataset_hash != other.dataset_hash


def test_rewards_agree_with_reweighting_in_memory(tmp_path: Path) -> None:
    log = write_kuairand(tmp_path / "log.csv", random_rows(5))
    weights = {"click": 0.1, "like": 0.7, "comment": 1.3}
    changed = prepare(kuairand(log), PrepareConfig(rewards=weights), tmp_path / "changed")
    default = prepare(kuairand(log), PrepareConfig(), tmp_path / "default")
    dataset = load_dataset(default.path).with_rewards(weights)
    np.testing.assert_array_equal(dataset.rewards, load_dataset(changed.path).rewards)


def test_the_manifest_tells_how_it_was_made_and_not_where(tmp_path: Path) -> None:
    log = write_kuairand(tmp_path / "log.csv", random_rows(6))
    summary = prepare(
        kuairand(log), PrepareConfig(min_scenario_share=0.03, min_user_events=2), tmp_path / "out"
    )
    text = (summary.path / "manifest.json").read_text()
    assert str(tmp_path) not in text
    manifest = json.loads(text)
    assert manifest["source"] == "kuairand"
    assert manifest["inputs"][0]["name"] == "log.csv"
    assert manifest["inputs"][0]["bytes"] == log.stat().st_size
    assert len(manifest["inputs"][0]["sha256"]) == 64
    assert manifest["filters"] == [step.as_dict() for step in summary.steps]
    assert manifest["duplicates_dropped"] == summary.duplicates
    assert [row["official"] for row in manifest["merged_into_other"]] == ["12"]
    assert manifest["scenario_names"]["other"] == ["12"]
    assert manifest["time"]["kind"] == "clock"
    assert manifest["time"]["zone"] == "Asia/Shanghai"
    assert manifest["time"]["first"].startswith("2022-04-24T19:33:20+08:00")
    assert manifest["rewards"] == {"click": 1, "follow": 3, "like": 3, "share": 2, "comment": 0}
    assert set(manifest["files"]) == {
        "events.parquet",
        "items.parquet",
        "users.parquet",
        "scenarios.json",
    }
    assert sorted(path.name for path in summary.path.iterdir()) == sorted(
        [*manifest["files"], "manifest.json"]
    )


def test_users_with_two_events_stay_if_the_core_lets_them(tmp_path: Path) -> None:
    rows = [row for row in plain_rows() if row["user_id"] != 3 or row["item_id"] < 2]
    log = write_kuairand(tmp_path / "log.csv", rows)
    settings = PrepareConfig(min_user_events=2, min_item_events=0)
    dataset = load_dataset(prepare(kuairand(log), settings, tmp_path / "out").path)
    assert dataset.lengths.tolist() == [6, 6, 6, 2, 6, 6]
    assert prepare(kuairand(log), PrepareConfig(), tmp_path / "core").steps[-1].users == 5


def test_an_existing_folder_is_refused_and_stays(tmp_path: Path) -> None:
    log = write_kuairand(tmp_path / "log.csv", plain_rows())
    first = prepare(kuairand(log), PrepareConfig(), tmp_path / "out")
    with pytest.raises(UserError, match="exists: choose another folder, or replace it"):
        prepare(kuairand(log), PrepareConfig(), tmp_path / "out")
    again = prepare(kuairand(log), PrepareConfig(min_user_events=0), tmp_path / "out", force=True)
    assert again.dataset_hash == first.dataset_hash


def test_force_does_not_replace_what_is_not_a_dataset(tmp_path: Path) -> None:
    log = write_kuairand(tmp_path / "log.csv", plain_rows())
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    with pytest.raises(UserError, match="something other than a prepared dataset"):
        prepare(kuairand(log), PrepareConfig(), tmp_path / "mine", force=True)
    with pytest.raises(UserError, match=r"log\.csv is a file"):
        prepare(kuairand(log), PrepareConfig(), log, force=True)
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "years of work"


def test_a_failed_preparation_leaves_nothing_and_changes_nothing(tmp_path: Path) -> None:
    rows = plain_rows()
    log = write_kuairand(tmp_path / "log.csv", rows)
    before = prepare(kuairand(log), PrepareConfig(), tmp_path / "out").dataset_hash
    bad = write_kuairand(tmp_path / "bad.csv", [*rows, rows[0] | {"timestamp": "noon"}])
    with pytest.raises(UserError, match="noon"):
        prepare(kuairand(bad), PrepareConfig(), tmp_path / "out", force=True)
    with pytest.raises(UserError, match="noon"):
        prepare(kuairand(bad), PrepareConfig(), tmp_path / "new")
    assert load_dataset(tmp_path / "out").hash == before
    assert sorted(os.listdir(tmp_path)) == ["bad.csv", "log.csv", "out"]  # noqa: PTH208
