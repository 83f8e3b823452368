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
        ends: (P,) int64 place of event t among the B · L of the batch; t−1 stands before it.
        intent: (P, d) v_{t−1}.
        item: (P,) int64 item of event t.
        action: (P,) int64 scenario of event t, counted from 0.
        reward: (P,) reward of event t.
        discount: (P,) γ, or 0 where the episode ended before event t + 1.
        truth: (P,) 1 where event t is known to be wanted, 0 where stray; none but on generated
            logs.
    """

    ends: Tensor
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


def at(values: Tensor, places: Tensor) -> Tensor:
    """(P, ...) of (B, L, ...) values at P places among B · L.

    By index, not by mask: a mask is counted anew at every use, which makes a GPU wait each time.
    """
    return values.flatten(0, 1).index_select(0, places)


def transitions(batch: TrainBatch, outputs: Outputs, discount: float) -> Transitions:
    """Pair each state with the event that followed it.

    An episode that ends (a pause longer than the session gap) *after* event t is known from the
    pause before event t+1, which is outside the window for its last event: that one counts as a
    truncation and is bootstrapped.
    """
    ends = F.pad(batch.valid[:, 1:], (1, 0)).flatten().nonzero().squeeze(1)
    ended_after = F.pad(batch.ended[:, 1:], (0, 1))  # (B, L), of event t
    return Transitions(
        ends=ends,
        intent=at(outputs.intent, ends - 1).float(),
        item=at(batch.events.items, ends),
        action=at(batch.events.scenarios, ends) - 1,
        reward=at(batch.rewards, ends),
        discount=torch.where(at(ended_after, ends), 0.0, discount),
        truth=None if batch.truth is None else at(batch.truth, ends),
    )


def scenario_moves(
    outputs: Outputs, target_q: Tensor, moves: Transitions, *, double_q: bool
) -> ScenarioMoves:
    """What the Q estimator says of each transition, and the target it is trained on.

    Args:
        outputs: of a model with a Q estimator.
        target_q: (B, L, S) Q-values of the target network.
        moves: the transitions of the same batch.
        double_q: select with the online network; else with the target network too.
    """
    estimates = outputs.estimates()
    action, before = moves.action[:, None], moves.ends - 1
    q_t_target = at(target_q, moves.ends).float()
    selector = at(estimates.q.detach(), moves.ends).float() if double_q else q_t_target
    log_p = at(estimates.logits, before).float().log_softmax(-1)
    return ScenarioMoves(
        q_taken=at(estimates.q, before).float().gather(1, action).squeeze(1),
        log_p=log_p.gather(1, action).squeeze(1),
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
    ends, (online, target) = moves.ends, heads
    assert outputs.item_values is not None
    w = outputs.item_values.float()
    followed = at(F.pad(batch.events.items[:, 1:], (0, 1)), ends)  # of t + 1; 0 beyond the window
    with torch.no_grad():
        w_t, hidden_t = at(w, ends), at(outputs.hidden, ends).float()
        selector, evaluator = (
            ItemActions(head.every(state, sample), head.taken(state, followed))
            for head, state in ((online, w_t), (target, target(hidden_t)))
        )
    return ItemMoves(
        q_taken=online.taken(at(w, ends - 1), moves.item),
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
