"""Transitions of the training part, counted by hand, and popularity beneath them."""

import numpy as np
import pytest
import torch

from ruie_core.data.follows import item_transitions
from ruie_core.data.split import TEST, TRAIN, VALIDATION
from ruie_core.evaluation.markov import MarkovScorer, SequentialRulesScorer
from ruie_core.evaluation.popularity import OVERALL
from ruie_core.evaluation.ranking import Targets, rank_targets
from tests.factories import make_dataset

CPU = torch.device("cpu")
PARTS = np.array([TRAIN, TRAIN, TRAIN, VALIDATION, TEST, TRAIN, TRAIN, VALIDATION], np.uint8)


@pytest.fixture
def dataset():
    """Training: 1 → 2 → 1 of one user, 1 → 3 of another; in all 1 three times, 2 and 3 once."""
    return make_dataset(
        [
            [(1, 1), (2, 1), (1, 1), (4, 2), (1, 2)],
            [(1, 1), (3, 2), (2, 1)],
        ],
        n_items=5,
    )


def scored(dataset, position, *, known, back_off):
    scorer = MarkovScorer(dataset, PARTS, known, CPU, back_off)
    user = int(np.searchsorted(dataset.offsets, position, side="right")) - 1
    targets = Targets(torch.tensor([user]), torch.tensor([position]))
    return scorer.scores(scorer.encode(targets), 1, 6)[0]


def test_only_training_transitions_within_a_user_count(dataset):
    found = item_transitions(dataset, PARTS).toarray()
    expected = np.zeros((5, 5))
    expected[0, 1] = expected[1, 0] = expected[0, 2] = 1  # not 1 → 4 → 1, not 1 → 1 of two users
    assert found.tolist() == expected.tolist()


def test_counts_after_the_last_item_stand_on_shares_of_the_requests_scenario(dataset):
    # Before event 3 the last item is 1. In scenario 1 (of the last event and, of 5 training
    # events, 4): item 1 three times, item 2 once. The request names scenario 2: only item 3.
    shares = torch.tensor([0.0, 0, 1, 0, 0])
    everywhere = torch.tensor([3 / 5, 1 / 5, 1 / 5, 0, 0])
    counts = torch.tensor([0.0, 1, 1, 0, 0])
    expected = counts + 7 * ((1 - OVERALL) * shares + OVERALL * everywhere)
    torch.testing.assert_close(scored(dataset, 3, known=True, back_off=7.0), expected)


def test_an_unknown_request_mixes_the_scenarios_that_follow(dataset):
    # From scenario 1, training has 2 moves to 1 and 1 to 2, and traffic 4 : 1 as 2 imaginary ones.
    to_1, to_2 = (2 + 8 / 5) / 5, (1 + 2 / 5) / 5
    shares = to_1 * torch.tensor([3 / 4, 1 / 4, 0, 0, 0]) + to_2 * torch.tensor([0.0, 0, 1, 0, 0])
    everywhere = torch.tensor([3 / 5, 1 / 5, 1 / 5, 0, 0])
    expected = torch.tensor([0.0, 1, 1, 0, 0]) + (1 - OVERALL) * shares + OVERALL * everywhere
    torch.testing.assert_close(scored(dataset, 3, known=False, back_off=1.0), expected)


def test_with_little_to_back_off_on_a_seen_transition_beats_any_popularity(dataset):
    scorer = MarkovScorer(dataset, PARTS, False, CPU, back_off=0.1)
    last = rank_targets(scorer, dataset, Targets(torch.tensor([1]), torch.tensor([7])))
    # The last item is 3, which nothing followed in training: popularity ranks 1, 2 or 3, then 4.
    assert last.ranks.tolist() in ([2], [3])
    assert scored(dataset, 3, known=False, back_off=0.1)[1:3].min() > 1


def test_blocks_score_as_the_whole(dataset):
    scorer = MarkovScorer(dataset, PARTS, True, CPU)
    queries = scorer.encode(Targets(torch.tensor([0, 1]), torch.tensor([4, 7])))
    whole = scorer.scores(queries, 1, 6)
    parts = [scorer.scores(queries, first, first + 1) for first in range(1, 6)]
    assert torch.equal(whole, torch.cat(parts, 1))


def test_sequential_rules_ask_each_of_the_last_items_and_look_beyond_the_next(dataset):
    # Before event 4 the last items are 4, 1, 2, 1. In training item 2 follows 1 at once, item 1
    # follows 2 at once and 1 at a distance of two; item 3 follows 1. Nothing followed 4.
    scorer = SequentialRulesScorer(dataset, PARTS, False, CPU, back_off=0.0)
    queries = scorer.encode(Targets(torch.tensor([0]), torch.tensor([4])))
    assert queries[0, 1:].tolist() == [4, 1, 2, 1]
    after_1, after_2 = torch.tensor([0.5, 1, 1, 0, 0]), torch.tensor([1.0, 0, 0, 0, 0])
    expected = 0.5 * after_1 + 0.25 * after_2 + 0.125 * after_1
    torch.testing.assert_close(scorer.scores(queries, 1, 6)[0], expected)


def test_sequential_rules_do_not_look_into_another_users_history(dataset):
    scorer = SequentialRulesScorer(dataset, PARTS, False, CPU)
    queries = scorer.encode(Targets(torch.tensor([1]), torch.tensor([6])))
    assert queries[0, 1:].tolist() == [1, 0, 0, 0]
