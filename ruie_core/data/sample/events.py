"""From paths of interest to clicks on items, and the rows that were shown without a click."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ruie_core.data.sample.catalogue import Catalogue
from ruie_core.data.sample.paths import Paths, Users
from ruie_core.data.sample.settings import DAYS, FEED, START_MS
from ruie_core.data.sample.world import World

Array = npt.NDArray[Any]

_STEPS = np.array([0.50, 0.25, 0.15, 0.10], np.float32)  # 1 to 4 places along the series
_SAME_SESSION = 0.35
_HOURS = np.array(
    [
        3,
        1.5,
        1,
        0.6,
        0.5,
        0.8,
        1.8,
        3,
        4,
        4.2,
        4.3,
        5,
        6.5,
        6,
        4.8,
        4.5,
        4.5,
        5,
        6,
        7,
        8,
        8.5,
        7.5,
        5,
    ]
)
"""Activity by hour of the day in Beijing."""


@dataclass(frozen=True)
class Clicks:
    """Every click of a chunk, time-major as its ``Paths``, (N,) each."""

    paths: Paths
    position: Array
    """int64 place of the item in the catalogue."""
    stray: Array
    """bool True for a click that has nothing to do with the user's interest."""
    engagement: Array
    """float64 relative probability of a like, follow or forward; mean 1 over the feed."""


@dataclass(frozen=True)
class Rows:
    """Every row of the log of a chunk, by user and time, (M,) each."""

    user: Array
    """int64 index into the chunk's users."""
    click_at: Array
    """int64 time-major index of the click that this row is, or that comes after it."""
    step: Array
    """int32 the user's click number, from 0, of ``click_at``."""
    scenario: Array
    """int8 index into SCENARIOS."""
    clicked: Array
    """bool True for the click itself, False for a row that was passed over."""
    stray: Array
    """bool shown (or clicked) regardless of the user's interest."""
    position: Array
    """int64 place of the item in the catalogue."""
    playing_ms: Array
    """int64 time spent, ms."""
    timestamp: Array
    """int64 ms since epoch; all rows of a search session have the session's."""
    session: Array
    """int64 search session of the chunk, from 0; -1 in the feed."""


def make_clicks(
    users: Users, paths: Paths, world: World, catalogue: Catalogue, rng: np.random.Generator
) -> Clicks:
    """Draw the item of every click.

    A click of interest continues its category's series where the user left it, with probability
    ``chain``, or enters the category anew by popularity. A stray click takes any item by popularity
    and leaves no trace: the next click goes on as if it had not been.
    """
    n = len(paths.scenario)
    uniform = rng.random((4, n))
    stray = uniform[0] < world.stray_probability(paths)
    category = paths.category.astype(np.int64)
    first = np.where(stray, 0, catalogue.category_starts[category])
    last = np.where(stray, catalogue.n_items, catalogue.category_starts[category + 1])
    position = catalogue.draw(first, last, uniform[1])
    follows = (uniform[2] < world.config.chain) & ~stray
    starts = users.starts
    place = np.full((len(users.ids), len(catalogue.category_starts) - 1), -1, np.int64)
    for t in range(len(starts) - 1):
        a, b = starts[t], starts[t + 1]
        signal = np.flatnonzero(~stray[a:b])
        here = category[a:b][signal]
        before = place[signal, here]
        go = np.flatnonzero(follows[a:b][signal] & (before >= 0))
        at = a + signal[go]
        position[at] = _along(catalogue, before[go], here[go], uniform[3, at])
        place[signal, here] = position[a:b][signal]
    rank = np.arange(n) - np.repeat(starts[:-1], np.diff(starts))
    warmth = users.warmth[rank]
    engagement = world.engagement(stray, catalogue.categories(position), paths, warmth)
    return Clicks(paths, position, stray, engagement)


def _along(catalogue: Catalogue, before: Array, category: Array, uniform: Array) -> Array:
    """Move one to four places along a category, the popular places first."""
    start = catalogue.category_starts[category]
    size = catalogue.category_starts[category + 1] - start
    ahead = start + (before - start + np.arange(1, 5)[:, None]) % size  # (4, N)
    steps = np.cumsum(_STEPS[:, None] * catalogue.pull[ahead], 0)
    choice = np.minimum((steps < uniform * steps[-1]).sum(0), 3)
    along: Array = ahead[choice, np.arange(len(before))]
    return along


def make_rows(
    users: Users, clicks: Clicks, world: World, catalogue: Catalogue, rng: np.random.Generator
) -> Rows:
    """Put the rows that were passed over before each click, and give everything its time.

    The number of rows before a click is geometric, so that the click rates of the world hold:
    (S, 2) rates give (1 - r) / r rows per click of either kind.
    """
    starts, paths = users.starts, clicks.paths
    user = np.repeat(np.arange(len(users.ids)), users.clicks)
    step = np.arange(len(user)) - np.repeat(np.cumsum(users.clicks) - users.clicks, users.clicks)
    click_at = starts[step] + user  # user-major order of the clicks
    scenario = paths.scenario[click_at]

    share = np.stack([1 - world.stray_shares, world.stray_shares], 1)
    passed = share * (1 - world.click_rates) / world.click_rates  # (S, 2) rows per click
    before = rng.geometric(1 / (1 + passed.sum(1)[scenario])) - 1
    block = np.repeat(np.arange(len(user)), before + 1)
    place = np.arange(len(block)) - np.repeat(np.cumsum(before + 1) - before - 1, before + 1)
    clicked = place == before[block]

    at, where = click_at[block], scenario[block]
    uniform = rng.random((3, len(block)))
    stray = uniform[0] < (passed[:, 1] / passed.sum(1))[where]
    stray = np.where(clicked, clicks.stray[at], stray)
    category = paths.category[at].astype(np.int64)
    low = np.where(stray, 0, catalogue.category_starts[category])
    high = np.where(stray, catalogue.n_items, catalogue.category_starts[category + 1])
    position = np.where(clicked, clicks.position[at], catalogue.draw(low, high, uniform[1]))

    played = np.where(clicked, 0.4 + 0.9 * uniform[2], 0.25 * uniform[2] ** 2)
    playing = (played * catalogue.duration_ms[position]).astype(np.int64)
    visit = paths.visit[at] & (place == 0)
    time = _times(user[block], visit, np.minimum(playing, 120_000), rng)
    fresh = _session_starts(user, scenario, paths.visit[click_at], block, place, before, rng)
    session = np.where(where == FEED, -1, np.cumsum(fresh) - 1)
    rows = Rows(
        user=user[block],
        click_at=at,
        step=step[block].astype(np.int32),
        scenario=where,
        clicked=clicked,
        stray=stray,
        position=position,
        playing_ms=playing,
        timestamp=np.where(where == FEED, time, time[np.flatnonzero(fresh)][session]),
        session=session,
    )
    return _without_repeats(rows, catalogue.n_items)


def _session_starts(
    user: Array,
    scenario: Array,
    visit: Array,
    block: Array,
    place: Array,
    before: Array,
    rng: np.random.Generator,
) -> Array:
    """Mark the rows that begin a search session, (M,) bool.

    A click may share the session of the click before it. Rows passed over first may form sessions
    of their own without a click (abandoned queries).
    """
    same = np.zeros(len(user), bool)
    same[1:] = (user[1:] == user[:-1]) & (scenario[1:] == scenario[:-1]) & ~visit[1:]
    same &= rng.random(len(user)) < _SAME_SESSION
    abandoned = np.where(same, 0, rng.binomial(before, 0.75))
    limit = abandoned[block]
    begins = ((place == 0) & ~same[block]) | ((place == limit) & (limit > 0))
    begins |= (place < limit) & (rng.random(len(block)) < 0.5)
    starts: Array = begins & (scenario[block] != FEED)
    return starts


def _times(user: Array, visit: Array, dwell_ms: Array, rng: np.random.Generator) -> Array:
    """Return strictly rising times per user: visits by the hours of the day, dwell in between.

    t_k = max(start of the visit of k, t_(k-1) + dwell_(k-1)), for all users at once through a
    running maximum of start minus elapsed dwell.
    """
    owner = user[visit]
    hour = rng.choice(24, len(owner), p=_HOURS / _HOURS.sum())
    start = (rng.integers(0, DAYS, len(owner)) * 24 + hour + rng.random(len(owner))) * 3_600_000
    apart = 10**11  # ms, longer than any user's log: keeps users apart in one running maximum
    start = np.sort(start.astype(np.int64) + owner * apart)
    dwell = dwell_ms + 800 + rng.exponential(2_500, len(user)).astype(np.int64)
    elapsed = np.cumsum(dwell) - dwell
    elapsed -= np.repeat(elapsed[_firsts(user)], np.bincount(user)[user[_firsts(user)]])
    head = np.full(len(user), np.iinfo(np.int64).min)
    head[visit] = start - elapsed[visit]
    times: Array = START_MS + np.maximum.accumulate(head) + elapsed - user * apart
    return times


def _firsts(user: Array) -> Array:
    return np.flatnonzero(np.diff(user, prepend=-1))


def _without_repeats(rows: Rows, n_items: int) -> Rows:
    """Show an item once per search session; of equal rows the clicked one stays."""
    search = np.flatnonzero(rows.session >= 0)
    search = search[np.argsort(~rows.clicked[search], kind="stable")]
    key = rows.session[search] * n_items + rows.position[search]
    _, first = np.unique(key, return_index=True)
    keep = rows.session < 0
    keep[search[first]] = True
    return Rows(**{name: value[keep] for name, value in vars(rows).items()})
