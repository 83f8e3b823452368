"""What a trial does to its data, by hand: places and parts are those of the whole log."""

import numpy as np
import pytest

from ruie_core.config import TrainConfig
from ruie_core.data.split import TEST, TRAIN, VALIDATION
from ruie_core.errors import UserError
from ruie_core.evaluation.validation import held_out_targets
from ruie_core.experiments.transforms import (
    OnlyScenario,
    ShuffleRewards,
    SubsampleScenario,
    SubsampleUsers,
    whole_view,
)
from tests.factories import make_dataset

SEQUENCES = [
    [(1, 1), (2, 2), (3, 1), (4, 2), (5, 1), (6, 1)],  # validation t = 5, test t = 6
    [(7, 2), (8, 1), (9, 2)],  # validation t = 2, test t = 3
]


def view_of(dataset, noise=None, **train):
    return whole_view(dataset, TrainConfig(**train), noise)


def rows(view):
    """(user, t, item, part) of every event."""
    columns = (view.dataset.user_of_event(), view.t, view.dataset.items, view.split)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_a_whole_view_has_every_event_in_its_place():
    assert rows(view_of(make_dataset(SEQUENCES)))[3:8] == [
        (0, 4, 4, TRAIN),
        (0, 5, 5, VALIDATION),
        (0, 6, 6, TEST),
        (1, 1, 7, TRAIN),
        (1, 2, 8, VALIDATION),
    ]


def test_one_scenario_keeps_the_parts_and_places_of_the_whole_log():
    view = view_of(make_dataset(SEQUENCES))
    assert rows(OnlyScenario(scenario="scenario 1").apply(view)) == [
        (0, 1, 1, TRAIN),
        (0, 3, 3, TRAIN),
        (0, 5, 5, VALIDATION),
        (0, 6, 6, TEST),
        (1, 2, 8, VALIDATION),
    ]
    # Split alone, the scenario's own last events would be held out: items 4 and 9.
    assert rows(OnlyScenario(scenario="scenario 2").apply(view)) == [
        (0, 2, 2, TRAIN),
        (0, 4, 4, TRAIN),
        (1, 1, 7, TRAIN),
        (1, 3, 9, TEST),
    ]


@pytest.mark.parametrize("split", ["leave-one-out", "temporal"])
def test_one_scenario_is_tested_on_the_joint_models_events(split):
    dataset = make_dataset(n_users=60, length=(3, 12))
    joint = view_of(dataset, split=split)

    def tested(view, name):
        targets, _ = held_out_targets(view.dataset, view.split, TEST)
        at = targets.positions.numpy()
        code = view.dataset.vocabulary.scenarios.index(name) + 1
        at = at[view.dataset.scenarios[at] == code]
        return set(zip(view.dataset.user_of_event()[at], view.t[at], strict=True))

    for name in dataset.vocabulary.scenarios:
        alone = OnlyScenario(scenario=name).apply(joint)
        both, single = tested(joint, name), tested(alone, name)
        assert single <= both
        met = {  # users with an earlier event in the scenario: all others have nothing to rank from
            (user, t)
            for user, t in both
            if ((alone.dataset.user_of_event() == user) & (alone.t < t)).any()
        }
        assert single == met
        assert alone.dataset.n_items == dataset.n_items


def test_only_training_events_of_a_scenario_become_scarce():
    view = view_of(make_dataset(n_users=300, length=(3, 12)))
    is_scarce = (view.dataset.scenarios == 2) & (view.split == TRAIN)
    half, tenth = (
        set(rows(SubsampleScenario(scenario="scenario 2", share=share).apply(view)))
        for share in (0.5, 0.1)
    )
    every = rows(view)
    others = {row for row, scarce in zip(every, is_scarce, strict=True) if not scarce}
    assert others < tenth < half < set(every)
    assert 0.4 < len(half - others) / is_scarce.sum() < 0.6
    whole = SubsampleScenario(scenario="scenario 2", share=1.0).apply(view)
    assert rows(whole) == every


def test_a_sample_of_users_keeps_all_of_their_events_and_their_codes():
    view = view_of(make_dataset(n_users=40))
    few, more = (rows(SubsampleUsers(users=n).apply(view)) for n in (5, 20))
    users = {user for user, *_ in few}
    assert len(users) == 5
    assert few == [row for row in rows(view) if row[0] in users]
    assert set(few) < set(more)
    assert rows(SubsampleUsers(share=0.5).apply(view)) == more
    assert rows(SubsampleUsers(users=5, seed=1).apply(view)) != few


def test_shuffled_rewards_are_the_same_rewards_elsewhere():
    view = view_of(make_dataset(n_users=40))
    shuffled = ShuffleRewards().apply(view)
    assert sorted(shuffled.dataset.rewards) == sorted(view.dataset.rewards)
    assert (shuffled.dataset.rewards != view.dataset.rewards).mean() > 0.1
    assert rows(shuffled) == rows(view)


def test_rewards_of_the_settings_count():
    view = view_of(make_dataset(n_users=40), rewards={"click": 7.0})
    assert set(view.dataset.rewards.tolist()) == {7.0}


def test_nothing_of_the_test_part_is_left_for_tuning_and_noise_follows_its_events():
    dataset = make_dataset(SEQUENCES)
    noise = np.isin(dataset.items, [3, 6, 7])
    view = view_of(dataset, noise)
    assert [item for _, _, item, _ in rows(view.without_test())] == [1, 2, 3, 4, 5, 7, 8]
    assert view.without_test().noise.tolist() == [False, False, True, False, False, True, False]


def test_a_user_without_events_has_no_pauses():
    view = OnlyScenario(scenario="scenario 3").apply(
        view_of(make_dataset([[(1, 3), (2, 3), (3, 3)], [(1, 1), (2, 1), (3, 1)]]))
    )
    assert view.dataset.pauses(0.5).tolist() == [False, True, True]


def test_an_unknown_scenario_is_one_sentence_with_the_known_ones():
    with pytest.raises(UserError, match="'feed' is unknown: choose one of scenario 1, scenario 2"):
        OnlyScenario(scenario="feed").apply(view_of(make_dataset(SEQUENCES)))
