"""Rows of ``steps`` for a block of consecutive users: numbers in, an Arrow table out.

A user of n events has n + 1 rows. Row t = 1 has no state behind it, row t is seen from the state
after t − 1 events, and row n + 1 is the forecast: no event came yet.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ruie_core.analysis.schema import named
from ruie_core.data.vocabulary import Vocabulary

SPLITS = ("train", "validation", "test", "forecast")
FORECAST = SPLITS.index("forecast")


@dataclass(frozen=True)
class Layout:
    """Where the rows of a block come from.

    Attributes:
        user: (R,) int32 user of each row.
        t: (R,) int32, 1 is the user's first event.
        event: (R,) int64 index of the row's event in the flat arrays; at a forecast, that of the
            user's last event.
        state: (R,) int64 index of the event after which the row was seen; at t = 1 its own event.
        first: (R,) bool, True at t = 1: no state came before.
        forecast: (R,) bool, True at the last row of each user: no event came yet.
    """

    user: npt.NDArray[np.int32]
    t: npt.NDArray[np.int32]
    event: npt.NDArray[np.int64]
    state: npt.NDArray[np.int64]
    first: npt.NDArray[np.bool_]
    forecast: npt.NDArray[np.bool_]


def lay_out(offsets: npt.NDArray[np.int64], first_user: int) -> Layout:
    """Lay out the rows of consecutive users.

    >>> rows = lay_out(np.array([10, 12, 13]), 4)  # user 4 has events 10, 11; user 5 event 12
    >>> rows.user.tolist(), rows.t.tolist()
    ([4, 4, 4, 5, 5], [1, 2, 3, 1, 2])
    >>> rows.event.tolist(), rows.state.tolist()
    ([10, 11, 11, 12, 12], [10, 10, 11, 12, 12])

    Args:
        offsets: (U+1,) int64 of the users; each has at least one event.
        first_user: code of the first of them.
    """
    lengths = np.diff(offsets)
    rows = lengths + 1
    local = np.repeat(np.arange(len(lengths)), rows)
    t = np.arange(len(local)) - np.repeat(np.cumsum(rows) - rows, rows) + 1
    forecast = t == rows[local]
    event = offsets[local] + t - 1 - forecast
    state = np.maximum(offsets[local], offsets[local] + t - 2)
    return Layout(
        (local + first_user).astype(np.int32), t.astype(np.int32), event, state, t == 1, forecast
    )


@dataclass(frozen=True)
class Block:
    """Numbers of a block of users; n events, first of them ``base`` in the flat arrays.

    Attributes:
        layout: the rows.
        base: index of the block's first event.
        q, p: (n, S) float32 estimates from the state after each event.
        q_taken, q_target_taken, p_taken, gate: (n,) float32 of the transition into each event;
            meaningless at a user's first event.
        rank: (n,) int32 rank of each event's item; 0: not ranked.
        score: (n,) float32 its score.
        top_rows: (M,) int64 rows that have a list of best items, rising.
        top_items: (M, K) int64; 0 where there were fewer than K.
        top_scores: (M, K) float32.
    """

    layout: Layout
    base: int
    q: npt.NDArray[np.float32]
    p: npt.NDArray[np.float32]
    q_taken: npt.NDArray[np.float32]
    q_target_taken: npt.NDArray[np.float32]
    p_taken: npt.NDArray[np.float32]
    gate: npt.NDArray[np.float32]
    rank: npt.NDArray[np.int32]
    score: npt.NDArray[np.float32]
    top_rows: npt.NDArray[np.int64]
    top_items: npt.NDArray[np.int64]
    top_scores: npt.NDArray[np.float32]


@dataclass(frozen=True)
class EventColumns:
    """Columns of all N events that do not come from the model; see ``Dataset`` for the first.

    ``category`` (I + 1,) int32 indexes ``categories`` by item (−1: none), ``split`` (N,) uint8,
    ``value`` (N,) float64 realised return, ``truncated`` (N,) bool.
    """

    items: npt.NDArray[np.int32]
    scenarios: npt.NDArray[np.int32]
    times: npt.NDArray[np.int64]
    actions: npt.NDArray[np.int32]
    rewards: npt.NDArray[np.float32]
    category: npt.NDArray[np.int32]
    categories: list[str]
    split: npt.NDArray[np.uint8]
    value: npt.NDArray[np.float64]
    truncated: npt.NDArray[np.bool_]


def block_table(
    block: Block, events: EventColumns, vocabulary: Vocabulary, schema: pa.Schema
) -> pa.Table:
    """Assemble the rows of a block in the schema of ``steps``."""
    rows = block.layout
    event, gone = rows.event, rows.forecast
    category = events.category[events.items[event]]
    times = pa.array(events.times[event], pa.int64(), mask=gone)
    columns: dict[str, pa.Array] = {
        "user": pa.array(rows.user),
        "t": pa.array(rows.t),
        "time": times.cast(schema.field("time").type),
        "item": pa.array(events.items[event], mask=gone),
        "scenario": named(events.scenarios[event] - 1, vocabulary.scenarios, gone),
        "category": named(np.maximum(category, 0), events.categories, gone | (category < 0)),
        "actions": action_lists(events.actions[event], vocabulary.actions, gone),
        "reward": pa.array(events.rewards[event], mask=gone),
        "split": named(np.where(gone, FORECAST, events.split[event]), SPLITS),
        "return": pa.array(events.value[event].astype(np.float32), mask=gone),
        "truncated": pa.array(events.truncated[event], mask=gone),
    }
    state = rows.state - block.base
    for code, name in enumerate(vocabulary.scenarios):
        columns[f"q_{name}"] = pa.array(block.q[state, code], mask=rows.first)
        columns[f"p_{name}"] = pa.array(block.p[state, code], mask=rows.first)
    local, no_move = event - block.base, rows.first | gone
    for name in ("q_taken", "q_target_taken", "p_taken", "gate"):
        columns[name] = pa.array(getattr(block, name)[local], mask=no_move)
    unranked = no_move | (block.rank[local] == 0)
    columns["rank"] = pa.array(block.rank[local], mask=unranked)
    columns["score"] = pa.array(block.score[local], mask=unranked)
    columns["top_items"], columns["top_scores"] = top_lists(block, len(event))
    return pa.table([columns[name] for name in schema.names], schema=schema)


def action_lists(
    masks: npt.NDArray[np.int32], actions: tuple[str, ...], missing: npt.NDArray[np.bool_]
) -> pa.ListArray:
    """Names of the set bits of each mask; one list is made per distinct mask.

    >>> action_lists(np.array([3, 0, 2]), ("click", "like"), np.array([False, False, True]))
    <pyarrow.lib.ListArray object at ...>
    [
      [
        "click",
        "like"
      ],
      [],
      null
    ]
    """
    found, index = np.unique(masks, return_inverse=True)
    lists = [[name for bit, name in enumerate(actions) if mask >> bit & 1] for mask in found]
    known = pa.array(lists, pa.list_(pa.string()))
    return known.take(pa.array(index, pa.int64(), mask=missing))


def top_lists(block: Block, n_rows: int) -> tuple[pa.ListArray, pa.ListArray]:
    """(R,) lists of best items and of their scores; null at rows that were not ranked."""
    real = block.top_items > 0
    lengths = np.zeros(n_rows, np.int64)
    lengths[block.top_rows] = real.sum(1)
    missing = np.ones(n_rows, bool)
    missing[block.top_rows] = False
    bounds = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    mask = pa.array(missing)

    def lists(values: npt.NDArray[Any], kind: pa.DataType) -> pa.ListArray:
        return pa.ListArray.from_arrays(bounds, pa.array(values[real], kind), mask=mask)

    return lists(block.top_items, pa.int32()), lists(block.top_scores, pa.float32())
