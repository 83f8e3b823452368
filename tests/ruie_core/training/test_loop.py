"""Training as a user meets it: it learns, resumes bit for bit, survives a kill, stops on NaN."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from ruie_core.config import ModelConfig, ObjectiveConfig, RunConfig, TrainConfig
from ruie_core.data.dataset import load_dataset
from ruie_core.errors import UserError
from ruie_core.models.registry import build_model
from ruie_core.runs import load_run
from ruie_core.runs.folder import WEIGHTS, read_tensors
from ruie_core.training.distributed import World
from ruie_core.training.loop import train
from tests.factories import make_dataset, write_dataset

ALONE = World(0, 1, torch.device("cpu"))


class Silent:
    def step(self, epoch, transitions, total):
        assert epoch > 0
        assert 0 < transitions <= total

    def epoch(self, line):
        assert line["epoch"] > 0


def config(*, taste=0, **settings):
    objective = {k: settings.pop(k) for k in list(settings) if k in ObjectiveConfig.model_fields}
    values = {"window": 12, "batch_slots": 256, "epochs": 3, "learning_rate": 0.01} | settings
    return RunConfig(
        model=ModelConfig(width=16, dilations=(1, 2), attention_span=8, dropout=0.1, taste=taste),
        objective=ObjectiveConfig(**{"negatives": 16} | objective),
        train=TrainConfig(**values),
    )


def chain_dataset(*, shuffled, seed=0):
    """Item i is followed by i + 1, scenario 1 by 2: all that there is to learn, or nothing."""
    rng = np.random.default_rng(seed)
    sequences = []
    for _ in range(150):
        start, length = rng.integers(30), rng.integers(6, 12)
        items = (start + np.arange(length)) % 30 + 1
        scenarios = (start + np.arange(length)) % 2 + 1
        if shuffled:
            items = rng.permutation(30)[:length] + 1
            scenarios = rng.integers(1, 3, length)
        sequences.append(list(zip(items.tolist(), scenarios.tolist(), strict=True)))
    return make_dataset(sequences, n_items=30, n_scenarios=2)


def run(dataset, out, *, resume=False, **settings):
    return train(
        config(**settings), dataset, out / "data", out / "run", ALONE, Silent(), resume=resume
    )


def best(path):
    lines = [json.loads(line) for line in (path / "history.jsonl").read_text().splitlines()]
    return max(line["validation_ndcg@10"] for line in lines)


@pytest.mark.parametrize("loss", ["softmax", "triplet"])
def test_learns_what_can_be_learnt_and_not_what_cannot(tmp_path, loss):
    settings = {"epochs": 20, "patience": 20, "intent_loss": loss}
    ordered = best(run(chain_dataset(shuffled=False), tmp_path / "a", **settings))
    control = best(run(chain_dataset(shuffled=True), tmp_path / "b", **settings))
    assert ordered > 0.8
    assert control < 0.35  # chance over 30 items is 0.15


@pytest.mark.parametrize(("sparse_from", "taste"), [(1, 0), (1, 5), (1000, 0)])
def test_a_resumed_run_has_the_weights_of_an_uninterrupted_one(tmp_path, sparse_from, taste):
    dataset = make_dataset(n_users=40, length=(3, 15))
    settings = {"patience": 9, "sparse_from": sparse_from, "taste": taste}
    whole = run(dataset, tmp_path / "whole", epochs=4, **settings)
    run(dataset, tmp_path / "parts", epochs=2, **settings)
    parts = run(dataset, tmp_path / "parts", epochs=4, resume=True, **settings)
    for name in ("weights.safetensors", "optimizer.safetensors"):
        one, other = read_tensors(whole / name), read_tensors(parts / name)
        assert one.keys() == other.keys()
        for key in one:
            assert torch.equal(one[key], other[key]), key


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(tmp_path):
    dataset = make_dataset(n_users=20)
    first, again, other = (
        read_tensors(run(dataset, tmp_path / name, epochs=1, seed=seed) / WEIGHTS)
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not torch.equal(first["items.weight"], other["items.weight"])


def test_only_touched_rows_of_a_sparse_table_move(tmp_path):
    dataset = make_dataset([[(1, 1), (2, 2), (3, 1), (1, 1)]] * 8, n_items=500, n_scenarios=2)
    settings = {"sparse_from": 1, "negatives": 4, "negative_power": 1.0}
    weights = read_tensors(run(dataset, tmp_path, epochs=1, **settings) / WEIGHTS)["items.weight"]
    moved = (weights - _fresh_table(dataset)).abs().sum(1) > 0
    assert moved[1:3].all()  # 3 and the last 1 are held out
    assert not moved[0]
    assert moved.sum() < 40


def _fresh_table(dataset):
    torch.manual_seed(1)
    return build_model(config().model, dataset.n_items, dataset.n_scenarios).items.weight.detach()


def test_resuming_with_other_settings_or_data_is_refused(tmp_path):
    dataset = make_dataset(n_users=20)
    run(dataset, tmp_path, epochs=1)
    with pytest.raises(UserError, match=r"--train.learning-rate 0.01, not 0.02"):
        run(dataset, tmp_path, epochs=2, learning_rate=0.02, resume=True)
    with pytest.raises(UserError, match="another dataset"):
        run(make_dataset(n_users=20, seed=7), tmp_path, epochs=2, resume=True)


def test_a_loss_that_is_not_a_number_stops_loudly_and_keeps_the_last_checkpoint(tmp_path):
    dataset = make_dataset(n_users=20)
    path = run(dataset, tmp_path, epochs=1)
    before = (path / WEIGHTS).read_bytes()
    dataset.rewards[:] = np.nan
    with pytest.raises(UserError, match=r"epoch 2, step 1: .*loss_q nan"):
        run(dataset, tmp_path, epochs=2, resume=True)
    assert (path / WEIGHTS).read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]


def _start(dataset, tmp_path, *launcher, **options):
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    command = [*launcher, "-m", "ruie_core", "train", str(dataset), "--out", str(tmp_path / "run")]
    command += ["--model.width", "8", "--objective.negatives", "16", "--no-evaluate"]
    for key, value in options.items():
        command += [f"--train.{key.replace('_', '-')}", str(value)]
    return subprocess.Popen(
        command,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_interrupts,
    )


def _hear_interrupts():
    """A job in the background inherits deaf ears for Ctrl-C; a terminal's job has good ones."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_process_leaves_the_last_good_checkpoint(tmp_path, how):
    folder = write_dataset(make_dataset(n_users=200, length=(5, 30)), tmp_path / "data")
    process = _start(folder, tmp_path, sys.executable, epochs=500, patience=500, batch_slots=64)
    manifest = tmp_path / "run" / "manifest.json"
    deadline = time.monotonic() + 120
    while not manifest.exists() and time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(how)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == (-signal.SIGKILL if how == signal.SIGKILL else 130), errors
    assert load_run(tmp_path / "run", "cpu").model.n_items == 30
    if how == signal.SIGINT:
        assert "--resume" in errors


def test_two_processes_train_one_model(tmp_path):
    dataset = make_dataset(n_users=60, length=(4, 15))
    folder = write_dataset(dataset, tmp_path / "data")
    torchrun = [str(Path(sys.executable).with_name("torchrun")), "--nproc-per-node=2"]
    launcher = [*torchrun, "--rdzv-backend=c10d", "--rdzv-endpoint=127.0.0.1:0"]
    process = _start(folder, tmp_path, *launcher, epochs=3, batch_slots=128)
    _, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    loaded = load_run(tmp_path / "run", "cpu")
    losses = [
        json.loads(line)["loss"]
        for line in (tmp_path / "run" / "history.jsonl").read_text().splitlines()
    ]
    assert losses[-1] < losses[0]
    assert loaded.manifest["dataset_hash"] == load_dataset(folder).hash
