"""The key of a trial: the same for the same outcome, another for anything that changes it."""

from pathlib import Path

import pytest

from ruie_core.config import RunConfig
from ruie_core.errors import UserError
from ruie_core.experiments.transforms import OnlyScenario, SubsampleUsers
from ruie_core.experiments.trials import with_settings
from tests.trials import make_trial


def test_the_key_is_the_same_in_every_process():
    assert make_trial().key == make_trial().key == "85789726cc98"


@pytest.mark.parametrize(
    "change",
    [
        {"dataset_hash": "1"},
        {"overrides": {"train.seed": 2}},
        {"overrides": {"train.split": "temporal"}},
        {"overrides": {"model.dropout": 0.31}},
        {"transforms": (SubsampleUsers(users=5),)},
        {"transforms": (OnlyScenario(scenario="feed"),)},
        {"truth": Path("truth")},
        {"tables": ("transitions",)},
        {"tuning": True},
        {"counted": True, "model": "popularity"},
    ],
)
def test_what_changes_the_outcome_changes_the_key(change):
    assert make_trial(**change).key != make_trial().key


@pytest.mark.parametrize(
    "change",
    [
        {"experiment": "leaderboard"},
        {"variant": "gate likelihood"},
        {"model": "ruie-paper"},
        {"x": 0.5},
        {"data": Path("elsewhere")},
        {"overrides": {"evaluate.resamples": 100}},
    ],
)
def test_what_a_trial_is_called_does_not_change_the_key(change):
    assert make_trial(**change).key == make_trial().key


def test_a_counted_baseline_has_the_key_of_its_split_alone():
    one, other = (
        make_trial(overrides={"model.dropout": share}, counted=True, model="popularity")
        for share in (0.1, 0.2)
    )
    assert one.key == other.key
    temporal = {"train.split": "temporal"}
    assert make_trial(overrides=temporal, counted=True, model="popularity").key != one.key


def test_the_order_of_transforms_counts():
    first, second = SubsampleUsers(users=5), OnlyScenario(scenario="feed")
    assert make_trial(transforms=(first, second)).key != make_trial(transforms=(second, first)).key


def test_a_default_that_moved_is_noticed_and_a_setting_that_was_added_is_not():
    trial = make_trial()
    stored = trial.config.model_dump(mode="json")
    assert trial.same_settings(stored)
    del stored["model"]["heads"]  # as if heads were new
    assert trial.same_settings(stored)
    stored["train"]["learning_rate"] = 0.123  # as if that had been the default
    assert not trial.same_settings(stored)


def test_a_folder_name_holds_no_character_that_a_path_dislikes():
    trial = make_trial(variant="only search: user/input")
    assert trial.name == f"ablation/only_search_user_input-1-{trial.key}"


def test_an_unknown_or_wrong_setting_is_one_sentence():
    with pytest.raises(UserError, match=r"setting objective\.gait: Extra inputs"):
        with_settings(RunConfig(), {"objective.gait": "q"})
    with pytest.raises(UserError, match=r"setting model\.dropout: Input should be less than 1"):
        with_settings(RunConfig(), {"model.dropout": 2})
