"""``ruie experiment`` as a user meets it: parallel, resumable, loud where a trial fails."""

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pyarrow.parquet as pq
import pytest

from ruie_core.cli import main
from tests.factories import make_dataset, write_dataset

VARIANTS = ("ruie", "gate constant")
ABOUT_THE_RUN = {"created", "seconds", "command"}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_dataset(make_dataset(n_users=60), tmp_path_factory.mktemp("data") / "tiny")


def words(data, place, *more, name="ablation"):
    folders = ["--artefacts", str(place / "artefacts"), "--results", str(place / "results")]
    return ["experiment", name, str(data), "--device", "cpu", *folders, *more]


def ablation(data, place, jobs):
    options = ["--seeds", "2", "--epochs", "1", "--jobs", str(jobs), "--only", *VARIANTS]
    return words(data, place, *options)


def rows_of(place):
    found = {}
    for path in sorted((place / "artefacts" / "tiny" / "ablation").glob("*/row.json")):
        row = json.loads(path.read_text())
        ranks = pq.read_table(path.parent / "ranks.parquet").to_pylist()
        found[path.parent.name] = ({k: v for k, v in row.items() if k not in ABOUT_THE_RUN}, ranks)
    return found


@pytest.fixture(scope="module")
def killed(data, tmp_path_factory):
    """Run in one process, kill it after the first trial, and run the same command again."""
    place = tmp_path_factory.mktemp("killed")
    process = subprocess.Popen(
        [sys.executable, "-m", "ruie_core", *ablation(data, place, 1)],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 240
    while not list(place.rglob("row.json")) and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = {path: path.read_text() for path in place.rglob("row.json")}
    main(ablation(data, place, 1))
    return place, kept


def test_killed_in_the_middle_it_goes_on_and_ends_as_two_processes_do(data, killed, tmp_path):
    place, kept = killed
    assert kept
    assert all(path.read_text() == text for path, text in kept.items())
    main(ablation(data, tmp_path, 2))
    rows = rows_of(place)
    assert len(rows) == 4
    assert rows == rows_of(tmp_path)
    assert {(row["variant"], row["seed"]) for row, _ in rows.values()} == {
        (variant, seed) for variant in VARIANTS for seed in (1, 2)
    }


def test_the_tables_of_all_trials_are_rebuilt(killed):
    results = killed[0] / "results" / "tiny"
    assert len(pd.read_parquet(results / "runs.parquet")) == 4
    summary = pd.read_parquet(results / "summary.parquet")
    assert set(summary["variant"]) == set(VARIANTS)


def test_finished_trials_are_not_trained_again(data, killed, capsys):
    place, _ = killed
    rows = {path: path.read_text() for path in place.rglob("row.json")}
    main(ablation(data, place, 2))
    assert "4 trials: 4 finished, 0 to train" in capsys.readouterr().out
    assert {path: path.read_text() for path in place.rglob("row.json")} == rows


def test_a_search_chooses_and_names_the_trial_that_failed(data, tmp_path, capsys):
    (tmp_path / "results").mkdir()
    ranges = '[all]\n"model.name" = { choice = ["nowhere"] }'
    (tmp_path / "results" / "search.toml").write_text(ranges)
    options = ["--trials", "2", "--epochs", "1", "--jobs", "1", "--only", "ruie"]
    with pytest.raises(SystemExit) as end:
        main(words(data, tmp_path, *options, name="tune"))
    assert end.value.code == 2
    printed = capsys.readouterr()
    assert "failed: tune/ruie: 1, leave-one-out, seed 0: model.name 'nowhere'" in printed.out
    assert "1 of 2 trials failed (tune/ruie: 1" in printed.err
    chosen = json.loads((tmp_path / "results" / "tiny" / "chosen.json").read_text())
    entry = chosen["leave-one-out"]["ruie"]
    (row,) = [json.loads(path.read_text()) for path in tmp_path.rglob("row.json")]
    assert entry["validation_ndcg10"] == row["validation_ndcg10"]
    assert (entry["overrides"], entry["trials_broken"]) == ({}, 1)
    assert not list(tmp_path.rglob("ranks.parquet"))


@pytest.mark.parametrize(
    ("name", "more", "sentence"),
    [
        ("best", [], "Experiment 'best' is unknown: choose one of leaderboard, ablation, "),
        ("ablation", ["--only", "ruie", "gat"], "The variant 'gat' is unknown: choose from ruie, "),
        (
            "tune",
            ["--only", "popularity"],
            "The model 'popularity' is unknown: choose from gru4rec",
        ),
        ("ablation", ["--seeds", "0"], "setting seeds: Input should be greater"),
        ("summary", [], "holds no finished trial"),
    ],
)
def test_a_mistake_is_one_sentence(name, more, sentence, data, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "search.toml").write_text("")
    (tmp_path / "artefacts" / "tiny").mkdir(parents=True)
    with pytest.raises(SystemExit) as end:
        main(words(data, tmp_path, *more, name=name))
    assert end.value.code == 2
    printed = capsys.readouterr().err
    assert sentence in printed
    assert "Traceback" not in printed
