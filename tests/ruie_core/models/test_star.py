"""STAR: a scenario's rows meet their own statistics and their own tower."""

import pytest
import torch

from ruie_core.config import ModelConfig
from ruie_core.models.partitioned_norm import FEWEST_ROWS, MOMENTUM, PartitionedNorm
from ruie_core.models.registry import build_model
from ruie_core.models.star import StarTower
from ruie_core.models.types import SequenceBatch


def test_rows_are_normalised_by_their_own_domain_only():
    norm = PartitionedNorm(2, 1)
    x = torch.tensor([[1.0], [3.0]] * 4 + [[100.0], [300.0]] * 4)
    domain = torch.tensor([0] * 8 + [1] * 8)
    expected = torch.tensor([[-1.0], [1.0]] * 8)  # means 2 and 200, deviations 1 and 100
    torch.testing.assert_close(norm(x, domain), expected, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(norm.running_mean, MOMENTUM * torch.tensor([[2.0], [200.0]]))
    variance = (1 - MOMENTUM) + MOMENTUM * torch.tensor([[1.0], [10_000.0]])
    torch.testing.assert_close(norm.running_variance, variance)


def test_evaluation_uses_the_running_statistics_of_the_rows_domain():
    norm = PartitionedNorm(2, 1).eval()
    norm.running_mean.copy_(torch.tensor([[5.0], [1000.0]]))
    norm.running_variance.copy_(torch.tensor([[4.0], [1.0]]))
    made = norm(torch.tensor([[9.0], [1003.0]]), torch.tensor([0, 1]))
    torch.testing.assert_close(made, torch.tensor([[2.0], [3.0]]), rtol=1e-4, atol=1e-4)
    assert norm.running_mean.tolist() == [[5.0], [1000.0]]


def test_shared_and_own_scale_multiply_and_shifts_add():
    norm = PartitionedNorm(2, 1).eval()
    with torch.no_grad():
        norm.scale.fill_(3.0)
        norm.shift.fill_(10.0)
        norm.own_scale[1] = 1.0  # γ_1 = 2
        norm.own_shift[1] = -4.0
    made = norm(torch.tensor([[1.0], [1.0]]), torch.tensor([0, 1]))
    torch.testing.assert_close(made, torch.tensor([[13.0], [12.0]]), rtol=1e-4, atol=1e-4)


def test_a_handful_of_rows_is_normalised_by_running_statistics_and_moves_none():
    norm = PartitionedNorm(1, 1)
    x = torch.arange(FEWEST_ROWS - 1.0)[:, None]
    torch.testing.assert_close(norm(x, torch.zeros(len(x), dtype=torch.long)), x, rtol=1e-4, atol=0)
    assert norm.running_mean.item() == 0


def test_weights_are_the_shared_times_the_domains_own():
    tower = StarTower(2, 1, 0.0).eval()
    with torch.no_grad():
        for layer in (tower.first, tower.second):
            layer.shared.weight.fill_(2.0)
            layer.shared.bias.fill_(1.0)
        tower.first.own_weight[1] = 0.5  # W_1 = 1.5
        tower.second.own_bias[1] = 100.0
    made = tower(torch.tensor([[3.0], [3.0]]), torch.tensor([1, 0]))
    by_hand = [[2 * 2 * (1.5 * 2 * 3 + 1) + 1 + 100], [2 * 2 * (2 * 3 + 1) + 1]]
    torch.testing.assert_close(made, torch.tensor(by_hand), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("training", [True, False])
def test_rows_of_one_scenario_are_unaffected_by_rows_of_another(training):
    torch.manual_seed(0)
    tower = StarTower(3, 4, 0.0).train(training)
    with torch.no_grad():
        tower.first.own_weight.normal_()
    x, domain = torch.randn(60, 4), torch.arange(60) % 3
    before = tower(x, domain)
    moved = torch.where((domain == 1)[:, None], 50 * x + 7, x)
    after = tower(moved, domain)
    others = domain != 1
    torch.testing.assert_close(before[others], after[others])
    assert not torch.allclose(before[~others], after[~others])


def test_a_tower_learns_from_its_own_rows_only():
    tower = StarTower(3, 4, 0.0)
    tower(torch.randn(30, 4), torch.arange(30) % 2 * 2).square().sum().backward()
    moved = tower.first.own_weight.grad.flatten(1).any(1)
    assert moved.tolist() == [True, False, True]


def test_padding_counts_in_no_statistic():
    torch.manual_seed(0)
    model = build_model(ModelConfig(name="star", width=8, dropout=0.0), 30, 3).train()
    batch = SequenceBatch(torch.randint(1, 31, (4, 9)), torch.randint(1, 4, (4, 9)))
    padded = SequenceBatch(*(torch.nn.functional.pad(column, (0, 6)) for column in batch))
    for request in (None, torch.randint(1, 4, (4, 9))):
        longer = None if request is None else torch.nn.functional.pad(request, (0, 6))
        short = model(batch, request).intent
        torch.testing.assert_close(model(padded, longer).intent[:, :9], short)


def test_unknown_requests_are_a_domain_of_their_own():
    model = build_model(ModelConfig(name="star", width=8), 30, 3).train()
    batch = SequenceBatch(torch.randint(1, 31, (4, 9)), torch.randint(1, 4, (4, 9)))
    model(batch)
    model(batch, torch.full_like(batch.items, 2))
    moved = model.tower.norm.running_mean.any(1)
    assert moved.tolist() == [False, True, False, True]
