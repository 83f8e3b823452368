"""A generated log: in memory, or as a stream of chunks that never holds it whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from ruie_core.data.sample.catalogue import Catalogue, item_tables, make_catalogue
from ruie_core.data.sample.events import make_clicks, make_rows
from ruie_core.data.sample.frames import Chunk, make_chunk
from ruie_core.data.sample.paths import make_users, walk
from ruie_core.data.sample.settings import SampleConfig
from ruie_core.data.sample.truth import Truth, parameters
from ruie_core.data.sample.world import World, make_world

Array = npt.NDArray[Any]

_LEAST = 3  # clicks of every user
_FLOATS = ("playing_time", "duration_ms", "timestamp")


@dataclass(frozen=True)
class Plan:
    """All that is fixed before the first event is drawn."""

    config: SampleConfig
    catalogue: Catalogue
    world: World
    user_ids: Array
    """(U,) int32."""
    clicks: Array
    """(U,) int64 clicks of each user."""
    seeds: tuple[np.random.Generator, ...]
    """Generators of the item table, of the social network, and of each chunk."""

    def items(self) -> Iterator[pa.Table]:
        """Yield item_features.csv."""
        return item_tables(self.catalogue, self.seeds[0])

    def social(self) -> pa.Table:
        """Return social_network.csv: whom each user follows, three others on average."""
        rng = self.seeds[1]
        user = np.repeat(self.user_ids, rng.poisson(3.0, len(self.user_ids)))
        followed = rng.choice(self.user_ids, len(user))
        pairs = np.unique(np.stack([user, followed], 1)[user != followed], axis=0)
        return pa.table({"user_id": pairs[:, 0], "user_follow_id": pairs[:, 1]})

    def chunks(self) -> Iterator[Chunk]:
        """Yield the log, some users at a time."""
        first_session = 1
        parts = np.array_split(np.arange(len(self.user_ids)), len(self.seeds) - 2)
        for part, rng in zip(parts, self.seeds[2:], strict=True):
            users = make_users(self.user_ids[part], self.clicks[part], self.config, rng)
            paths = walk(users, self.world.matrices, self.config, rng)
            clicks = make_clicks(users, paths, self.world, self.catalogue, rng)
            rows = make_rows(users, clicks, self.world, self.catalogue, rng)
            yield make_chunk(users, clicks, rows, self.catalogue, self.config, first_session, rng)
            first_session += int(rows.session.max(initial=-1)) + 1


@dataclass(frozen=True)
class SampleLog:
    """A generated log in memory, with KuaiSAR's official columns, and its truth."""

    rec_inter: pd.DataFrame
    src_inter: pd.DataFrame
    item_features: pd.DataFrame
    user_features: pd.DataFrame
    social_network: pd.DataFrame
    truth: Truth


def make_plan(config: SampleConfig, rng: np.random.Generator) -> Plan:
    """Draw catalogue, users and the constants of the world."""
    n_chunks = max(1, -(-(config.rec_events + config.search_events) // config.chunk_rows))
    n_chunks = min(n_chunks, config.users)
    own, *seeds = rng.spawn(3 + n_chunks)
    catalogue = make_catalogue(config, own)
    clicks = _lengths(config, own)
    return Plan(
        config=config,
        catalogue=catalogue,
        world=make_world(clicks, config, own),
        user_ids=(own.permutation(config.users) + 1).astype(np.int32),
        clicks=clicks,
        seeds=tuple(seeds),
    )


def make_log(config: SampleConfig, rng: np.random.Generator | None = None) -> SampleLog:
    """Generate a log in memory.

    Args:
        config: settings; ``gzip`` has no effect.
        rng: source of randomness; none: made from ``config.seed``.

    Returns:
        Frames with KuaiSAR's official columns, each ordered by time, and the truth.
    """
    plan = make_plan(config, np.random.default_rng(config.seed) if rng is None else rng)
    chunks = list(plan.chunks())

    def whole(name: str) -> pd.DataFrame:
        table = pa.concat_tables([getattr(chunk, name) for chunk in chunks])
        frame: pd.DataFrame = table.unify_dictionaries().to_pandas()
        return frame

    return SampleLog(
        rec_inter=whole("rec").astype(dict.fromkeys(_FLOATS, np.float64)),
        src_inter=whole("src"),
        item_features=pa.concat_tables(plan.items()).to_pandas(),
        user_features=whole("users"),
        social_network=plan.social().to_pandas(),
        truth=Truth(whole("events"), whole("interests"), whole("traits"), parameters(plan.world)),
    )


def _lengths(config: SampleConfig, rng: np.random.Generator) -> Array:
    """Draw clicks per user: log-normal, three at least, their sum as the settings ask."""
    shape = np.exp(config.length_spread * np.clip(rng.standard_normal(config.users), -3.5, 3.5))
    low, high = 0.0, float(config.clicks)
    for _ in range(60):
        scale = (low + high) / 2
        total = np.maximum(np.round(scale * shape), _LEAST).sum()
        low, high = (scale, high) if total < config.clicks else (low, scale)
    return np.maximum(np.round(low * shape), _LEAST).astype(np.int64)
