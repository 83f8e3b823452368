"""A preset stands for flags, and flags that a user types win."""

import json

import pytest

from ruie_core.cli import main
from ruie_core.config import RunConfig
from ruie_core.errors import UserError
from ruie_core.experiments.trials import with_settings
from ruie_core.presets import PRESETS, expand_preset
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


def test_without_a_preset_nothing_is_added():
    assert expand_preset(["train", "preset", "--run", "x"]) == ["train", "preset", "--run", "x"]


def test_an_unknown_preset_lists_the_known_ones():
    with pytest.raises(UserError, match=r"Preset 'best' is unknown: choose one of .*ruie-paper"):
        expand_preset(["train", "data", "--preset", "best"])
