"""The scorer reads what came before the target, all of what the model depends on, and no more."""

import dataclasses

import numpy as np
import pytest
import torch

from ruie_core.config import ModelConfig, TrainConfig
from ruie_core.data.split import TEST, VALIDATION, split_events
from ruie_core.errors import UserError
from ruie_core.evaluation import model_scorer
from ruie_core.evaluation.metrics import hit_rate, ndcg
from ruie_core.evaluation.model_scorer import ModelScorer, like_lengths
from ruie_core.evaluation.ranking import Targets, rank_targets
from ruie_core.evaluation.validation import held_out_targets, validation_metrics
from ruie_core.models.registry import build_model
from ruie_core.models.types import SequenceBatch
from tests.factories import make_dataset

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def dataset():
    return make_dataset(n_users=25, n_items=40, n_scenarios=3, length=(1, 40), seed=7)


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    config = ModelConfig(width=16, dilations=(1, 2), attention_span=5, heads=2)
    return build_model(config, 40, 3).eval()


@pytest.fixture
def targets(dataset):
    positions = np.setdiff1d(np.arange(dataset.n_events), dataset.offsets)
    generator = np.random.default_rng(0)
    generator.shuffle(positions)
    users = np.searchsorted(dataset.offsets, positions, side="right") - 1
    return Targets(torch.from_numpy(users), torch.from_numpy(positions))


def naive_intent(model, dataset, user, position, known):
    start = dataset.offsets[user]
    items = torch.from_numpy(dataset.items[start:position]).long()[None]
    scenarios = torch.from_numpy(dataset.scenarios[start:position]).long()[None]
    request = torch.full_like(items, int(dataset.scenarios[position])) if known else None
    return model(SequenceBatch(items, scenarios), request).intent[0, -1]


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("slots", [7, 64, 100_000])
def test_queries_are_the_intents_of_the_whole_history(
    model, dataset, targets, known, slots, monkeypatch
):
    monkeypatch.setattr(model_scorer, "_SLOTS", slots)
    queries = ModelScorer(model, dataset, known, CPU).encode(targets)
    with torch.inference_mode():
        expected = torch.stack(
            [
                naive_intent(model, dataset, int(u), int(p), known)
                for u, p in zip(*targets, strict=True)
            ]
        )
    torch.testing.assert_close(queries, expected, rtol=1e-4, atol=1e-5)


def test_the_target_and_what_follows_it_leave_no_trace(model, dataset, targets):
    before = ModelScorer(model, dataset, False, CPU).encode(targets)
    for row in (0, 5, 9):
        user, position = int(targets.users[row]), int(targets.positions[row])
        items = dataset.items.copy()
        items[position : dataset.offsets[user + 1]] = 1 + items[position] % 40
        changed = dataclasses.replace(dataset, items=items)
        one = Targets(targets.users[row : row + 1], targets.positions[row : row + 1])
        after = ModelScorer(model, changed, False, CPU).encode(one)
        torch.testing.assert_close(after[0], before[row], rtol=1e-4, atol=1e-5)


def test_the_requested_scenario_matters_only_where_it_is_known(model, dataset, targets):
    other = dataclasses.replace(dataset, scenarios=dataset.scenarios.copy())
    one = Targets(targets.users[:1], targets.positions[:1])
    other.scenarios[int(one.positions[0])] = 1 + dataset.scenarios[int(one.positions[0])] % 3
    queries = {
        (known, data): ModelScorer(model, source, known, CPU).encode(one)
        for known in (False, True)
        for data, source in (("as is", dataset), ("other", other))
    }
    assert torch.equal(queries[False, "as is"], queries[False, "other"])
    assert not torch.allclose(queries[True, "as is"], queries[True, "other"])


def test_a_first_event_cannot_be_ranked(model, dataset):
    first = Targets(torch.tensor([0]), torch.from_numpy(dataset.offsets[:1]))
    with pytest.raises(ValueError, match="without an earlier event"):
        ModelScorer(model, dataset, False, CPU).encode(first)


def test_like_lengths_covers_each_row_once_within_the_budget():
    length = np.random.default_rng(1).integers(1, 50, 500)
    batches = list(like_lengths(length, 128))
    assert sorted(np.concatenate(batches)) == list(range(500))
    assert all(len(rows) * length[rows].max() <= 128 for rows in batches)
    assert len(batches) < 1.2 * length.sum() / 128 + 5


def test_validation_metrics_are_the_mean_over_validation_events(model, dataset):
    split = split_events(dataset, TrainConfig())
    model.train()
    values = validation_metrics(model, dataset, split, CPU)
    assert model.training
    model.eval()
    targets, left_out = held_out_targets(dataset, split, VALIDATION)
    ranks = rank_targets(ModelScorer(model, dataset, False, CPU), dataset, targets).ranks.numpy()
    assert left_out == 0
    assert values["n"] == len(ranks) == (split == VALIDATION).sum()
    assert values["ndcg@10"] == pytest.approx(ndcg(ranks, 10).mean())
    assert values["hr@10"] == pytest.approx(hit_rate(ranks, 10).mean())


def test_validation_metrics_of_a_sample_are_repeatable(model, dataset):
    split = split_events(dataset, TrainConfig())
    first = validation_metrics(model, dataset, split, CPU, max_targets=7)
    assert first["n"] == 7
    assert first == validation_metrics(model, dataset, split, CPU, max_targets=7)


def test_first_events_are_left_out_and_counted():
    dataset = make_dataset([[(1, 1), (2, 1)], [(3, 1)]])
    split = np.array([0, TEST, TEST], np.uint8)
    targets, left_out = held_out_targets(dataset, split, TEST)
    assert targets.positions.tolist() == [1]
    assert left_out == 1


def test_nothing_held_out_is_one_sentence():
    dataset = make_dataset([[(1, 1), (2, 1)]])
    with pytest.raises(UserError, match="validation part of the split holds no event"):
        held_out_targets(dataset, np.zeros(2, np.uint8), VALIDATION)


@pytest.mark.gpu
@pytest.mark.parametrize("exclude_seen", [False, True])
def test_ranks_on_a_gpu_are_those_of_the_cpu(model, dataset, targets, exclude_seen):
    on_cpu, on_gpu = (
        rank_targets(
            ModelScorer(model.to(device), dataset, False, torch.device(device)),
            dataset,
            targets,
            exclude_seen=exclude_seen,
            top_k=5,
            block=16,
        )
        for device in ("cpu", "cuda")
    )
    model.to("cpu")
    assert (on_cpu.ranks == on_gpu.ranks).float().mean() > 0.99  # near ties may swap
    torch.testing.assert_close(on_cpu.top_scores, on_gpu.top_scores, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(on_cpu.target_scores, on_gpu.target_scores, rtol=1e-3, atol=1e-4)
