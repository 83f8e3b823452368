"""The whole path as a user types it, and what a mistake says."""

import json

import pytest

from ruie_core.analysis.behaviour.language import parse
from ruie_core.analysis.cohorts import described, read_cohort, save_cohort
from ruie_core.analysis.store import RunStore
from ruie_core.cli import main

TINY = [
    "--model.width", "8", "--model.dilations", "1", "--objective.negatives", "64",
    "--train.epochs", "2", "--evaluate.resamples", "100", "--analyze.map-points", "150",
]  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Sample → prepare → train → evaluate → analyze, once."""
    place = tmp_path_factory.mktemp("path")
    log, data, run = (str(place / name) for name in ("log", "data", "run"))
    main(["sample", "--out", log, "--users", "120", "--items", "400", "--rec-events", "5000",
          "--search-events", "1600"])  # fmt: skip
    main(["prepare", "kuaisar", "--folder", log, "--out", data, "--min-item-events", "2"])
    main(["train", data, "--run", run, "--device", "cpu", *TINY])
    return place


@pytest.mark.slow
def test_the_path_ends_in_tables_that_the_app_reads(path):
    store = RunStore(path / "run")
    steps = store.sql("select count(*) as n, count(gate) as gated from steps", [])
    assert steps.loc[0, "n"] > steps.loc[0, "gated"] > 0
    models = set(store.sql("select distinct model from ndcg", [])["model"])
    assert models == {"ruie", "popularity", "scenario-popularity"}
    assert len(store.history) == 2


@pytest.mark.slow
def test_evaluating_again_with_other_settings_changes_the_metrics_and_the_run(path, capsys):
    metrics = path / "run" / "metrics.json"
    before = json.loads(metrics.read_text())
    main(["evaluate", str(path / "run"), "--exclude-seen", "True", "--cutoffs", "3", "7"])
    after = json.loads(metrics.read_text())
    assert {row["k"] for row in after["rows"]} == {3, 7, None}
    assert all(row["exclude_seen"] for row in after["rows"])
    assert not any(row["exclude_seen"] for row in before["rows"])
    config = json.loads((path / "run" / "config.json").read_text())
    assert config["evaluate"]["cutoffs"] == [3, 7]
    assert "NDCG in percent" in capsys.readouterr().out


@pytest.mark.slow
def test_evaluating_and_analysing_again_keep_the_cohorts(path):
    run = path / "run"
    store = RunStore(run)
    behaviour = parse("≥ 3 switches", store.scenarios, store.actions)
    cohort = described(store, "Movers", behaviour, 1)
    save_cohort(store, cohort)
    main(["evaluate", str(run), "--cutoffs", "10"])
    main(["analyze", str(run)])
    store = RunStore(run)
    assert read_cohort(store, "movers") == cohort
    assert "cohorts" not in (run / "manifest.json").read_text()


@pytest.mark.slow
def test_the_truth_of_a_generated_log_judges_the_gate(path, capsys):
    main(["truth", str(path / "run"), "--truth", str(path / "log" / "truth"), "--resamples", "20"])
    printed = capsys.readouterr().out
    assert "AUC" in printed
    assert "gate" in printed


@pytest.mark.slow
def test_an_existing_run_is_not_overwritten_unasked(path, capsys):
    with pytest.raises(SystemExit) as end:
        main(["train", str(path / "data"), "--run", str(path / "run")])
    assert end.value.code == 2
    assert "--resume" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["sample", "--noise", "3", "--out", "x"], "setting noise: Input should be less"),
        (["train", "nowhere", "--run", "x"], "no prepared dataset at nowhere"),
        (["evaluate", "nowhere"], "no run at nowhere"),
        (["analyze", "nowhere"], "no run at nowhere"),
        (["truth", "nowhere", "--truth", "x"], "no run at nowhere"),
        (["prepare", "kuairand", "--log", "nowhere.csv", "--out", "x"], "nowhere.csv"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(
    arguments, sentence, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    printed = capsys.readouterr().err
    assert sentence in printed
    assert "Traceback" not in printed
    assert list(tmp_path.iterdir()) == []
