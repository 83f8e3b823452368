"""Intervals resample users: against scipy on the plain data, against theory, and at the edges."""

import numpy as np
import pytest
from scipy import sparse, stats

from ruie_core.evaluation.bootstrap import (
    difference_intervals,
    mean_intervals,
    total_intervals,
    user_sums,
)


@pytest.fixture
def events():
    generator = np.random.default_rng(3)
    users = np.repeat(np.arange(60), generator.integers(1, 8, 60))
    level = generator.normal(size=60)
    values = level[users][:, None] + generator.normal(size=(len(users), 3))
    return users, values


def test_the_same_interval_as_scipy_on_paired_samples(events):
    users, values = events
    estimate = mean_intervals(users, values, resamples=500, seed=4)
    sums, counts = user_sums(users, values)
    plain = stats.bootstrap(
        (sums.T, np.broadcast_to(counts, (3, 60))),
        lambda total, n, axis: total.sum(axis) / n.sum(axis),
        paired=True,
        axis=-1,
        vectorized=True,
        n_resamples=500,
        method="percentile",
        rng=np.random.default_rng(4),
    )
    assert estimate.low == pytest.approx(plain.confidence_interval.low)
    assert estimate.high == pytest.approx(plain.confidence_interval.high)
    assert estimate.value == pytest.approx(values.mean(0))
    assert (estimate.n_users, estimate.n_events) == (60, len(users))


def test_users_not_events_are_drawn():
    """A hundred copies of each user's event add events, not knowledge."""
    values = np.random.default_rng(0).normal(size=(40, 1))
    once = mean_intervals(np.arange(40), values, resamples=300, seed=1)
    copied = mean_intervals(
        np.repeat(np.arange(40), 100), np.repeat(values, 100, axis=0), resamples=300, seed=1
    )
    assert copied.low == pytest.approx(once.low)
    assert copied.high == pytest.approx(once.high)
    assert copied.n_events == 4000


def test_rows_may_stand_for_several_events(events):
    users, values = events
    sums, counts = user_sums(users, values)
    whole = mean_intervals(users, values, resamples=100, seed=1)
    summed = mean_intervals(
        np.unique(users), sums, resamples=100, seed=1, events=counts.astype(np.int64)
    )
    for one, other in zip(whole, summed, strict=True):
        assert one == pytest.approx(other)


def test_width_is_that_of_the_normal_theory():
    values = np.random.default_rng(5).normal(size=(2000, 1))
    estimate = mean_intervals(np.arange(2000), values, resamples=2000, seed=1)
    expected = 2 * 1.96 * values.std() / np.sqrt(2000)
    assert estimate.high[0] - estimate.low[0] == pytest.approx(expected, rel=0.08)


def test_a_paired_difference_is_tighter_than_the_difference_of_intervals(events):
    users, values = events
    other = values + 0.1
    paired = difference_intervals(users, other, values, resamples=200, seed=2)
    assert paired.value == pytest.approx([0.1] * 3)
    assert paired.high - paired.low == pytest.approx([0.0] * 3, abs=1e-9)
    with pytest.raises(ValueError, match="unpaired"):
        difference_intervals(users, other[:, :2], values, resamples=200, seed=2)


def test_one_user_gives_a_value_and_no_interval():
    estimate = mean_intervals(np.zeros(5, int), np.ones((5, 2)), resamples=100, seed=1)
    assert estimate.value.tolist() == [1, 1]
    assert np.isnan(estimate.low).all()
    assert np.isnan(estimate.high).all()
    assert (estimate.n_users, estimate.n_events) == (1, 5)


def test_no_events_give_neither():
    estimate = mean_intervals(np.zeros(0, int), np.zeros((0, 2)), resamples=100, seed=1)
    assert np.isnan(estimate.value).all()
    assert (estimate.n_users, estimate.n_events) == (0, 0)


def test_the_same_seed_gives_the_same_interval(events):
    users, values = events
    first, again, other = (mean_intervals(users, values, resamples=100, seed=s) for s in (1, 1, 2))
    assert first.low.tolist() == again.low.tolist()
    assert first.low.tolist() != other.low.tolist()


def test_batches_and_sparse_columns_change_nothing(events, monkeypatch):
    columns, _ = user_sums(*events)

    def spread(totals):
        return totals.max(1, keepdims=True) - totals.min(1, keepdims=True)

    whole = total_intervals(columns, spread, resamples=100, seed=1)
    thin = total_intervals(sparse.csr_array(columns), spread, resamples=100, seed=1)
    monkeypatch.setattr("ruie_core.evaluation.bootstrap._CELLS", 60 * 7)
    batched = total_intervals(columns, spread, resamples=100, seed=1)
    assert np.array(thin) == pytest.approx(np.array(whole))
    assert np.array(batched) == pytest.approx(np.array(whole))


def test_undefined_resamples_are_left_out():
    columns = np.array([[1.0, 1.0], [3.0, 1.0], [0.0, 0.0]])  # the third user has no events

    def ratio(totals):
        with np.errstate(invalid="ignore"):
            return totals[:, :1] / totals[:, 1:]

    low, high = total_intervals(columns, ratio, resamples=500, seed=1)
    assert (low[0], high[0]) == (1.0, 3.0)
