"""What was met lately: training events of earlier moments, forgotten by half-lives."""

import numpy as np
import pytest

from ruie_core.data.lately import Moments, cut_moments, lately
from ruie_core.data.split import TEST, TRAIN, VALIDATION, leave_one_out
from tests.factories import make_dataset

MOMENTS, HALF_LIFE = 7, 2.0


@pytest.fixture(scope="module")
def log():
    return make_dataset(n_users=40, seed=3)


def by_hand(log, split, moments, trust=None):
    """(n, S + 1, I), event by event."""
    shape = (moments.n, log.n_scenarios + 1, log.n_items)
    counts = np.zeros(shape)
    at = (log.times - moments.first) // moments.step
    for event in np.flatnonzero(split == TRAIN):
        for moment in range(at[event] + 1, moments.n):
            age = moment - at[event]
            weight = 0.5 ** (age / HALF_LIFE) * (1 if trust is None else trust[event])
            for scenario in (0, log.scenarios[event]):
                counts[moment, scenario, log.items[event] - 1] += weight
    return counts.reshape(-1, log.n_items)


def test_all_training_events_lie_before_the_last_moment(log):
    split = leave_one_out(log.offsets)
    moments = cut_moments(log, split, MOMENTS)
    at = moments.of(log.times)
    assert at[split == TRAIN].min() == 0
    assert at[split == TRAIN].max() == MOMENTS - 2
    assert at.max() == MOMENTS - 1  # what is held out comes later


@pytest.mark.parametrize("trusted", [False, True])
def test_counts_are_those_of_each_event_by_its_age_and_trust(log, trusted):
    split = leave_one_out(log.offsets)
    moments = cut_moments(log, split, MOMENTS)
    trust = np.random.default_rng(1).random(log.n_events).astype(np.float32) if trusted else None
    found = lately(log, split, moments, HALF_LIFE, log.n_items, trust).toarray()
    expected = by_hand(log, split, moments, trust)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert expected[: log.n_scenarios + 1].sum() == 0 < expected[-1].sum()


def test_only_the_strongest_are_kept_of_equals_the_lower_code(log):
    split = leave_one_out(log.offsets)
    moments = cut_moments(log, split, MOMENTS)
    few = lately(log, split, moments, HALF_LIFE, 4).toarray()
    for row, whole in zip(few, by_hand(log, split, moments), strict=True):
        kept = np.lexsort((np.arange(len(whole)), -whole.round(6)))[:4]
        kept = kept[whole[kept] > 0]
        np.testing.assert_array_equal(np.flatnonzero(row), np.sort(kept))


def test_nothing_of_a_moment_itself_or_of_later_ones_is_seen(log):
    split = leave_one_out(log.offsets)
    moments = cut_moments(log, split, MOMENTS)
    before = lately(log, split, moments, HALF_LIFE, log.n_items).toarray()
    changed = make_dataset(n_users=40, seed=3)
    late = moments.of(log.times) >= 3
    changed.items[late] = 1 + changed.items[late] % log.n_items
    after = lately(changed, split, moments, HALF_LIFE, log.n_items).toarray()
    rows = 4 * (log.n_scenarios + 1)
    np.testing.assert_array_equal(after[:rows], before[:rows])
    assert (after[rows:] != before[rows:]).any()


def test_what_is_held_out_is_not_counted(log):
    split = leave_one_out(log.offsets)
    moments = cut_moments(log, split, MOMENTS)
    changed = make_dataset(n_users=40, seed=3)
    held_out = (split == VALIDATION) | (split == TEST)
    changed.items[held_out] = 1 + changed.items[held_out] % log.n_items
    found, expected = (
        lately(each, split, moments, HALF_LIFE, log.n_items) for each in (changed, log)
    )
    assert (found != expected).nnz == 0


def test_a_log_of_one_instant_has_moments_too():
    log = make_dataset([[(1, 1), (2, 1), (3, 1)]], times=[[5, 5, 5]])
    moments = cut_moments(log, np.full(3, TRAIN), 4)
    assert moments == Moments(5, 1, 4)
    assert lately(log, np.full(3, TRAIN), moments, 1.0, 3).toarray()[2].tolist() == [0.5, 0.5, 0.5]
