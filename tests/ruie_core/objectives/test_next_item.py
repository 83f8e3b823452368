import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from ruie_core.config import ObjectiveConfig
from ruie_core.objectives.negatives import NegativeSampler
from ruie_core.objectives.next_item import Candidates, sampled_softmax, triplet

CONFIG = ObjectiveConfig(margin=1.0)


def test_softmax_over_every_item_is_the_exact_cross_entropy():
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(6, 9, generator=generator)
    target = torch.randint(9, (6,), generator=generator)
    sampler = NegativeSampler(torch.arange(9), size=9, power=1.0)
    negatives = sampler.draw(generator)
    assert negatives.items.tolist() == list(range(1, 10))
    loss = sampled_softmax(
        Candidates(
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
    drawn = torch.cat([sampler.draw(torch.Generator().manual_seed(s)).items for s in range(5000)])
    share = torch.bincount(drawn, minlength=6)[1:] / len(drawn)
    torch.testing.assert_close(
        share, torch.tensor([10.0, 5.0, 1.0, 1.0, 1.0]) / 18, atol=0.012, rtol=0
    )
    torch.testing.assert_close(sampler.log_expected[0].exp(), torch.tensor(4 * 10 / 18))


def test_a_negative_that_is_the_target_does_not_count():
    candidates = Candidates(
        positive=torch.tensor([0.0]),
        negative=torch.tensor([[1000.0, 0.0]]),
        log_expected=torch.zeros(2),
        hit=torch.tensor([[True, False]]),
    )
    assert sampled_softmax(candidates, CONFIG).item() == pytest.approx(math.log(2))
    assert triplet(candidates, CONFIG).item() == pytest.approx(1.0)


def test_triplet_is_the_mean_hinge_and_zero_without_a_valid_triplet():
    candidates = Candidates(
        positive=torch.tensor([2.0, 2.0]),
        negative=torch.tensor([[2.5, -9.0], [5.0, 5.0]]),
        log_expected=torch.zeros(2),
        hit=torch.tensor([[False, False], [True, True]]),
    )
    assert triplet(candidates, CONFIG).tolist() == pytest.approx([(1.0 - 2.0 + 2.5 + 0.0) / 2, 0.0])


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=6), st.floats(-20, 20))
def test_both_losses_are_never_negative_and_fall_as_the_target_rises(negative, positive):
    def losses(score):
        candidates = Candidates(
            torch.tensor([score]),
            torch.tensor([negative]),
            torch.zeros(len(negative)),
            torch.zeros(1, len(negative), dtype=torch.bool),
        )
        return [f(candidates, CONFIG).item() for f in (sampled_softmax, triplet)]

    for lower, higher in zip(losses(positive), losses(positive + 1), strict=True):
        assert lower >= higher >= -1e-6
