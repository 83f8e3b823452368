"""The memory is filled after training, from training events, by trust; training knows none."""

import json
import shutil

import numpy as np
import pytest
import torch

from ruie_core.analysis.gates import every_gate
from ruie_core.config import ModelConfig, ObjectiveConfig, RunConfig, TrainConfig
from ruie_core.data.dataset import load_dataset
from ruie_core.data.follows import item_transitions, sequential_rules
from ruie_core.data.split import TEST, TRAIN, VALIDATION, split_events
from ruie_core.errors import UserError
from ruie_core.evaluation.model_scorer import ModelScorer
from ruie_core.evaluation.ranking import rank_targets
from ruie_core.evaluation.validation import held_out_targets, validation_metrics
from ruie_core.models.registry import MODELS, build_model
from ruie_core.runs import load_run
from ruie_core.runs.folder import read_tensors
from ruie_core.runs.run import resolve_gate
from ruie_core.training.display import SilentWatcher
from ruie_core.training.distributed import World
from ruie_core.training.loop import train
from ruie_core.training.remember import event_trust
from tests.factories import write_dataset
from tests.ruie_core.training.test_loop import chain_dataset

ALONE = World(0, 1, torch.device("cpu"))
CPU = torch.device("cpu")
MEMORY = {"memory": 12, "memory_span": 3, "memory_decay": 0.5}


def config(name="ruie", *, gate="auto", epochs=2, **settings):
    return RunConfig(
        model=ModelConfig(
            name=name, width=16, dilations=(1, 2), attention_span=8, max_length=12, **settings
        ),
        objective=ObjectiveConfig(negatives=16, gate=gate),
        train=TrainConfig(window=12, batch_slots=256, epochs=epochs, learning_rate=0.01),
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_dataset(chain_dataset(shuffled=False), tmp_path_factory.mktemp("data") / "chain")


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    """Return runs by their settings, trained once each."""
    made = {}

    def run(name="ruie", **settings):
        key = (name, *sorted(settings.items()))
        if key not in made:
            out = tmp_path_factory.mktemp("run") / "run"
            wanted = config(name, **settings)
            train(wanted, load_dataset(data), data, out, ALONE, SilentWatcher())
            made[key] = out
        return made[key]

    return run


def history(run):
    lines = [json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()]
    return [{k: v for k, v in line.items() if "second" not in k} for line in lines]


def test_training_and_its_validation_know_nothing_of_it(trained):
    with_memory, without = trained(**MEMORY), trained()
    assert history(with_memory) == history(without)
    learnt = read_tensors(with_memory / "weights.safetensors")
    for name, tensor in read_tensors(without / "weights.safetensors").items():
        assert torch.equal(tensor, learnt.pop(name))
    counted = {"followers", "strength", "scale", "weight", "trusted"}
    assert set(learnt) == {f"memory.{name}" for name in counted}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_model_can_have_one_and_ranks_better_by_it_where_items_follow_each_other(
    name, data, trained
):
    dataset = load_dataset(data)
    split = split_events(dataset, TrainConfig())
    gate = "constant" if name == "sac" else "auto"
    run = load_run(trained(name, gate=gate, epochs=1, **MEMORY), "cpu")
    lifted = validation_metrics(run.model, dataset, split, CPU)["ndcg@10"]
    assert run.model.memory.weight > 0
    run.model.memory.weight.zero_()
    assert lifted > validation_metrics(run.model, dataset, split, CPU)["ndcg@10"] + 0.1


def test_transitions_count_as_far_as_the_gate_trusts_both_events(data, trained):
    dataset = load_dataset(data)
    run = load_run(trained(**MEMORY), "cpu")
    trust = event_trust(run, dataset)
    gates = torch.cat([block.gates for block in every_gate(run, dataset)]).numpy()
    first = np.zeros(dataset.n_events, bool)
    first[dataset.offsets[:-1]] = True
    assert (trust[first] == 1).all()
    np.testing.assert_array_equal(trust[~first], gates[~first])
    assert 0 < trust.min() < trust[~first].max() < 1

    split = split_events(dataset, TrainConfig())
    expected = np.zeros((dataset.n_items, dataset.n_items))
    user = dataset.user_of_event()
    for lag in (1, 2, 3):
        for at in np.flatnonzero(split[:-lag] == TRAIN):
            after = at + lag
            if user[at] == user[after] and split[after] == TRAIN:
                cell = dataset.items[at] - 1, dataset.items[after] - 1
                expected[cell] += 0.5 ** (lag - 1) * trust[at] * trust[after]
    rules = sequential_rules(dataset, split, span=3, decay=0.5, trust=trust)
    np.testing.assert_allclose(rules.toarray(), expected, rtol=1e-5)
    if not run.model.memory.trusted:
        expected = sequential_rules(dataset, split, span=3, decay=0.5).toarray()
    kept = -np.sort(-expected, axis=1)[:, :12]
    np.testing.assert_allclose(run.model.memory.strength[1:], kept, rtol=1e-5)


def test_without_a_gate_every_transition_counts_once(data, trained):
    dataset = load_dataset(data)
    run = load_run(trained(gate="constant", **MEMORY), "cpu")
    assert (event_trust(run, dataset) == 1).all()
    counts = item_transitions(dataset, split_events(dataset, TrainConfig())).toarray()
    assert run.model.memory.strength.max() >= counts.max() > 10


def test_what_is_held_out_is_not_remembered(data, trained, tmp_path):
    dataset = load_dataset(data)
    split = split_events(dataset, TrainConfig())
    dataset.items[split != TRAIN] = 1 + dataset.items[split != TRAIN] % 30
    out = tmp_path / "run"
    train(config(gate="constant", **MEMORY), dataset, data, out, ALONE, SilentWatcher())
    other, own = (
        read_tensors(path / "weights.safetensors")
        for path in (out, trained(gate="constant", **MEMORY))
    )
    for name in ("memory.followers", "memory.strength"):
        assert torch.equal(other[name], own[name])
    assert {VALIDATION, TEST} <= set(split)


def test_scale_and_weight_are_those_that_rank_validation_events_best(data, trained):
    dataset = load_dataset(data)
    split = split_events(dataset, TrainConfig())
    run = load_run(trained(**MEMORY), "cpu")
    memory = run.model.memory
    best = validation_metrics(run.model, dataset, split, CPU)["ndcg@10"]
    for scale in (1.0, 10.0):
        for weight in (0.0, 1.0, 4.0):
            memory.set(weight, scale)
            assert validation_metrics(run.model, dataset, split, CPU)["ndcg@10"] <= best


@torch.inference_mode()
def test_blocks_and_one_history_alone_score_the_same(data, trained):
    dataset = load_dataset(data)
    run = load_run(trained(**MEMORY), "cpu")
    targets, _ = held_out_targets(dataset, split_events(dataset, TrainConfig()), TEST)
    scorer = ModelScorer(run.model, dataset, False, CPU)
    whole = rank_targets(scorer, dataset, targets, top_k=5)
    blocks = rank_targets(scorer, dataset, targets, top_k=5, block=7)
    assert torch.equal(whole.ranks, blocks.ranks)
    ids = dataset.vocabulary.items["item_id"].to_numpy()
    names = dataset.vocabulary.scenarios
    for row in range(10):
        seen = slice(dataset.offsets[targets.users[row]], targets.positions[row])
        forecast = run.score(
            [str(ids[item - 1]) for item in dataset.items[seen]],
            [names[code - 1] for code in dataset.scenarios[seen]],
            top_k=5,
        )
        found = [item["item_id"] for item in forecast.items]
        assert found == [str(ids[item - 1]) for item in whole.top_items[row].tolist()]


@pytest.mark.parametrize("settings", [{"memory": 4}, {"trend": 4}])
def test_a_gate_that_says_nothing_of_trust_is_refused(settings):
    wanted = config("sac", gate="item_q", **settings)
    with pytest.raises(UserError, match=r"item_q does not say how far .* or set both to 0"):
        resolve_gate(wanted, build_model(wanted.model, 5, 2))


def test_a_resumed_run_remembers_what_an_uninterrupted_one_does(data, trained, tmp_path):
    dataset, out = load_dataset(data), tmp_path / "run"
    train(config(epochs=1, **MEMORY), dataset, data, out, ALONE, SilentWatcher())
    train(config(**MEMORY), dataset, data, out, ALONE, SilentWatcher(), resume=True)
    resumed, whole = (
        read_tensors(path / "weights.safetensors") for path in (out, trained(**MEMORY))
    )
    assert all(torch.equal(resumed[name], tensor) for name, tensor in whole.items())


def test_a_finished_run_that_is_resumed_remembers_the_same(data, trained, tmp_path):
    dataset, out = load_dataset(data), tmp_path / "run"
    shutil.copytree(trained(**MEMORY), out)
    train(config(**MEMORY), dataset, data, out, ALONE, SilentWatcher(), resume=True)
    again, before = (
        read_tensors(path / "weights.safetensors") for path in (out, trained(**MEMORY))
    )
    assert all(torch.equal(again[name], tensor) for name, tensor in before.items())


@pytest.mark.parametrize("knows", [True, False])
def test_events_count_by_their_gates_where_that_ranks_validation_events_better(knows, tmp_path):
    dataset = chain_dataset(shuffled=False)
    random = np.random.default_rng(5)
    training = split_events(dataset, TrainConfig()) == TRAIN
    stray = (random.random(dataset.n_events) < 0.5) & training
    dataset.items[stray] = random.integers(1, 31, stray.sum())
    truth = (~stray if knows else stray).astype(np.float32)
    data = write_dataset(dataset, tmp_path / "data")
    train(
        config(gate="oracle", epochs=1, **MEMORY), load_dataset(data), data, tmp_path / "run",
        ALONE, SilentWatcher(), truth=truth,
    )  # fmt: skip
    memory = load_run(tmp_path / "run", "cpu").model.memory
    assert memory.weight > 0
    assert bool(memory.trusted) == knows
