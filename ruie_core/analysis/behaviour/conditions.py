"""What is looked for in a person's behaviour: a frozen description without any SQL.

Conditions about an event hold together at one and the same event: the arrival where there is a
move. Conditions about a person hold for the whole person. ``language`` reads and writes a
description as a sentence, ``statement`` makes its query.
"""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ruie_core.analysis.behaviour.measures import (
    STEP_MEASURES,
    Comparison,
    StepName,
    UserName,
)
from ruie_core.errors import UserError

MOST_EVENTS: Final = 1_000
"""Longest stretch that "within" may name, in events."""

Scenario = Annotated[str, Field(min_length=1)]
Within = Annotated[int, Field(ge=1, le=MOST_EVENTS)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Condition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Move(_Condition):
    """An event in ``target`` with one in ``source`` at most ``within`` events before it."""

    kind: Literal["move"] = "move"
    source: Scenario
    target: Scenario
    within: Within = 1


class Change(_Condition):
    """Q moves by more than ``by`` reward units in the ``within`` events after or before the event.

    After event t the changes are Q(t+1) − Q(t) … Q(t+within) − Q(t), before it Q(t) − Q(t−1) … ;
    the largest counts. Q(t) is the estimate from before event t. Without a scenario it is the Q of
    the scenario that event t took.
    """

    kind: Literal["change"] = "change"
    direction: Literal["drops", "rises"]
    by: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    scenario: Scenario | None = None
    side: Literal["after", "before"] = "after"
    within: Within = 1


class Event(_Condition):
    """A figure of the event is beyond a value."""

    kind: Literal["event"] = "event"
    measure: StepName
    comparison: Comparison
    value: Finite
    scenario: Scenario | None = None
    """For Q and p: of this scenario; of the one that was taken where none is named."""

    @model_validator(mode="after")
    def _has_one_per_scenario(self) -> "Event":
        if self.scenario is not None and STEP_MEASURES[self.measure].per_scenario is None:
            raise ValueError(f"{self.measure} has no value per scenario: leave the scenario out")
        return self


class Taken(_Condition):
    """The event lies in a scenario."""

    kind: Literal["taken"] = "taken"
    scenario: Scenario


class Action(_Condition):
    """The event has an action."""

    kind: Literal["action"] = "action"
    action: Annotated[str, Field(min_length=1)]


class HeldOut(_Condition):
    """The event was kept from training: its rank is no in-sample one."""

    kind: Literal["held_out"] = "held_out"


class Person(_Condition):
    """A figure of the person is beyond a value, or beyond the median of all users."""

    kind: Literal["person"] = "person"
    measure: UserName
    comparison: Comparison
    value: Finite | Literal["median"]


class Mostly(_Condition):
    """The scenario that the person visits most."""

    kind: Literal["mostly"] = "mostly"
    scenario: Scenario


Condition = Annotated[
    Move | Change | Event | Taken | Action | HeldOut | Person | Mostly,
    Field(discriminator="kind"),
]
KINDS: Final = (Move, Change, Event, Taken, Action, HeldOut, Person, Mostly)


class Behaviour(BaseModel):
    """Conditions that hold together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    conditions: Annotated[tuple[Condition, ...], Field(min_length=1, max_length=20)]


_PLACES: Final = ("source", "target", "scenario")
"""Fields that name a scenario."""


def resolved(behaviour: Behaviour, scenarios: Sequence[str], actions: Sequence[str]) -> Behaviour:
    """Return the description with the names as the run writes them.

    Raises:
        UserError: the run has no such scenario or action; names those it has.
    """
    return Behaviour(
        conditions=tuple(_resolved(each, scenarios, actions) for each in behaviour.conditions)
    )


def _resolved(condition: Condition, scenarios: Sequence[str], actions: Sequence[str]) -> Condition:
    found: dict[str, str] = {}
    for name in _PLACES:
        given = getattr(condition, name, None)
        if given is not None:
            alone = isinstance(condition, Change | Event)
            found[name] = known_scenario(given, scenarios, several=not alone)
    if isinstance(condition, Action):
        found["action"] = _known(condition.action, actions, "action")
    return condition.model_copy(update=found)


def known_scenario(given: str, scenarios: Sequence[str], *, several: bool) -> str:
    """Return a scenario's name as the run writes it, or ``beginning*`` for all that begin so.

    Args:
        given: in any case.
        scenarios: names of the run.
        several: whether a beginning is allowed.

    Raises:
        UserError: no scenario has this name, or a beginning stands where one is needed.
    """
    if given.endswith("*") and len(members(given, scenarios)) and given not in scenarios:
        if several:
            return given
        raise UserError(f"“{given}” names several scenarios, and Q and p need one of them.")
    exact = given in scenarios or any(name.casefold() == given.casefold() for name in scenarios)
    begun = members(f"{given}*", scenarios)
    if not exact and begun:
        raise UserError(
            f"No scenario is called “{given}” here, but {_listed(begun)} "
            f"{'begins' if len(begun) == 1 else 'begin'} so: write {given}* for all that do, or "
            "one of the names."
        )
    return _known(given, scenarios, "scenario")


def members(given: str, scenarios: Sequence[str]) -> tuple[str, ...]:
    """Return the scenarios that a name stands for: itself, or for ``beginning*`` all that begin so.

    >>> members("search*", ("feed", "search: hot", "Search: own"))
    ('search: hot', 'Search: own')
    """
    if given in scenarios or not given.endswith("*"):
        return (given,)
    start = given[:-1].casefold()
    return tuple(name for name in scenarios if name.casefold().startswith(start))


def _known(given: str, names: Sequence[str], noun: str) -> str:
    if given in names:
        return given
    alike = [name for name in names if name.casefold() == given.casefold()]
    if not alike:
        raise UserError(f"This run has no {noun} “{given}”; it has {_listed(names)}.")
    if len(alike) > 1:
        raise UserError(f"“{given}” may be {_listed(alike)}: write it as it is.")
    return alike[0]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
