"""Metrics: visible arithmetic, an independent implementation, and properties."""

from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from ruie_core.evaluation.metrics import hit_rate, ndcg, reciprocal_rank

RANKS = np.array([1, 2, 3, 10, 11])
CUTOFFS = (1, 5, 10, 15, 20)


def test_ndcg_by_hand():
    expected = [1 / log2(1 + 1), 1 / log2(1 + 2), 1 / log2(1 + 3), 1 / log2(1 + 10), 0]
    assert ndcg(RANKS, 10).tolist() == pytest.approx(expected)


def test_hit_rate_and_reciprocal_rank_by_hand():
    assert hit_rate(RANKS, 10).tolist() == [1, 1, 1, 1, 0]
    assert reciprocal_rank(RANKS).tolist() == pytest.approx([1 / 1, 1 / 2, 1 / 3, 1 / 10, 1 / 11])


@pytest.mark.parametrize("k", CUTOFFS)
def test_ndcg_agrees_with_scikit_learn(k):
    generator = np.random.default_rng(5)
    scores = generator.normal(size=(50, 40))
    wanted = generator.integers(0, 40, 50)
    relevance = np.eye(40)[wanted]
    own = scores[np.arange(50), wanted]
    ranks = (scores >= own[:, None]).sum(1)
    independent = [ndcg_score(relevance[[row]], scores[[row]], k=k) for row in range(len(scores))]
    assert ndcg(ranks, k).tolist() == pytest.approx(independent)


def test_empty_lists_give_empty_values():
    nothing = np.zeros(0, np.int64)
    assert [len(f) for f in (ndcg(nothing, 5), hit_rate(nothing, 5), reciprocal_rank(nothing))] == [
        0,
        0,
        0,
    ]


@pytest.mark.parametrize("ranks", [np.array([0, 1]), np.array([[1, 2]])])
def test_impossible_ranks_are_refused(ranks):
    with pytest.raises(ValueError, match="rank"):
        ndcg(ranks, 5)


ranks_of = st.lists(st.integers(1, 10_000), min_size=1, max_size=20).map(np.array)


@given(ranks_of, st.integers(1, 100))
def test_ndcg_lies_between_zero_and_the_hit_rate_and_grows_with_k(ranks, k):
    values = ndcg(ranks, k)
    assert (values >= 0).all()
    assert (values <= hit_rate(ranks, k)).all()
    assert (values <= ndcg(ranks, k + 1)).all()


@given(ranks_of, st.integers(1, 100))
def test_a_better_rank_is_never_worth_less(ranks, k):
    worse = ranks + 1
    assert (ndcg(worse, k) <= ndcg(ranks, k)).all()
    assert (hit_rate(worse, k) <= hit_rate(ranks, k)).all()
    assert (reciprocal_rank(worse) < reciprocal_rank(ranks)).all()
