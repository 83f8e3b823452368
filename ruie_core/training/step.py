"""One training step: from a batch of windows to the loss and its parts."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ruie_core.config import HIGH_GATE, LOW_GATE, ObjectiveConfig
from ruie_core.models.item_values import ItemValueHead
from ruie_core.models.types import Outputs, SequenceBatch
from ruie_core.objectives.double_q import double_q_targets, td_loss
from ruie_core.objectives.gate import gate_weights
from ruie_core.objectives.item_td import ItemActions, item_targets
from ruie_core.training.windows import TrainBatch


class ScenarioMoves(NamedTuple):
    """What the Q estimator says around P transitions.

    Attributes:
        q_taken: (P,) online Q(s_{t−1}, c_t), with a gradient.
        log_p: (P,) log p_{t−1}(c_t), with a gradient.
        target: (P,) y_t, reward units, without a gradient.
    """

    q_taken: Tensor
    log_p: Tensor
    target: Tensor


class ItemMoves(NamedTuple):
    """What a model that learns the value of items says around P transitions.

    Attributes:
        q_taken: (P,) online Q(s_{t−1}, i_t), with a gradient.
        target: (P,) y_t, reward units, without a gradient.
    """

    q_taken: Tensor
    target: Tensor


class Transitions(NamedTuple):
    """The P real transitions t−1 → t of a batch, flat.

    Attributes:
        intent: (P, d) v_{t−1}.
        item: (P,) int64 item of event t.
        action: (P,) int64 scenario of event t, counted from 0.
        reward: (P,) reward of event t.
        discount: (P,) γ, or 0 where the episode ended before event t + 1.
        truth: (P,) 1 where event t is known to be wanted, 0 where stray; none but on generated
            logs.
    """

    intent: Tensor
    item: Tensor
    action: Tensor
    reward: Tensor
    discount: Tensor
    truth: Tensor | None


class StepResult(NamedTuple):
    """What a step gave.

    Attributes:
        loss: (), with a gradient.
        figures: () each, detached: means over the step's transitions, for the history.
        n: transitions of the step.
    """

    loss: Tensor
    figures: dict[str, Tensor]
    n: int


def next_scenarios(events: SequenceBatch) -> Tensor:
    """(B, L) scenario of the event after each; 0 after the last. What a request would name."""
    return F.pad(events.scenarios[:, 1:], (0, 1))


def transitions(batch: TrainBatch, outputs: Outputs, discount: float) -> Transitions:
    """Pair each state with the event that followed it.

    An episode that ends (a pause longer than the session gap) *after* event t is known from the
    pause before event t+1, which is outside the window for its last event: that one counts as a
    truncation and is bootstrapped.
    """
    real = batch.valid[:, 1:]
    ended_after = F.pad(batch.ended[:, 2:], (0, 1))  # (B, L−1), of event t for t = 2..L
    return Transitions(
        intent=outputs.intent[:, :-1][real].float(),
        item=batch.events.items[:, 1:][real],
        action=batch.events.scenarios[:, 1:][real] - 1,
        reward=batch.rewards[:, 1:][real],
        discount=torch.where(ended_after[real], 0.0, discount),
        truth=None if batch.truth is None else batch.truth[:, 1:][real],
    )


def scenario_moves(
    valid: Tensor, outputs: Outputs, target_q: Tensor, moves: Transitions, *, double_q: bool
) -> ScenarioMoves:
    """What the Q estimator says of each transition, and the target it is trained on.

    Args:
        valid: (B, L) bool, True at events, False at padding.
        outputs: of a model with a Q estimator.
        target_q: (B, L, S) Q-values of the target network.
        moves: the transitions of the same batch.
        double_q: select with the online network; else with the target network too.
    """
    real = valid[:, 1:]
    estimates = outputs.estimates()
    action = moves.action[:, None]
    q_t_target = target_q[:, 1:][real].float()
    selector = estimates.q[:, 1:][real].detach().float() if double_q else q_t_target
    return ScenarioMoves(
        q_taken=estimates.q[:, :-1][real].float().gather(1, action).squeeze(1),
        log_p=estimates.logits[:, :-1][real].float().log_softmax(-1).gather(1, action).squeeze(1),
        target=double_q_targets(moves.reward, moves.discount, selector, q_t_target),
    )


def item_moves(
    batch: TrainBatch,
    outputs: Outputs,
    heads: tuple[ItemValueHead, ItemValueHead],
    moves: Transitions,
    sample: Tensor,
) -> ItemMoves:
    """What the value heads say of each transition, and the target they are trained on.

    Args:
        batch: the windows.
        outputs: of a model that learns the value of items.
        heads: online and target.
        moves: the transitions of the same batch.
        sample: (M,) int64 items that stand for the catalogue in the target's maximum.
    """
    real, (online, target) = batch.valid[:, 1:], heads
    assert outputs.item_values is not None
    w = outputs.item_values.float()
    followed = F.pad(batch.events.items[:, 2:], (0, 1))[real]  # of event t + 1; 0 beyond the window
    with torch.no_grad():
        w_t, hidden_t = w[:, 1:][real], outputs.hidden[:, 1:][real].float()
        selector, evaluator = (
            ItemActions(head.every(state, sample), head.taken(state, followed))
            for head, state in ((online, w_t), (target, target(hidden_t)))
        )
    return ItemMoves(
        q_taken=online.taken(w[:, :-1][real], moves.item),
        target=item_targets(moves.reward, moves.discount, selector, evaluator, followed > 0),
    )


def step_loss(
    per_position: Tensor,
    gates: Tensor,
    values: ScenarioMoves | None,
    config: ObjectiveConfig,
    items: ItemMoves | None = None,
) -> StepResult:
    """Total loss: mean of gate-weighted next-item loss + λ_Q · TD + λ_p · cross-entropy.

    Args:
        per_position: (P,) next-item loss of each transition.
        gates: (P,) gate of each transition.
        values: what the Q estimator says; none where the model has none.
        config: the objective's settings.
        items: what the value heads of items say; none where the model has none.
    """
    intent_loss = (gate_weights(gates) * per_position).mean()
    loss = intent_loss
    figures = {"loss_intent": intent_loss.detach()}
    if values is not None:
        q_loss = td_loss(values.q_taken, values.target, config.huber_delta).mean()
        scenario_loss = -values.log_p.mean()
        loss = loss + config.q_weight * q_loss + config.scenario_weight * scenario_loss
        taken = values.q_taken.detach()
        figures |= {
            "loss_q": q_loss.detach(),
            "loss_scenario": scenario_loss.detach(),
            "q_mean": taken.mean(),
            "q_square": taken.square().mean(),
            "td_error": (values.target - taken).abs().mean(),
            "gate_mean": gates.mean(),
            "gate_low": (gates < LOW_GATE).float().mean(),
            "gate_high": (gates > HIGH_GATE).float().mean(),
        }
    if items is not None:
        item_loss = td_loss(items.q_taken, items.target, config.huber_delta).mean()
        loss = loss + config.q_weight * item_loss
        figures |= {
            "loss_item_q": item_loss.detach(),
            "item_q_mean": items.q_taken.detach().mean(),
            "gate_mean": gates.mean(),
        }
    return StepResult(loss, {"loss": loss.detach()} | figures, len(per_position))
