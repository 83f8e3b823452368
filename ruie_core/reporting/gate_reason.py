"""Why a gate is what it is at one event: what the run's gate looks at, and what it saw there.

Each gate of a run is a known function of one quantity, so that its value can be read backwards:
the log-odds of a standardising gate are deviations from the run's mean, and two gates of the
likelihood differ in odds by as much as the items' advantages over their popularity do.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from ruie_core.figures.numbers import count, number
from ruie_core.reporting.walk import Walk

FEW: Final = 3
"""With fewer gates a person has no usual one."""
_EDGE: Final = 1e-6
"""Nearer to 0 or 1 a stored gate has lost its digits."""


def gate_line(path: Walk, t: int, items: int) -> str:
    """Say the gate of one event, this person's usual one, and why it is so.

    Args:
        path: the person's path.
        t: event, 1-based; n + 1 is the forecast.
        items: how many items were ranked.

    Example:
        >>> import pandas as pd
        >>> from ruie_core.reporting.walk import walk
        >>> steps = pd.DataFrame({
        ...     "t": [1, 2], "scenario": "feed", "split": "train", "reward": 1.0,
        ...     "gate": [None, 0.25], "rank": [None, 7], "category": None, "actions": [[], []],
        ...     "q_feed": 1.0, "p_feed": 0.25})
        >>> gate_line(walk(steps, ("feed",), "scenario_prob"), 2, 40)
        'It is the probability of the scenario that came. The model gave feed, the scenario that
        came, p = 0.25.'
    """
    if t > path.n:
        return "Nothing has come yet, so there is nothing to trust."
    if t <= 1 or not np.isfinite(path.gate[t - 1]):
        return "Nothing is known before a first event: it has no gate."
    known = path.gate[np.isfinite(path.gate)]
    said = [ASKS.get(path.gate_name, "")]
    if path.gate_name != "constant" and len(known) >= FEW:
        usual = number(float(np.median(known)))
        said.append(f"This person's median is {usual} (n = {count(len(known))} events).")
    said.append(why(path, t))
    rank = path.rank[t - 1]
    if path.gate_name in _READ_ITEMS and np.isfinite(rank):
        said.append(f"The model had ranked what came {count(rank)} of {count(items)}.")
    return " ".join(part for part in said if part)


def why(path: Walk, t: int) -> str:
    """Say in words what the run's gate saw at an event that has one; empty: it cannot be told.

    Args:
        path: the person's path.
        t: event, 1-based.
    """
    saw = SAW.get(path.gate_name)
    return "" if saw is None else saw(path, t - 1)


def _advantage(path: Walk, i: int) -> str:
    """Set the odds of a gate against those of the person's median gate."""
    known = path.gate[np.isfinite(path.gate)]
    if len(known) < FEW:
        return ""
    values = [float(path.gate[i]), float(np.median(known))]
    held = [min(max(value, _EDGE), 1 - _EDGE) for value in values]
    times = (held[1] / (1 - held[1])) / (held[0] / (1 - held[0]))
    if 1 / 1.2 < times < 1.2:
        return "Beyond its popularity, what came fitted this person as at their median event."
    side, size = ("less", times) if times > 1 else ("more", 1 / times)
    least = "at least " if held != values else ""
    written = count(float(f"{size:.2g}")) if size >= 10 else number(size, 1)
    return (
        f"Beyond its popularity, what came fitted this person {least}{written} times {side} than "
        "at their median event."
    )


def _engaged(path: Walk, i: int) -> str:
    said = _advantage(path, i)
    return said and f"{said.removesuffix('.')}, counting the engagement that came with it."


def _deviations(path: Walk, i: int, what: str) -> str:
    gate = min(max(float(path.gate[i]), _EDGE), 1 - _EDGE)
    off = float(np.log(gate / (1 - gate)))
    if abs(off) < 0.05:
        return f"{what} was as the run's mean"
    side = "under" if off < 0 else "over"
    return f"{what} lay {number(abs(off), 1)} standard deviations {side} the run's mean"


def _q(path: Walk, i: int) -> str:
    where = _scenario(path, i)
    return f"{_deviations(path, i, f'Q of {where}, the scenario that came,')}."


def _target(path: Walk, i: int) -> str:
    return f"{_deviations(path, i, 'Its reward and what it promises after it')}."


def _scenario_prob(path: Walk, i: int) -> str:
    given = number(float(path.gate[i]))
    return f"The model gave {_scenario(path, i)}, the scenario that came, p = {given}."


def _scenario(path: Walk, i: int) -> str:
    place = int(path.scenario[i])
    return path.names[place] if place >= 0 else "another scenario"


ASKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "q": "It asks how much engagement the model expected.",
        "scenario_prob": "It is the probability of the scenario that came.",
        "constant": "This run was trained without a gate: every event counts alike.",
        "target": "It asks how much engagement came with the event, and is to come.",
        "likelihood": "It asks how much likelier an item is for this person than for anybody.",
        "engaged": "It asks how much likelier an item is for this person than for anybody, and how "
        "much engagement came with it.",
        "item_q": "It is Q of the item that came, over the largest of those trained on with it.",
        "oracle": "It knows the truth of a generated log: 1 for a wanted event, 0 for a stray one.",
    }
)
"""What a gate looks at, by the name of the run's gate (plain text)."""
SAW: Final[Mapping[str, Callable[[Walk, int], str]]] = MappingProxyType(
    {
        "q": _q,
        "scenario_prob": _scenario_prob,
        "target": _target,
        "likelihood": _advantage,
        "engaged": _engaged,
    }
)
"""What it saw at one event, where its value tells: from a path and an event's index."""
_READ_ITEMS: Final = frozenset({"likelihood", "engaged", "item_q"})
"""Gates that look at the item that came."""
