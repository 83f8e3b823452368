"""A preset stands for flags, and flags that a user types win."""

import json

import pytest

from ruie_core.cli import main
from ruie_core.config import RunConfig
from ruie_core.errors import UserError
from ruie_core.experiments.trials import with_settings
from ruie_core.presets import PRESETS, expand_preset
from ruie_core.runs import load_run
from tests.factories import make_dataset, write_dataset

TINY = ["--model.width", "8", "--model.dilations", "1", "--train.epochs", "1", "--no-evaluate"]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_names_settings_that_exist(name):
    with_settings(RunConfig(), PRESETS[name])


@pytest.mark.parametrize("before", [True, False])
def test_flags_win_over_the_preset_even_where_they_give_a_default(tmp_path, before, capsys):
    data = write_dataset(make_dataset(), tmp_path / "data")
    flags = ["--objective.intent-loss", "softmax", *TINY]
    preset = ["--preset", "ruie-paper"]
    words = [*flags, *preset] if before else [*preset, *flags]
    main(["train", str(data), "--run", str(tmp_path / "run"), *words])
    objective = json.loads((tmp_path / "run" / "config.json").read_text())["objective"]
    assert (objective["gate"], objective["negative_power"]) == ("q", 0.0)
    assert objective["intent_loss"] == "softmax"
    assert "preset ruie-paper: --objective.gate q" in capsys.readouterr().out


def test_a_baseline_is_trained_evaluated_and_scores_and_is_not_analyzed(tmp_path, capsys):
    data, run = write_dataset(make_dataset(), tmp_path / "data"), tmp_path / "run"
    few = ["--train.epochs", "1", "--evaluate.resamples", "100"]
    main(["train", str(data), "--run", str(run), "--preset", "sasrec", "--device", "cpu", *few])
    assert "is not analyzed: a sasrec estimates no Q" in capsys.readouterr().out
    assert "sasrec" in json.loads((run / "metrics.json").read_text())["protocols"]["unknown"]
    assert not (run / "analysis").exists()
    with pytest.raises(SystemExit) as stopped:
        main(["analyze", str(run)])
    assert stopped.value.code == 2
    assert "estimates no Q" in capsys.readouterr().err
    assert not (run / "analysis").exists()
    loaded = load_run(run, "cpu")
    forecast = loaded.score(["i3", "i5"], loaded.vocabulary.scenarios[:1] * 2)
    assert len(forecast.items) == 10
    assert (forecast.q, forecast.p) == ({}, {})


def test_without_a_preset_nothing_is_added():
    assert expand_preset(["train", "preset", "--run", "x"]) == ["train", "preset", "--run", "x"]


def test_an_unknown_preset_lists_the_known_ones():
    with pytest.raises(UserError, match=r"Preset 'best' is unknown: choose one of .*ruie-paper"):
        expand_preset(["train", "data", "--preset", "best"])
