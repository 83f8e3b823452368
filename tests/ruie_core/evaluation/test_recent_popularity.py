"""The baseline of what anyone met lately, against counts by hand."""

import numpy as np
import pytest
import torch

from ruie_core.data.lately import cut_moments, lately
from ruie_core.data.split import TRAIN, VALIDATION, leave_one_out
from ruie_core.errors import UserError
from ruie_core.evaluation.metrics import ndcg
from ruie_core.evaluation.ranking import rank_targets
from ruie_core.evaluation.recent_popularity import HALF_LIVES, RecentPopularityScorer
from ruie_core.evaluation.validation import held_out_targets
from tests.factories import HOUR_MS, START_MS, make_dataset

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def log():
    """Return a log of 60 days; each is fond of an item of its own, in scenario 2 of another."""
    random = np.random.default_rng(0)
    sequences, times = [], []
    for _ in range(150):
        days = np.sort(random.integers(0, 60, 6))
        scenarios = random.integers(1, 3, 6)
        sequences.append(
            [(1 + (d + 30 * (s - 1)) % 60, int(s)) for d, s in zip(days, scenarios, strict=True)]
        )
        hours = 24 * days + random.integers(0, 24, 6)
        times.append([int(START_MS + HOUR_MS * hour) for hour in np.sort(hours)])
    return make_dataset(sequences, times=times)


def mean_ndcg(log, split, known, part=VALIDATION):
    targets, _ = held_out_targets(log, split, part)
    scorer = RecentPopularityScorer(log, split, known, CPU)
    return scorer, ndcg(rank_targets(scorer, log, targets).ranks.numpy(), 10).mean()


def test_scores_order_items_by_decayed_counts_before_the_request(log):
    split = leave_one_out(log.offsets)
    for known in (False, True):
        scorer, _ = mean_ndcg(log, split, known)
        targets, _ = held_out_targets(log, split, VALIDATION)
        moments = cut_moments(log, split, 256)
        at = moments.of(log.times)
        scores = scorer.scores(scorer.encode(targets), 1, log.n_items + 1).clone().numpy()
        shares = (
            np.bincount(log.items[split == TRAIN], minlength=log.n_items + 1)[1:]
            / (split == TRAIN).sum()
        )
        for row in range(0, len(scores), 17):
            position = int(targets.positions[row])
            met = (split == TRAIN) & (at < at[position])
            weight = 0.5 ** ((at[position] - at[met]) / float(scorer.trend.half_life))
            if known:
                weight *= 0.1 + (log.scenarios[met] == log.scenarios[position])
            counts = np.bincount(log.items[met] - 1, weight, log.n_items)
            np.testing.assert_allclose(scores[row], np.log1p(counts) + 1e-3 * shares, rtol=1e-4)


@pytest.mark.parametrize("known", [False, True])
def test_the_half_life_is_the_best_on_validation_events(log, known):
    split = leave_one_out(log.offsets)
    scorer, best = mean_ndcg(log, split, known)
    assert float(scorer.trend.half_life) in HALF_LIVES
    moments = cut_moments(log, split, 256)
    targets, _ = held_out_targets(log, split, VALIDATION)
    for half_life in HALF_LIVES:
        scorer.trend.learn(lately(log, split, moments, half_life, log.n_items))
        assert ndcg(rank_targets(scorer, log, targets).ranks.numpy(), 10).mean() <= best


def test_a_named_scenario_brings_its_own_fashion(log):
    split = leave_one_out(log.offsets)
    _, unknown = mean_ndcg(log, split, known=False)
    _, known = mean_ndcg(log, split, known=True)
    assert known > unknown > 0.15  # a day's fashion is found


def test_a_log_without_a_clock_has_nothing_recent(log):
    ordered = make_dataset(n_users=5)
    ordered.manifest["time"] = {"kind": "order"}
    with pytest.raises(UserError, match=r"no clock, so nothing in it is recent: use another"):
        RecentPopularityScorer(ordered, leave_one_out(ordered.offsets), False, CPU)
