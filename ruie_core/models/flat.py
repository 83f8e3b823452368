"""A log as flat tensors on a device: windows are gathered by index, never built one by one."""

import torch
from torch import Tensor

from ruie_core.data.dataset import Dataset
from ruie_core.models.types import SequenceBatch


class FlatEvents:
    """Item and scenario codes of all events on the device; windows are gathered by index."""

    def __init__(self, dataset: Dataset, device: torch.device) -> None:
        """Copy (N,) codes to the device (on the CPU: share the dataset's memory)."""
        self.items = torch.from_numpy(dataset.items).to(device)
        self.scenarios = torch.from_numpy(dataset.scenarios).to(device)

    def windows(self, start: Tensor, length: Tensor, longest: int) -> SequenceBatch:
        """Gather events ``start[b] .. start[b] + length[b]``, padded on the right with 0.

        Args:
            start: (B,) int64 index into the flat arrays.
            length: (B,) int64, 1..longest.
            longest: L.

        Returns:
            (B, L) item and scenario codes, int64.
        """
        steps = torch.arange(longest, device=start.device)
        valid = steps < length[:, None]
        index = torch.where(valid, start[:, None] + steps, 0)
        return SequenceBatch(
            torch.where(valid, self.items[index], 0).long(),
            torch.where(valid, self.scenarios[index], 0).long(),
        )
