"""Gates: how strongly a behaviour trains the next-item objective.

A gate is a confidence in (0, 1), without a gradient. ``gate_weights`` divides it by its mean over
the batch, so that gating moves attention between behaviours and leaves the learning rate alone.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from ruie_core.errors import UserError

_SMALLEST_STD = 1e-3  # reward units; below it all Q-values count as equal and the gate is 1/2


class GateInputs(NamedTuple):
    """What a gate may look at, per transition t−1 → t.

    Attributes:
        q_taken: (...) Q(s_{t−1}, c_t), reward units.
        p_taken: (...) p_{t−1}(c_t).
        q_mean: () running mean of taken Q-values.
        q_std: () running standard deviation of taken Q-values.
    """

    q_taken: Tensor
    p_taken: Tensor
    q_mean: Tensor
    q_std: Tensor


def q_gate(inputs: GateInputs) -> Tensor:
    """sigmoid((Q − μ) / σ): centred by running statistics, so that drift cannot saturate it."""
    return torch.sigmoid((inputs.q_taken - inputs.q_mean) / inputs.q_std.clamp(min=_SMALLEST_STD))


def scenario_prob_gate(inputs: GateInputs) -> Tensor:
    """The probability that the model gave the scenario that came."""
    return inputs.p_taken


def constant_gate(inputs: GateInputs) -> Tensor:
    """1 for every behaviour: the ablation."""
    return torch.ones_like(inputs.q_taken)


GATES: dict[str, Callable[[GateInputs], Tensor]] = {
    "q": q_gate,
    "scenario_prob": scenario_prob_gate,
    "constant": constant_gate,
}


def gate_values(name: str, inputs: GateInputs) -> Tensor:
    """Value of a registered gate, the shape of ``inputs.q_taken``, detached.

    Raises:
        UserError: the name is not registered.
    """
    if name not in GATES:
        known = ", ".join(sorted(GATES))
        raise UserError(f"objective.gate {name!r} is unknown: choose one of {known}.")
    return GATES[name](inputs).detach()


def gate_weights(gates: Tensor) -> Tensor:
    """Weights g / mean(g), of mean one.

    >>> gate_weights(torch.tensor([0.2, 0.6]))
    tensor([0.5000, 1.5000])
    """
    return gates / gates.mean().clamp(min=torch.finfo(gates.dtype).tiny)


def follow_q(
    q_taken: Tensor, q_mean: Tensor, q_std: Tensor, momentum: float
) -> tuple[Tensor, Tensor]:
    """Move the running mean and standard deviation a step towards those of a batch.

    Args:
        q_taken: (N,) taken Q-values of the batch, reward units.
        q_mean: () running mean.
        q_std: () running deviation.
        momentum: step towards the batch, in (0, 1].
    """
    mean = q_mean + momentum * (q_taken.mean() - q_mean)
    spread = (q_taken - mean).square().mean()  # about the running mean, so that drift widens it
    return mean, (q_std.square() + momentum * (spread - q_std.square())).sqrt()
