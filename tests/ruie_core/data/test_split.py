import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruie_core.config import TrainConfig
from ruie_core.data.split import TEST, TRAIN, VALIDATION, leave_one_out, split_events, temporal
from ruie_core.errors import UserError
from tests.factories import make_dataset

TEMPORAL = TrainConfig(split="temporal")


def test_leave_one_out_holds_out_the_last_two_events() -> None:
    dataset = make_dataset([[(1, 1)] * 4, [(1, 1)] * 2, [(1, 1)] * 3, [(1, 1)]])
    parts = split_events(dataset, TrainConfig())
    assert parts.dtype == np.uint8
    assert parts.tolist() == [0, 0, 1, 2, 0, 0, 0, 1, 2, 0]


def test_leave_one_out_follows_row_order_in_a_tie_of_times() -> None:
    dataset = make_dataset([[(1, 1), (2, 1), (3, 1)]], times=[[5, 5, 5]])
    assert split_events(dataset, TrainConfig()).tolist() == [TRAIN, VALIDATION, TEST]


def test_temporal_cuts_by_share_of_events() -> None:
    times = np.random.default_rng(0).permutation(1000)
    parts = temporal(times, 0.1, 0.2)
    assert np.bincount(parts).tolist() == [700, 100, 200]
    assert times[parts == TEST].min() == 800
    assert times[parts == VALIDATION].min() == 700


def test_temporal_keeps_one_instant_on_one_side() -> None:
    times = np.array([1] * 7 + [2] * 2 + [3])
    parts = temporal(times, 0.05, 0.15)  # the cut of the test part falls inside the two at t = 2
    assert parts.tolist() == [TRAIN] * 7 + [TEST] * 3


@given(
    st.lists(st.integers(0, 20), min_size=2, max_size=60),
    st.floats(0.01, 0.45),
    st.floats(0.01, 0.45),
)
def test_temporal_never_trains_on_the_future(
    times: list[int], validation: float, test: float
) -> None:
    array = np.array(times)
    parts = temporal(array, validation, test)
    for early, late in ((TRAIN, VALIDATION), (TRAIN, TEST), (VALIDATION, TEST)):
        if (parts == early).any() and (parts == late).any():
            assert array[parts == early].max() < array[parts == late].min()
    assert (parts == TEST).any()


@given(st.lists(st.integers(1, 6), min_size=1, max_size=20))
def test_leave_one_out_counts(lengths: list[int]) -> None:
    parts = leave_one_out(np.concatenate([[0], np.cumsum(lengths)]))
    eligible = sum(length >= 3 for length in lengths)
    assert np.count_nonzero(parts == TEST) == eligible
    assert np.count_nonzero(parts == VALIDATION) == eligible


def test_temporal_holds_for_users_out_of_step() -> None:
    dataset = make_dataset(
        [[(1, 1)] * 3, [(1, 1)] * 5, [(1, 1)] * 2],
        times=[[100, 200, 300], [1, 2, 3, 4, 5], [250, 400]],
    )
    parts = split_events(dataset, TrainConfig(split="temporal", test_share=0.2))
    assert parts.tolist() == [0, 0, 2, 0, 0, 0, 0, 0, 1, 2]


def test_too_short_histories_cannot_be_split() -> None:
    with pytest.raises(UserError, match=r"no validation event.*three events"):
        split_events(make_dataset([[(1, 1)] * 2] * 4), TrainConfig())


def test_one_instant_cannot_be_split_by_time() -> None:
    dataset = make_dataset([[(1, 1)] * 4], times=[[7, 7, 7, 7]])
    with pytest.raises(UserError, match=r"no training event.*one instant"):
        split_events(dataset, TEMPORAL)


def test_an_order_is_not_a_clock() -> None:
    dataset = make_dataset(seed=1)
    dataset.manifest["time"]["kind"] = "order"
    with pytest.raises(UserError, match="order of events but no clock"):
        split_events(dataset, TEMPORAL)
