"""Where interest goes and which scenario follows: the Markov chain behind the log.

Events are laid out *time-major* here: all users' first clicks, then all second clicks, and so on.
Users come with falling lengths, so that the users with a click t are a prefix: user r's click t
lies at ``starts[t] + r``.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ruie_core.data.sample.settings import FEED, HISTORY, SCENARIOS, SampleConfig
from ruie_core.data.sample.words import CATEGORIES

Array = npt.NDArray[Any]

MAIN_SHARE, SECOND_SHARE = 0.74, 0.16  # of a phase; the rest are the user's long-term tastes
_SEARCHERS = 0.25
_FRESH = 6  # clicks after the exploration in which a new interest is at its warmest

BASE_MATRICES = np.array(
    [
        [  # settled, feed first; rows: from, columns: to, in the order of SCENARIOS
            [0.93, 0.04, 0.01, 0.01, 0.01],
            [0.45, 0.35, 0.14, 0.04, 0.02],
            [0.40, 0.20, 0.34, 0.04, 0.02],
            [0.50, 0.22, 0.10, 0.16, 0.02],
            [0.62, 0.10, 0.08, 0.02, 0.18],
        ],
        [  # settled, searcher
            [0.76, 0.14, 0.05, 0.04, 0.01],
            [0.28, 0.45, 0.18, 0.08, 0.01],
            [0.28, 0.24, 0.40, 0.07, 0.01],
            [0.30, 0.26, 0.10, 0.33, 0.01],
            [0.50, 0.20, 0.10, 0.05, 0.15],
        ],
        [  # exploring
            [0.22, 0.54, 0.15, 0.05, 0.04],
            [0.10, 0.56, 0.26, 0.05, 0.03],
            [0.10, 0.38, 0.45, 0.04, 0.03],
            [0.15, 0.50, 0.20, 0.11, 0.04],
            [0.15, 0.45, 0.20, 0.04, 0.16],
        ],
    ]
)
"""(regime, from, to) before they are tilted to the shares that the settings ask for."""


@dataclass(frozen=True)
class Users:
    """Users of a chunk, by falling number of clicks."""

    ids: Array
    """(U,) int32 official user_id."""
    clicks: Array
    """(U,) int64 number of clicks, falling."""
    searcher: Array
    """(U,) bool the second user type."""
    explorer: Array
    """(U,) bool turns to search when the interest changes."""
    taste: Array
    """(U, C) float64 long-term shares of the categories, summing to 1."""
    warmth: Array
    """(U,) float64 how readily the user likes and follows; mean 1."""

    @property
    def starts(self) -> Array:
        """(T + 1,) int64 first flat index of each time step."""
        active = np.searchsorted(-self.clicks, -np.arange(self.clicks[0]), side="left")
        return np.concatenate([[0], np.cumsum(active)])


@dataclass(frozen=True)
class Paths:
    """Interest and scenario of every click, time-major, (N,) each."""

    scenario: Array
    """int8 index into SCENARIOS."""
    regime: Array
    """int8 index into REGIMES: the matrix that this click's scenario was drawn from."""
    phase: Array
    """int32 the user's phase of interest, from 0."""
    age: Array
    """int32 clicks since the phase began, from 0."""
    main: Array
    """int8 category of the present interest."""
    second: Array
    """int8 its companion."""
    category: Array
    """int8 category that this click would have by interest (old interest while the feed lags)."""
    fresh: Array
    """bool the first clicks of a new interest."""
    distracted: Array
    """bool the visit is a distracted one: stray clicks are commoner, engagement rarer."""
    visit: Array
    """bool True where a visit to the platform begins."""


def make_users(ids: Array, clicks: Array, config: SampleConfig, rng: np.random.Generator) -> Users:
    """Draw the traits of users and sort them by falling number of clicks."""
    order = np.argsort(-clicks, kind="stable")
    popular = np.arange(1, len(CATEGORIES) + 1) ** -0.5
    taste = (
        rng.gamma(0.6 * popular / popular.mean() + 0.05, size=(len(ids), len(CATEGORIES))) + 1e-6
    )
    return Users(
        ids=ids[order],
        clicks=clicks[order],
        searcher=rng.random(len(ids)) < _SEARCHERS,
        explorer=rng.random(len(ids)) < config.explorers,
        taste=taste / taste.sum(1, keepdims=True),
        warmth=rng.gamma(2.0, 0.5, len(ids)),
    )


def walk(users: Users, matrices: Array, config: SampleConfig, rng: np.random.Generator) -> Paths:
    """Let every user's interest and scenario move, one time step for all users at once.

    Args:
        users: U users with N clicks in all.
        matrices: (regime, from, to) transition probabilities.
        config: phase length.
        rng: source of randomness.
    """
    starts, total = users.starts, int(users.clicks.sum())
    taste_steps, matrix_steps = np.cumsum(users.taste, 1), np.cumsum(matrices, 2)
    n = len(users.ids)
    scenario = np.zeros(n, np.int8)
    left, length, phase, age = (np.zeros(n, np.int32) for _ in range(4))
    main, second, old_main, old_second = (np.zeros(n, np.int8) for _ in range(4))
    phase -= 1
    distracted = np.zeros(n, bool)
    names = ("scenario", "regime", "phase", "age", "main", "second", "category", "fresh")
    kinds = (np.int8, np.int8, np.int32, np.int32, np.int8, np.int8, np.int8, bool)
    out = {name: np.empty(total, kind) for name, kind in zip(names, kinds, strict=True)}
    out |= {"distracted": np.empty(total, bool), "visit": np.empty(total, bool)}
    for t in range(len(starts) - 1):
        a, b = starts[t], starts[t + 1]
        k = b - a
        uniform = rng.random((7, k))
        turn = np.flatnonzero(left[:k] == 0)
        if len(turn):
            draws = rng.random((3, len(turn)))
            old_main[turn], old_second[turn] = main[turn], second[turn]
            main[turn] = _other(_pick(taste_steps[turn], draws[0]), main[turn], phase[turn] >= 0)
            second[turn] = _other(_pick(taste_steps[turn], draws[1]), main[turn], draws[1] >= 0)
            left[turn] = 5 + rng.geometric(1 / (config.phase_clicks - 5), len(turn))
            length[turn] = 4 + (draws[2] * 5).astype(np.int32)
            phase[turn] += 1
            age[turn] = 0
        now, later = age[:k], phase[:k] > 0
        explorer = users.explorer[:k]
        exploring = explorer & later & (now < length[:k])
        regime = np.where(exploring, 2, users.searcher[:k]).astype(np.int8)
        scenario[:k] = _pick(matrix_steps[regime, scenario[:k]], uniform[0])
        here = scenario[:k]
        follow = np.where(later, _follows(here, now, length[:k], explorer), 1.0)
        new = uniform[1] < follow
        mixed = _pick(taste_steps[:k], uniform[3])
        category = np.where(
            uniform[2] < MAIN_SHARE,
            np.where(new, main[:k], old_main[:k]),
            np.where(
                uniform[2] < MAIN_SHARE + SECOND_SHARE,
                np.where(new, second[:k], old_second[:k]),
                mixed,
            ),
        )
        visit = (uniform[4] < 1 / 6) | (t == 0)
        distracted[:k] = np.where(visit, uniform[5] < 0.25, distracted[:k])
        for name, value in (
            ("scenario", here), ("regime", regime), ("phase", phase[:k]), ("age", now),
            ("main", main[:k]), ("second", second[:k]), ("category", category),
            ("fresh", later & (now < length[:k] * explorer + _FRESH)),
            ("distracted", distracted[:k]), ("visit", visit),
        ):  # fmt: skip
            out[name][a:b] = value
        age[:k] += 1
        left[:k] -= 1
    return Paths(**out)


def _follows(scenario: Array, age: Array, length: Array, explorer: Array) -> Array:
    """Return the probability that a click shows the new interest rather than the old one.

    Search knows it at once. The feed learns it: with explorers only after they have searched for
    a while, with others from the first click on.
    """
    since = np.where(explorer, age - length, age)
    feed = np.where(since < 0, 0.15, np.minimum(1.0, 0.4 + 0.15 * since))
    history = np.minimum(1.0, 0.3 + 0.1 * age)
    follow = np.where(scenario == FEED, feed, 1.0)
    chance: Array = np.where(scenario == HISTORY, history, follow)
    return chance


def _pick(steps: Array, uniform: Array) -> Array:
    """Draw a column per row from cumulative probabilities (N, K) and uniform numbers (N,)."""
    column: Array = np.minimum((steps < uniform[:, None]).sum(1), steps.shape[1] - 1)
    return column.astype(np.int8)


def _other(drawn: Array, taken: Array, mask: Array) -> Array:
    """Move a drawn category to its neighbour where it equals the one already taken."""
    clash = mask & (drawn == taken)
    return np.where(clash, (drawn + 1) % len(CATEGORIES), drawn).astype(np.int8)


def shares(scenario: Array) -> Array:
    """Return the share of clicks per scenario, (S,)."""
    return np.bincount(scenario, minlength=len(SCENARIOS)) / len(scenario)
