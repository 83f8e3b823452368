"""One person's path as arrays: what the rules and sentences about a person read."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

TAIL = 10
"""Events at most that a sentence looks ahead of or behind a moment."""


class Walk(NamedTuple):
    """n events of one person and S scenarios.

    Index i of every array describes event t = i + 1. ``q`` and ``p`` have one row more: row i is
    the estimate before event i + 1, the last row is the forecast after the last event. The first
    row is NaN, since nothing was known before the first event.

    Attributes:
        scenario: (n,) code 0..S-1 of the scenario taken, -1 if it is not among the names.
        reward: (n,) reward units.
        gate: (n,) in (0, 1), NaN for the first event.
        rank: (n,) float, NaN where no rank was computed.
        split: (n,) train, validation or test.
        category: (n,) text, empty where unknown.
        actions: n lists of action names.
        q: (n + 1, S) expected engagement, reward units.
        p: (n + 1, S) next-scenario probability; each row sums to 1.
        names: scenario names by code.
        gate_name: the run's gate (``objective.gate``), empty where nobody asks why it fell.
    """

    scenario: np.ndarray
    reward: np.ndarray
    gate: np.ndarray
    rank: np.ndarray
    split: np.ndarray
    category: np.ndarray
    actions: list[list[str]]
    q: np.ndarray
    p: np.ndarray
    names: tuple[str, ...]
    gate_name: str = ""

    @property
    def n(self) -> int:
        """Number of events."""
        return len(self.scenario)

    @property
    def switches(self) -> int:
        """How often an event lies in another scenario than the event before it."""
        return int((self.scenario[1:] != self.scenario[:-1]).sum())


def walk(steps: pd.DataFrame, scenarios: Sequence[str], gate_name: str = "") -> Walk:
    """Read the ``steps`` rows of one person, in the order of ``t``.

    Args:
        steps: rows of ``steps``, the forecast's among them.
        scenarios: names by code.
        gate_name: the run's gate.

    Example:
        >>> steps = pd.DataFrame({
        ...     "t": [1, 2, 3], "scenario": ["feed", "search", None],
        ...     "split": ["train", "test", "forecast"], "reward": [1.0, 3.0, None],
        ...     "gate": [None, 0.5, None], "rank": [None, 7, None], "category": ["a", None, None],
        ...     "actions": [["click"], ["click", "like"], None],
        ...     "q_feed": [None, 1.0, 1.1], "q_search": [None, 2.0, 2.1],
        ...     "p_feed": [None, 0.75, 0.5], "p_search": [None, 0.25, 0.5]})
        >>> path = walk(steps, ("feed", "search"))
        >>> path.n, path.switches, path.scenario.tolist(), path.p[-1].tolist()
        (2, 1, [0, 1], [0.5, 0.5])
    """
    ordered = steps.sort_values("t", kind="stable")
    events = ordered[ordered["split"] != "forecast"]
    code = {name: index for index, name in enumerate(scenarios)}
    taken = [code.get(str(name), -1) for name in events["scenario"]]

    def table(prefix: str) -> np.ndarray:
        columns = [f"{prefix}_{name}" for name in scenarios]
        found = ordered[columns].to_numpy("float64", na_value=np.nan)
        padded = np.full((len(events) + 1, len(scenarios)), np.nan)
        padded[: len(found)] = found
        return padded

    return Walk(
        scenario=np.array(taken, dtype=np.int64),
        reward=_floats(events["reward"]),
        gate=_floats(events["gate"]),
        rank=_floats(events["rank"]),
        split=events["split"].astype(str).to_numpy(),
        category=events["category"].astype(object).where(events["category"].notna(), "").to_numpy(),
        actions=[list(names) if _listed(names) else [] for names in events["actions"]],
        q=table("q"),
        p=table("p"),
        names=tuple(scenarios),
        gate_name=gate_name,
    )


def _floats(column: "pd.Series[float]") -> np.ndarray:
    return column.to_numpy("float64", na_value=np.nan)


def _listed(value: object) -> bool:
    return isinstance(value, list | tuple | np.ndarray)
