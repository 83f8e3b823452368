"""The catalogue: items on one line, by category, topic and place in their topic's series."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ruie_core.data.sample.settings import START_MS, SampleConfig
from ruie_core.data.sample.words import CATEGORIES, PATTERNS, TOPICS, titles

Array = npt.NDArray[Any]

_DAY_MS = 86_400_000
_SLICE = 500_000
_HEAD_SHARE = 0.02  # of the items: above it popularity is nearly flat, as in KuaiRand


@dataclass(frozen=True)
class Catalogue:
    """Items by position 0..I-1; C categories with T topics each lie next to each other.

    Neighbours on the line are alike: whoever follows a topic moves along it, a few places at a
    time, and into the next topic at its end (the end of a category joins its beginning).
    """

    item_ids: Array
    """(I,) int32 official item_id of each position."""
    category_starts: Array
    """(C + 1,) int64 first position of each category, then I."""
    topic_starts: Array
    """(C · T + 1,) int64 first position of each topic, then I."""
    mass: Array
    """(I + 1,) float64 cumulative popularity: item i weighs mass[i + 1] - mass[i]."""
    pull: Array
    """(I,) float32 how much an item attracts those who come along the line."""
    duration_ms: Array
    """(I,) int32 length of the video."""
    author_ids: Array
    """(I,) int32 author of the item."""
    atlas: Array
    """(I,) bool True for a picture series (IMAGE_ATLAS), False for a VIDEO."""
    first_titles: Array
    """(C · T,) int32 seed of the order in which a topic uses its title patterns."""

    @property
    def n_items(self) -> int:
        """Number of items."""
        return len(self.item_ids)

    def categories(self, positions: Array) -> Array:
        """Return the category 0..C-1 of each position."""
        return np.searchsorted(self.category_starts, positions, side="right") - 1

    def topics(self, positions: Array) -> Array:
        """Return the topic 0..C·T-1 of each position."""
        return np.searchsorted(self.topic_starts, positions, side="right") - 1

    def draw(self, first: Array | int, last: Array | int, uniform: Array) -> Array:
        """Draw positions by popularity.

        Args:
            first: first position of the range of each draw.
            last: one past the last position of the range.
            uniform: (N,) numbers in [0, 1).
        """
        low, high = self.mass[first], self.mass[last]
        at = np.searchsorted(self.mass, low + uniform * (high - low), side="right") - 1
        drawn: Array = np.clip(at, first, np.asarray(last) - 1)
        return drawn


def make_catalogue(config: SampleConfig, rng: np.random.Generator) -> Catalogue:
    """Lay out the catalogue."""
    items, n_topics = config.items, len(CATEGORIES) * TOPICS
    category_share = np.repeat(np.arange(1, len(CATEGORIES) + 1) ** -0.5, TOPICS)
    share = category_share * rng.gamma(6.0, size=n_topics)
    sizes = 2 + _apportion(share / share.sum(), items - 2 * n_topics)
    topic_starts = np.concatenate([[0], np.cumsum(sizes)])
    rank = rng.permutation(items) + 1.0
    weight = (rank + _HEAD_SHARE * items) ** -config.popularity_exponent
    return Catalogue(
        item_ids=(rng.permutation(items) + 1).astype(np.int32),
        category_starts=topic_starts[::TOPICS],
        topic_starts=topic_starts,
        mass=np.concatenate([[0.0], np.cumsum(weight)]),
        pull=np.sqrt(weight).astype(np.float32),
        duration_ms=np.clip(rng.lognormal(10.2, 0.7, items), 5_000, 600_000).astype(np.int32),
        author_ids=(rng.integers(0, max(items // 4, 1), items) + 1).astype(np.int32),
        atlas=rng.random(items) < 0.06,
        first_titles=rng.integers(0, 2**31 - 1, n_topics).astype(np.int32),
    )


def item_tables(catalogue: Catalogue, rng: np.random.Generator) -> Iterator[pa.Table]:
    """Yield item_features.csv in slices, ordered by item_id."""
    orders = np.stack(
        [np.random.default_rng(s).permutation(PATTERNS) for s in catalogue.first_titles]
    )
    texts = pa.array(titles())
    names = pa.array([category.name for category in CATEGORIES])
    topics = pa.array([topic for category in CATEGORIES for topic in category.topics])
    by_id = np.argsort(catalogue.item_ids)
    for first in range(0, catalogue.n_items, _SLICE):
        at = by_id[first : first + _SLICE]
        topic = catalogue.topics(at)
        category = topic // TOPICS
        place = at - catalogue.topic_starts[topic]
        days = rng.integers(-400, 15, len(at))
        uploaded = pa.array((START_MS + 28_800_000 + days * _DAY_MS) // 1_000, pa.timestamp("s"))
        zeros = np.zeros(len(at), np.int32)
        empty = pa.DictionaryArray.from_arrays(zeros, ["empty"]).cast(pa.string())
        columns: dict[str, Any] = {
            "item_id": catalogue.item_ids[at],
            "caption": _captions(texts, topic * PATTERNS + orders[topic, place % PATTERNS], place),
            "author_id": catalogue.author_ids[at],
            "item_type": _pick(["NORMAL", "PICTURES"], catalogue.atlas[at]),
            "upload_time": uploaded.cast(pa.date32()),
            "upload_type": _pick(["ShortImport", "LongImport"], rng.random(len(at)) < 0.4),
            "first_level_category_id": category + 1,
            "first_level_category_name": names.take(pa.array(category)),
            "first_level_category_name_en": names.take(pa.array(category)),
            "second_level_category_id": topic + 1,
            "second_level_category_name": topics.take(pa.array(topic)),
            "second_level_category_name_en": topics.take(pa.array(topic)),
        }
        for level in ("third", "fourth"):
            columns[f"{level}_level_category_id"] = zeros
            columns[f"{level}_level_category_name"] = empty
            columns[f"{level}_level_category_name_en"] = empty
        yield pa.table(columns)


def _captions(texts: pa.Array, index: Array, place: Array) -> pa.Array:
    title = texts.take(pa.array(index))
    part = pa.array(place // PATTERNS + 1).cast(pa.string())
    longer = pc.binary_join_element_wise(title, part, ", part ")
    return pc.if_else(pa.array(place < PATTERNS), title, longer)


def _pick(names: list[str], index: Array) -> pa.Array:
    return pa.array(names).take(pa.array(index.astype(np.int32)))


def _apportion(share: Array, total: int) -> Array:
    """Split ``total`` by largest remainders: shares (.5, .3, .2) of 7 give (4, 2, 1)."""
    exact = share * total
    whole: Array = np.floor(exact).astype(np.int64)
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: total - whole.sum()]] += 1
    return whole
