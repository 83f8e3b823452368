"""A behaviour as fields of a form: what most questions need, without the language."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ruie_core.analysis.behaviour.conditions import (
    Action,
    Behaviour,
    Change,
    Condition,
    Event,
    Mostly,
    Move,
    Person,
)
from ruie_core.analysis.behaviour.measures import Comparison, UserName

_AT_LEAST: tuple[tuple[str, UserName], ...] = (
    ("min_events", "events"),
    ("min_switches", "switches"),
)


@dataclass(frozen=True)
class Fields:
    """One field each; none or 0 leaves a condition out.

    >>> Fields(source="feed", target="search", within=3, max_gate=0.2).behaviour().conditions[0]
    Move(kind='move', source='feed', target='search', within=3)
    """

    source: str | None = None
    target: str | None = None
    within: int = 1
    """The move from ``source`` to ``target`` takes so many events at most."""
    direction: Literal["drops", "rises"] | None = None
    by: float = 0.5
    """Q of the scenario taken moves by more than this, in reward units, after the event."""
    max_gate: float | None = None
    min_rank: int | None = None
    """Rank of what came, beyond."""
    action: str | None = None
    min_events: int = 0
    min_switches: int = 0
    main_scenario: str | None = None
    ndcg: Literal["under", "over"] | None = None
    """NDCG@10 under or over the median of all users."""
    max_rank: int | None = None
    """Rank of the last held-out event at most."""

    def behaviour(self) -> Behaviour | None:
        """Return the description, none where every field is left out."""
        conditions = (*self._of_an_event(), *self._of_the_person())
        return Behaviour(conditions=conditions) if conditions else None

    def _of_an_event(self) -> Iterator[Condition]:
        if self.source is not None and self.target is not None:
            yield Move(source=self.source, target=self.target, within=self.within)
        if self.direction is not None:
            yield Change(direction=self.direction, by=self.by)
        if self.max_gate is not None:
            yield Event(measure="gate", comparison="<", value=self.max_gate)
        if self.min_rank is not None:
            yield Event(measure="rank", comparison=">", value=self.min_rank)
        if self.action is not None:
            yield Action(action=self.action)

    def _of_the_person(self) -> Iterator[Condition]:
        for field, measure in _AT_LEAST:
            if least := getattr(self, field):
                yield Person(measure=measure, comparison="≥", value=least)
        if self.main_scenario is not None:
            yield Mostly(scenario=self.main_scenario)
        if self.ndcg is not None:
            comparison: Comparison = "<" if self.ndcg == "under" else ">"
            yield Person(measure="ndcg", comparison=comparison, value="median")
        if self.max_rank is not None:
            yield Person(measure="held_out_rank", comparison="≤", value=self.max_rank)
