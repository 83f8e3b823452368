"""One trial in this process: what it leaves, and where it is found again."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from ruie_core.config import TrainConfig
from ruie_core.data.dataset import load_dataset
from ruie_core.data.sample.settings import SampleConfig
from ruie_core.data.sample.truth import load_truth, noise_flags
from ruie_core.data.split import TEST, split_events
from ruie_core.evaluation.protocols import target_ranks
from ruie_core.experiments.plans.gate_oracle import generated
from ruie_core.experiments.store import Store
from ruie_core.experiments.transforms import OnlyScenario
from ruie_core.experiments.worker import Job, run_job
from ruie_core.runs import load_run
from ruie_core.training.display import SilentWatcher
from ruie_core.training.distributed import World
from ruie_core.training.loop import train
from tests.factories import make_dataset, write_dataset
from tests.trials import make_trial


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_dataset(make_dataset(n_users=60), tmp_path_factory.mktemp("data") / "tiny")


def run_trial(trial, root):
    store = Store(root)
    row = run_job(Job(trial, store.folder(trial), "ruie experiment", "c0ffee", "cpu"))
    return store, row


def ranks_of(store, trial):
    return pq.read_table(store.folder(trial) / "ranks.parquet").to_pandas()


def test_a_trial_is_what_train_and_evaluate_make_of_the_same_settings(data, tmp_path):
    trial = make_trial(data, {"train.epochs": 3})
    store, row = run_trial(trial, tmp_path)
    dataset = load_dataset(data)
    alone = World(0, 1, torch.device("cpu"))
    path = train(trial.config, dataset, data, tmp_path / "run", alone, SilentWatcher())
    history = [json.loads(line) for line in (path / "history.jsonl").read_text().splitlines()]
    assert row["validation_ndcg10"] == max(line["validation_ndcg@10"] for line in history)
    assert history[row["best_epoch"] - 1]["validation_ndcg@10"] == row["validation_ndcg10"]
    run = load_run(path, "cpu")
    frame = target_ranks(
        run, dataset, split_events(dataset, trial.config.train), run.config.evaluate
    )
    frame = frame[frame["model"] == "ruie"]
    mine = ranks_of(store, trial)
    for request, part in mine.groupby("request"):
        other = frame[frame["request_scenario"] == request]
        for name in ("user", "t", "rank"):
            assert part[name].tolist() == other[name].tolist()
        assert part["scenario"].tolist() == other["scenario"].astype(str).tolist()


def test_a_row_says_what_was_trained(data, tmp_path):
    trial = make_trial(data, {"train.seed": 4}, x=0.5, variant="gate q")
    _, row = run_trial(trial, tmp_path)
    stored = json.loads((tmp_path / "tiny" / trial.name / "row.json").read_text())
    assert stored == row
    wanted = {
        "experiment": "ablation", "variant": "gate q", "model": "ruie", "seed": 4, "x": 0.5,
        "split": "leave-one-out", "dataset": "tiny", "key": trial.key, "commit": "c0ffee",
        "epochs": 2, "device": "cpu",
    }  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted
    assert row["parameters"] > 1000
    assert row["config"]["model"]["width"] == 8


def test_a_counted_baseline_learns_nothing_and_ranks_everything(data, tmp_path):
    trial = make_trial(data, counted=True, model="popularity", variant="popularity")
    store, row = run_trial(trial, tmp_path)
    assert (row["parameters"], row["epochs"], row["validation_ndcg10"]) == (0, 0, None)
    ranks = ranks_of(store, trial)
    dataset = load_dataset(data)
    tests = (split_events(dataset, TrainConfig()) == TEST).sum()
    assert ranks["request"].value_counts().to_dict() == {"unknown": tests, "known": tests}


def test_transitions_are_those_after_a_users_first_event_in_view(data, tmp_path):
    only = OnlyScenario(scenario="scenario 1")
    trial = make_trial(data, {"objective.gate": "q"}, transforms=(only,), tables=("transitions",))
    store, _ = run_trial(trial, tmp_path)
    frame = pq.read_table(store.folder(trial) / "transitions.parquet").to_pandas()
    dataset = load_dataset(data)
    inside = dataset.scenarios == 1
    place = np.arange(dataset.n_events) - np.repeat(dataset.offsets[:-1], dataset.lengths) + 1
    user = dataset.user_of_event()[inside]
    later = np.flatnonzero(np.diff(user, prepend=-1) == 0)
    assert frame["user"].tolist() == user[later].tolist()
    assert frame["t"].tolist() == place[inside][later].tolist()
    assert set(frame["scenario"]) == {"scenario 1"}
    assert frame["gate"].between(0, 1).all()
    assert np.isfinite(frame["q_taken"]).all()
    last = frame.groupby("user").tail(1)  # nothing follows: the return is the reward alone
    assert last["return"].tolist() == dataset.rewards[inside][later][last.index].tolist()
    assert last["truncated"].all()


def test_a_generated_log_tells_which_test_events_are_noise(tmp_path):
    small = SampleConfig(users=120, items=400, rec_events=5000, search_events=1600, noise=0.4)
    log, data = generated(small, tmp_path / "generated")
    assert generated(small, tmp_path / "generated") == (log, data)
    oracle = {"objective.gate": "oracle"}
    trial = make_trial(data, oracle, truth=log, dataset="generated", x=0.4, tables=("transitions",))
    store, _ = run_trial(trial, tmp_path)
    dataset = load_dataset(data)
    noise = noise_flags(dataset, load_truth(log))
    test = split_events(dataset, TrainConfig()) == TEST
    unknown = ranks_of(store, trial).query("request == 'unknown'")
    assert unknown["noise"].tolist() == noise[test].tolist()
    assert 0.2 < unknown["noise"].mean() < 0.6
    moves = pq.read_table(store.folder(trial) / "transitions.parquet").to_pandas()
    assert moves["gate"].tolist() == (~moves["noise"]).astype(float).tolist()
    assert moves["noise"].sum() > unknown["noise"].sum()


def counted(data, **fields):
    names = {"counted": True, "model": "popularity", "variant": "popularity"}
    return make_trial(data, **(names | fields))


def test_the_same_training_is_copied_under_its_new_name(data, tmp_path):
    first = counted(data, experiment="leaderboard")
    store, row = run_trial(first, tmp_path)
    second = counted(data, experiment="cross-domain", variant="again", x=0.1)
    assert store.row(second) is None
    store.copy(store.same(second), second, "ruie experiment cross-domain")
    copied = store.row(second)
    changed = {"experiment", "variant", "x", "command"}
    assert {name for name in row if row[name] != copied[name]} == changed
    assert ranks_of(store, second).equals(ranks_of(store, first))
    assert store.same(counted(data, dataset_hash="1")) is None


def test_what_a_changed_setting_supersedes_moves_aside_and_is_found_there(data, tmp_path):
    old = counted(data, transforms=(OnlyScenario(scenario="scenario 3"),))
    store, _ = run_trial(old, tmp_path)
    others = [
        counted(data, x=0.5, transforms=(OnlyScenario(scenario="scenario 2"),)),
        counted(data, overrides={"train.split": "temporal"}),
        counted(data, overrides={"train.seed": 2}),
        counted(data, variant="popularity-1"),
    ]
    for other in others:
        run_trial(other, tmp_path)
    new = counted(data, transforms=(OnlyScenario(scenario="scenario 1"),))
    run_trial(new, tmp_path)
    store.supersede(new)
    assert store.row(old) is None
    assert all(store.row(trial) is not None for trial in [*others, new])
    assert store.same(old) == tmp_path / "tiny" / "superseded" / Path(old.name)
