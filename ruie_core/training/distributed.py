"""Data-parallel training: one process per device, started by torchrun."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from ruie_core.runs import pick_device

_PATIENCE: Final = timedelta(days=1)
"""How long processes wait for the one that leads, which ranks validation events alone; where one
dies, torchrun ends the others."""


@dataclass(frozen=True)
class World:
    """This process among all processes.

    Attributes:
        rank: 0 writes, evaluates and reports.
        size: number of processes; 1 without torchrun.
        device: where this process computes.
    """

    rank: int
    size: int
    device: torch.device

    @property
    def leads(self) -> bool:
        """Whether this process writes and reports."""
        return self.rank == 0

    def parallel(self, model: nn.Module) -> nn.Module:
        """Wrap a model so that gradients are averaged over the processes."""
        return model if self.size == 1 else DistributedDataParallel(model)

    def share_of_mean(self, count: Tensor) -> Tensor:
        """Factor that turns this process's mean into its share of the mean over all.

        Gradients are averaged over processes; batches differ in size. With the loss times
        ``count · size / Σ count`` the average is that of one large batch.
        """
        if self.size == 1:
            return torch.ones((), device=self.device)
        total = count.clone()
        dist.all_reduce(total)
        return count * self.size / total

    def agree(self, value: float) -> float:
        """Give every process the value of rank 0."""
        if self.size == 1:
            return value
        shared = torch.tensor(value, dtype=torch.float64, device=self.device)
        dist.broadcast(shared, src=0)
        return float(shared)


@contextlib.contextmanager
def join_world(device: str) -> Iterator[World]:
    """Join the processes that torchrun started (NCCL on CUDA, gloo elsewhere), or stand alone."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield World(0, 1, pick_device(device))
        return
    local = int(os.environ["LOCAL_RANK"])
    chosen = pick_device(device)
    if chosen.type == "cuda":
        chosen = torch.device("cuda", local)
        torch.cuda.set_device(chosen)
    if chosen.type == "cuda":
        dist.init_process_group("nccl")
    else:
        dist.init_process_group("gloo", timeout=_PATIENCE)
    try:
        yield World(dist.get_rank(), size, chosen)
        if chosen.type != "cuda":
            dist.barrier()  # a process that leaves gloo first may abort as it ends
    finally:
        dist.destroy_process_group()
