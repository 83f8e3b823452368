"""``steps.parquet``: every event of every user as the model saw it coming.

Users stream through in blocks of about one row group, so memory holds one block whatever the size
of the log; what other tables need of every event is kept as a few flat columns.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from torch import Tensor

from ruie_core.analysis.gates import transition_inputs
from ruie_core.analysis.rows import Block, EventColumns, Layout, block_table, lay_out
from ruie_core.analysis.schema import encodings
from ruie_core.analysis.states import Estimates, read_states, user_blocks
from ruie_core.data.dataset import Dataset
from ruie_core.evaluation.model_scorer import ModelScorer
from ruie_core.evaluation.ranking import History, Ranking, rank_queries
from ruie_core.models.flat import FlatEvents
from ruie_core.runs import Run

ROW_GROUP = 20_000
"""Rows of a row group: one user then costs the reader milliseconds."""
_LONGEST_GROUP = 2 * ROW_GROUP
"""A single user with more rows than this is spread over several row groups."""


@dataclass(frozen=True)
class Plan:
    """What ``steps`` is made from, beside the run.

    Attributes:
        dataset: N events.
        events: their columns that need no model.
        chosen: (N,) bool, training events that get an in-sample rank.
        heldout: rising positions (M,) of held-out events and their ranking.
        top_k: best items kept per ranked step.
        exclude_seen: leave the items of the user's history unranked.
        mapped: (N,) bool, events whose state is kept for the map.
        ended: (N,) bool, True where the episode is known to end after the event.
    """

    dataset: Dataset
    events: EventColumns
    chosen: npt.NDArray[np.bool_]
    heldout: tuple[npt.NDArray[np.int64], Ranking]
    top_k: int
    exclude_seen: bool
    mapped: npt.NDArray[np.bool_]
    ended: npt.NDArray[np.bool_]


@dataclass
class Seen:
    """What other tables need of every event.

    Attributes:
        q_taken, gate: (N,) float32 of the transition into each event; NaN at first events.
        rank: (N,) int32, 0 where there is none.
        p_from: (S, S) float64 sum of p over the states after an event in each scenario (row) that
            another event followed.
        states: (M, d) float32 s_t after each mapped event.
    """

    q_taken: npt.NDArray[np.float32]
    gate: npt.NDArray[np.float32]
    rank: npt.NDArray[np.int32]
    p_from: npt.NDArray[np.float64]
    states: npt.NDArray[np.float32]


def write_steps(
    run: Run, plan: Plan, schema: pa.Schema, path: Path, advance: Callable[[float], None]
) -> Seen:
    """Write the table and return what other tables need.

    Args:
        run: the trained model.
        plan: the events and what to rank.
        schema: of the table.
        path: of the file.
        advance: told the share of events done, in [0, 1].
    """
    dataset, n = plan.dataset, plan.dataset.n_events
    log = FlatEvents(dataset, run.device)
    scorer = ModelScorer(run.model, dataset, known_scenario=False, device=run.device)
    s = dataset.n_scenarios
    seen = Seen(
        np.full(n, np.nan, np.float32),
        np.full(n, np.nan, np.float32),
        np.zeros(n, np.int32),
        np.zeros((s, s)),
        np.empty((int(plan.mapped.sum()), run.model.width), np.float32),
    )
    kept = 0
    with pq.ParquetWriter(path, schema, compression="zstd", **encodings(schema)) as writer:
        for first_user, last_user in user_blocks(dataset.offsets, ROW_GROUP):
            offsets = dataset.offsets[first_user : last_user + 1]
            rows = lay_out(offsets, first_user)
            estimates = read_states(run, log, offsets)
            ranking = _rank_block(run, plan, scorer, rows, estimates.intent)
            block = _block(run, plan, rows, estimates, ranking)
            table = block_table(block, plan.events, dataset.vocabulary, schema)
            writer.write_table(table, row_group_size=max(1, min(len(table), _LONGEST_GROUP)))
            inside = slice(int(offsets[0]), int(offsets[-1]))
            kept = _remember(seen, plan, block, estimates, inside, kept)
            advance(offsets[-1] / max(1, n))
    return seen


def _block(
    run: Run,
    plan: Plan,
    rows: Layout,
    estimates: Estimates,
    ranking: tuple[npt.NDArray[np.int64], Ranking],
) -> Block:
    """Take, for every event, what the state before it said about the scenario that came."""
    base = int(rows.event[0])
    events = ~rows.forecast
    scenario = torch.from_numpy(plan.dataset.scenarios[rows.event[events]]).long() - 1
    before = torch.from_numpy(rows.state[events] - base)
    at = (before.to(run.device), scenario.to(run.device))
    block = slice(base, base + len(before))
    inputs = transition_inputs(run, plan.dataset, plan.ended, estimates, block)
    top_rows, ranked = ranking
    rank = np.zeros(int(events.sum()), np.int32)
    score = np.zeros(len(rank), np.float32)
    real = ~rows.forecast[top_rows]
    where = rows.event[top_rows[real]] - base
    rank[where] = ranked.ranks.numpy()[real]
    score[where] = ranked.target_scores.numpy()[real]
    return Block(
        layout=rows,
        base=base,
        q=_numpy(estimates.q),
        p=_numpy(estimates.p),
        q_taken=_numpy(inputs.q_taken),
        q_target_taken=_numpy(estimates.q_target[at]),
        p_taken=_numpy(inputs.p_taken),
        gate=_numpy(run.gate_values(inputs)),
        rank=rank,
        score=score,
        top_rows=top_rows,
        top_items=ranked.top_items.numpy(),
        top_scores=ranked.top_scores.numpy(),
    )


def _rank_block(
    run: Run, plan: Plan, scorer: ModelScorer, rows: Layout, intent: Tensor
) -> tuple[npt.NDArray[np.int64], Ranking]:
    """Rank the chosen training events and the forecasts, and put the held-out events among them.

    Held-out ranks are looked up, not computed again: the table and the metrics agree to the item.
    """
    dataset = plan.dataset
    fresh = np.flatnonzero((plan.chosen[rows.event] & ~rows.first) | rows.forecast)
    event, base = rows.event[fresh], int(rows.event[0])
    # Events before the event; before a forecast, all of them.
    met = torch.from_numpy(event + rows.forecast[fresh])
    start = torch.from_numpy(dataset.offsets[rows.user[fresh]])
    history = None
    if plan.exclude_seen:
        history = History(torch.from_numpy(dataset.items), start, met)
    states = torch.from_numpy(rows.state[fresh] - base).to(run.device)
    # A forecast is asked for when the last event came: nobody knows when the next one will.
    queries = scorer.queries(intent[states], start, met, torch.from_numpy(event))
    wanted = torch.from_numpy(np.where(rows.forecast[fresh], 0, dataset.items[event])).long()
    computed = rank_queries(scorer, queries, wanted, history=history, top_k=plan.top_k)

    positions, looked_up = plan.heldout
    inside = slice(*np.searchsorted(positions, [base, int(rows.event[-1]) + 1]))
    at = np.flatnonzero(~rows.forecast)[positions[inside] - base]
    merged = np.concatenate([fresh, at])
    order = np.argsort(merged, kind="stable")
    known = Ranking(*(column[inside] for column in looked_up))
    both = Ranking(*(torch.cat(pair)[order] for pair in zip(computed, known, strict=True)))
    return merged[order], both


def _remember(
    seen: Seen, plan: Plan, block: Block, estimates: Estimates, inside: slice, kept: int
) -> int:
    """Keep what other tables need of the block's events; returns how many states are kept now."""
    rows = block.layout
    moved = ~rows.first[~rows.forecast]
    seen.q_taken[inside] = np.where(moved, block.q_taken, np.nan)
    seen.gate[inside] = np.where(moved, block.gate, np.nan)
    seen.rank[inside] = block.rank
    scenario = plan.dataset.scenarios[inside] - 1
    source = np.flatnonzero(moved) - 1  # states that another event followed
    sums = pd.DataFrame(block.p[source].astype(np.float64)).groupby(scenario[source]).sum()
    seen.p_from[sums.index.to_numpy()] += sums.to_numpy()
    wanted = torch.from_numpy(np.flatnonzero(plan.mapped[inside]))
    seen.states[kept : kept + len(wanted)] = _numpy(estimates.hidden[wanted.to(estimates.q.device)])
    return kept + len(wanted)


def _numpy(tensor: Tensor) -> npt.NDArray[np.float32]:
    values: npt.NDArray[np.float32] = tensor.float().cpu().numpy()
    return values
