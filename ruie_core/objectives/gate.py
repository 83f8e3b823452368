"""Gates: how strongly a behaviour trains the next-item objective.

A gate is a confidence in (0, 1), without a gradient. ``gate_weights`` divides it by its mean over
the batch, so that gating moves attention between behaviours and leaves the learning rate alone.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import torch
from torch import Tensor

from ruie_core.errors import UserError

AUTO: Final = "auto"
"""The gate that the model itself names."""

_SMALLEST_STD = 1e-3  # reward units; below it all values count as equal and the gate is 1/2


class GateStatistics(NamedTuple):
    """What a gate measures a behaviour against; all () and running.

    Attributes:
        q_mean, q_std: of taken Q-values, reward units.
        y_mean, y_std: of targets y_t, reward units.
        signal_share: share of behaviours that count as wanted.
    """

    q_mean: Tensor
    q_std: Tensor
    y_mean: Tensor
    y_std: Tensor
    signal_share: Tensor


class GateInputs(NamedTuple):
    """What a gate may look at, per transition t−1 → t.

    Attributes:
        q_taken: (...) Q(s_{t−1}, c_t), reward units.
        p_taken: (...) p_{t−1}(c_t).
        target: (...) y_t = r_t + γ Q_target(s_t, argmax_c Q(s_t, c)), reward units.
        log_likelihood: (...) log of the model's probability of the item that came, nats.
        log_popularity: (...) log of the item's share of the training events, nats.
        statistics: what to measure against.
        item_q: (...) Q(s_{t−1}, i_t), reward units, of a model that learns the value of items.
        engagement: log-odds of trust per deviation of the target.
        truth: (...) 1 for a wanted behaviour, 0 for a stray one; none but on generated logs.
    """

    q_taken: Tensor
    p_taken: Tensor
    target: Tensor
    log_likelihood: Tensor
    log_popularity: Tensor
    statistics: GateStatistics
    engagement: float = 0.0
    truth: Tensor | None = None
    item_q: Tensor | None = None


def q_gate(inputs: GateInputs) -> Tensor:
    """sigmoid((Q − μ) / σ): centred by running statistics, so that drift cannot saturate it."""
    seen = inputs.statistics
    return torch.sigmoid(_deviations(inputs.q_taken, seen.q_mean, seen.q_std))


def _deviations(values: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    return (values - mean) / std.clamp(min=_SMALLEST_STD)


def scenario_prob_gate(inputs: GateInputs) -> Tensor:
    """The probability that the model gave the scenario that came."""
    return inputs.p_taken


def constant_gate(inputs: GateInputs) -> Tensor:
    """1 for every behaviour: the ablation."""
    return torch.ones_like(inputs.log_likelihood)


def target_gate(inputs: GateInputs) -> Tensor:
    """sigmoid((y − μ) / σ): the engagement that came and that the state *after* it promises."""
    seen = inputs.statistics
    return torch.sigmoid(_deviations(inputs.target, seen.y_mean, seen.y_std))


def log_odds(inputs: GateInputs) -> Tensor:
    """Log-odds that a behaviour is wanted, in a mixture of the model and of stray popularity.

    log π p(i|s) − log (1 − π) pop(i), π the running share of wanted behaviours.
    """
    share = inputs.statistics.signal_share
    return torch.logit(share, eps=1e-3) + inputs.log_likelihood - inputs.log_popularity


def likelihood_gate(inputs: GateInputs) -> Tensor:
    """Posterior probability that the behaviour is wanted."""
    return torch.sigmoid(log_odds(inputs))


def engaged_gate(inputs: GateInputs) -> Tensor:
    """The posterior, with the standardised target y_t times ``engagement`` added to its log-odds.

    What Double Q-learning expects after the behaviour, and what came with it, shift the trust
    that the item's likelihood earns.
    """
    seen = inputs.statistics
    tilt = _deviations(inputs.target, seen.y_mean, seen.y_std)
    return torch.sigmoid(log_odds(inputs) + inputs.engagement * tilt)


def item_q_gate(inputs: GateInputs) -> Tensor:
    """Q of the item that was taken, as SAC has it (Xin et al., SIGIR 2020), over its largest.

    The division leaves the weights g / mean(g) as they are; a Q-value below 0 counts as 0.

    Raises:
        ValueError: the model does not learn the value of items.
    """
    if inputs.item_q is None:
        raise ValueError("this model does not learn the value of items")
    floor = torch.finfo(inputs.item_q.dtype).tiny
    positive = inputs.item_q.clamp(min=floor)
    return positive / positive.max()


def oracle_gate(inputs: GateInputs) -> Tensor:
    """The truth of a generated log: the ceiling of any gate.

    Raises:
        UserError: the log has no truth.
    """
    if inputs.truth is None:
        raise UserError(
            "objective.gate oracle needs the truth of a generated log: choose another gate."
        )
    return inputs.truth


GATES: dict[str, Callable[[GateInputs], Tensor]] = {
    "q": q_gate,
    "scenario_prob": scenario_prob_gate,
    "constant": constant_gate,
    "target": target_gate,
    "likelihood": likelihood_gate,
    "engaged": engaged_gate,
    "item_q": item_q_gate,
    "oracle": oracle_gate,
}
READS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "q": frozenset({"q_taken"}),
        "scenario_prob": frozenset({"p_taken"}),
        "constant": frozenset(),
        "target": frozenset({"target"}),
        "likelihood": frozenset({"log_likelihood", "log_popularity"}),
        "engaged": frozenset({"log_likelihood", "log_popularity", "target"}),
        "item_q": frozenset({"item_q"}),
        "oracle": frozenset({"truth"}),
    }
)
"""Fields of ``GateInputs``, per transition, that each gate looks at."""


def _that_read(*inputs: str) -> frozenset[str]:
    return frozenset(name for name, read in READS.items() if read & set(inputs))


NEED_Q: Final = _that_read("q_taken", "p_taken", "target")
"""Gates that look at the estimates of a contextual Q estimator."""
NEED_ITEM_Q: Final = _that_read("item_q")
"""Gates that look at the value of the item that came."""
NEED_LIKELIHOOD: Final = _that_read("log_likelihood")
"""Gates that look at the probability of the item that came."""


def looks_at_target(name: str, engagement: float) -> bool:
    """Tell whether a gate changes with the target y_t, and so with what a behaviour earned.

    Args:
        name: a registered gate.
        engagement: log-odds of trust per deviation of the target; at 0 ``engaged`` is deaf to it.
    """
    return "target" in READS[name] and (name != "engaged" or engagement > 0)


def gate_values(name: str, inputs: GateInputs) -> Tensor:
    """Value of a registered gate, the shape of ``inputs.log_likelihood``, detached.

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


def follow_moments(
    values: Tensor, mean: Tensor, std: Tensor, momentum: float
) -> tuple[Tensor, Tensor]:
    """Move a running mean and standard deviation a step towards those of a batch.

    Args:
        values: (N,) values of the batch.
        mean: () running mean.
        std: () running deviation.
        momentum: step towards the batch, in (0, 1].
    """
    moved = mean + momentum * (values.mean() - mean)
    spread = (values - moved).square().mean()  # about the running mean, so that drift widens it
    return moved, (std.square() + momentum * (spread - std.square())).sqrt()
