import math

import pytest
import torch

from ruie_core.errors import UserError
from ruie_core.objectives.gate import (
    GATES,
    NEED_ITEM_Q,
    NEED_LIKELIHOOD,
    NEED_Q,
    READS,
    GateInputs,
    GateStatistics,
    follow_moments,
    gate_values,
    gate_weights,
    looks_at_target,
)

PLAIN = {"q_mean": 0.0, "q_std": 1.0, "y_mean": 0.0, "y_std": 1.0, "signal_share": 0.5}


def inputs(q, p=0.5, y=0.0, fit=-1.0, popularity=-1.0, truth=None, item_q=None, **statistics):
    """Inputs of as many behaviours as there are Q-values; what is one number holds for all."""
    shape = torch.tensor(q).shape
    columns = [torch.tensor(c, dtype=torch.float32).expand(shape) for c in (p, y, fit, popularity)]
    seen = GateStatistics(*(torch.tensor(value) for value in (PLAIN | statistics).values()))
    known = None if truth is None else torch.tensor(truth)
    value = None if item_q is None else torch.tensor(item_q)
    return GateInputs(torch.tensor(q), *columns, seen, engagement=0.5, truth=known, item_q=value)


def test_q_gate_is_one_half_at_the_running_mean_and_counts_in_deviations():
    gates = gate_values("q", inputs([2.0, 4.0], q_mean=2.0, q_std=2.0))
    torch.testing.assert_close(gates, torch.tensor([0.5, 1 / (1 + math.exp(-1))]))


def test_q_gate_of_equal_values_is_one_half_not_nan():
    equal = inputs([3.0, 3.0], [0.1, 0.9], q_mean=3.0, q_std=0.0)
    assert gate_values("q", equal).tolist() == [0.5] * 2


def test_scenario_prob_gate_reads_p_and_constant_reads_nothing():
    given = inputs([9.0, -9.0], [0.2, 0.7])
    torch.testing.assert_close(gate_values("scenario_prob", given), torch.tensor([0.2, 0.7]))
    assert gate_values("constant", given).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("name", sorted(GATES))
def test_no_gate_lets_a_gradient_through(name):
    given = inputs(torch.randn(5).tolist(), truth=[1.0] * 5, item_q=torch.randn(5).tolist())
    columns = [c.clone().requires_grad_() for c in given[:5]]
    given = given._replace(**dict(zip(given._fields, columns, strict=False)))
    gates = gate_values(name, given._replace(item_q=given.item_q.requires_grad_()))
    assert not gates.requires_grad
    assert ((gates > 0) & (gates <= 1)).all()


def test_target_gate_counts_what_came_in_deviations():
    given = inputs([99.0, -99.0], y=[2.0, 5.0], y_mean=2.0, y_std=1.5)
    torch.testing.assert_close(
        gate_values("target", given), torch.tensor([0.5, 1 / (1 + math.exp(-2))])
    )


def test_likelihood_gate_is_the_posterior_of_the_mixture():
    fit, popularity = [math.log(0.3), math.log(0.01)], [math.log(0.1), math.log(0.04)]
    given = inputs([0.0, 0.0], fit=fit, popularity=popularity, signal_share=0.8)
    wanted = [0.8 * 0.3 / (0.8 * 0.3 + 0.2 * 0.1), 0.8 * 0.01 / (0.8 * 0.01 + 0.2 * 0.04)]
    assert gate_values("likelihood", given).tolist() == pytest.approx(wanted)


def test_item_q_gate_weighs_in_proportion_to_the_items_value():
    given = inputs([9.0, -9.0, 0.0], item_q=[1.0, 4.0, -2.0])
    gates = gate_values("item_q", given)
    assert gates.tolist() == pytest.approx([0.25, 1.0, 0.0])
    assert gate_weights(gates).tolist() == pytest.approx([3 / 5, 12 / 5, 0.0])
    with pytest.raises(ValueError, match="value of items"):
        gate_values("item_q", inputs([1.0]))


def test_engaged_gate_adds_deviations_of_the_target_to_the_log_odds():
    given = inputs([0.0, 0.0], y=[2.0, 6.0], y_mean=2.0, y_std=2.0)  # likelihood says one half
    torch.testing.assert_close(
        gate_values("engaged", given), torch.tensor([0.5, 1 / (1 + math.exp(-0.5 * 2))])
    )


def test_oracle_gate_is_the_truth_and_nothing_without_it():
    assert gate_values("oracle", inputs([1.0, 1.0], truth=[0.0, 1.0])).tolist() == [0.0, 1.0]
    with pytest.raises(UserError, match="truth of a generated log"):
        gate_values("oracle", inputs([1.0]))


def test_unknown_gate_lists_the_known_ones():
    with pytest.raises(UserError, match="constant, engaged, item_q, likelihood"):
        gate_values("qq", inputs([1.0]))


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
        mean, std = follow_moments(batch, mean, std, 0.05)
    assert mean.item() == pytest.approx(5, abs=0.15)
    assert std.item() == pytest.approx(3, abs=0.15)


@pytest.mark.parametrize("engagement", [0.0, 0.3])
@pytest.mark.parametrize("gate", sorted(GATES))
def test_a_gate_looks_at_what_it_declares_and_at_nothing_else(gate: str, engagement: float) -> None:
    statistics = GateStatistics(*(torch.tensor(value) for value in (0.0, 1.0, 0.0, 1.0, 0.5)))
    plain = {
        name: torch.tensor([0.3, 0.4])
        for name in ("q_taken", "p_taken", "target", "item_q", "truth")
    } | {name: torch.tensor([-0.3, -0.4]) for name in ("log_likelihood", "log_popularity")}
    first = GATES[gate](GateInputs(**plain, statistics=statistics, engagement=engagement))
    moved = set()
    for name, values in plain.items():
        other = plain | {name: values + torch.tensor([0.05, 0.2])}
        if not torch.equal(
            GATES[gate](GateInputs(**other, statistics=statistics, engagement=engagement)), first
        ):
            moved.add(name)
    deaf = {"target"} if gate == "engaged" and not engagement else set()
    assert moved == READS[gate] - deaf
    assert looks_at_target(gate, engagement) == ("target" in moved)


def test_every_gate_declares_what_it_looks_at() -> None:
    assert set(READS) == set(GATES)
    assert {"q", "scenario_prob", "target", "engaged"} == NEED_Q
    assert {"item_q"} == NEED_ITEM_Q
    assert {"likelihood", "engaged"} == NEED_LIKELIHOOD
