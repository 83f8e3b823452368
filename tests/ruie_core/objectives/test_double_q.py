"""Decoys everywhere: taking the maximum of the wrong network gives an absurd number."""

import pytest
import torch

from ruie_core.objectives.double_q import double_q_targets, td_loss


def test_selector_chooses_and_evaluator_prices():
    selector = torch.tensor([[1.0, 5.0, 2.0], [7.0, 0.0, 0.0]])
    evaluator = torch.tensor([[1000.0, 3.0, 1000.0], [4.0, 1000.0, 1000.0]])
    targets = double_q_targets(
        torch.tensor([1.0, 2.0]), torch.tensor([0.5, 0.9]), selector, evaluator
    )
    torch.testing.assert_close(targets, torch.tensor([1.0 + 0.5 * 3.0, 2.0 + 0.9 * 4.0]))


def test_an_ended_episode_promises_nothing_more():
    targets = double_q_targets(
        torch.tensor([3.0]), torch.tensor([0.0]), torch.ones(1, 2), torch.full((1, 2), 1000.0)
    )
    assert targets.tolist() == [3.0]


def test_no_gradient_reaches_either_network():
    selector = torch.randn(4, 3, requires_grad=True)
    evaluator = torch.randn(4, 3, requires_grad=True)
    targets = double_q_targets(torch.ones(4), torch.full((4,), 0.5), selector, evaluator)
    assert not targets.requires_grad


def test_agrees_with_a_naive_loop():
    generator = torch.Generator().manual_seed(0)
    reward = torch.rand(50, generator=generator)
    discount = torch.rand(50, generator=generator)
    selector = torch.randn(50, 4, generator=generator)
    evaluator = torch.randn(50, 4, generator=generator)
    naive = []
    for r, gamma, online, target in zip(reward, discount, selector, evaluator, strict=True):
        best = max(range(4), key=lambda c: float(online[c]))
        naive.append(float(r) + float(gamma) * float(target[best]))
    torch.testing.assert_close(
        double_q_targets(reward, discount, selector, evaluator), torch.tensor(naive)
    )


@pytest.mark.parametrize(
    ("selector", "evaluator", "discount"),
    [((3, 2), (3, 4), (3,)), ((2, 2), (2, 2), (3,)), ((3, 2), (3, 2), (1,))],
)
def test_shapes_that_disagree_are_refused(selector, evaluator, discount):
    with pytest.raises(ValueError, match="rewards"):
        double_q_targets(
            torch.ones(3), torch.ones(discount), torch.ones(selector), torch.ones(evaluator)
        )


def test_huber_is_squared_near_and_linear_far():
    loss = td_loss(torch.tensor([0.0, 0.0]), torch.tensor([0.5, 4.0]), delta=1.0)
    torch.testing.assert_close(loss, torch.tensor([0.5 * 0.5**2, 1.0 * (4.0 - 0.5)]))
