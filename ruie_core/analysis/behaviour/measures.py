"""Which figures a behaviour can be asked for, and what they are called."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple


class Measure(NamedTuple):
    """A figure that is compared with a number.

    Attributes:
        column: where it lies, in ``steps`` or in ``users``.
        meaning: what it is, in plain English with its unit.
        words: what it may be called in a sentence; the first is the one that is written.
        per_scenario: prefix of the columns that hold it for every scenario, where there are such.
    """

    column: str
    meaning: str
    words: tuple[str, ...]
    per_scenario: str | None = None


StepName = Literal["gate", "rank", "reward", "q", "p"]
UserName = Literal["events", "switches", "scenarios", "ndcg", "held_out_rank", "gate", "reward"]

STEP_MEASURES: Final[Mapping[StepName, Measure]] = MappingProxyType(
    {
        "gate": Measure("gate", "gate of the event", ("gate",)),
        "rank": Measure("rank", "rank of what came", ("rank of next", "rank of what came", "rank")),
        "reward": Measure("reward", "reward of the event, in reward units", ("reward",)),
        "q": Measure("q_taken", "Q, in reward units", ("Q",), "q"),
        "p": Measure(
            "p_taken", "next-scenario probability", ("p", "next-scenario probability"), "p"
        ),
    }
)
"""Figures of one event; ranks of training events are in-sample."""

USER_MEASURES: Final[Mapping[UserName, Measure]] = MappingProxyType(
    {
        "events": Measure("n_events", "events", ("events", "event count", "event")),
        "switches": Measure(
            "n_switches", "scenario switches", ("switches", "scenario switches", "switch")
        ),
        "scenarios": Measure("n_scenarios", "scenarios visited", ("scenarios",)),
        "ndcg": Measure("ndcg_10", "NDCG@10 over held-out events", ("NDCG", "NDCG@10")),
        "held_out_rank": Measure(
            "rank_test", "rank of the last held-out event", ("held-out rank", "held out rank")
        ),
        "gate": Measure("gate_mean", "mean gate", ("mean gate",)),
        "reward": Measure(
            "reward_mean", "reward per event, in reward units", ("reward per event", "mean reward")
        ),
    }
)
"""Figures of a whole person."""

COUNTS: Final[frozenset[UserName]] = frozenset({"events", "switches", "scenarios"})
"""Figures that are counted: "at least 4 switches"."""

Comparison = Literal["<", "≤", "=", "≥", ">"]

COMPARISONS: Final[Mapping[Comparison, tuple[str, ...]]] = MappingProxyType(
    {
        "≥": ("≥", ">=", "at least"),
        "≤": ("≤", "<=", "at most"),
        ">": (">", "over", "above", "more than"),
        "<": ("<", "under", "below", "less than", "fewer than"),
        "=": ("=", "==", "exactly"),
    }
)
"""Comparisons and the words for them; the first is the one that is written."""
