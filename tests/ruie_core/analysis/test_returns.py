"""Realised returns against a loop."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ruie_core.analysis.returns import discounted_sums, realised_returns
from tests.factories import HOUR_MS, make_dataset


def by_loop(dataset, discount, truncation, gap_hours):
    value, truncated = np.zeros(dataset.n_events), np.zeros(dataset.n_events, bool)
    for first, last in zip(dataset.offsets[:-1], dataset.offsets[1:], strict=True):
        following, open_end = 0.0, True
        for t in range(last - 1, first - 1, -1):
            ended = (
                t + 1 < last
                and gap_hours is not None
                and dataset.times[t + 1] - dataset.times[t] > gap_hours * HOUR_MS
            )
            if ended:
                following, open_end = 0.0, False
            value[t] = dataset.rewards[t] + discount * following
            following = value[t]
            truncated[t] = open_end and discount ** (last - 1 - t) > truncation
    return value, truncated


@pytest.mark.parametrize("discount", [0.0, 0.5, 0.99])
@pytest.mark.parametrize("gap_hours", [None, 2.0])
def test_the_scan_agrees_with_a_loop(discount, gap_hours):
    generator = np.random.default_rng(0)
    lengths = generator.integers(1, 70, 15)
    sequences = [[(1, 1)] * n for n in lengths]
    actions = [generator.integers(1, 16, n).tolist() for n in lengths]
    times = [(generator.integers(0, 4, n).cumsum() * HOUR_MS).tolist() for n in lengths]
    dataset = make_dataset(sequences, actions=actions, times=times)
    found = realised_returns(dataset, discount, 0.05, gap_hours)
    value, truncated = by_loop(dataset, discount, 0.05, gap_hours)
    assert found.value == pytest.approx(value)
    assert found.truncated.tolist() == truncated.tolist()


def test_by_hand():
    dataset = make_dataset([[(1, 1)] * 3, [(1, 1)]], actions=[[1, 5, 1], [4]])
    found = realised_returns(dataset, 0.5, 0.3, None)  # rewards 1, 1 + 3, 1 | 3
    assert found.value.tolist() == [1 + 4 / 2 + 1 / 4, 4 + 1 / 2, 1, 3]
    assert found.truncated.tolist() == [False, True, True, True]  # γ² = .25 ≤ .3 < γ


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 10), min_size=1, max_size=40), st.floats(0, 0.999))
def test_a_return_is_the_reward_and_the_discounted_next_return(rewards, discount):
    rewards = np.array(rewards)
    sums = discounted_sums(rewards, np.full(len(rewards), len(rewards)), discount)
    assert sums[-1] == rewards[-1]
    assert sums[:-1] == pytest.approx(rewards[:-1] + discount * sums[1:], rel=1e-9, abs=1e-9)
