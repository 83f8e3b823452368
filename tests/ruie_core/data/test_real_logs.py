"""Public logs beside the repository; absent in a user's clone."""

from pathlib import Path

import numpy as np
import pytest

from ruie_core.config import TrainConfig
from ruie_core.data.dataset import load_dataset
from ruie_core.data.prepare import prepare
from ruie_core.data.settings import GenericSettings, KuaiRandSettings, PrepareConfig
from ruie_core.data.split import TEST, split_events

SHARED = Path(__file__).parents[4] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the public logs are not beside the repository (../shared/data)"
)


def test_kuairand(tmp_path: Path) -> None:
    folder = SHARED / "kuairand"
    source = KuaiRandSettings(
        log=(folder / "log_standard_4_25_to_5_08_pure.csv.gz",),
        videos=folder / "video_features_basic_pure.csv.gz",
        users=folder / "user_features_pure.csv.gz",
    )
    summary = prepare(source, PrepareConfig(), tmp_path / "out")
    by_name = {step.name: step for step in summary.steps}
    assert by_name["read"].events == 228_329
    assert by_name["duplicates dropped"].events == 222_444
    assert by_name["positive events"].events == 100_731
    last = summary.steps[-1]
    assert (last.events, last.users, last.items) == (62_514, 7_139, 2_208)
    dataset = load_dataset(summary.path)
    assert dataset.vocabulary.scenarios[:2] == ("tab 1", "tab 4")
    assert dataset.vocabulary.scenarios[-1] == "other"
    counts = dataset.vocabulary.items["count"].to_numpy()
    assert (np.diff(counts) <= 0).all()
    np.testing.assert_array_equal(np.bincount(dataset.items)[1:], counts)
    assert dataset.vocabulary.items["category"].notna().mean() > 0.9
    test = split_events(dataset, TrainConfig()) == TEST
    assert test.sum() == 7_139
    temporal = split_events(dataset, TrainConfig(split="temporal"))
    assert dataset.times[temporal < TEST].max() < dataset.times[temporal == TEST].min()


def test_douban_has_an_order_and_no_clock(tmp_path: Path) -> None:
    log = SHARED / "douban" / "douban_book_music.parquet"
    settings = PrepareConfig(min_user_events=0, min_item_events=0)
    summary = prepare(GenericSettings(log=(log,), order="pos"), settings, tmp_path / "out")
    dataset = load_dataset(summary.path)
    assert (dataset.n_events, dataset.n_users, dataset.n_items) == (1_072_367, 12_170, 64_404)
    assert dataset.vocabulary.scenarios == ("music", "book")
    assert dataset.manifest["time"]["kind"] == "order"
    inside = np.diff(dataset.user_of_event()) == 0
    assert (np.diff(dataset.times)[inside] > 0).all()
    switches = (np.diff(dataset.scenarios)[inside] != 0).sum() / dataset.n_users
    assert switches == pytest.approx(12.5, abs=0.1)


def test_beauty_is_one_user_a_line(tmp_path: Path) -> None:
    source = GenericSettings(log=(SHARED / "beauty" / "Beauty.txt.gz",), sequences=True)
    settings = PrepareConfig(allow_single_scenario=True)
    dataset = load_dataset(prepare(source, settings, tmp_path / "out").path)
    assert (dataset.n_events, dataset.n_users, dataset.n_items) == (198_502, 22_363, 12_101)
    ids = dataset.vocabulary.items["item_id"].to_numpy()[dataset.items - 1]
    assert ids[:5].tolist() == ["1", "2", "3", "4", "5"]
    assert ids[dataset.offsets[1] :][:7].tolist() == ["6", "7", "8", "9", "10", "4", "11"]
