"""The written sample: whole or absent, the same bytes for the same seed, and the shipped one."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruie_core.data.dataset import Dataset, load_dataset
from ruie_core.data.prepare import prepare
from ruie_core.data.sample.log import make_log
from ruie_core.data.sample.settings import SCENARIOS, SampleConfig
from ruie_core.data.sample.truth import load_truth, noise_flags, truth_of_events
from ruie_core.data.sample.write import write_sample
from ruie_core.data.settings import KuaiSarSettings, PrepareConfig
from ruie_core.data.vocabulary import Vocabulary
from ruie_core.errors import UserError
from ruie_core.files import sha256

SHIPPED = Path(__file__).parents[3] / "data_samples"
SMALL = SampleConfig(users=60, items=400, rec_events=2_400, search_events=830)


def files(folder: Path) -> dict[str, str]:
    return {str(f.relative_to(folder)): sha256(f) for f in folder.rglob("*") if f.is_file()}


def test_same_seed_same_bytes(tmp_path):
    write_sample(SMALL, tmp_path / "a" / "log")
    write_sample(SMALL, tmp_path / "b" / "log")
    assert files(tmp_path / "a") == files(tmp_path / "b")
    write_sample(SMALL.model_copy(update={"seed": 9}), tmp_path / "c" / "log")
    assert (
        files(tmp_path / "a")["log/rec_inter.csv.gz"]
        != files(tmp_path / "c")["log/rec_inter.csv.gz"]
    )


@pytest.mark.parametrize("gzip", [True, False])
@pytest.mark.parametrize("chunk_rows", [1_000, 1_000_000])
def test_files_hold_the_log(tmp_path, gzip, chunk_rows):
    config = SMALL.model_copy(update={"gzip": gzip, "chunk_rows": chunk_rows})
    summary = write_sample(config, tmp_path / "log")
    log = make_log(config)
    for name in ("rec_inter", "src_inter", "item_features", "user_features", "social_network"):
        written = pd.read_csv(tmp_path / "log" / f"{name}.csv{'.gz' if gzip else ''}")
        made = getattr(log, name)
        assert list(written.columns) == list(made.columns)
        assert (written.to_numpy(object) == made.astype(object).to_numpy()).mean() > 0.8
        for column in written.select_dtypes("number"):
            assert np.array_equal(written[column], made[column]), (name, column)
    assert summary.rec_rows == len(log.rec_inter)
    assert summary.src_rows == len(log.src_inter)
    truth = load_truth(tmp_path / "log")
    assert truth.parameters == json.loads(json.dumps(log.truth.parameters))
    events = truth.events.astype({"scenario": str, "regime": str})
    pd.testing.assert_frame_equal(events, log.truth.events.astype({"scenario": str, "regime": str}))


def test_an_existing_folder_is_kept(tmp_path):
    write_sample(SMALL, tmp_path / "log")
    with pytest.raises(UserError, match="--force"):
        write_sample(SMALL, tmp_path / "log")
    write_sample(SMALL.model_copy(update={"seed": 2}), tmp_path / "log", force=True)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(UserError, match="no generated log"):
        write_sample(SMALL, tmp_path / "mine", force=True)
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


def test_a_failure_leaves_nothing(tmp_path, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ruie_core.data.sample.write.csv.write_csv", full)
    with pytest.raises(UserError, match="No space left"):
        write_sample(SMALL, tmp_path / "log")
    assert list(tmp_path.iterdir()) == []


def test_missing_truth_is_said(tmp_path):
    with pytest.raises(UserError, match=r"parameters\.json is missing"):
        load_truth(tmp_path)
    write_sample(SMALL, tmp_path / "log")
    (tmp_path / "log" / "truth" / "events.parquet").write_bytes(b"PAR1")
    with pytest.raises(UserError, match="cannot be read"):
        load_truth(tmp_path / "log")


def as_dataset(events: pd.DataFrame) -> Dataset:
    """Prepare truth rows by hand: codes in order of id, users in time order."""
    events = events.sort_values(["user_id", "timestamp", "step"], kind="stable")
    users, user = np.unique(events["user_id"], return_inverse=True)
    item_ids, item = np.unique(events["item_id"], return_inverse=True)
    n = len(events)
    items = pd.DataFrame({"item": np.arange(len(item_ids)) + 1, "item_id": item_ids.astype(str)})
    return Dataset(
        items=(item + 1).astype(np.int32),
        scenarios=(events["scenario"].cat.codes.to_numpy() + 1).astype(np.int32),
        rewards=np.ones(n, np.float32),
        times=events["timestamp"].to_numpy(),
        actions=np.ones(n, np.int32),
        offsets=np.concatenate([[0], np.cumsum(np.bincount(user))]),
        vocabulary=Vocabulary(
            items=items,
            users=pd.DataFrame({"user": np.arange(len(users)), "user_id": users.astype(str)}),
            scenarios=SCENARIOS,
            actions=("click",),
        ),
        manifest={},
    )


def test_noise_flags_join_on_user_item_and_time():
    truth = make_log(SMALL).truth
    clicks = truth.events[truth.events["click"]].sample(frac=0.7, random_state=1)
    dataset = as_dataset(clicks)
    flags = noise_flags(dataset, truth)
    assert flags.shape == (dataset.n_events,)
    assert flags.dtype == bool
    assert flags.sum() == clicks["noise"].sum()
    joined = truth_of_events(dataset, truth)
    assert joined["click"].all()
    assert (joined["timestamp"].to_numpy() == dataset.times).all()
    with pytest.raises(UserError, match="not in the truth"):
        noise_flags(replace(dataset, times=dataset.times + 1), truth)


@pytest.mark.parametrize("keep", ["positive", "all"])
def test_every_prepared_event_has_its_truth(tmp_path, keep):
    write_sample(SMALL, tmp_path / "log")
    settings = PrepareConfig(keep=keep, min_user_events=3, min_item_events=2)
    prepare(KuaiSarSettings(folder=tmp_path / "log"), settings, tmp_path / "prepared")
    dataset, truth = load_dataset(tmp_path / "prepared"), load_truth(tmp_path / "log")
    joined = truth_of_events(dataset, truth)
    assert joined["step"].notna().all()
    assert (dataset.actions % 2 == joined["click"]).all()  # bit 0 is the click
    assert (joined["step"].diff()[joined["user_id"].diff() == 0] >= 0).all()
    if keep == "positive":
        assert joined["click"].all()
        titles = set(make_log(SMALL).item_features["caption"])
        assert set(dataset.vocabulary.items["title"]) <= titles


def test_noise_flags_of_another_log_are_refused():
    truth = make_log(SMALL).truth
    dataset = as_dataset(truth.events[truth.events["click"]])
    names = dataset.vocabulary.users.assign(user_id="u" + dataset.vocabulary.users["user_id"])
    other = replace(dataset, vocabulary=replace(dataset.vocabulary, users=names))
    with pytest.raises(UserError, match="not whole numbers"):
        noise_flags(other, truth)


def test_the_shipped_sample_is_labelled_small_and_whole():
    assert (SHIPPED / "README.md").read_text().startswith("SYNTHETIC")
    assert sum(f.stat().st_size for f in SHIPPED.rglob("*") if f.is_file()) < 6_000_000
    truth = load_truth(SHIPPED)
    rec = pd.read_csv(SHIPPED / "rec_inter.csv.gz")
    src = pd.read_csv(SHIPPED / "src_inter.csv.gz")
    assert len(rec) + len(src) == len(truth.events)
    assert truth.users["user_id"].nunique() == 2_000
    assert SampleConfig(**truth.parameters["settings"]) == SampleConfig()
