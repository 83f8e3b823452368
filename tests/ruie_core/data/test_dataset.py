import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from ruie_core.data.dataset import FOLDER_FILES, action_rewards, load_dataset
from ruie_core.data.prepared import content_hash
from ruie_core.errors import UserError
from tests.factories import make_dataset, write_dataset


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_dataset(make_dataset(seed=5), tmp_path / "prepared")


def test_a_written_dataset_reads_back_equal(folder: Path) -> None:
    made, read = make_dataset(seed=5), load_dataset(folder)
    for name in ("items", "scenarios", "rewards", "times", "actions", "offsets"):
        expected, actual = getattr(made, name), getattr(read, name)
        assert actual.dtype == expected.dtype, name
        np.testing.assert_array_equal(actual, expected, err_msg=name)
    assert read.vocabulary.items.equals(
        made.vocabulary.items.astype(read.vocabulary.items.dtypes.to_dict())
    )
    assert read.vocabulary.scenarios == made.vocabulary.scenarios
    assert read.vocabulary.actions == made.vocabulary.actions
    assert read.vocabulary.scenario_events == made.vocabulary.scenario_events
    assert (read.n_users, read.n_items, read.n_scenarios) == (20, 30, 3)
    assert read.n_events == len(read.items)
    assert len(read.hash) == 64


def test_user_of_event_and_lengths() -> None:
    dataset = make_dataset([[(1, 1), (2, 1)], [(3, 2)], [(1, 1), (1, 1), (1, 2)]])
    assert dataset.user_of_event().tolist() == [0, 0, 1, 2, 2, 2]
    assert dataset.lengths.tolist() == [2, 1, 3]


def test_identity_covers_content_not_bytes(folder: Path) -> None:
    before = content_hash(folder)
    table = pq.read_table(folder / "events.parquet")
    pq.write_table(table, folder / "events.parquet", row_group_size=7, compression="none")
    assert content_hash(folder) == before
    rewards = table["reward"].to_numpy().copy()
    rewards[3] += 1
    column = table.schema.get_field_index("reward")
    changed = table.set_column(column, "reward", [rewards])
    pq.write_table(changed, folder / "events.parquet")
    assert content_hash(folder) != before


def test_with_rewards_weighs_each_action_bit() -> None:
    dataset = make_dataset([[(1, 1), (2, 1), (3, 1)]], actions=[[0b0001, 0b1101, 0b0000]])
    assert dataset.rewards.tolist() == [1, 6, 0]
    other = dataset.with_rewards({"click": 0.5, "share": 10})
    assert other.rewards.tolist() == [0.5, 10.5, 0]
    assert other.hash == dataset.hash
    assert dataset.rewards.tolist() == [1, 6, 0]


def test_the_32nd_action_bit_is_read() -> None:
    masks = np.array([1 << 30], np.int32)
    names = tuple(f"a{bit}" for bit in range(31))
    assert action_rewards(masks, names, {"a30": 2.0}).tolist() == [2.0]


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_a_weight_that_is_no_weight_is_refused(weight: float) -> None:
    with pytest.raises(UserError, match="Reward weight of 'click'"):
        make_dataset().with_rewards({"click": weight})


def test_a_weight_of_an_unknown_action_lists_the_known() -> None:
    with pytest.raises(UserError, match=r"'clik'.*click, follow, like, share"):
        make_dataset().with_rewards({"clik": 1})


@pytest.mark.parametrize("name", FOLDER_FILES)
def test_a_flipped_byte_is_found(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(bytes(content))
    with pytest.raises(UserError, match=f"{name} is not the file that was written"):
        load_dataset(folder)


@pytest.mark.parametrize("name", FOLDER_FILES)
def test_a_truncated_file_is_found(folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(UserError, match=f"{name} is not the file that was written"):
        load_dataset(folder)


@pytest.mark.parametrize("name", [*FOLDER_FILES, "manifest.json"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(UserError, match=f"{name} is missing"):
        load_dataset(folder)


def test_another_format_version_is_refused(folder: Path) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(UserError, match="format version 99, this program reads 1"):
        load_dataset(folder)


def test_a_folder_of_something_else_is_refused(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"format": 1}')
    with pytest.raises(UserError, match="does not describe a prepared dataset"):
        load_dataset(folder)


def test_no_folder_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="ruie prepare"):
        load_dataset(tmp_path / "nowhere")
