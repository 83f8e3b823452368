"""Small datasets in memory, without files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ruie_core.config import DEFAULT_REWARDS
from ruie_core.data.dataset import Dataset, action_rewards
from ruie_core.data.prepared import finish_folder
from ruie_core.data.vocabulary import Vocabulary

ACTIONS = ("click", "follow", "like", "share")
HOUR_MS = 3_600_000
START_MS = 1_684_713_600_000  # 22 May 2023, 00:00 UTC


def make_dataset(
    sequences: Sequence[Sequence[tuple[int, int]]] | None = None,
    *,
    n_users: int = 20,
    n_items: int | None = None,
    n_scenarios: int | None = None,
    length: int | tuple[int, int] = (3, 15),
    actions: Sequence[Sequence[int]] | None = None,
    times: Sequence[Sequence[int]] | None = None,
    rewards: Mapping[str, float] = DEFAULT_REWARDS,
    seed: int = 0,
) -> Dataset:
    """Build a dataset from given or random sequences.

    ``make_dataset([[(5, 1), (7, 2)], [(5, 2)]])`` is two users: the first meets item 5 in
    scenario 1 and then item 7 in scenario 2. Codes stay as given (item 1 need not be the most
    frequent); ``n_items`` and ``n_scenarios`` grow to hold them (30 and 3 if random). ``actions``
    are bit masks over ``ACTIONS`` (all click if not given), ``times`` are ms (one hour apart if
    not given), both per user.
    Without sequences: random ones, popular items first, lengths in the closed range ``length``.
    """
    generator = np.random.default_rng(seed)
    if sequences is None:
        low, high = (length, length) if isinstance(length, int) else length
        lengths = generator.integers(low, high + 1, n_users)
        n = int(lengths.sum())
        n_items, n_scenarios = n_items or 30, n_scenarios or 3
        items = _falling_codes(_zipf(generator, n_items, n), n_items)
        scenarios = _falling_codes(_zipf(generator, n_scenarios, n), n_scenarios)
        masks = (1 + 2 * generator.integers(0, 8, n) * (generator.random(n) < 0.2)).astype(np.int32)
    else:
        lengths = np.array([len(sequence) for sequence in sequences])
        flat = [pair for sequence in sequences for pair in sequence]
        n = len(flat)
        items = np.array([item for item, _ in flat], np.int32)
        scenarios = np.array([scenario for _, scenario in flat], np.int32)
        n_items = max(n_items or 1, int(items.max()))
        n_scenarios = max(n_scenarios or 1, int(scenarios.max()))
        masks = np.ones(n, np.int32)
    if actions is not None:
        masks = np.array([mask for user in actions for mask in user], np.int32)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    if times is None:
        flat_times = START_MS + HOUR_MS * (np.arange(n) - np.repeat(offsets[:-1], lengths))
    else:
        flat_times = np.array([time for user in times for time in user])
    return Dataset(
        items=items,
        scenarios=scenarios,
        rewards=action_rewards(masks, ACTIONS, rewards),
        times=flat_times.astype(np.int64),
        actions=masks,
        offsets=offsets,
        vocabulary=make_vocabulary(items, scenarios, len(lengths), n_items, n_scenarios),
        manifest={
            "kind": "prepared-dataset",
            "format": 1,
            "dataset_hash": f"factory-{seed}",
            "source": "factory",
            "rewards": dict(rewards),
            "time": {"kind": "clock", "zone": "UTC"},
        },
    )


def make_vocabulary(
    items: np.ndarray, scenarios: np.ndarray, n_users: int, n_items: int, n_scenarios: int
) -> Vocabulary:
    codes = np.arange(1, n_items + 1, dtype=np.int32)
    return Vocabulary(
        items=pd.DataFrame(
            {
                "item": codes,
                "item_id": [f"i{code}" for code in codes],
                "title": [f"Title {code}" for code in codes],
                "category": [f"category {code % 4}" for code in codes],
                "count": np.bincount(items, minlength=n_items + 1)[1:].astype(np.int64),
            }
        ),
        users=pd.DataFrame(
            {
                "user": np.arange(n_users, dtype=np.int32),
                "user_id": [f"u{user}" for user in range(n_users)],
            }
        ),
        scenarios=tuple(f"scenario {code}" for code in range(1, n_scenarios + 1)),
        actions=ACTIONS,
        scenario_events=tuple(
            int(count) for count in np.bincount(scenarios, minlength=n_scenarios + 1)[1:]
        ),
    )


def _zipf(generator: np.random.Generator, codes: int, n: int) -> np.ndarray:
    weights = 1 / np.arange(1, codes + 1)
    return generator.choice(codes, n, p=weights / weights.sum()) + 1


def _falling_codes(values: np.ndarray, codes: int) -> np.ndarray:
    """Rename codes so that 1 is the most frequent."""
    order = np.argsort(-np.bincount(values, minlength=codes + 1)[1:], kind="stable")
    rank = np.empty(codes, np.int32)
    rank[order] = np.arange(1, codes + 1, dtype=np.int32)
    codes_of: np.ndarray = rank[values - 1]
    return codes_of


def write_dataset(dataset: Dataset, folder: Path) -> Path:
    """Write a dataset in memory as a prepared folder that ``load_dataset`` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = {
        "user": dataset.user_of_event(),
        "item": dataset.items,
        "scenario": dataset.scenarios.astype(np.int16),
        "timestamp": dataset.times,
    }
    for bit, action in enumerate(dataset.vocabulary.actions):
        columns[f"action_{action}"] = (dataset.actions >> bit & 1).astype(bool)
    columns["reward"] = dataset.rewards
    pq.write_table(pa.table(columns), folder / "events.parquet")
    dataset.vocabulary.save(folder)
    finish_folder(folder, dataset.manifest)
    return folder
