"""Category drift: how far a person's latest events lie, in their categories, from those before.

Distances are total variation, half the sum of absolute differences of shares: 0 where two mixes
agree, 1 where they have no category in common.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

WIDTH = 10
"""Events of known category in a mix, at most."""
LEAST = 6
"""Fewer events than this are no mix to compare with."""
SHUFFLES = 100
"""Random orders of the same events, of which the chance level is read."""

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


def trailing_mix(codes: Codes, n_categories: int, width: int = WIDTH) -> tuple[Floats, Codes]:
    """Return each category's share of the last events up to and including every event.

    Args:
        codes: (n,) category of each event, -1 where it is unknown.
        n_categories: C.
        width: events of known category in the mix, at most.

    Returns:
        (n, C) shares, NaN before the first known category; (n,) events in the mix.

    Example:
        >>> shares, n = trailing_mix(np.array([0, 0, -1, 1]), 2, width=2)
        >>> shares.tolist(), n.tolist()
        ([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.5, 0.5]], [1, 2, 2, 2])
    """
    counts, seen = running_counts(codes, n_categories)
    held = np.minimum(seen, width)
    total = counts[seen] - counts[seen - held]
    return _shares(total, held), held


def category_drift(
    codes: Codes, n_categories: int, width: int = WIDTH, least: int = LEAST
) -> Floats:
    """Return the distance of the last ``width`` events' categories from those before them.

    Args:
        codes: (n,) category of each event, -1 where it is unknown.
        n_categories: C.
        width: events of known category on either side, at most.
        least: events of known category on the left, at least; fewer give NaN.

    Returns:
        (n,) total variation, 0..1.

    Example:
        >>> category_drift(np.array([0, 0, 1, 1, 1, 0]), 2, width=2, least=2).tolist()
        [nan, nan, nan, 1.0, 0.5, 0.5]
    """
    counts, seen = running_counts(codes, n_categories)
    return _drift(counts, seen, width, least)


def chance_level(
    codes: Codes,
    n_categories: int,
    generator: np.random.Generator,
    quantile: float = 0.95,
    shuffles: int = SHUFFLES,
) -> float:
    """Return the drift under which a share ``quantile`` of all events lies by chance.

    The same events in random order have no drift; what is measured there comes from small counts
    alone. NaN where the path is too short to measure any.
    """
    known = codes[codes >= 0]
    if len(known) < WIDTH + LEAST:
        return float("nan")
    orders = np.stack([generator.permutation(known) for _ in range(shuffles)])
    counts = np.zeros((shuffles, len(known) + 1, n_categories))
    counts[:, 1:] = np.eye(n_categories)[orders].cumsum(axis=1)
    drifts = _drift(counts, np.arange(1, len(known) + 1), WIDTH, LEAST)
    return float(np.nanquantile(drifts, quantile))


def exposure_gap(mix: Floats, held: Codes, served: Floats, least: int = LEAST) -> Floats:
    """Return the distance of what was ranked first for each event from the mix before it.

    Args:
        mix: (n, C) ``trailing_mix`` up to and including each event.
        held: (n,) events in that mix.
        served: (m, C), m > n: share of each category among the first ranked for event t at row
            t - 1, NaN where nothing was ranked; row n is the forecast. What is missing from 1 is
            the share of categories that have no column.
        least: events in the mix, at least; fewer give NaN.

    Returns:
        (m,) total variation, 0..1; NaN for the first event.
    """
    gap = np.full(len(served), np.nan)
    following = served[1 : len(mix) + 1]
    elsewhere = 1 - following.sum(axis=1)
    before = 0.5 * (np.abs(following - mix).sum(axis=1) + elsewhere)
    gap[1 : len(mix) + 1] = np.where(held >= least, before, np.nan)
    return gap


def coded(names: Sequence[object], known: Sequence[str]) -> Codes:
    """Return the place of each name among the known ones, -1 for others and for none.

    >>> coded(["b", None, "a"], ["a", "b"]).tolist()
    [1, -1, 0]
    """
    place = {name: index for index, name in enumerate(known)}
    return np.array([place.get(str(name), -1) for name in names], dtype=np.int64)


def _drift(counts: Floats, seen: Codes, width: int, least: int) -> Floats:
    """(…, n) drift after ``seen`` (n,) known events, whose running counts are (…, k + 1, C)."""
    middle = np.maximum(seen - width, 0)
    start = np.maximum(middle - width, 0)
    now = _shares(counts[..., seen, :] - counts[..., middle, :], seen - middle)
    before = _shares(counts[..., middle, :] - counts[..., start, :], middle - start)
    drift = 0.5 * np.abs(now - before).sum(axis=-1)
    return np.where(middle - start >= least, drift, np.nan)


def running_counts(codes: Codes, n_categories: int) -> tuple[Floats, Codes]:
    """Return (k + 1, C) counts among the first 0..k known events; (n,) known ones up to each."""
    known = codes >= 0
    counts = np.zeros((int(known.sum()) + 1, n_categories))
    counts[1:] = np.eye(n_categories)[codes[known]].cumsum(axis=0)
    return counts, np.cumsum(known)


def _shares(counts: Floats, n: Codes) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.where(n[:, None] > 0, counts / n[:, None], np.nan)
