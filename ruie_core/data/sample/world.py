"""Constants of a generated world, solved once so that the log has the marginals asked for."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ruie_core.data.sample.paths import BASE_MATRICES, Paths, make_users, shares, walk
from ruie_core.data.sample.settings import CLICK_RATES, SCENARIOS, SampleConfig
from ruie_core.data.sample.words import CATEGORIES

Array = npt.NDArray[Any]

STRAY_LOG_ODDS = np.array([0.0, -0.9, -0.3, -0.9, 0.9])
"""By scenario: typed searches are deliberate, trending ones are not."""

STRAY_CLICK_RATIO = 0.4
"""Click rate of rows shown regardless of interest, relative to rows that match it."""

FRESH_FACTOR = 2.0
"""Engagement in the first clicks of a new interest, relative to later ones."""

DISTRACTED_FACTOR = 0.5
"""Engagement in distracted visits, relative to attentive ones."""

_PILOT_CLICKS, _LONGEST, _ROUNDS = 200_000, 600, 6


@dataclass(frozen=True)
class World:
    """True parameters; the log is drawn from exactly these."""

    matrices: Array
    """(regime, from, to) scenario of the next click. The click before the first is the feed."""
    stray_shift: float
    """Log-odds of a stray click in an attentive visit to the feed; -inf without noise."""
    stray_shares: Array
    """(S,) share of stray clicks per scenario."""
    click_rates: Array
    """(S, 2) clicks per row: [:, 0] rows that match the interest, [:, 1] the others."""
    category_warmth: Array
    """(C,) engagement of each category, relative to the mean."""
    engagement_scale: float
    """Divides relative engagement so that its mean over the clicks of the feed is 1."""
    config: SampleConfig

    def stray_probability(self, paths: Paths) -> Array:
        """Return the probability that each click is stray, (N,)."""
        return _stray(self.stray_shift, paths, self.config)

    def engagement(self, stray: Array, category: Array, paths: Paths, warmth: Array) -> Array:
        """Return how much likelier than average each click is liked, followed or forwarded.

        Args:
            stray: (N,) True for a stray click.
            category: (N,) category of the item.
            paths: state of the user at the click.
            warmth: (N,) warmth of the user.
        """
        return _relative(stray, category, paths, self) * warmth / self.engagement_scale


def make_world(clicks: Array, config: SampleConfig, rng: np.random.Generator) -> World:
    """Solve for tilts of the transition matrices and for the level of noise on a pilot.

    Args:
        clicks: (U,) clicks per user of the log; the pilot draws its users from them.
        config: the shares to reach.
        rng: source of randomness.
    """
    n = int(np.clip(_PILOT_CLICKS / clicks.mean(), 300, 3_000))
    lengths = np.minimum(rng.choice(clicks, n), _LONGEST)
    users = make_users(np.arange(n), lengths, config, rng)
    target = np.array(config.click_shares)
    tilt, seed = np.ones(len(SCENARIOS)), int(rng.integers(2**31))
    for _ in range(_ROUNDS):
        paths = walk(users, _tilted(tilt), config, np.random.default_rng(seed))
        tilt *= (target / np.maximum(shares(paths.scenario), 1e-4)) ** 0.8
        tilt /= tilt[0]
    matrices = _tilted(tilt)
    paths = walk(users, matrices, config, np.random.default_rng(seed))
    shift = _solve_shift(paths, config)
    stray = _stray(shift, paths, config)
    count = np.maximum(np.bincount(paths.scenario, minlength=len(SCENARIOS)), 1)
    stray_shares = np.bincount(paths.scenario, stray, len(SCENARIOS)) / count
    warmth = np.exp(rng.normal(0.0, 0.6, len(CATEGORIES)))
    world = World(
        matrices=matrices,
        stray_shift=shift,
        stray_shares=stray_shares,
        click_rates=_click_rates(stray_shares),
        category_warmth=warmth / warmth.mean(),
        engagement_scale=1.0,
        config=config,
    )
    feed = paths.scenario == 0
    by_interest = _relative(np.zeros(len(stray), bool), paths.category, paths, world)
    by_accident = config.stray_engagement * np.where(paths.distracted, DISTRACTED_FACTOR, 1.0)
    expected = stray * by_accident + (1 - stray) * by_interest
    return World(**{**vars(world), "engagement_scale": float(expected[feed].mean())})


def _tilted(tilt: Array) -> Array:
    matrices = BASE_MATRICES * tilt
    tilted: Array = matrices / matrices.sum(2, keepdims=True)
    return tilted


def _stray(shift: float, paths: Paths, config: SampleConfig) -> Array:
    logit = shift + STRAY_LOG_ODDS[paths.scenario] + config.noise_clumping * paths.distracted
    return 1 / (1 + np.exp(-logit))


def _solve_shift(paths: Paths, config: SampleConfig) -> float:
    if config.noise == 0:
        return -np.inf
    low, high = -20.0, 20.0
    for _ in range(50):
        middle = (low + high) / 2
        if _stray(middle, paths, config).mean() < config.noise:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _click_rates(stray_shares: Array) -> Array:
    """Split each scenario's click rate between rows of interest and other rows.

    With w the share of stray clicks, rows per click are (1 - w) / r_interest + w / r_stray; both
    rates keep their ratio unless that would take r_interest above 0.95.
    """
    total, w = np.array(CLICK_RATES), stray_shares
    interest = np.minimum(total * (1 - w + w / STRAY_CLICK_RATIO), 0.95)
    stray = np.divide(w, 1 / total - (1 - w) / interest, out=total.copy(), where=w > 0)
    return np.stack([interest, stray], 1)


def _relative(stray: Array, category: Array, paths: Paths, world: World) -> Array:
    signal = world.category_warmth[category] * np.where(paths.fresh, FRESH_FACTOR, 1.0)
    attention = np.where(paths.distracted, DISTRACTED_FACTOR, 1.0)
    relative: Array = np.where(stray, world.config.stray_engagement, signal) * attention
    return relative
