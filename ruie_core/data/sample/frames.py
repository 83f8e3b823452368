"""KuaiSAR's official tables from the rows of a chunk, and the truth beside them."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ruie_core.data.sample.catalogue import Catalogue
from ruie_core.data.sample.events import Clicks, Rows
from ruie_core.data.sample.paths import MAIN_SHARE, SECOND_SHARE, Users
from ruie_core.data.sample.settings import FEED, REGIMES, SCENARIOS, USER_INPUT, SampleConfig
from ruie_core.data.sample.words import CATEGORIES, TOPICS

Array = npt.NDArray[Any]

REC_COLUMNS: Final = (
    "user_id", "item_id", "playing_time", "duration_ms", "time", "timestamp",
    "click", "forward", "like", "follow", "search", "search_item_related",
)  # fmt: skip
SRC_COLUMNS: Final = (
    "user_id", "search_session_id", "search_session_time", "search_session_timestamp", "keyword",
    "search_source", "item_id", "click_cnt", "item_type",
)  # fmt: skip

_BEIJING_MS = 8 * 3_600_000

_VARIANTS = 8


@dataclass(frozen=True)
class Chunk:
    """Tables of one chunk of users, each ordered by time."""

    rec: pa.Table
    src: pa.Table
    users: pa.Table
    events: pa.Table
    interests: pa.Table
    traits: pa.Table


def make_chunk(
    users: Users,
    clicks: Clicks,
    rows: Rows,
    catalogue: Catalogue,
    config: SampleConfig,
    first_session: int,
    rng: np.random.Generator,
) -> Chunk:
    """Make the tables of one chunk; its search sessions count on from ``first_session``."""
    order = np.argsort(rows.timestamp, kind="stable")
    feed = order[rows.scenario[order] == FEED]
    search = order[rows.scenario[order] != FEED]
    return Chunk(
        rec=_rec_table(users, clicks, rows, feed, catalogue, config, rng),
        src=_src_table(users, rows, search, catalogue, first_session, rng),
        users=_user_table(users, rows, rng),
        events=_truth_events(users, clicks, rows, order, catalogue),
        interests=_truth_interests(users, clicks, rows),
        traits=_truth_traits(users),
    )


def _rec_table(
    users: Users,
    clicks: Clicks,
    rows: Rows,
    feed: Array,
    catalogue: Catalogue,
    config: SampleConfig,
    rng: np.random.Generator,
) -> pa.Table:
    at, clicked = rows.click_at[feed], rows.clicked[feed]
    engagement = np.where(clicked, clicks.engagement[at], 0.0)
    chance = rng.random((4, len(feed)))
    rates = (config.forward_rate, config.like_rate, config.follow_rate)
    forward, like, follow = (
        (chance[k] < np.minimum(rate * engagement, 0.95)).astype(np.int8)
        for k, rate in enumerate(rates)
    )
    after = _next_click(users, rows, feed)
    paths = clicks.paths
    searched = clicked & (after >= 0) & (paths.scenario[after] == USER_INPUT)
    searched &= ~paths.visit[after] & (chance[3] < 0.8)
    related = catalogue.categories(clicks.position[at]) == catalogue.categories(
        clicks.position[after]
    )
    position = rows.position[feed]
    columns = (
        users.ids[rows.user[feed]],
        catalogue.item_ids[position],
        _point_zero(rows.playing_ms[feed]),
        _point_zero(catalogue.duration_ms[position]),
        _beijing(rows.timestamp[feed]),
        _point_zero(rows.timestamp[feed]),
        clicked.astype(np.int8),
        forward,
        like,
        follow,
        searched.astype(np.int8),
        (searched & related).astype(np.int8),
    )
    return pa.table(dict(zip(REC_COLUMNS, columns, strict=True)))


def _next_click(users: Users, rows: Rows, which: Array) -> Array:
    """Return the time-major index of the user's next click, -1 at the end."""
    user, step = rows.user[which], rows.step[which].astype(np.int64) + 1
    more = step < users.clicks[user]
    return np.where(more, users.starts[np.where(more, step, 0)] + user, -1)


def _src_table(
    users: Users,
    rows: Rows,
    search: Array,
    catalogue: Catalogue,
    first_session: int,
    rng: np.random.Generator,
) -> pa.Table:
    session, position = rows.session[search], rows.position[search]
    topic_of_session = np.zeros(int(rows.session.max(initial=-1)) + 1, np.int64)
    topic_of_session[session] = catalogue.topics(position)
    word = topic_of_session[session] * _VARIANTS + session % _VARIANTS
    again = rng.random(len(search)) < 0.03  # a clicked result is sometimes opened twice
    columns = (
        users.ids[rows.user[search]],
        session + first_session,
        _beijing(rows.timestamp[search]),
        rows.timestamp[search],
        _keywords().take(pa.array(word)),
        pa.array(SCENARIOS).take(pa.array(rows.scenario[search])),
        catalogue.item_ids[position],
        (rows.clicked[search] * (1 + again)).astype(np.int8),
        pa.array(["VIDEO", "IMAGE_ATLAS"]).take(pa.array(catalogue.atlas[position].astype(int))),
    )
    return pa.table(dict(zip(SRC_COLUMNS, columns, strict=True)))


def _keywords() -> pa.Array:
    """Return the keyword of each topic and variant, as official lists of word ids."""
    topics = len(CATEGORIES) * TOPICS
    base = len(CATEGORIES) + topics
    return pa.array(
        [
            str([1 + topic // TOPICS, 1 + len(CATEGORIES) + topic, 1 + base + topic % 37 + variant])
            for topic in range(topics)
            for variant in range(_VARIANTS)
        ]
    )


def _user_table(users: Users, rows: Rows, rng: np.random.Generator) -> pa.Table:
    count = len(users.ids)
    in_feed = np.bincount(rows.user[rows.scenario == FEED], minlength=count)
    in_search = np.bincount(rows.user[rows.scenario != FEED], minlength=count)
    return pa.table(
        {
            "user_id": users.ids,
            "search_active_level": _level(in_search),
            "rec_active_level": _level(in_feed),
            "onehot_feat1": rng.integers(0, 3, count),
            "onehot_feat2": rng.integers(0, 8, count),
        }
    )


def _level(rows: Array) -> Array:
    level: Array = np.minimum(np.log2(1 + rows).astype(np.int64), 9)
    return level


def _truth_events(
    users: Users, clicks: Clicks, rows: Rows, order: Array, catalogue: Catalogue
) -> pa.Table:
    at, paths = rows.click_at[order], clicks.paths
    return pa.table(
        {
            "user_id": users.ids[rows.user[order]],
            "item_id": catalogue.item_ids[rows.position[order]],
            "timestamp": rows.timestamp[order],
            "scenario": _labels(SCENARIOS, rows.scenario[order]),
            "click": rows.clicked[order],
            "noise": rows.stray[order],
            "step": rows.step[order],
            "phase": paths.phase[at].astype(np.int32),
            "regime": _labels(REGIMES, paths.regime[at]),
            "distracted": paths.distracted[at],
        }
    )


def _truth_interests(users: Users, clicks: Clicks, rows: Rows) -> pa.Table:
    paths = clicks.paths
    click = np.flatnonzero(rows.clicked)
    owner, phase = rows.user[click], paths.phase[rows.click_at[click]]
    new = np.append(True, (owner[1:] != owner[:-1]) | (phase[1:] != phase[:-1]))
    begin = click[new]
    at, user = rows.click_at[begin], rows.user[begin]
    after = np.append(user[1:], -1) == user
    next_step = np.append(rows.step[begin][1:], 0)
    length = np.where(after, next_step, users.clicks[user]) - rows.step[begin]
    weights = (1 - MAIN_SHARE - SECOND_SHARE) * users.taste[user]
    line = np.arange(len(at))
    weights[line, paths.main[at]] += MAIN_SHARE
    weights[line, paths.second[at]] += SECOND_SHARE
    names = [category.name for category in CATEGORIES]
    columns: dict[str, Any] = {
        "user_id": users.ids[user],
        "phase": paths.phase[at],
        "first_step": rows.step[begin],
        "clicks": length.astype(np.int32),
        "first_timestamp": rows.timestamp[begin],
        "main": _labels(names, paths.main[at]),
        "second": _labels(names, paths.second[at]),
    }
    columns |= {name: weights[:, k].astype(np.float32) for k, name in enumerate(names)}
    return pa.table(columns)


def _truth_traits(users: Users) -> pa.Table:
    return pa.table(
        {
            "user_id": users.ids,
            "clicks": users.clicks.astype(np.int32),
            "searcher": users.searcher,
            "explorer": users.explorer,
            "warmth": users.warmth.astype(np.float32),
        }
    )


def _labels(names: tuple[str, ...] | list[str], codes: Array) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int8()), pa.array(names))


def _beijing(timestamp: Array) -> pa.Array:
    """Return Beijing time as text: "2023-05-22 15:53:20"."""
    return pa.array((timestamp + _BEIJING_MS) // 1_000, pa.timestamp("s")).cast(pa.string())


def _point_zero(whole: Array) -> pa.Array:
    """Return whole numbers as the official files write their floats: "60792.0"."""
    text = pa.array(whole).cast(pa.string())
    return pc.binary_join_element_wise(text, ".0", "")
