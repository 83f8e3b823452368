"""What a model would have expected had a history been another one: its response, no causal effect.

The run's own code answers: states from ``states``, gates and targets from ``gates``, returns from
``returns``, scores as ``Run.score`` has them.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor

from ruie_core.analysis.comparison import Response
from ruie_core.analysis.edits import Event
from ruie_core.analysis.gates import transition_inputs
from ruie_core.analysis.returns import episode_ends, realised_returns
from ruie_core.analysis.states import read_states
from ruie_core.data.dataset import Dataset, action_rewards
from ruie_core.errors import UserError
from ruie_core.models.flat import FlatEvents
from ruie_core.models.types import SequenceBatch
from ruie_core.objectives.gate import looks_at_target
from ruie_core.runs import Run, load_run

TOP = 10
"""Best items that a response names."""


def open_model(path: Path) -> Run:
    """Load a run's model to be asked what-if, on the CPU.

    Raises:
        UserError: the run cannot be loaded, or its model has no Q estimator.
    """
    run = load_run(path, "cpu")
    run.require_q()
    return run


def gate_looks_at_target(run: Run) -> bool:
    """Tell whether the run's gate changes with the target, and so with an edit of actions."""
    objective = run.config.objective
    return looks_at_target(objective.gate, objective.engagement)


@torch.inference_mode()
def respond(
    run: Run,
    history: Sequence[Event],
    request: str | None = None,
    time: int | None = None,
) -> Response:
    """Let the model read a history.

    Only the last ``model.context`` events matter to a state, so that only those are reported,
    and as many before them are read.

    Args:
        run: with a Q estimator, in evaluation mode.
        history: n events, oldest first.
        request: name of the forced next scenario, none where the model is not told.
        time: when the request comes, milliseconds since epoch; none: when the last event came.

    Raises:
        UserError: the history is empty or names an item or scenario that the run has not, or the
            model does not listen to requests.
    """
    _check(run, history, request)
    context = run.model.context
    recent = history[-2 * context :]
    read = min(context, len(history))
    log = _dataset(run, recent)
    objective = run.config.objective
    states = read_states(run, FlatEvents(log, run.device), log.offsets)
    ended = episode_ends(log, objective.session_gap_hours)
    inputs = transition_inputs(run, log, ended, states, slice(0, len(recent)))
    value = realised_returns(
        log, objective.discount, run.config.analyze.truncation, objective.session_gap_hours
    ).value
    names = run.vocabulary.scenarios
    first = len(history) - len(recent)
    columns = {
        "key": [event.key for event in recent],
        "place": np.arange(first, len(history)) + 1,
        "item": log.items,
        "scenario": [names[event.scenario - 1] for event in recent],
        "actions": log.actions,
        "reward": log.rewards,
        "gate": run.gate_values(inputs).numpy(),
        "y": inputs.target.numpy(),
        "return": value,
    }
    for prefix, values in (("q", states.q), ("p", states.p)):
        before = torch.cat([torch.full_like(values[:1], torch.nan), values[:-1]])
        columns |= {f"{prefix}_{name}": before[:, k].numpy() for k, name in enumerate(names)}
    events = pd.DataFrame(columns)
    events.loc[events["place"] == 1, ["gate", "y"]] = np.nan  # no transition leads into it
    forecast = {"scenario": names, "q": states.q[-1].numpy(), "p": states.p[-1].numpy()}
    scores = _scores(run, log, request, time).numpy()
    return Response(
        keys=tuple(event.key for event in history),
        read=read,
        forecast=pd.DataFrame(forecast),
        events=events.tail(read).reset_index(drop=True),
        top=_top(run, scores),
        scores=scores,
    )


def _check(run: Run, history: Sequence[Event], request: str | None) -> None:
    if not history:
        raise UserError("A history needs at least one event: leave one in.")
    items, names = len(run.vocabulary.items), run.vocabulary.scenarios
    for event in history:
        if not 1 <= event.item <= items:
            raise UserError(f"Item {event.item} is not in the vocabulary of {run.path.name}.")
        if not 1 <= event.scenario <= len(names):
            raise UserError(f"Scenario {event.scenario} is unknown to {run.path.name}.")
    if request is not None and request not in names:
        raise UserError(
            f"Scenario {request!r} is unknown to {run.path.name}: choose one of {', '.join(names)}."
        )
    if request is not None and not run.model.uses_request:
        raise UserError(
            f"{run.path.name} is a {run.config.model.name}, which ignores the next scenario: force "
            "none."
        )


def _dataset(run: Run, events: Sequence[Event]) -> Dataset:
    """One user's events as a log. Times stay in order: a moved event takes that of its place."""
    times = pd.Series([event.time for event in events], dtype="Int64").ffill().bfill().fillna(0)
    masks = np.array([event.actions for event in events], np.int32)
    weights = run.manifest["dataset_manifest"]["rewards"]
    return Dataset(
        items=np.array([event.item for event in events], np.int32),
        scenarios=np.array([event.scenario for event in events], np.int32),
        rewards=action_rewards(masks, run.vocabulary.actions, weights),
        times=np.sort(times.to_numpy(np.int64)),
        actions=masks,
        offsets=np.array([0, len(events)], np.int64),
        vocabulary=run.vocabulary,
        manifest={},
    )


def _scores(run: Run, log: Dataset, request: str | None, time: int | None) -> Tensor:
    """(I,) score of every item at a time, told the next scenario or not."""
    recent = slice(-run.model.context, None)
    codes = (log.items[recent], log.scenarios[recent])
    batch = SequenceBatch(*(torch.from_numpy(values).long()[None] for values in codes))
    named = None
    if request is not None:
        code = run.vocabulary.scenarios.index(request) + 1
        named = torch.full_like(batch.items, code)
    intent = run.model(batch, named).intent
    time = int(log.times[-1]) if time is None else time
    return run.model.scores_after(batch, intent, time, named)[0]


def _top(run: Run, scores: npt.NDArray[np.float32]) -> pd.DataFrame:
    best, places = torch.from_numpy(scores).topk(min(TOP, len(scores)))
    rows = run.vocabulary.items.iloc[places.numpy()]
    named = rows[["item", "item_id", "title", "category"]].reset_index(drop=True)
    named.insert(0, "rank", np.arange(1, len(named) + 1))
    return named.assign(score=best.numpy())
