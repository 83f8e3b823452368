"""Where a sequence of names turns: from one scenario to another, from one category to another."""

from typing import NamedTuple

import numpy as np

from ruie_core.analysis.drift import running_counts
from ruie_core.reporting.walk import TAIL


class Shift(NamedTuple):
    """One interest gives way to another.

    ``old_before`` of the ``before`` events on the left are ``old``, ``old_after`` of the ``after``
    events on the right; the same for ``new``. ``start`` (0-based) is the first event on the right.
    """

    start: int
    old: str
    new: str
    old_before: int
    old_after: int
    new_before: int
    new_after: int
    before: int
    after: int

    @property
    def fall(self) -> float:
        """By how much the share of ``old`` fell, 0..1."""
        return self.old_before / self.before - self.old_after / self.after

    @property
    def rise(self) -> float:
        """By how much the share of ``new`` rose, 0..1."""
        return self.new_after / self.after - self.new_before / self.before

    @property
    def strength(self) -> float:
        """Mean change of the two shares, 0..1."""
        return (self.fall + self.rise) / 2


def interest_shifts(category: np.ndarray, least: int = 6, change: float = 0.4) -> list[Shift]:
    """Find where the leading category of up to ten events gives way to another one.

    Both sides hold at least ``least`` events of known category, and both shares change by at least
    ``change``. Of neighbouring candidates the clearest stays.

    Example:
        >>> found = interest_shifts(np.array(["a"] * 8 + ["b"] * 8))
        >>> [(s.start, s.old, s.new, s.old_before, s.new_after) for s in found]
        [(8, 'a', 'b', 8, 8)]
    """
    known = np.flatnonzero(category != "")
    names, codes = np.unique(category[known].astype(str), return_inverse=True)
    counts, _ = running_counts(codes, len(names))
    n = len(codes)
    cuts = np.arange(least, n - least + 1)
    before, after = np.minimum(cuts, TAIL), np.minimum(n - cuts, TAIL)
    left, right = counts[cuts] - counts[cuts - before], counts[cuts + after] - counts[cuts]
    candidates = []
    for k in range(len(cuts)):
        old, new = int(left[k].argmax()), int(right[k].argmax())
        if old == new or codes[cuts[k]] != new:
            continue
        shift = Shift(
            int(known[cuts[k]]), str(names[old]), str(names[new]),
            int(left[k, old]), int(right[k, old]), int(left[k, new]), int(right[k, new]),
            int(before[k]), int(after[k]),
        )  # fmt: skip
        if min(shift.fall, shift.rise) >= change:
            candidates.append(shift)
    kept: list[Shift] = []
    for shift in sorted(candidates, key=lambda s: (-s.strength, s.start)):
        if all(abs(shift.start - other.start) > TAIL for other in kept):
            kept.append(shift)
    return sorted(kept, key=lambda s: s.start)


class Move(NamedTuple):
    """A lasting change of the scenario that somebody uses most.

    ``start`` (0-based) is the first event of the new stretch; ``old`` and ``new`` are scenario
    codes; ``old_before`` of ``before`` events are old, ``new_after`` of ``after`` events are new.
    """

    start: int
    old: int
    new: int
    old_before: int
    before: int
    new_after: int
    after: int


def lasting_move(scenario: np.ndarray, n_scenarios: int, least: int = 5) -> Move | None:
    """Find the one cut that best splits a path into two habits, if it is worth speaking of.

    The cut maximises the likelihood of one distribution on each side against one for the whole
    path. It counts if the gain beats what a search over all cuts finds in unordered events (a
    penalty of (S + 1)·log n on twice the gain), if each side holds ``least`` events, and if the
    leading scenario differs and is a majority on the right.

    Example:
        >>> lasting_move(np.array([0] * 20 + [1, 1, 0, 1, 1, 1, 1, 1]), 2)
        Move(start=20, old=0, new=1, old_before=20, before=20, new_after=7, after=8)
        >>> lasting_move(np.array([0, 1] * 20), 2) is None
        True
    """
    n = len(scenario)
    if n < 2 * least or (scenario < 0).any():
        return None
    counts = np.eye(n_scenarios)[scenario].cumsum(axis=0)
    cuts = np.arange(least, n - least + 1)
    left, right = counts[cuts - 1], counts[-1] - counts[cuts - 1]
    gain = 2 * (_likelihood(left) + _likelihood(right) - _likelihood(counts[-1:]))
    used = int((counts[-1] > 0).sum())
    changed = (left.argmax(axis=1) != right.argmax(axis=1)) & (
        2 * right.max(axis=1) > right.sum(axis=1)
    )
    gain = np.where(changed, gain, -np.inf)
    best = int(gain.argmax())
    if not gain[best] > (used + 1) * np.log(n):
        return None
    old, new = int(left[best].argmax()), int(right[best].argmax())
    cut = int(cuts[best])
    return Move(cut, old, new, int(left[best, old]), cut, int(right[best, new]), n - cut)


def _likelihood(counts: np.ndarray) -> np.ndarray:
    """Log-likelihood of events under their own shares, rows (…, S) of counts."""
    total = counts.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(counts > 0, counts * np.log(counts / total), 0.0)
    return np.asarray(terms.sum(axis=1))
