"""What an epoch's history line is made of."""

import math
import time
from typing import Any

import torch
from torch import Tensor

from ruie_core.errors import UserError
from ruie_core.training.step import StepResult


class Meter:
    """Means over an epoch's transitions, kept on the device until the epoch is over."""

    def __init__(self, device: torch.device) -> None:
        self.names: tuple[str, ...] = ()
        self.sums: Tensor = torch.zeros(0, dtype=torch.float64, device=device)
        self.transitions = 0
        self.began = time.perf_counter()

    def add(self, result: StepResult, epoch: int, step: int) -> None:
        """Add a step.

        Raises:
            UserError: the loss is not a number; says which part, and where.
        """
        figures = result.figures
        if not math.isfinite(float(figures["loss"])):
            shown = ", ".join(
                f"{name} {float(value):.4g}"
                for name, value in figures.items()
                if name.startswith("loss")
            )
            raise UserError(
                f"Training broke at epoch {epoch}, step {step}: {shown}; the last good checkpoint "
                "is kept: lower --train.learning-rate or --objective.q-weight and start again."
            )
        if not self.names:
            self.names = tuple(figures)
            self.sums = self.sums.new_zeros(len(self.names))
        self.sums += result.n * torch.stack(list(figures.values()))
        self.transitions += result.n

    def summary(self) -> dict[str, Any]:
        """Means over the epoch, seconds, and trained positions per second."""
        seconds = time.perf_counter() - self.began
        values = dict(zip(self.names, (self.sums / self.transitions).tolist(), strict=True))
        if "q_square" in values:
            square = values.pop("q_square")
            values["q_std"] = max(square - values["q_mean"] ** 2, 0.0) ** 0.5
        return {
            "seconds": round(seconds, 3),
            "positions_per_second": round(self.transitions / seconds),
            **values,
        }
