"""Popularity counts training events only, within the right scenario, and breaks no tie."""

import numpy as np
import pytest
import torch

from ruie_core.data.split import TEST, TRAIN, leave_one_out
from ruie_core.evaluation.popularity import (
    PopularityScorer,
    ScenarioPopularityScorer,
    smoothed_transitions,
)
from ruie_core.evaluation.ranking import Targets, rank_targets
from tests.factories import make_dataset

CPU = torch.device("cpu")


@pytest.fixture
def dataset():
    """Training: item 1 twice in scenario 1, item 2 once in 1, item 3 once in 2."""
    return make_dataset(
        [
            [(1, 1), (1, 1), (4, 2), (2, 1)],  # train 1, 1 | validation 4 | test 2
            [(2, 1), (3, 2), (4, 2), (3, 2)],  # train 2, 3 | validation 4 | test 3
        ],
        n_items=4,
    )


def test_targets(dataset, *users):
    users = torch.tensor(users)
    return Targets(users, torch.from_numpy(dataset.offsets)[users + 1] - 1)


test_targets.__test__ = False


def ranks(scorer, dataset, *users):
    return rank_targets(scorer, dataset, test_targets(dataset, *users)).ranks.tolist()


def test_popularity_counts_training_events_only(dataset):
    scorer = PopularityScorer(dataset, leave_one_out(dataset.offsets), CPU)
    assert scorer.table.tolist() == [[2, 1, 1, 0]]  # item 4 is in validation only
    # item 2 ties with item 3, behind item 1; item 3 likewise
    assert ranks(scorer, dataset, 0, 1) == [3, 3]


def test_known_scenario_ranks_within_it(dataset):
    scorer = ScenarioPopularityScorer(dataset, leave_one_out(dataset.offsets), True, CPU)
    assert scorer.table.tolist() == [[2, 1, 0, 0], [0, 0, 1, 0]]
    assert ranks(scorer, dataset, 0, 1) == [2, 1]  # item 2 in scenario 1, item 3 in scenario 2


def test_unknown_scenario_mixes_by_the_last_one(dataset):
    split = leave_one_out(dataset.offsets)
    # training moves: 1→1 and 1→2, one each; traffic 3/4 and 1/4; two imaginary moves a row
    expected = [[(1 + 1.5) / 4, (1 + 0.5) / 4], [1.5 / 2, 0.5 / 2]]
    assert smoothed_transitions(dataset, split) == pytest.approx(np.array(expected))
    scorer = ScenarioPopularityScorer(dataset, split, False, CPU)
    share = np.array([[2 / 3, 1 / 3, 0, 0], [0, 0, 1, 0]])
    assert scorer.table.numpy() == pytest.approx(np.array(expected) @ share, abs=1e-6)
    assert scorer.rows(test_targets(dataset, 0, 1)).tolist() == [1, 1]  # both come from scenario 2


def test_moves_from_one_user_to_the_next_do_not_count():
    dataset = make_dataset([[(1, 1)], [(1, 2)], [(1, 1), (1, 1)]])
    split = np.full(4, TRAIN, np.uint8)
    moves = smoothed_transitions(dataset, split) * (np.array([[1], [0]]) + 2)
    assert moves[0] == pytest.approx([1 + 2 * 3 / 4, 2 * 1 / 4])
    assert moves[1] == pytest.approx([2 * 3 / 4, 2 * 1 / 4])


def test_equal_counts_tie_exactly_in_the_mixture():
    """Hundreds of items without events score 0 alike, wherever they stand."""
    dataset = make_dataset(n_users=30, n_items=3000, n_scenarios=5, length=5, seed=1)
    split = leave_one_out(dataset.offsets)
    for known in (False, True):
        scorer = ScenarioPopularityScorer(dataset, split, known, CPU)
        counts = np.stack(
            [
                np.bincount(
                    dataset.items[(split == TRAIN) & (dataset.scenarios == c)], minlength=3001
                )[1:]
                for c in range(1, 6)
            ]
        )
        _, group = np.unique(counts, axis=1, return_inverse=True)
        for row in scorer.table.numpy():
            for label in range(group.max() + 1):
                assert len(set(row[group == label])) == 1


def test_a_scenario_unseen_in_training_leaves_every_item_tied():
    dataset = make_dataset([[(1, 1), (2, 1), (3, 2)]], n_items=5)
    split = np.array([TRAIN, TRAIN, TEST], np.uint8)
    known = ScenarioPopularityScorer(dataset, split, True, CPU)
    assert ranks(known, dataset, 0) == [5]
