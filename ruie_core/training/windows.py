"""Windows over users' histories: one pass over a window trains every transition in it."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ruie_core.data.dataset import Dataset
from ruie_core.data.split import TRAIN
from ruie_core.models.flat import FlatEvents
from ruie_core.models.types import SequenceBatch


class Windows(NamedTuple):
    """Stretches of the flat arrays: event ``start`` to ``start + length``.

    Attributes:
        start: (W,) int64, index into the flat arrays.
        length: (W,) int64, events in the window, at least 2.
    """

    start: NDArray[np.int64]
    length: NDArray[np.int64]


class TrainBatch(NamedTuple):
    """Windows gathered on the device, padded on the right.

    Attributes:
        events: (B, L) codes of the events.
        rewards: (B, L) float32, reward units; 0 at padding.
        ended: (B, L) bool, True where the episode ended between event t−1 and event t.
        valid: (B, L) bool, True at events, False at padding.
        truth: (B, L) float32, 1 at wanted events, 0 at stray ones; none but on generated logs.
    """

    events: SequenceBatch
    rewards: Tensor
    ended: Tensor
    valid: Tensor
    truth: Tensor | None = None


def cut_windows(
    first: NDArray[np.int64], count: NDArray[np.int64], length: int, rng: np.random.Generator
) -> Windows:
    """Cut each user's training events into windows that share their border event.

    Every transition lies in exactly one window. Where a user has more events than a window holds,
    the first border falls at random, so that over the epochs each event is seen with every amount
    of history before it.

    Args:
        first: (U,) index of each user's first event.
        count: (U,) training events of each user; users with fewer than two have no transition.
        length: L, events a window holds at most.
        rng: where the random borders come from.

    >>> rng = np.random.default_rng(0)
    >>> windows = cut_windows(np.array([0, 9]), np.array([9, 2]), 5, rng)
    >>> windows.start.tolist(), windows.length.tolist()
    ([0, 4, 9], [5, 5, 2])
    """
    first, count = first[count > 1], count[count > 1]
    transitions, span = count - 1, length - 1
    head = np.where(transitions > span, rng.integers(1, span + 1, len(count)), transitions)
    windows = 1 + -((head - transitions) // span)  # the head, and the rest in full spans
    user = np.repeat(np.arange(len(count)), windows)
    order = np.arange(len(user)) - np.repeat(np.cumsum(windows) - windows, windows)
    begin = np.where(order == 0, 0, head[user] + (order - 1) * span)
    end = np.minimum(head[user] + order * span, transitions[user])
    return Windows(first[user] + begin, end - begin + 1)


def batch_windows(
    windows: Windows, slots: int, rng: np.random.Generator
) -> list[NDArray[np.int64]]:
    """Group windows of like length into batches of at most ``slots`` positions, in random order.

    Returns:
        Row indices into ``windows`` per batch; each window in exactly one batch.
    """
    shuffled = rng.permutation(len(windows.start))
    by_length = shuffled[np.argsort(windows.length[shuffled], kind="stable")[::-1]]
    batches, at = [], 0
    while at < len(by_length):
        rows = max(1, slots // int(windows.length[by_length[at]]))
        batches.append(by_length[at : at + rows])
        at += rows
    return [batches[i] for i in rng.permutation(len(batches))]


class FlatLog(FlatEvents):
    """Events with their rewards and the ends of episodes."""

    def __init__(
        self,
        dataset: Dataset,
        device: torch.device,
        session_gap_hours: float | None,
        truth: NDArray[np.float32] | None = None,
    ) -> None:
        super().__init__(dataset, device)
        self.truth = None if truth is None else torch.from_numpy(truth).to(device)
        self.rewards = torch.from_numpy(dataset.rewards).to(device)
        self.ended = torch.from_numpy(dataset.pauses(session_gap_hours)).to(device)

    def gather(self, windows: Windows, rows: NDArray[np.int64]) -> TrainBatch:
        """Read the windows ``rows`` as one batch of L = the longest of them."""
        device = self.rewards.device
        start = torch.from_numpy(windows.start[rows]).to(device)
        length = torch.from_numpy(windows.length[rows]).to(device)
        longest = int(windows.length[rows].max())
        events = self.windows(start, length, longest)
        valid = events.items > 0
        index = torch.where(valid, start[:, None] + torch.arange(longest, device=device), 0)
        rewards = torch.where(valid, self.rewards[index], 0.0)
        truth = None if self.truth is None else self.truth[index]
        return TrainBatch(events, rewards, self.ended[index] & valid, valid, truth)


def training_prefix(
    dataset: Dataset, split: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Index of each user's first event and how many of their events are for training.

    Training events come first in time for every user, under both splits.
    """
    training = np.concatenate([[0], np.cumsum(split == TRAIN)])
    count = training[dataset.offsets[1:]] - training[dataset.offsets[:-1]]
    return dataset.offsets[:-1], count


def epoch_batches(
    log: FlatLog, windows: Windows, slots: int, rng: np.random.Generator, rank: int, world: int
) -> Iterator[TrainBatch]:
    """Batches of one epoch for process ``rank`` of ``world``; every process gets as many."""
    batches = batch_windows(windows, slots, rng)
    short = -len(batches) % world
    batches += batches[:short]
    for rows in batches[rank::world]:
        yield log.gather(windows, rows)
