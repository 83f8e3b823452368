"""Every registered model trains on the one trainer and learns what can be learnt."""

import json

import pytest
import torch

from ruie_core.config import ModelConfig, ObjectiveConfig, RunConfig, TrainConfig
from ruie_core.errors import UserError
from ruie_core.models.registry import MODELS, build_model
from ruie_core.runs.run import resolve_gate
from ruie_core.training.display import SilentWatcher
from ruie_core.training.distributed import World
from ruie_core.training.loop import train
from tests.ruie_core.training.test_loop import chain_dataset

ALONE = World(0, 1, torch.device("cpu"))


def history(out, name, *, max_length=12, epochs=15, **objective):
    config = RunConfig(
        model=ModelConfig(
            name=name,
            width=16,
            dilations=(1, 2),
            attention_span=8,
            dropout=0.1,
            max_length=max_length,
        ),
        objective=ObjectiveConfig(negatives=16, **objective),
        train=TrainConfig(window=12, batch_slots=256, epochs=epochs, learning_rate=0.01),
    )
    path = train(
        config, chain_dataset(shuffled=False), out / "data", out / "run", ALONE, SilentWatcher()
    )
    return [json.loads(line) for line in (path / "history.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_chain_is_learnt(name, tmp_path):
    lines = history(tmp_path, name)
    assert max(line["validation_ndcg@10"] for line in lines) > 0.6  # chance over 30 items is 0.15
    assert ("loss_item_q" in lines[0]) == (name in {"sac", "sqn"})
    assert ("loss_q" in lines[0]) == (name == "ruie")


@pytest.mark.parametrize("loss", ["bce", "bpr"])
def test_the_losses_of_the_papers_learn_it_too(loss, tmp_path):
    lines = history(tmp_path, "sasrec", intent_loss=loss)
    assert max(line["validation_ndcg@10"] for line in lines) > 0.6


def test_the_critic_of_sac_weighs_after_its_warm_up(tmp_path):
    lines = history(tmp_path, "sac", epochs=3, gate_warmup=6)  # 6 steps of 256 positions an epoch
    assert lines[0]["gate_mean"] == 1
    assert all(0 < line["gate_mean"] < 1 for line in lines[1:])


def test_windows_longer_than_a_model_reads_are_refused(tmp_path):
    with pytest.raises(UserError, match=r"lower --train.window or raise --model.max-length"):
        history(tmp_path, "gru4rec", max_length=5)


def test_a_gate_that_needs_the_value_of_items_is_refused_elsewhere():
    config = RunConfig.model_validate({"objective": {"gate": "item_q"}})
    with pytest.raises(UserError, match="value of items, which model ruie does not learn"):
        resolve_gate(config, build_model(config.model, 5, 2))
