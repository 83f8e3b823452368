"""Every state of a run of users, exactly, whatever the length of their histories."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ruie_core.evaluation.model_scorer import like_lengths
from ruie_core.models.flat import FlatEvents
from ruie_core.runs import Run

_STRIDE = 192
"""New states per window; each window but a user's first also reads ``model.context`` events that
it discards. Attention costs the square of a window, so longer is not better."""
_SLOTS = 4_096
_SLOTS_CUDA = 1 << 17


class Estimates(NamedTuple):
    """Estimates from the state after each of n events; NaN of what the model does not estimate.

    Attributes:
        q: (n, S) float32 Q(s_t, ·), reward units.
        q_target: (n, S) the target network's.
        p: (n, S) probability of each next scenario.
        intent: (n, k) v_t.
        hidden: (n, d) s_t, the backbone's state.
    """

    q: Tensor
    q_target: Tensor
    p: Tensor
    intent: Tensor
    hidden: Tensor


class Windows(NamedTuple):
    """Stretches of the flat arrays that are read at once.

    Attributes:
        start: (W,) int64, first event read.
        skip: (W,) int64, events read only as context; their states are discarded.
        length: (W,) int64, events read.
    """

    start: npt.NDArray[np.int64]
    skip: npt.NDArray[np.int64]
    length: npt.NDArray[np.int64]


def user_blocks(offsets: npt.NDArray[np.int64], rows: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of whole users with at most ``rows`` rows (n + 1 each), or one user alone.

    >>> list(user_blocks(np.array([0, 2, 4, 14, 15]), 6))
    [(0, 2), (2, 3), (3, 4)]
    """
    ends = offsets + np.arange(len(offsets))  # rows before each user
    at = 0
    while at < len(offsets) - 1:
        end = max(at + 1, int(np.searchsorted(ends, ends[at] + rows, side="right")) - 1)
        yield at, end
        at = end


def cover(offsets: npt.NDArray[np.int64], context: int, stride: int) -> Windows:
    """Cut users' events into windows that yield each event's state exactly once.

    >>> cover(np.array([0, 7, 9]), context=2, stride=3)  # users of 7 and 2 events
    Windows(start=array([0, 1, 4, 7]), skip=array([0, 2, 2, 0]), length=array([3, 5, 3, 2]))

    Args:
        offsets: (U+1,) int64; user u owns events ``offsets[u]:offsets[u + 1]``.
        context: events before a state that it depends on.
        stride: new states per window.
    """
    lengths = np.diff(offsets)
    windows = -(-lengths // stride)
    user = np.repeat(np.arange(len(lengths)), windows)
    order = np.arange(len(user)) - np.repeat(np.cumsum(windows) - windows, windows)
    first_new = order * stride
    start = np.maximum(0, first_new - context)
    end = np.minimum(first_new + stride, lengths[user])
    return Windows(offsets[:-1][user] + start, first_new - start, end - start)


def cover_singly(offsets: npt.NDArray[np.int64], context: int) -> Windows:
    """Cut users' events into the windows that a state is read from where its place in one counts.

    A user's first window yields a state per event; each later window yields its last state only.

    >>> cover_singly(np.array([0, 4, 6]), context=3)  # users of 4 and 2 events
    Windows(start=array([0, 1, 4]), skip=array([0, 2, 0]), length=array([3, 3, 2]))

    Args:
        offsets: (U+1,) int64; user u owns events ``offsets[u]:offsets[u + 1]``.
        context: events that a state reads at most, its own included.
    """
    lengths = np.diff(offsets)
    windows = np.where(lengths > 0, np.maximum(1, lengths - context + 1), 0)
    user = np.repeat(np.arange(len(lengths)), windows)
    order = np.arange(len(user)) - np.repeat(np.cumsum(windows) - windows, windows)
    length = np.minimum(lengths, context)[user]
    return Windows(offsets[:-1][user] + order, np.where(order == 0, 0, length - 1), length)


@torch.inference_mode()
def read_states(
    run: Run, log: FlatEvents, offsets: npt.NDArray[np.int64], stride: int = _STRIDE
) -> Estimates:
    """Read the states of consecutive users.

    Args:
        run: the trained model, in evaluation mode.
        log: codes of all events on the run's device.
        offsets: (U+1,) int64 of the users wanted, indices into the log.
        stride: new states per window, where a longer window changes none.

    Returns:
        Estimates on the run's device for events ``offsets[0]:offsets[-1]``, in their order.
    """
    n, first = int(offsets[-1] - offsets[0]), int(offsets[0])
    model = run.model
    scenarios = model.n_scenarios
    widths = (scenarios, scenarios, scenarios, model.item_table.shape[1], model.width)
    result = Estimates(*(torch.full((n, k), torch.nan, device=run.device) for k in widths))
    windows = (
        cover_singly(offsets, model.context)
        if model.windowed
        else cover(offsets, model.context, stride)
    )
    slots = _SLOTS_CUDA if run.device.type == "cuda" else _SLOTS
    for rows in like_lengths(windows.length, slots):
        start, skip, length = (torch.from_numpy(c[rows]).to(run.device) for c in windows)
        longest = int(windows.length[rows].max())
        outputs = model(log.windows(start, length, longest))
        steps = torch.arange(longest, device=run.device)
        new = (steps >= skip[:, None]) & (steps < length[:, None])
        where = (start[:, None] + steps - first)[new]
        target_q = model.target_estimates(outputs)
        if target_q is not None:
            estimates = outputs.estimates()
            result.q[where] = estimates.q[new].float()
            result.q_target[where] = target_q[new].float()
            result.p[where] = estimates.logits[new].float().softmax(-1)
        result.intent[where] = outputs.intent[new].float()
        result.hidden[where] = outputs.hidden[new].float()
    return result
