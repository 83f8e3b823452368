"""Invented events and the ``steps`` table over them, for ``tests.fake_run``."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.signal import lfilter
from scipy.special import expit, softmax

ACTIONS = ("click", "like", "follow", "share")
REWARDS = np.array([1.0, 3.0, 3.0, 2.0], dtype=np.float32)
CATEGORIES = ("cooking", "travel", "comedy", "sport", "music", "science", "news", "crafts")
NOUNS = ("noodles", "knives", "trains", "cats", "summits", "drums", "stars", "looms", "goals")
ADJECTIVES = ("Quiet", "Street", "Midnight", "Everyday", "Grand", "Broken", "Northern", "Tiny")


class Events(NamedTuple):
    """Flat invented events, N in all, users one after another in time order."""

    user: np.ndarray  # (N,) int32
    t: np.ndarray  # (N,) int32, 1-based
    first: np.ndarray  # (U,) int64 index of each user's first event
    lengths: np.ndarray  # (U,) int64
    time: np.ndarray  # (N,) int64 ms
    item: np.ndarray  # (N,) int32
    scenario: np.ndarray  # (N,) int32, 0-based
    action: np.ndarray  # (N, A) bool
    reward: np.ndarray  # (N,) float32


def make_events(
    rng: np.random.Generator, users: int, events: int, items: int, n_scenarios: int
) -> Events:
    weight = rng.lognormal(0, 0.8, users)
    lengths = np.maximum(2, (weight / weight.sum() * events).astype(np.int64))
    lengths[0] = max(64, lengths[0])
    n = int(lengths.sum())
    first = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    user = np.repeat(np.arange(users, dtype=np.int32), lengths)
    t = (np.arange(n) - np.repeat(first, lengths) + 1).astype(np.int32)
    # Habits: a sticky walk; half of the people change their favourite after 60 % of their events.
    traffic = 0.5 ** np.arange(n_scenarios)
    traffic /= traffic.sum()
    before = rng.choice(n_scenarios, users, p=traffic)
    after = np.where(rng.random(users) < 0.5, rng.choice(n_scenarios, users, p=traffic), before)
    favourite = np.where(t > np.repeat(0.6 * lengths, lengths), after[user], before[user])
    drawn = np.where(rng.random(n) < 0.55, favourite, rng.choice(n_scenarios, n, p=traffic))
    fresh = (rng.random(n) < 0.5) | (t == 1)
    scenario = drawn[np.maximum.accumulate(np.where(fresh, np.arange(n), 0))].astype(np.int32)
    block = items // n_scenarios
    inside = np.minimum((rng.pareto(1.1, n) * block / 25).astype(np.int64), block - 1)
    raw = np.where(rng.random(n) < 0.7, scenario * block + inside, rng.integers(0, items, n))
    order = np.argsort(-np.bincount(raw, minlength=items), kind="stable")
    code = np.empty(items, dtype=np.int32)
    code[order] = np.arange(1, items + 1)
    gaps = np.where(rng.random(n) < 0.12, rng.exponential(2e8, n), rng.exponential(9e4, n)) + 1e3
    clock = np.cumsum(gaps)
    start = rng.integers(0, 20 * 86_400_000, users)
    time = 1_690_000_000_000 + clock - np.repeat(clock[first] - start, lengths)
    # People engage more where they are at home, so that Q has something to be right about.
    chance = np.array([0.0, 0.12, 0.03, 0.04]) * np.where(scenario == favourite, 1.4, 0.3)[:, None]
    action = rng.random((n, len(ACTIONS))) < chance
    action[:, 0] = True
    reward = (action @ REWARDS).astype(np.float32)
    return Events(
        user, t, first, lengths, time.astype(np.int64), code[raw], scenario, action, reward
    )


def make_catalogue(rng: np.random.Generator, items: int, taken: np.ndarray) -> pd.DataFrame:
    count = np.bincount(taken, minlength=items + 1)[1:]
    adjective = rng.choice(ADJECTIVES, items)
    noun = rng.choice(NOUNS, items)
    titles = [f"{a} {n} {i}" for i, (a, n) in enumerate(zip(adjective, noun, strict=True), 1)]
    titles[0] = "Street food, <b>night</b> & “neon”"
    return pd.DataFrame(
        {
            "item": np.arange(1, items + 1, dtype=np.int32),
            "item_id": [f"v{900_000 + 13 * i}" for i in range(items)],
            "title": pd.Series(titles).where(rng.random(items) > 0.02),
            "category": rng.choice(CATEGORIES, items),
            "count": count.astype(np.int64),
        }
    )


def make_steps(
    rng: np.random.Generator,
    log: Events,
    catalogue: pd.DataFrame,
    scenarios: tuple[str, ...],
    split: str,
    discount: float,
    healthy: bool,
) -> pa.Table:
    """Rows t = 1..n of every user and the forecast row t = n + 1, in the schema of ``steps``."""
    n_scenarios, n_users = len(scenarios), len(log.lengths)
    rows = log.lengths + 1
    user = np.repeat(np.arange(n_users, dtype=np.int32), rows)
    starts = np.concatenate([[0], np.cumsum(rows)[:-1]])
    t = (np.arange(rows.sum()) - np.repeat(starts, rows) + 1).astype(np.int32)
    forecast = t == np.repeat(rows, rows)
    source = np.arange(len(t)) - user  # row -> event; a forecast row points one past its user
    event = np.minimum(source, len(log.t) - 1)
    unknown = t == 1
    seen = np.eye(n_scenarios, dtype=np.float32)[log.scenario]
    habit = lfilter([0.15], [1, -0.85], seen, axis=0).astype(np.float32)
    state = habit[np.maximum(source - 1, 0)]  # what was known before the event
    noise = rng.normal(0, 0.12, state.shape).astype(np.float32)
    q = 1.1 + np.linspace(0.6, 0.0, n_scenarios, dtype=np.float32) + 2.2 * state + noise
    p = softmax(4.0 * state + 0.4 * noise, axis=1)
    taken = log.scenario[event]
    pick = np.arange(len(t))
    q_taken, p_taken = q[pick, taken], p[pick, taken]
    gate = expit((q_taken - q_taken.mean()) / q_taken.std())
    if not healthy:
        gate = np.where(rng.random(len(gate)) < 0.4, gate * 0.04, gate)
    items = len(catalogue)
    rank = np.minimum(1 + rng.lognormal(np.log(items / 6) - 3.0 * gate, 1.6), items).astype(int)
    top = np.minimum(rng.pareto(1.0, (len(t), 10)) * 20, items - 1).astype(np.int32) + 1
    top_scores = -np.sort(-rng.normal(0.3, 0.1, (len(t), 10)).astype(np.float32), axis=1)
    inside = ~forecast & ~unknown & (rank <= 10)
    top[inside, rank[inside] - 1] = log.item[event[inside]]
    names = np.array(scenarios)
    category = catalogue["category"].to_numpy()
    columns: dict[str, Any] = {
        "user": user,
        "t": t,
        "time": pa.array(log.time[event], pa.timestamp("ms", "UTC"), mask=forecast),
        "item": pa.array(log.item[event], mask=forecast),
        "scenario": pa.array(names[taken], pa.string(), mask=forecast).dictionary_encode(),
        "category": pa.array(category[log.item[event] - 1], pa.string(), mask=forecast),
        "actions": _actions(log.action[event], forecast),
        "reward": pa.array(log.reward[event], pa.float32(), mask=forecast),
        "split": pa.array(_split(rng, t, rows, split)),
    }
    for code, name in enumerate(scenarios):
        columns[f"q_{name}"] = pa.array(q[:, code].astype(np.float32), mask=unknown)
    for code, name in enumerate(scenarios):
        columns[f"p_{name}"] = pa.array(p[:, code].astype(np.float32), mask=unknown)
    hidden = unknown | forecast
    target = q_taken + rng.normal(0, 0.08, len(t))
    for name, values, kind in (
        ("q_taken", q_taken, pa.float32()),
        ("q_target_taken", target, pa.float32()),
        ("gate", gate, pa.float32()),
        ("rank", rank, pa.int32()),
        ("score", 1.0 / np.log1p(rank), pa.float32()),
        ("p_taken", p_taken, pa.float32()),
    ):
        columns[name] = pa.array(values.astype(kind.to_pandas_dtype()), kind, mask=hidden)
    columns["top_items"] = _lists(top, unknown)
    columns["top_scores"] = _lists(top_scores, unknown)
    realised = _returns(log, discount)
    columns["return"] = pa.array(realised[event], pa.float32(), mask=forecast)
    left = np.repeat(log.lengths, rows) - t + 1
    columns["truncated"] = pa.array(~forecast & (discount**left > 0.05))
    return pa.table(columns)


def _returns(log: Events, discount: float) -> np.ndarray:
    """Discounted reward from each event to the user's last: a backward filter, user by user."""
    total = lfilter([1], [1, -discount], log.reward[::-1])[::-1]
    following = log.first + log.lengths
    beyond = np.where(following < len(total), total[np.minimum(following, len(total) - 1)], 0.0)
    left = np.repeat(log.lengths, log.lengths) - log.t + 1
    value: np.ndarray = (total - np.repeat(beyond, log.lengths) * discount**left).astype(np.float32)
    return value


def _split(rng: np.random.Generator, t: np.ndarray, rows: np.ndarray, split: str) -> np.ndarray:
    last = np.repeat(rows, rows)
    if split == "leave-one-out":
        test, validation = t == last - 1, t == last - 2
        test &= last >= 4
        validation &= last >= 4
    else:
        test, validation = t > 0.9 * last, t > 0.8 * last
    names = np.where(test, "test", np.where(validation, "validation", "train"))
    return np.where(t == last, "forecast", names).astype(str)


def _actions(mask: np.ndarray, absent: np.ndarray) -> pa.Array:
    values = pa.array(np.array(ACTIONS)[np.nonzero(mask & ~absent[:, None])[1]], pa.string())
    ends = np.cumsum(np.where(absent, 0, mask.sum(axis=1)))
    offsets = np.concatenate([[0], ends]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values, mask=pa.array(absent))


def _lists(values: np.ndarray, absent: np.ndarray) -> pa.Array:
    offsets = np.arange(0, values.size + 1, values.shape[1], dtype=np.int32)
    return pa.ListArray.from_arrays(
        pa.array(offsets), pa.array(values.reshape(-1)), mask=pa.array(absent)
    )
