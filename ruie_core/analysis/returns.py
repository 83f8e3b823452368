"""What really came: the discounted reward from each event on."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ruie_core.data.dataset import Dataset

_NEGLIGIBLE = 1e-12
_HOUR_MS = 3_600_000


class Returns(NamedTuple):
    """Realised returns.

    Attributes:
        value: (N,) float64, r_t + γ r_{t+1} + … to the end of the episode or of the log.
        truncated: (N,) bool, True where the log ends so soon that what followed it would count:
            γ^(events left after t) exceeds the given bound.
    """

    value: npt.NDArray[np.float64]
    truncated: npt.NDArray[np.bool_]


def realised_returns(
    dataset: Dataset, discount: float, truncation: float, session_gap_hours: float | None
) -> Returns:
    """Return of the transition into every event, which is what Q(s_{t−1}, c_t) estimates.

    An episode ends with the user's log or, if so configured, before a long pause: what comes
    after a pause does not count, and a return that ends there is complete.

    Args:
        dataset: N events.
        discount: γ per event.
        truncation: largest γ^(events left) of a return that counts as complete.
        session_gap_hours: pause that ends an episode; none: only the log does.
    """
    n = dataset.n_events
    is_start = np.zeros(n + 1, bool)
    is_start[dataset.offsets] = True  # also marks n: the end of the last episode
    log_ends = is_start.copy()
    if session_gap_hours is not None:
        pause = np.diff(dataset.times) > session_gap_hours * _HOUR_MS
        is_start[1:n] |= pause
    ends = np.flatnonzero(is_start)[1:]
    end = np.repeat(ends, np.diff(np.flatnonzero(is_start)))
    value = discounted_sums(dataset.rewards.astype(np.float64), end, discount)
    left = end - np.arange(n) - 1
    truncated = log_ends[end] & (np.power(float(discount), left) > truncation)
    return Returns(value, truncated)


def episode_ends(dataset: Dataset, session_gap_hours: float | None) -> npt.NDArray[np.bool_]:
    """(N,) bool, True where the episode is known to end after the event: a long pause follows."""
    return np.append(dataset.pauses(session_gap_hours)[1:], False)


def discounted_sums(
    rewards: npt.NDArray[np.float64], end: npt.NDArray[np.int64], discount: float
) -> npt.NDArray[np.float64]:
    """Σ_j γ^j r_{t+j} over the rest of each event's episode, for all events at once.

    By doubling: a sum over the next 2k events is the sum over the next k plus γ^k times the sum
    over the k after them. Ends when the next term could not change a float.

    >>> discounted_sums(np.array([1.0, 2.0, 4.0]), np.array([2, 2, 3]), 0.5).tolist()
    [2.0, 2.0, 4.0]

    Args:
        rewards: (N,) float64.
        end: (N,) int64, index after the last event of the event's episode.
        discount: γ.
    """
    total = rewards.copy()
    at = np.arange(len(rewards))
    reach, factor = 1, float(discount)
    longest = int((end - at).max(initial=0))
    while reach < longest and factor > _NEGLIGIBLE:
        inside = np.flatnonzero(at + reach < end)
        total[inside] += factor * total[inside + reach]
        reach, factor = 2 * reach, factor * factor
    return total
