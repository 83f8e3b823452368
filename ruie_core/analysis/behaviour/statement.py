"""The one SQL statement of a behaviour, with its parameters.

Values and names from the data are parameters; only column names, quoted, stand in the text.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import singledispatch
from typing import Any, Final, NamedTuple

from ruie_core.analysis.behaviour.conditions import (
    Action,
    Behaviour,
    Change,
    Condition,
    Event,
    HeldOut,
    Mostly,
    Move,
    Person,
    Taken,
    members,
)
from ruie_core.analysis.behaviour.measures import STEP_MEASURES, USER_MEASURES, Comparison
from ruie_core.analysis.store import quote

_SQL: Final[Mapping[Comparison, str]] = {"<": "<", "≤": "<=", "=": "=", "≥": ">=", ">": ">"}


class Statement(NamedTuple):
    """A query and its values."""

    sql: str
    params: dict[str, Any]


class _Draft:
    """Collects what the conditions need: values, columns of an event, figures around it, tests."""

    def __init__(self, behaviour: Behaviour, scenarios: Sequence[str]) -> None:
        self.scenarios = scenarios
        self.possible = _possible(behaviour, scenarios)
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


def statement(
    behaviour: Behaviour, scenarios: Sequence[str], order: str, among: str | None = None
) -> Statement:
    """Return the query of the users who behave so.

    Args:
        behaviour: names as the run writes them (``conditions.resolved``).
        scenarios: names of the run's scenarios.
        order: SQL after ORDER BY, over the columns of ``users``; of our own making.
        among: name of a table with a column ``user``: nobody else is asked; of our own making.

    Returns:
        A query for ``user``, ``user_id`` and ``t``: the first event, counted from 1, at which all
        conditions about an event hold; null where there is none of them.
    """
    draft = _Draft(behaviour, scenarios)
    for condition in behaviour.conditions:
        _add(condition, draft)
    if among is not None:
        draft.people.append(f'"user" IN (SELECT "user" FROM {quote(among)})')
    if not draft.events:
        return Statement(
            f'SELECT "user", user_id, NULL::INTEGER AS t\nFROM users\n'
            f"WHERE {_all(draft.people)}\nORDER BY {order}",
            draft.params,
        )
    if draft.around:  # the forecast row stays until the figures around an event are known
        draft.events.insert(0, draft.column("came", "split <> 'forecast'"))
        kept = []
    else:
        kept = ["split <> 'forecast'"]
    if draft.people:
        kept.append(f'"user" IN (SELECT "user" FROM users\n    WHERE {_all(draft.people, 6)})')
    where = f"\n  WHERE {_all(kept)}" if kept else ""
    ctes = f'WITH events AS (\n  SELECT "user", t{_listed(draft.columns)}\n  FROM steps{where}\n)'
    if draft.around:
        ctes += (
            f", path AS (\n  SELECT *{_listed(draft.around)}\n  FROM events\n"
            '  WINDOW path AS (PARTITION BY "user" ORDER BY t)\n)'
        )
    return Statement(
        f'{ctes}, hits AS (\n  SELECT "user", min(t) AS t\n'
        f"  FROM {'path' if draft.around else 'events'}\n"
        f'  WHERE {_all(draft.events)}\n  GROUP BY "user"\n)\n'
        f'SELECT users."user", users.user_id, hits.t\nFROM users JOIN hits USING ("user")\n'
        f"ORDER BY {order}",
        draft.params,
    )


def _listed(columns: Mapping[str, str]) -> str:
    return "".join(f",\n    {text} AS {name}" for name, text in columns.items())


@singledispatch
def _add(condition: Condition, draft: _Draft) -> None:  # noqa: ARG001 - the dispatch's signature
    raise TypeError(f"no query for {type(condition).__name__}")


@_add.register
def _(condition: Move, draft: _Draft) -> None:
    source = draft.column("source", draft.in_scenario("scenario", "source", condition.source))
    arrived = draft.column("arrived", draft.in_scenario("scenario", "target", condition.target))
    window = f"(path ROWS BETWEEN {condition.within:d} PRECEDING AND 1 PRECEDING)"
    near = "lag({0}) OVER path" if condition.within == 1 else "bool_or({0}) OVER " + window
    draft.events += [arrived, draft.figure("came_from", near.format(source))]


@_add.register
def _(condition: Change, draft: _Draft) -> None:
    after, by = condition.side == "after", draft.value("by", condition.by)
    # The extreme over the stretch: the lowest Q after and the highest before give the largest drop.
    extreme = "min" if after == (condition.direction == "drops") else "max"

    def beside(column: str) -> str:
        if condition.within == 1:
            return f"{'lead' if after else 'lag'}({column}) OVER path"
        bounds = f"1 FOLLOWING AND {condition.within:d} FOLLOWING"
        if not after:
            bounds = f"{condition.within:d} PRECEDING AND 1 PRECEDING"
        return f"{extreme}({column}) OVER (path ROWS BETWEEN {bounds})"

    now, other = _q(condition, draft, beside)
    later, earlier = (other, now) if after else (now, other)
    fall = f"{earlier} - {later}" if condition.direction == "drops" else f"{later} - {earlier}"
    draft.events.append(f"{fall} > {by}")


def _q(condition: Change, draft: _Draft, beside: Callable[[str], str]) -> tuple[str, str]:
    """Return the columns with Q at the event and with Q beside it, of one and the same scenario."""
    name = f"q_{condition.side}"
    if condition.scenario is not None:
        q = draft.column("q", quote(f"q_{condition.scenario}"))
        return q, draft.figure(name, beside(q))
    now = draft.column("q_taken", "q_taken")
    taken = draft.column("scenario", "scenario")
    cases = []
    for each in draft.possible:
        q = draft.column("q", quote(f"q_{each}"))
        cases.append(f"WHEN {draft.value('scenario', each)} THEN {beside(q)}")
    joined = "\n      ".join(cases)
    return now, draft.figure(name, f"CASE {taken}\n      {joined} END")


@_add.register
def _(condition: Event, draft: _Draft) -> None:
    measure = STEP_MEASURES[condition.measure]
    source, name = measure.column, measure.column
    if condition.scenario is not None:
        source, name = quote(f"{measure.per_scenario}_{condition.scenario}"), condition.measure
    column = draft.column(name, source)
    value = draft.value(condition.measure, condition.value)
    draft.events.append(f"{column} {_SQL[condition.comparison]} {value}")


@_add.register
def _(condition: Taken, draft: _Draft) -> None:
    test = draft.in_scenario("scenario", "taken", condition.scenario)
    draft.events.append(draft.column("taken", test))


@_add.register
def _(condition: Action, draft: _Draft) -> None:
    test = f"list_contains(actions, {draft.value('action', condition.action)})"
    draft.events.append(draft.column("acted", test))


@_add.register
def _(_condition: HeldOut, draft: _Draft) -> None:
    draft.events.append(draft.column("held_out", "split IN ('validation', 'test')"))


@_add.register
def _(condition: Person, draft: _Draft) -> None:
    column = USER_MEASURES[condition.measure].column
    value = f"(SELECT median({column}) FROM users)"
    if condition.value != "median":
        value = draft.value(condition.measure, condition.value)
    draft.people.append(f"{column} {_SQL[condition.comparison]} {value}")


@_add.register
def _(condition: Mostly, draft: _Draft) -> None:
    draft.people.append(draft.in_scenario("main_scenario", "mostly", condition.scenario))


def _possible(behaviour: Behaviour, scenarios: Sequence[str]) -> tuple[str, ...]:
    """Return the scenarios in which the event can lie: a window less for each that it cannot."""
    possible = tuple(scenarios)
    for condition in behaviour.conditions:
        if isinstance(condition, Move | Taken):
            place = condition.target if isinstance(condition, Move) else condition.scenario
            named = members(place, scenarios)
            possible = tuple(each for each in possible if each in named)
    return possible or tuple(scenarios[:1])


def _all(tests: Sequence[str], indent: int = 4) -> str:
    return ("\n" + " " * indent + "AND ").join(tests)


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
