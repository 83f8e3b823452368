import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from ruie_core.config import ObjectiveConfig
from ruie_core.objectives.negatives import NegativeSampler
from ruie_core.objectives.next_item import (
    NEXT_ITEM_LOSSES,
    Candidates,
    binary,
    bpr,
    sampled_softmax,
    triplet,
)

CONFIG = ObjectiveConfig(margin=1.0)


def given_scores(positive, negative, log_expected=None, hit=None):
    """Candidates whose scores are (P,) ``positive`` and (P, M) ``negative``."""
    positive, negative = torch.as_tensor(positive), torch.as_tensor(negative)
    if hit is None:
        hit = torch.zeros(negative.shape, dtype=torch.bool)
    if log_expected is None:
        log_expected = torch.zeros(negative.shape[1])
    rows, columns = torch.as_tensor(hit).nonzero(as_tuple=True)
    return Candidates(
        torch.eye(len(positive)), positive.diag(), negative.T, log_expected, rows, columns
    )


def test_softmax_over_every_item_is_the_exact_cross_entropy():
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(6, 9, generator=generator)
    target = torch.randint(9, (6,), generator=generator)
    sampler = NegativeSampler(torch.arange(9), size=9, power=1.0)
    negatives = sampler.draw(generator)
    assert negatives.items.tolist() == list(range(1, 10))
    loss = sampled_softmax(
        given_scores(
            scores.gather(1, target[:, None]).squeeze(1),
            scores,
            negatives.log_expected,
            negatives.items - 1 == target[:, None],
        ),
        CONFIG,
    )
    torch.testing.assert_close(loss, F.cross_entropy(scores, target, reduction="none"))


def test_logq_correction_makes_the_partition_unbiased():
    """With popular items drawn often, the mean of many estimates is the true partition."""
    generator = torch.Generator().manual_seed(1)
    counts = torch.tensor([1000, 100, 10, 1, 0, 0, 0, 0])
    scores = torch.randn(8, generator=generator)
    sampler = NegativeSampler(counts, size=4, power=1.0)
    estimates = []
    for _ in range(20_000):
        drawn = sampler.draw(generator)
        weight = torch.exp(scores[drawn.items - 1] - drawn.log_expected)
        estimates.append(weight[drawn.items != 1].sum() + scores[0].exp())
    spread = torch.stack(estimates).std().item() / math.sqrt(len(estimates))
    assert torch.stack(estimates).mean().item() == pytest.approx(
        scores.exp().sum().item(), abs=4 * spread
    )


def test_negatives_are_drawn_in_proportion_to_powered_counts():
    counts = torch.tensor([99, 24, 0, 0, 0])  # with one added: weights 10, 5, 1, 1, 1 at power ½
    sampler = NegativeSampler(counts, size=4, power=0.5)
    drawn = torch.zeros(5, dtype=torch.float64)
    for seed in range(5000):
        negatives = sampler.draw(torch.Generator().manual_seed(seed))
        times = (sampler.log_expected[negatives.items - 1] - negatives.log_expected).exp()
        assert times.sum().item() == pytest.approx(4)
        assert (negatives.items.diff() > 0).all()
        drawn[negatives.items - 1] += times.double()
    share = drawn / drawn.sum()
    torch.testing.assert_close(
        share, torch.tensor([10.0, 5, 1, 1, 1]).double() / 18, atol=0.012, rtol=0
    )
    torch.testing.assert_close(sampler.log_expected[0].exp(), torch.tensor(4 * 10 / 18))


def test_a_negative_that_is_the_target_does_not_count():
    candidates = given_scores([0.0], [[1000.0, 0.0]], hit=[[True, False]])
    assert sampled_softmax(candidates, CONFIG).item() == pytest.approx(math.log(2))
    assert triplet(candidates, CONFIG).item() == pytest.approx(1.0)


def test_a_position_whose_negatives_are_all_the_target_costs_nothing():
    candidates = given_scores([3.0], [[3.0]], hit=[[True]])
    candidates = candidates._replace(intent=candidates.intent.requires_grad_())
    loss = sampled_softmax(candidates, CONFIG)
    assert loss.item() == pytest.approx(0.0)
    assert torch.autograd.grad(loss.sum(), candidates.intent)[0].isfinite().all()


def test_triplet_is_the_mean_hinge_and_zero_without_a_valid_triplet():
    candidates = given_scores(
        [2.0, 2.0], [[2.5, -9.0], [5.0, 5.0]], hit=[[False, False], [True, True]]
    )
    assert triplet(candidates, CONFIG).tolist() == pytest.approx([(1.0 - 2.0 + 2.5 + 0.0) / 2, 0.0])


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def test_binary_cross_entropy_is_that_of_the_target_and_of_the_mean_negative():
    candidates = given_scores([2.0], [[20.0, 0.5, -1.0]], hit=[[True, False, False]])
    negative = (math.log(1 - sigmoid(0.5)) + math.log(1 - sigmoid(-1.0))) / 2
    expected = -math.log(sigmoid(2.0)) - negative
    assert binary(candidates, CONFIG).item() == pytest.approx(expected, rel=1e-5)
    alone = given_scores([2.0], [[2.0]], hit=[[True]])
    assert binary(alone, CONFIG).item() == pytest.approx(-math.log(sigmoid(2.0)))


def test_bpr_is_the_mean_over_negatives_of_how_unlikely_the_right_order_is():
    candidates = given_scores([2.0], [[0.5, 3.0, 20.0]], hit=[[False, False, True]])
    expected = -(math.log(sigmoid(1.5)) + math.log(sigmoid(-1.0))) / 2
    assert bpr(candidates, CONFIG).item() == pytest.approx(expected, rel=1e-5)
    assert bpr(given_scores([2.0], [[2.0]], hit=[[True]]), CONFIG).item() == 0


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=6), st.floats(-20, 20))
def test_all_losses_are_never_negative_and_fall_as_the_target_rises(negative, positive):
    def losses(score):
        candidates = given_scores([score], [negative])
        return [f(candidates, CONFIG).item() for f in NEXT_ITEM_LOSSES.values()]

    for lower, higher in zip(losses(positive), losses(positive + 1), strict=True):
        assert lower >= higher >= -1e-6


@pytest.mark.parametrize("loss", list(NEXT_ITEM_LOSSES.values()))
def test_the_gradient_is_that_of_the_naive_loss_and_hits_get_none(loss):
    generator = torch.Generator().manual_seed(0)
    intent, target = torch.randn(2, 3, 5, generator=generator).requires_grad_()
    table = torch.randn(4, 5, generator=generator).requires_grad_()
    hit = torch.tensor([[False, True, False, False], [False] * 4, [True, False, False, False]])

    def naive(intent, target):
        positive, scores = (intent * target).sum(-1), intent @ table.T
        pairs = {
            triplet: (1.0 - positive[:, None] + scores).clamp(min=0),
            bpr: -F.logsigmoid(positive[:, None] - scores),
            binary: -F.logsigmoid(positive)[:, None] - F.logsigmoid(-scores),
        }
        if loss in pairs:
            return ((pairs[loss] * ~hit).sum(1) / (~hit).sum(1)).sum()
        every = torch.cat([positive[:, None], scores.masked_fill(hit, -math.inf)], 1)
        return (every.logsumexp(1) - positive).sum()

    rows, columns = hit.nonzero(as_tuple=True)
    ours = loss(Candidates(intent, target, table, torch.zeros(4), rows, columns), CONFIG).sum()
    torch.testing.assert_close(ours, naive(intent, target))
    for one, other in zip(
        torch.autograd.grad(ours, (intent, target, table)),
        torch.autograd.grad(naive(intent, target), (intent, target, table)),
        strict=True,
    ):
        torch.testing.assert_close(one, other)
