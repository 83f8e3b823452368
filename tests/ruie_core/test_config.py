"""Every field does something: no flag that a builder forgot."""

import json

import pytest
import torch

from ruie_core.config import ModelConfig, ObjectiveConfig, RunConfig, TrainConfig, parse_settings
from ruie_core.errors import UserError
from ruie_core.runs.folder import read_tensors
from ruie_core.training.display import SilentWatcher
from ruie_core.training.distributed import World
from ruie_core.training.loop import train
from tests.factories import make_dataset

BASE = {
    "model": {"width": 8, "dilations": [1, 2], "attention_span": 4, "heads": 2},
    "objective": {"negatives": 8},
    "train": {"window": 8, "batch_slots": 64, "epochs": 2, "learning_rate": 0.01},
}
CHANGES = {
    "model.name": "nextitnet",
    "model.width": 16,
    "model.kernel_size": 2,
    "model.dilations": [1, 3],
    "model.repeats": 2,
    "model.heads": 1,
    "model.attention": False,
    "model.attention_span": 3,
    "model.dropout": 0.5,
    "model.layers": 1,
    "model.max_length": 9,
    "model.markov_order": 3,
    "model.event_scenarios": True,
    "model.memory": 4,
    "objective.intent_loss": "triplet",
    "objective.margin": 0.01,
    "objective.negatives": 9,
    "objective.negative_power": 1.0,
    "model.taste": 4,
    "objective.gate": "constant",
    "objective.gate_warmup": 3,
    "objective.engagement": 2.0,
    "objective.q_weight": 0.9,
    "objective.scenario_weight": 0.9,
    "objective.discount": 0.9,
    "objective.double_q": False,
    "objective.polyak": 0.5,
    "objective.huber_delta": 0.1,
    "objective.gate_momentum": 0.5,
    "objective.request_share": 0.0,
    "objective.session_gap_hours": 0.5,
    "train.split": "temporal",
    "train.validation_share": 0.2,
    "train.test_share": 0.2,
    "train.window": 5,
    "train.batch_slots": 32,
    "train.epochs": 3,
    "train.learning_rate": 0.02,
    "train.weight_decay": 0.5,
    "train.clip_norm": 0.01,
    "train.sparse_from": 1,
    "train.precision": "bf16",
    "train.seed": 2,
    "train.rewards": {"click": 2.0},
}
NEEDS = {  # a field that only matters beside another one
    "objective.engagement": {"objective": {"gate": "engaged"}},
    "model.layers": {"model": {"name": "sasrec"}},
    "model.max_length": {"model": {"name": "sasrec"}},
    "model.markov_order": {"model": {"name": "caser"}},
    "model.event_scenarios": {"model": {"name": "nextitnet"}},
    "objective.margin": {"objective": {"intent_loss": "triplet"}},
    "train.validation_share": {"train": {"split": "temporal"}},
    "train.test_share": {"train": {"split": "temporal"}},
}
ELSEWHERE = {
    "train.patience": "test_patience_ends_training",
    "model.memory_span": "test_span_and_decay_change_what_is_remembered",
    "model.memory_decay": "test_span_and_decay_change_what_is_remembered",
    "model.trend": "test_moments_change_when_something_is_remembered",
    "model.trend_moments": "test_moments_change_when_something_is_remembered",
}


def merged(*parts):
    result = {section: dict(values) for section, values in BASE.items()}
    for part in parts:
        for section, values in part.items():
            result[section] |= values
    return RunConfig.model_validate(result)


def trained(config, path):
    world = World(0, 1, torch.device("cpu"))
    dataset = make_dataset(n_users=25, length=(4, 16))
    train(config, dataset, path / "data", path / "run", world, SilentWatcher())
    return path / "run"


def last_weights(path):
    tensors = read_tensors(path / "optimizer.safetensors")
    return {name: tensor for name, tensor in tensors.items() if name.startswith("model.")}


@pytest.fixture(scope="module")
def base_weights(tmp_path_factory):
    made = {}

    def weights(needs):
        key = json.dumps(needs)
        if key not in made:
            made[key] = last_weights(trained(merged(needs), tmp_path_factory.mktemp("base")))
        return made[key]

    return weights


@pytest.mark.parametrize("field", sorted(CHANGES))
def test_every_field_changes_the_weights(field, base_weights, tmp_path):
    section, name = field.split(".")
    needs = NEEDS.get(field, {})
    config = merged(needs, {section: {name: CHANGES[field]}})
    changed, base = last_weights(trained(config, tmp_path)), base_weights(needs)
    same_shapes = {k: v.shape for k, v in changed.items()} == {k: v.shape for k, v in base.items()}
    assert not same_shapes or any(not torch.equal(changed[k], base[k]) for k in base)


def test_patience_ends_training(tmp_path):
    config = merged({"train": {"patience": 1, "epochs": 60, "learning_rate": 0.1}})
    lines = (trained(config, tmp_path) / "history.jsonl").read_text().splitlines()
    best = [json.loads(line)["best"] for line in lines]
    assert best[-1] is False
    assert all(best[:-1])


def test_span_and_decay_change_what_is_remembered(tmp_path):
    remembered = []
    for number, setting in enumerate(({}, {"memory_span": 2}, {"memory_decay": 0.9})):
        run = trained(merged({"model": {"memory": 4} | setting}), tmp_path / str(number))
        remembered.append(read_tensors(run / "weights.safetensors")["memory.strength"])
    assert not torch.equal(remembered[0], remembered[1])
    assert not torch.equal(remembered[0], remembered[2])


def test_moments_change_when_something_is_remembered(tmp_path):
    kept = []
    for number, setting in enumerate(
        ({"trend": 4}, {"trend": 4, "trend_moments": 9}, {"trend": 2})
    ):
        run = trained(merged({"model": setting}), tmp_path / str(number))
        kept.append(read_tensors(run / "weights.safetensors"))
    scenarios = make_dataset(n_users=25, length=(4, 16)).n_scenarios
    assert [len(one["trend.strength"]) // (scenarios + 1) for one in kept] == [256, 9, 256]
    assert [one["trend.strength"].shape[1] for one in kept] == [4, 4, 2]
    assert kept[1]["trend.step"] > 20 * kept[0]["trend.step"]


def test_no_field_is_left_untested():
    fields = {
        f"{section}.{name}"
        for section, kind in (
            ("model", ModelConfig),
            ("objective", ObjectiveConfig),
            ("train", TrainConfig),
        )
        for name in kind.model_fields
    }
    assert fields == set(CHANGES) | set(ELSEWHERE)


def test_an_unknown_key_or_a_bad_value_is_an_error_that_names_it():
    with pytest.raises(UserError, match=r"x.json: setting train.epoch: Extra inputs"):
        parse_settings(RunConfig, {"train": {"epoch": 3}}, "x.json")
    with pytest.raises(UserError, match=r"setting model: .*width 10 is not a multiple of heads 4"):
        parse_settings(RunConfig, {"model": {"width": 10, "heads": 4}}, "x.json")


def test_settings_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        RunConfig().train.epochs = 3
