"""Rank with a trained sequence model."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ruie_core.data.dataset import Dataset
from ruie_core.evaluation.ranking import Targets
from ruie_core.models.base import SequenceModel
from ruie_core.models.flat import FlatEvents

_SLOTS = 2_048
"""Window positions read at a time on a CPU: what stays in its cache."""
_SLOTS_CUDA = 1 << 17


class ModelScorer:
    """Scores items by what the model reads from the events before a target.

    v · E[i], v its intent, and what its memories add, where it has any. Only the last
    ``model.context`` events are read: the model's state depends on no others.
    """

    def __init__(
        self, model: SequenceModel, dataset: Dataset, known_scenario: bool, device: torch.device
    ) -> None:
        """Put the log on the device.

        Args:
            model: in evaluation mode, on ``device``.
            dataset: events that the targets' positions index.
            known_scenario: whether the request names the scenario of the target.
            device: where the model is.
        """
        self.model = model
        self.known_scenario = known_scenario
        self.device = device
        self._offsets = torch.from_numpy(dataset.offsets)
        self._times = torch.from_numpy(dataset.times)
        self._log = FlatEvents(dataset, device)
        self._buffer = torch.empty(0, device=device)

    @property
    def n_items(self) -> int:
        """Items in the catalogue."""
        return self.model.n_items

    @torch.inference_mode()
    def encode(self, targets: Targets) -> Tensor:
        """(B, k) queries of (B,) targets, from windows of like length: little is padded.

        Raises:
            ValueError: a target is its user's first event, of which there is no state.
        """
        positions = targets.positions.cpu().numpy()
        start = self._offsets[targets.users.cpu()]
        before = positions - start.numpy()
        if len(before) and before.min() < 1:
            raise ValueError("a target without an earlier event has no state to rank from")
        length = np.minimum(before, self.model.context)
        width = self.model.item_table.shape[1]
        intents = torch.empty((len(positions), width), device=self.device)
        slots = _SLOTS_CUDA if self.device.type == "cuda" else _SLOTS
        for rows in like_lengths(length, slots):
            target = torch.from_numpy(positions[rows]).to(self.device)
            taken = torch.from_numpy(length[rows]).to(self.device)
            batch = self._log.windows(target - taken, taken, int(length[rows].max()))
            request = None
            if self.known_scenario:
                request = self._log.scenarios[target].long()[:, None].expand_as(batch.items)
            intent = self.model(batch, request).intent
            last = intent[torch.arange(len(rows), device=self.device), taken - 1]
            intents[torch.from_numpy(rows).to(self.device)] = last.float()
        asked = targets.positions.cpu()
        return self.queries(intents, start, asked, asked)

    def queries(self, intents: Tensor, start: Tensor, end: Tensor, asked: Tensor) -> Tensor:
        """(B, k) queries from intents, the last items that they were read from, and the moment.

        Args:
            intents: (B, d) on the scorer's device.
            start: (B,) int64 index of each user's first event in the flat arrays, on the CPU.
            end: (B,) int64 index behind the last event that was read.
            asked: (B,) int64 index of the event that is asked for: the request comes at its time,
                and names its scenario where that is known.
        """
        place = end[:, None] - 1 - torch.arange(self.model.recalled)
        known = (place >= start[:, None]).to(self.device)
        recent = self._log.items[place.clamp(min=0).to(self.device)]
        times = self._times[asked].to(self.device)
        named = self._log.scenarios[asked.to(self.device)].long() if self.known_scenario else None
        return self.model.queries(intents, torch.where(known, recent, 0), times, named)

    def scores(self, queries: Tensor, first: int, last: int) -> Tensor:
        """(B, last-first) scores of items ``first..last-1`` for (B, k) queries."""
        cells = len(queries) * (last - first)
        if len(self._buffer) < cells:
            self._buffer = torch.empty(cells, device=self.device)
        out = self._buffer[:cells].view(len(queries), last - first)
        return self.model.scores(queries, first, last, out)


def like_lengths(length: npt.NDArray[np.int64], slots: int) -> Iterator[npt.NDArray[np.int64]]:
    """Yield rows of rising length, together at most ``slots`` positions after padding.

    >>> [rows.tolist() for rows in like_lengths(np.array([5, 1, 2, 2]), 6)]
    [[1, 2, 3], [0]]

    Args:
        length: (B,) int64 window lengths.
        slots: rows times longest row; a longer window comes alone.
    """
    order = np.argsort(length, kind="stable")
    at = 0
    while at < len(order):
        rising = length[order[at : at + max(1, slots // int(length[order[at]]))]]
        padded = rising * np.arange(1, len(rising) + 1)
        end = at + max(1, int(np.searchsorted(padded, slots, side="right")))
        yield order[at:end]
        at = end
