"""All that a training step needs, and the step itself."""

from dataclasses import dataclass, field
from typing import Final

import torch
from torch import Tensor

from ruie_core.config import RunConfig
from ruie_core.models.base import SequenceModel
from ruie_core.objectives.gate import (
    GateInputs,
    follow_moments,
    gate_values,
    likelihood_gate,
)
from ruie_core.objectives.negatives import Negatives, NegativeSampler
from ruie_core.objectives.next_item import NEXT_ITEM_LOSSES, Candidates, sampled_softmax
from ruie_core.runs.run import gate_statistics
from ruie_core.training.distributed import World
from ruie_core.training.optimizer import Optimizer
from ruie_core.training.resume import Progress
from ruie_core.training.step import (
    ItemMoves,
    ScenarioMoves,
    StepResult,
    Transitions,
    item_moves,
    next_scenarios,
    scenario_moves,
    step_loss,
    transitions,
)
from ruie_core.training.windows import TrainBatch

BF16_FROM: Final = 256
"""Width from which bf16 is the faster of the two on a GPU (``tests.benchmarks.cuda``)."""


@dataclass
class Trainer:
    """All that a step needs; the gate in ``config`` is resolved."""

    config: RunConfig
    world: World
    model: SequenceModel
    optimizer: Optimizer
    sampler: NegativeSampler
    progress: Progress = field(default_factory=Progress)

    def __post_init__(self) -> None:
        self.parallel = self.world.parallel(self.model)
        precision = self.config.train.precision
        pays = self.world.device.type == "cuda" and self.config.model.width >= BF16_FROM
        self.bf16 = precision == "bf16" or (precision == "auto" and pays)

    def step(self, batch: TrainBatch, generator: torch.Generator) -> StepResult:
        """Forward, gates, loss, backward, update, target network."""
        model, objective = self.model, self.config.objective
        request = None
        if torch.rand((), generator=generator) < objective.request_share:
            request = next_scenarios(batch.events)
        with torch.autocast(self.world.device.type, torch.bfloat16, enabled=self.bf16):
            outputs = self.parallel(batch.events, request)
            target_q = model.target_estimates(outputs)
        moves = transitions(batch, outputs, objective.discount)
        values = None
        if target_q is not None:
            values = scenario_moves(outputs, target_q, moves, double_q=objective.double_q)
        negatives = self.sampler.draw(generator)
        items, heads = None, model.item_value_heads()
        if heads is not None:
            items = item_moves(batch, outputs, heads, moves, negatives.items)
        candidates = self._candidates(moves, negatives)
        per_position = NEXT_ITEM_LOSSES[objective.intent_loss](candidates, objective)
        gates = self._gates(moves, values, items, candidates, per_position)
        result = step_loss(per_position, gates, values, objective, items)
        count = torch.tensor(float(result.n), device=self.world.device)
        self.optimizer.step(result.loss * self.world.share_of_mean(count))
        model.follow_online(objective.polyak)
        self.progress.steps += 1
        return result

    def _candidates(self, moves: Transitions, negatives: Negatives) -> Candidates:
        model = self.model
        return Candidates(
            moves.intent,
            model.items(moves.item),
            model.items(negatives.items),
            negatives.log_expected,
            *negatives.hits(moves.item),
        )

    @torch.no_grad()
    def _gates(
        self,
        moves: Transitions,
        values: ScenarioMoves | None,
        items: ItemMoves | None,
        candidates: Candidates,
        per_position: Tensor,
    ) -> Tensor:
        """(P,) gates, measured against running statistics that include this batch."""
        model, objective = self.model, self.config.objective
        if objective.gate == "constant":
            return torch.ones_like(per_position)
        if objective.intent_loss != "softmax":
            per_position = sampled_softmax(candidates, objective)
        nothing = torch.zeros_like(per_position)
        momentum = objective.gate_momentum if self.progress.steps else 1.0
        if values is not None:
            self._follow("q", values.q_taken, momentum)
            self._follow("y", values.target, momentum)
        inputs = GateInputs(
            q_taken=nothing if values is None else values.q_taken,
            p_taken=nothing if values is None else values.log_p.exp(),
            target=nothing if values is None else values.target,
            log_likelihood=-per_position,
            log_popularity=model.log_popularity[moves.item],
            statistics=gate_statistics(model),
            engagement=objective.engagement,
            truth=moves.truth,
            item_q=None if items is None else items.q_taken,
        )
        model.signal_share.lerp_(likelihood_gate(inputs).mean(), objective.gate_momentum)
        gates = gate_values(objective.gate, inputs)
        warm = self.progress.steps >= (objective.gate_warmup or 0)
        return gates if warm else torch.ones_like(gates)

    def _follow(self, name: str, seen: Tensor, momentum: float) -> None:
        mean, std = getattr(self.model, f"{name}_mean"), getattr(self.model, f"{name}_std")
        for buffer, moved in zip(
            (mean, std), follow_moments(seen, mean, std, momentum), strict=True
        ):
            buffer.copy_(moved)
