"""One training step: from a batch of windows to the loss and its parts."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ruie_core.config import ObjectiveConfig
from ruie_core.models.types import Outputs, SequenceBatch
from ruie_core.objectives.double_q import double_q_targets, td_loss
from ruie_core.objectives.gate import GateInputs, gate_values, gate_weights
from ruie_core.objectives.negatives import Negatives
from ruie_core.objectives.next_item import NEXT_ITEM_LOSSES, Candidates
from ruie_core.training.windows import TrainBatch


class Transitions(NamedTuple):
    """The P real transitions t−1 → t of a batch, flat.

    Attributes:
        intent: (P, d) v_{t−1}.
        q_tm1: (P, S) online Q(s_{t−1}, ·).
        q_t: (P, S) online Q(s_t, ·).
        q_t_target: (P, S) target network's Q(s_t, ·).
        logits: (P, S) next-scenario logits of s_{t−1}.
        item: (P,) int64 item of event t.
        action: (P,) int64 scenario of event t, counted from 0.
        reward: (P,) reward of event t.
        discount: (P,) γ, or 0 where the episode ended before event t + 1.
    """

    intent: Tensor
    q_tm1: Tensor
    q_t: Tensor
    q_t_target: Tensor
    logits: Tensor
    item: Tensor
    action: Tensor
    reward: Tensor
    discount: Tensor


class StepResult(NamedTuple):
    """The loss (a scalar with a gradient), its parts and what the step saw, all detached."""

    loss: Tensor
    intent_loss: Tensor
    q_loss: Tensor
    scenario_loss: Tensor
    gates: Tensor
    q_taken: Tensor
    td_error: Tensor


def next_scenarios(events: SequenceBatch) -> Tensor:
    """(B, L) scenario of the event after each; 0 after the last. What a request would name."""
    return F.pad(events.scenarios[:, 1:], (0, 1))


def transitions(
    batch: TrainBatch, outputs: Outputs, target_q: Tensor, discount: float
) -> Transitions:
    """Pair each state with the event that followed it.

    An episode that ends (a pause longer than the session gap) *after* event t is known from the
    pause before event t+1, which is outside the window for its last event: that one counts as a
    truncation and is bootstrapped.
    """
    real = batch.valid[:, 1:]
    ended_after = F.pad(batch.ended[:, 2:], (0, 1))  # (B, L−1), of event t for t = 2..L
    return Transitions(
        intent=outputs.intent[:, :-1][real].float(),
        q_tm1=outputs.q[:, :-1][real].float(),
        q_t=outputs.q[:, 1:][real].detach().float(),
        q_t_target=target_q[:, 1:][real].float(),
        logits=outputs.scenario_logits[:, :-1][real].float(),
        item=batch.events.items[:, 1:][real],
        action=batch.events.scenarios[:, 1:][real] - 1,
        reward=batch.rewards[:, 1:][real],
        discount=torch.where(ended_after[real], 0.0, discount),
    )


def step_loss(
    moves: Transitions,
    item_rows: tuple[Tensor, Tensor],
    negatives: Negatives,
    gate_statistics: tuple[Tensor, Tensor],
    config: ObjectiveConfig,
) -> StepResult:
    """Total loss: mean of gate-weighted next-item loss + λ_Q · TD + λ_p · cross-entropy.

    Args:
        moves: the transitions of the batch.
        item_rows: (P, d) embeddings of the items that came, (M, d) embeddings of the negatives.
        negatives: the shared negatives.
        gate_statistics: running mean and deviation of taken Q-values, ().
        config: the objective's settings.
    """
    q_taken = moves.q_tm1.gather(1, moves.action[:, None]).squeeze(1)
    log_p = moves.logits.log_softmax(-1)
    p_taken = log_p.gather(1, moves.action[:, None]).squeeze(1).exp()
    gates = gate_values(config.gate, GateInputs(q_taken, p_taken, *gate_statistics))

    candidates = Candidates(
        moves.intent, *item_rows, negatives.log_expected, *negatives.hits(moves.item)
    )
    per_position = NEXT_ITEM_LOSSES[config.intent_loss](candidates, config)
    intent_loss = (gate_weights(gates) * per_position).mean()

    selector = moves.q_t if config.double_q else moves.q_t_target
    targets = double_q_targets(moves.reward, moves.discount, selector, moves.q_t_target)
    q_loss = td_loss(q_taken, targets, config.huber_delta).mean()
    scenario_loss = F.nll_loss(log_p, moves.action)

    loss = intent_loss + config.q_weight * q_loss + config.scenario_weight * scenario_loss
    return StepResult(
        loss,
        intent_loss.detach(),
        q_loss.detach(),
        scenario_loss.detach(),
        gates,
        q_taken.detach(),
        (targets - q_taken).detach(),
    )
