"""What an epoch's history line is made of."""

import math
import time
from typing import Any

import torch
from torch import Tensor

from ruie_core.config import HIGH_GATE, LOW_GATE
from ruie_core.errors import UserError
from ruie_core.training.step import StepResult

_NAMES = (
    "loss", "loss_intent", "loss_q", "loss_scenario", "q_mean", "q_square", "td_error",
    "gate_mean", "gate_low", "gate_high",
)  # fmt: skip


class Meter:
    """Means over an epoch's transitions, kept on the device until the epoch is over."""

    def __init__(self, device: torch.device) -> None:
        self.sums = torch.zeros(len(_NAMES), dtype=torch.float64, device=device)
        self.transitions = 0
        self.began = time.perf_counter()

    def add(self, result: StepResult, epoch: int, step: int) -> None:
        """Add a step.

        Raises:
            UserError: the loss is not a number; says which part, and where.
        """
        parts = (result.loss.detach(), result.intent_loss, result.q_loss, result.scenario_loss)
        if not math.isfinite(float(parts[0])):
            shown = ", ".join(
                f"{name} {float(part):.4g}" for name, part in zip(_NAMES[:4], parts, strict=True)
            )
            raise UserError(
                f"Training broke at epoch {epoch}, step {step}: {shown}; the last good checkpoint "
                "is kept: lower --train.learning-rate or --objective.q-weight and start again."
            )
        gates, q, count = result.gates, result.q_taken, len(result.gates)
        means: list[Tensor] = [
            *parts, q.mean(), q.square().mean(), result.td_error.abs().mean(), gates.mean(),
            (gates < LOW_GATE).float().mean(), (gates > HIGH_GATE).float().mean(),
        ]  # fmt: skip
        self.sums += count * torch.stack(means)
        self.transitions += count

    def summary(self) -> dict[str, Any]:
        """Means over the epoch, seconds, and trained positions per second."""
        seconds = time.perf_counter() - self.began
        values = dict(zip(_NAMES, (self.sums / self.transitions).tolist(), strict=True))
        square = values.pop("q_square")
        return {
            "seconds": round(seconds, 3),
            "positions_per_second": round(self.transitions / seconds),
            **values,
            "q_std": max(square - values["q_mean"] ** 2, 0.0) ** 0.5,
        }
