"""A prepared dataset in memory: flat arrays and offsets per user, nothing per event in Python."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from ruie_core.data.vocabulary import (
    ITEMS_FILE,
    SCENARIOS_FILE,
    USERS_FILE,
    Vocabulary,
    load_vocabulary,
)
from ruie_core.errors import UserError
from ruie_core.files import checked, read_json

FORMAT: Final = 1
"""Version of the prepared folder; a reader refuses any other."""

EVENTS_FILE, MANIFEST_FILE = "events.parquet", "manifest.json"
FOLDER_FILES: Final = (EVENTS_FILE, ITEMS_FILE, USERS_FILE, SCENARIOS_FILE)
ACTION_PREFIX: Final = "action_"

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Dataset:
    """N events of U users, users one after the other, each in time order.

    Attributes:
        items: (N,) int32 item codes, 1..I; code 1 is the most frequent item.
        scenarios: (N,) int32 scenario codes, 1..S.
        rewards: (N,) float32, sum of the weights of the event's actions.
        times: (N,) int64, milliseconds since epoch.
        actions: (N,) int32 bit mask: bit k is ``vocabulary.actions[k]``.
        offsets: (U+1,) int64; user u owns events ``offsets[u]:offsets[u + 1]``.
        vocabulary: names behind the codes.
        manifest: how the dataset was made (``manifest.json``).
    """

    items: Int32
    scenarios: Int32
    rewards: Float32
    times: Int64
    actions: Int32
    offsets: Int64
    vocabulary: Vocabulary
    manifest: dict[str, Any]

    @property
    def n_users(self) -> int:
        """Users, U."""
        return len(self.offsets) - 1

    @property
    def n_items(self) -> int:
        """Items in the catalogue, I."""
        return len(self.vocabulary.items)

    @property
    def n_scenarios(self) -> int:
        """Scenarios, S."""
        return len(self.vocabulary.scenarios)

    @property
    def n_events(self) -> int:
        """Events, N."""
        return len(self.items)

    @property
    def hash(self) -> str:
        """SHA-256 of the content: the same log and settings give the same hash on every engine."""
        return str(self.manifest["dataset_hash"])

    @property
    def lengths(self) -> Int64:
        """Events per user, (U,) int64."""
        return np.diff(self.offsets)

    @property
    def has_clock(self) -> bool:
        """Whether times tell when something happened, and not only what came first."""
        return bool(self.manifest.get("time", {}).get("kind") != "order")

    def user_of_event(self) -> Int32:
        """Code of the user of every event, (N,) int32."""
        return np.repeat(np.arange(self.n_users, dtype=np.int32), self.lengths)

    def pauses(self, hours: float | None) -> npt.NDArray[np.bool_]:
        """(N,) bool, True where an event follows a pause of its user longer than ``hours``.

        None means that no pause is long enough. A user's first event follows none.
        """
        long = np.zeros(self.n_events, bool)
        if hours is not None:
            long[1:] = np.diff(self.times) > hours * 3_600_000
            long[self.offsets[:-1][self.lengths > 0]] = False
        return long

    def with_rewards(self, weights: Mapping[str, float]) -> "Dataset":
        """Return the same events with other reward weights; an action not named weighs 0.

        Raises:
            UserError: an action is not in the dataset, or a weight is negative or not finite.
        """
        rewards = action_rewards(self.actions, self.vocabulary.actions, weights)
        manifest = self.manifest | {"rewards": dict(weights)}
        return dataclasses.replace(self, rewards=rewards, manifest=manifest)


def check_weights(weights: Mapping[str, float], known: tuple[str, ...]) -> None:
    """Refuse weights of unknown actions, and weights that are negative or not finite.

    Raises:
        UserError: names the action and lists the known ones.
    """
    for action, weight in weights.items():
        if action not in known:
            raise UserError(
                f"Reward weight for action {action!r}, which this dataset does not have: use "
                f"{', '.join(known)}."
            )
        if not (math.isfinite(weight) and weight >= 0):
            raise UserError(f"Reward weight of {action!r} is {weight}: give a number from 0 up.")


def action_rewards(masks: Int32, actions: tuple[str, ...], weights: Mapping[str, float]) -> Float32:
    """Sum the weights of each event's actions.

    >>> action_rewards(np.array([0, 1, 3], np.int32), ("click", "like"), {"click": 1, "like": 3})
    array([0., 1., 4.], dtype=float32)

    Args:
        masks: (N,) int32 bit masks over ``actions``.
        actions: name of each bit.
        weights: reward units per action; an action without one weighs 0.

    Returns:
        (N,) float32.
    """
    check_weights(weights, actions)
    rewards = np.zeros(len(masks), dtype=np.float64)
    for bit, action in enumerate(actions):
        if weight := weights.get(action, 0.0):
            rewards += weight * ((masks >> bit) & 1)
    return rewards.astype(np.float32)


def load_dataset(folder: Path) -> Dataset:
    """Read a prepared dataset and check that it is the one that was written.

    Raises:
        UserError: no such folder, another format version, or a file missing or changed.
    """
    folder = Path(folder)
    manifest = _checked_manifest(folder)
    vocabulary = load_vocabulary(folder)
    columns = _read_events(folder / EVENTS_FILE, vocabulary.actions)
    users = columns.pop("user")
    lengths = np.bincount(users, minlength=len(vocabulary.users))
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return Dataset(
        items=columns["item"],
        scenarios=columns["scenario"],
        rewards=columns["reward"],
        times=columns["timestamp"],
        actions=columns["actions"],
        offsets=offsets,
        vocabulary=vocabulary,
        manifest=manifest,
    )


def _checked_manifest(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise UserError(
            f"There is no prepared dataset at {folder}: make one with `ruie prepare` first."
        )
    path = folder / MANIFEST_FILE
    manifest = read_json(path)
    if not isinstance(manifest, dict) or manifest.get("kind") != "prepared-dataset":
        raise UserError(f"{path} does not describe a prepared dataset: choose another folder.")
    if manifest.get("format") != FORMAT:
        raise UserError(
            f"{path}: format version {manifest.get('format')}, this program reads {FORMAT}: "
            "prepare the dataset again with this version."
        )
    for name in FOLDER_FILES:
        expected = manifest.get("files", {}).get(name)
        checked(folder / name, expected, MANIFEST_FILE, "prepare the dataset again")
    return manifest


_TYPES: Final = {
    "user": np.int32,
    "item": np.int32,
    "scenario": np.int32,
    "timestamp": np.int64,
    "reward": np.float32,
}


def _read_events(path: Path, actions: tuple[str, ...]) -> dict[str, npt.NDArray[Any]]:
    """Read batch by batch into arrays of the final size: no second copy of the log."""
    try:
        with pq.ParquetFile(path) as file:
            n = file.metadata.num_rows
            columns: dict[str, npt.NDArray[Any]] = {
                name: np.empty(n, dtype) for name, dtype in _TYPES.items()
            }
            columns["actions"] = np.zeros(n, np.int32)
            names = [*_TYPES, *(ACTION_PREFIX + action for action in actions)]
            first = 0
            for batch in file.iter_batches(batch_size=1 << 20, columns=names):
                last = first + batch.num_rows
                for name in _TYPES:
                    columns[name][first:last] = batch.column(name).to_numpy()
                for bit, action in enumerate(actions):
                    flag = batch.column(ACTION_PREFIX + action).to_numpy(zero_copy_only=False)
                    columns["actions"][first:last] |= flag.astype(np.int32) << bit
                first = last
    except (pa.ArrowException, OSError, KeyError) as error:
        raise UserError(
            f"{path} is not readable ({str(error).splitlines()[0]}): restore the file or prepare "
            "the dataset again."
        ) from None
    return columns
