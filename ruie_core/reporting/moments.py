"""Moments that matter on a person's path, found by rule and each with its evidence.

A rule is a function from the path to moments; every figure in a sentence is read from the tables.
Rules speak only where there is enough history: a short path has few moments or none.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from ruie_core.figures.numbers import number
from ruie_core.reporting.gate_reason import why
from ruie_core.reporting.shift import interest_shifts
from ruie_core.reporting.text import plural
from ruie_core.reporting.walk import TAIL, Walk

UNEXPECTED = 0.25
"""A switch is unexpected below this probability."""
LOW_GATE = 0.35
"""A gate is low below this value."""
STILL_SERVED = 0.4
"""The old interest is still served if it is this share of what was ranked first, or more."""
MOST = 5
"""Moments of a path at most: one per rule."""
APART = 2
"""Moments lie at least this many events apart."""
ALIKE = 2
"""Moments of one kind at most, so that one rule does not fill the list."""

SWITCH, COLLAPSE, JUMP, SHIFT, EXPOSURE = (
    "scenario switch", "gate collapse", "jump in Q", "interest shift", "exposure bias",
)  # fmt: skip
WHY: Mapping[str, str] = MappingProxyType(
    {
        SWITCH: "The person went where the model did not expect them: what was ready for the "
        "expected scenario did not fit.",
        COLLAPSE: "The model hardly learns from this event: right if it was a stray click, a loss "
        "if it was a new interest.",
        JUMP: "One event changed what the model expects of a scenario: see whether what followed "
        "bears it out.",
        SHIFT: "What this person watches changed: from here on a good ranking looks different.",
        EXPOSURE: "The ranking still serves the old interest, so that clicks on it may reflect "
        "what was shown rather than what was wanted.",
    }
)
"""Why a moment of each kind matters."""


class Moment(NamedTuple):
    """One remarkable stretch of a path.

    Attributes:
        kind: which rule found it.
        first: first event, 1-based.
        last: last event, 1-based; equals ``first`` for a single event.
        evidence: one sentence with its numbers.
        scenario: scenario that gives its colour, or None.
        strength: how remarkable, 0..1, comparable between rules.
    """

    kind: str
    first: int
    last: int
    evidence: str
    scenario: str | None
    strength: float


def unexpected_switches(path: Walk) -> list[Moment]:
    """Find changes of scenario to which the model gave little and less than to staying."""
    found = []
    for i in range(1, path.n):
        now, before = path.scenario[i], path.scenario[i - 1]
        if now == before or min(now, before) < 0:
            continue
        given, staying = path.p[i, now], path.p[i, before]
        if not given < min(UNEXPECTED, staying):
            continue
        after = path.scenario[i : i + TAIL]
        stayed = int((after == now).sum())
        likeliest = int(path.p[i].argmax())
        text = (
            f"{path.names[now]} came at p {_p(given)} while the model expected "
            f"{path.names[likeliest]} ({path.p[i, likeliest]:.2f})"
        )
        if len(after) >= 3:
            are = plural(stayed, "is", "are")
            text += f"; of the {len(after)} events from here, {stayed} {are} in {path.names[now]}"
        strength = (1 - given / UNEXPECTED) * (0.4 + 0.6 * stayed / TAIL)
        found.append(_at(i, SWITCH, f"{text}.", path.names[now], strength))
    return found


def jumps_in_q(path: Walk) -> list[Moment]:
    """Find rises of the taken scenario's Q right after a reward above the person's usual one."""
    changes = np.diff(path.q, axis=0)
    known = np.abs(changes[np.isfinite(changes)])
    if path.n < 6 or not known.size or not np.median(known) > 0:
        return []
    usual, reward = float(np.median(known)), float(np.nanmedian(path.reward))
    found = []
    for i in range(1, path.n):
        now = path.scenario[i]
        if now < 0 or not path.reward[i] > reward:
            continue
        old, new = path.q[i, now], path.q[i + 1, now]
        if not new - old >= 4 * usual:
            continue
        cause = " and ".join(name for name in path.actions[i] if name != "click") or "a click"
        digits = max(2, 1 - math.floor(math.log10(usual)))  # as many as tell the usual step
        text = (
            f"Q of {path.names[now]} rose from {number(old, digits)} to {number(new, digits)} "
            f"after {cause} (reward {path.reward[i]:g}); its usual step is "
            f"{number(usual, digits)}."
        )
        strength = min(1.0, (new - old) / (12 * usual))
        found.append(_at(i, JUMP, text, path.names[now], strength))
    return found


def gate_collapses(path: Walk) -> list[Moment]:
    """Find behaviour that the model trusts far less than this person's usual behaviour."""
    known = path.gate[np.isfinite(path.gate)]
    if len(known) < 8:
        return []
    middle = float(np.median(known))
    spread = 1.4826 * float(np.median(np.abs(known - middle)))
    found = []
    for i in range(1, path.n):
        gate = path.gate[i]
        if not (gate < LOW_GATE and middle - gate > 2 * max(spread, 0.02)):
            continue
        text = f"The gate fell to {gate:.2f} from a median of {middle:.2f} over {len(known)} events"
        stray = _stray(path, i)
        if stray is not None:
            here, around = path.names[path.scenario[i]], path.names[stray]
            text += f": a single {here} event between {around} events"
        strength = (1 - gate / LOW_GATE) * (1.0 if stray is not None else 0.7)
        scenario = path.names[path.scenario[i]] if path.scenario[i] >= 0 else None
        found.append(_at(i, COLLAPSE, f"{text}. {why(path, i + 1)}".strip(), scenario, strength))
    return found


def category_moments(path: Walk, ranked: pd.DataFrame) -> list[Moment]:
    """Find shifts of interest between categories, and rankings that lag behind them.

    Args:
        path: the person's path.
        ranked: category of each item that was ranked first at each step: ``t``, ``category``.
    """
    found = []
    for shift in interest_shifts(path.category):
        old, new = shift.old, shift.new
        text = (
            f"{old} was {shift.old_before} of the {shift.before} events before and "
            f"{shift.old_after} of the {shift.after} from here; "
            f"{new} went from {shift.new_before} to {shift.new_after}."
        )
        found.append(_at(shift.start, SHIFT, text, None, shift.strength))
        first = shift.start + 2  # 1-based event after the first one of the new interest
        last = min(first + 3, path.n)
        served = ranked[ranked["t"].between(first, last) & ranked["category"].notna()]
        if last - first < 1 or served.empty:
            continue
        steps = served["t"].nunique()
        olds = int((served["category"] == old).sum())
        news = int((served["category"] == new).sum())
        if olds < STILL_SERVED * len(served) or olds <= news:
            continue
        text = (
            f"Interest had moved from {old} to {new}, yet of the {len(served)} items ranked first "
            f"over these {steps} events {olds} are {old} and {news} {new}."
        )
        strength = 0.9 * olds / len(served) * shift.strength
        found.append(Moment(EXPOSURE, first, last, text, None, strength))
    return found


_RULES: tuple[Callable[[Walk], list[Moment]], ...] = (
    unexpected_switches,
    gate_collapses,
    jumps_in_q,
)


def find_moments(path: Walk, ranked: pd.DataFrame, limit: int = MOST) -> list[Moment]:
    """Choose the most remarkable moments, in the order of time.

    The strongest of every rule comes first, then the strongest of what is left.
    """
    groups = [rule(path) for rule in _RULES]
    categories = category_moments(path, ranked)
    groups += [[m for m in categories if m.kind == kind] for kind in _kinds(categories)]
    queues = [sorted(group, key=lambda m: -m.strength) for group in groups if group]
    leaders = sorted((queue[0] for queue in queues), key=lambda m: -m.strength)
    rest = sorted((m for queue in queues for m in queue[1:]), key=lambda m: -m.strength)
    chosen: list[Moment] = []
    for moment in leaders + rest:
        near = any(abs(moment.first - other.first) < APART for other in chosen)
        alike = sum(moment.kind == other.kind for other in chosen)
        if len(chosen) < limit and not near and alike < ALIKE:
            chosen.append(moment)
    return sorted(chosen, key=lambda m: (m.first, m.last))


def moment_title(number: int, moment: Moment) -> str:
    """Head a moment with its circled number, its events and its kind, in Markdown.

    >>> moment_title(2, Moment("gate collapse", 52, 52, "", None, 0.5))
    '② **event 52 · gate collapse**'
    """
    span = f"event {moment.first}"
    if moment.last > moment.first:
        span = f"events {moment.first}–{moment.last}"
    return f"{chr(0x245F + number)} **{span} · {moment.kind}**"


def rules_help() -> str:
    """Say by which rules moments are found, with their bounds."""
    return (
        f"Found by five rules, none by hand, {MOST} at most. **Scenario switch**: given under "
        f"{UNEXPECTED:g} and less than staying. **Gate collapse**: under {LOW_GATE:g} and far "
        "below this person's median. **Jump in Q**: four usual steps up after a reward above the "
        "median. **Interest shift**: one category gives way to another in up to ten events either "
        f"side. **Exposure bias**: after such a shift {STILL_SERVED:.0%} or more of what is "
        "ranked first is still the old category."
    )


def moments_frame(moments: Sequence[Moment]) -> pd.DataFrame:
    """Number the moments from 1 and lay them out as a frame for figures and downloads.

    Example:
        >>> moments_frame([Moment("gate collapse", 52, 52, "Gate 0.18.", "feed", 0.5)])[
        ...     ["number", "kind", "first", "last"]].values.tolist()
        [[1, 'gate collapse', 52, 52]]
    """
    frame = pd.DataFrame(moments, columns=list(Moment._fields))
    frame.insert(0, "number", np.arange(1, len(frame) + 1))
    return frame


def _kinds(moments: Sequence[Moment]) -> list[str]:
    return list(dict.fromkeys(moment.kind for moment in moments))


def _stray(path: Walk, i: int) -> int | None:
    """Scenario on both sides of a single event in another one, or None."""
    if not 0 < i < path.n - 1 or path.scenario[i] < 0:
        return None
    before, after = int(path.scenario[i - 1]), int(path.scenario[i + 1])
    return before if before == after >= 0 and before != path.scenario[i] else None


def _at(i: int, kind: str, text: str, scenario: str | None, strength: float) -> Moment:
    return Moment(kind, i + 1, i + 1, text, scenario, float(min(max(strength, 0.0), 1.0)))


def _p(value: float) -> str:
    """Write a probability with two digits, without claiming that a small one is nothing."""
    return "< 0.01" if value < 0.005 else f"= {value:.2f}"
