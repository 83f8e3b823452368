import math

import pytest
import torch

from ruie_core.errors import UserError
from ruie_core.objectives.gate import GATES, GateInputs, follow_q, gate_values, gate_weights


def inputs(q, p, mean=0.0, std=1.0):
    return GateInputs(torch.tensor(q), torch.tensor(p), torch.tensor(mean), torch.tensor(std))


def test_q_gate_is_one_half_at_the_running_mean_and_counts_in_deviations():
    gates = gate_values("q", inputs([2.0, 4.0], [1.0, 1.0], mean=2.0, std=2.0))
    torch.testing.assert_close(gates, torch.tensor([0.5, 1 / (1 + math.exp(-1))]))


def test_q_gate_of_equal_values_is_one_half_not_nan():
    assert gate_values("q", inputs([3.0, 3.0], [0.1, 0.9], mean=3.0, std=0.0)).tolist() == [0.5] * 2


def test_scenario_prob_gate_reads_p_and_constant_reads_nothing():
    given = inputs([9.0, -9.0], [0.2, 0.7])
    torch.testing.assert_close(gate_values("scenario_prob", given), torch.tensor([0.2, 0.7]))
    assert gate_values("constant", given).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("name", sorted(GATES))
def test_no_gate_lets_a_gradient_through(name):
    q = torch.randn(5, requires_grad=True)
    p = torch.rand(5, requires_grad=True)
    gates = gate_values(name, GateInputs(q, p, torch.zeros(()), torch.ones(())))
    assert not gates.requires_grad
    assert ((gates > 0) & (gates <= 1)).all()


def test_unknown_gate_lists_the_known_ones():
    with pytest.raises(UserError, match="constant, q, scenario_prob"):
        gate_values("qq", inputs([1.0], [1.0]))


def test_weights_have_mean_one_and_a_shut_gate_weighs_nothing():
    weights = gate_weights(torch.tensor([0.0, 0.3, 0.9]))
    assert weights.mean().item() == pytest.approx(1.0)
    assert weights[0] == 0
    assert gate_weights(torch.zeros(3)).tolist() == [0.0] * 3


def test_running_statistics_converge_to_those_of_the_stream():
    generator = torch.Generator().manual_seed(0)
    mean, std = torch.zeros(()), torch.ones(())
    for _ in range(400):
        batch = 5 + 3 * torch.randn(256, generator=generator)
        mean, std = follow_q(batch, mean, std, 0.05)
    assert mean.item() == pytest.approx(5, abs=0.15)
    assert std.item() == pytest.approx(3, abs=0.15)
