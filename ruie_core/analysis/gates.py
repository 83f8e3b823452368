"""The gate of every transition of a run, as training would have set it."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ruie_core.analysis.returns import episode_ends
from ruie_core.analysis.states import Estimates, read_states, user_blocks
from ruie_core.data.dataset import Dataset
from ruie_core.models.flat import FlatEvents
from ruie_core.objectives.double_q import double_q_targets
from ruie_core.objectives.gate import NEED_LIKELIHOOD, GateInputs
from ruie_core.runs import Run
from ruie_core.runs.run import gate_statistics

_CELLS = 1 << 22
"""Scores held at a time (16 MiB)."""
_CELLS_CUDA = 1 << 26
_BLOCK = 16_384
"""Events whose states are held at a time."""


class Gated(NamedTuple):
    """Gates of consecutive events.

    Attributes:
        inside: the events in the flat arrays.
        inputs: (n,) each, what the gate looked at.
        gates: (n,) in (0, 1); meaningless at a user's first event, into which nothing leads.
    """

    inside: slice
    inputs: GateInputs
    gates: Tensor


def every_gate(
    run: Run, dataset: Dataset, truth: npt.NDArray[np.float32] | None = None
) -> Iterator[Gated]:
    """Yield the gate of every event of a log, block by block; see ``transition_inputs``."""
    log = FlatEvents(dataset, run.device)
    ended = episode_ends(dataset, run.config.objective.session_gap_hours)
    for first, last in user_blocks(dataset.offsets, _BLOCK):
        offsets = dataset.offsets[first : last + 1]
        inside = slice(int(offsets[0]), int(offsets[-1]))
        if inside.start < inside.stop:
            estimates = read_states(run, log, offsets)
            inputs = transition_inputs(run, dataset, ended, estimates, inside, truth)
            yield Gated(inside, inputs, run.gate_values(inputs))


@torch.inference_mode()
def transition_inputs(
    run: Run,
    dataset: Dataset,
    ended: npt.NDArray[np.bool_],
    estimates: Estimates,
    inside: slice,
    truth: npt.NDArray[np.float32] | None = None,
) -> GateInputs:
    """What the gate looks at, (n,) per event of a block; meaningless at a first event.

    Args:
        run: the trained model.
        dataset: N events.
        ended: (N,) bool, True where the episode is known to end after the event.
        estimates: from the state after each of the block's n events.
        inside: the block's events in the flat arrays.
        truth: (N,) 1 where an event is wanted, 0 where stray; only the gate ``oracle`` looks at it.
    """
    device = run.device
    items = torch.from_numpy(dataset.items[inside]).long().to(device)
    action = torch.from_numpy(dataset.scenarios[inside]).long().to(device) - 1
    before = torch.arange(-1, len(items) - 1, device=device).clamp(min=0)
    at = (before, action)
    discount = torch.from_numpy(np.where(ended[inside], 0.0, run.config.objective.discount))
    reward = torch.from_numpy(dataset.rewards[inside]).to(device)
    selector = estimates.q if run.config.objective.double_q else estimates.q_target
    if run.config.objective.gate in NEED_LIKELIHOOD:
        fit = log_likelihoods(estimates.intent[before], items, run.model.item_table)
    else:
        fit = torch.full_like(reward, torch.nan)  # no other gate may look at it
    return GateInputs(
        q_taken=estimates.q[at],
        p_taken=estimates.p[at],
        target=double_q_targets(reward, discount.to(reward), selector, estimates.q_target),
        log_likelihood=fit,
        log_popularity=run.model.log_popularity[items],
        statistics=gate_statistics(run.model),
        engagement=run.config.objective.engagement,
        truth=None if truth is None else torch.from_numpy(truth[inside]).to(device),
    )


@torch.inference_mode()
def log_likelihoods(intents: Tensor, items: Tensor, table: Tensor) -> Tensor:
    """(n,) log of the softmax over all items at one item each, nats, in bounded memory.

    Args:
        intents: (n, d).
        items: (n,) int64, 1..I.
        table: (I + 1, d) item embeddings; row 0 is padding.
    """
    rows = max(1, (_CELLS_CUDA if intents.is_cuda else _CELLS) // len(table))
    parts = []
    for first in range(0, len(items), rows):
        scores = intents[first : first + rows] @ table[1:].T
        wanted = items[first : first + rows, None] - 1
        parts.append(scores.gather(1, wanted).squeeze(1) - scores.logsumexp(1))
    return torch.cat(parts) if parts else intents.new_zeros(0)
