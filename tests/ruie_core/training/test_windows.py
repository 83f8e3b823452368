import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from ruie_core.config import TrainConfig
from ruie_core.data.split import split_events
from ruie_core.training.windows import (
    FlatLog,
    batch_windows,
    cut_windows,
    epoch_batches,
    training_prefix,
)
from tests.factories import make_dataset


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12), st.integers(2, 9), st.integers(0, 99))
def test_every_transition_lies_in_exactly_one_window(counts, length, seed):
    count = np.array(counts)
    first = np.cumsum(count) - count
    windows = cut_windows(first, count, length, np.random.default_rng(seed))
    trained = [
        event
        for start, size in zip(windows.start, windows.length, strict=True)
        for event in range(start + 1, start + size)
    ]
    wanted = [f + k for f, c in zip(first, count, strict=True) for k in range(1, c)]
    assert sorted(trained) == wanted
    assert all(2 <= size <= length for size in windows.length)


def test_borders_of_a_long_user_move_with_the_epochs():
    starts = {
        tuple(cut_windows(np.array([0]), np.array([40]), 10, np.random.default_rng(s)).start)
        for s in range(20)
    }
    assert len(starts) > 5


@given(st.integers(1, 60), st.integers(0, 9))
def test_batches_hold_every_window_once_within_the_slots(slots, seed):
    rng = np.random.default_rng(seed)
    count = rng.integers(0, 30, 20)
    windows = cut_windows(np.cumsum(count) - count, count, 8, rng)
    batches = batch_windows(windows, slots, rng)
    assert sorted(np.concatenate([*batches, []]).tolist()) == list(range(len(windows.start)))
    for rows in batches:
        assert len(rows) == 1 or len(rows) * windows.length[rows].max() <= slots


def test_gathered_batch_is_the_log_and_zero_at_padding():
    dataset = make_dataset(
        [[(1, 1), (2, 2), (3, 1)], [(4, 2), (5, 1)]], times=[[0, 9, 10**8], [0, 1]]
    )
    log = FlatLog(dataset, torch.device("cpu"), session_gap_hours=1.0)
    windows = cut_windows(np.array([0, 3]), np.array([3, 2]), 9, np.random.default_rng(0))
    batch = log.gather(windows, np.array([0, 1]))
    assert batch.events.items.tolist() == [[1, 2, 3], [4, 5, 0]]
    assert batch.events.scenarios.tolist() == [[1, 2, 1], [2, 1, 0]]
    assert batch.ended.tolist() == [[False, False, True], [False, False, False]]
    assert batch.valid.tolist() == [[True] * 3, [True, True, False]]


def test_training_windows_never_hold_a_held_out_event():
    dataset = make_dataset(n_users=40, length=(1, 12))
    split = split_events(dataset, TrainConfig())
    first, count = training_prefix(dataset, split)
    windows = cut_windows(first, count, 5, np.random.default_rng(0))
    for start, size in zip(windows.start, windows.length, strict=True):
        assert (split[start : start + size] == 0).all()


def test_processes_get_as_many_batches_each_and_all_windows_between_them():
    dataset = make_dataset(n_users=30, length=(2, 9))
    log = FlatLog(dataset, torch.device("cpu"), None)
    windows = cut_windows(dataset.offsets[:-1], dataset.lengths, 9, np.random.default_rng(0))
    shares = [
        list(epoch_batches(log, windows, 20, np.random.default_rng(5), rank, 2)) for rank in (0, 1)
    ]
    assert len(shares[0]) == len(shares[1])
    seen = sum(int(batch.valid.sum()) for share in shares for batch in share)
    assert seen >= dataset.n_events
