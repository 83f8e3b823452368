"""What the conditions of a behaviour need of the tables, collected before the query is written."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ruie_core.analysis.behaviour.conditions import Behaviour, Change, Move, Taken, members
from ruie_core.analysis.narrow import STEPS

NEAR: Final = 8
"""Stretches up to so many events are looked through row by row; longer ones are sorted."""

CAME: Final = "split <> 'forecast'"
"""Test that a row of ``steps`` is an event that came."""


class Draft:
    """Collects what the conditions need: values, columns of an event, figures around it, tests."""

    def __init__(self, behaviour: Behaviour, scenarios: Sequence[str], table: str) -> None:
        self.scenarios = scenarios
        self.falls = table != STEPS
        self.table = f"{table} AS {STEPS}" if self.falls else table
        self.possible = _possible(behaviour, scenarios)
        self.near = _is_near(behaviour)
        self.later: Change | None = None
        self.params: dict[str, Any] = {}
        self.columns: dict[str, str] = {}
        self.around: dict[str, str] = {}
        self.events: list[str] = []
        self.people: list[str] = []

    def value(self, name: str, value: Any) -> str:
        """Return the parameter that stands for a value."""
        key = _free(name, self.params)
        self.params[key] = value
        return f"${key}"

    def column(self, name: str, expression: str) -> str:
        """Return the column of ``events`` that holds an expression of one row of steps."""
        return _keep(self.columns, name, expression)

    def figure(self, name: str, expression: str) -> str:
        """Return the column of ``path`` that holds a window expression over ``events``."""
        return _keep(self.around, name, expression)

    def in_scenario(self, column: str, name: str, given: str) -> str:
        """Return the test that a column holds a scenario, or one of those that begin so."""
        named = members(given, self.scenarios)
        if len(named) == 1:
            return f"{column} = {self.value(name, named[0])}"
        return f"{column} IN ({', '.join(self.value(name, each) for each in named)})"


def listed(columns: Mapping[str, str]) -> str:
    """Return columns as they follow others in a SELECT."""
    return "".join(f",\n    {text} AS {name}" for name, text in columns.items())


def all_of(tests: Sequence[str], indent: int = 4) -> str:
    """Join tests by AND."""
    return ("\n" + " " * indent + "AND ").join(tests)


def _is_near(behaviour: Behaviour) -> bool:
    """Tell whether looks a few rows back are enough: of what follows, one condition at most."""
    around = [each for each in behaviour.conditions if isinstance(each, Move | Change)]
    later = [each for each in around if isinstance(each, Change) and each.side == "after"]
    return len(later) <= 1 and all(each.within <= NEAR for each in around)


def _possible(behaviour: Behaviour, scenarios: Sequence[str]) -> tuple[str, ...]:
    """Return the scenarios in which the event can lie: a window less for each that it cannot."""
    possible = tuple(scenarios)
    for condition in behaviour.conditions:
        if isinstance(condition, Move | Taken):
            place = condition.target if isinstance(condition, Move) else condition.scenario
            named = members(place, scenarios)
            possible = tuple(each for each in possible if each in named)
    return possible or tuple(scenarios[:1])


def _keep(kept: dict[str, str], name: str, expression: str) -> str:
    """Return the name under which an expression is kept; the same one is kept once."""
    for known, text in kept.items():
        if text == expression:
            return known
    free = _free(name, kept)
    kept[free] = expression
    return free


def _free(name: str, taken: Mapping[str, Any]) -> str:
    """Return the name, numbered where it is taken.

    >>> _free("by", {"by": 1.0})
    'by_2'
    """
    number = 2
    free = name
    while free in taken:
        free = f"{name}_{number}"
        number += 1
    return free
