"""The one SQL statement of a behaviour, with its parameters.

Values and names from the data are parameters; only column names, quoted, stand in the text.

Where a behaviour looks only a few events around (``NEAR``), see ``near``; else every user's path
is sorted.
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
)
from ruie_core.analysis.behaviour.draft import CAME, Draft, all_of, listed
from ruie_core.analysis.behaviour.measures import STEP_MEASURES, USER_MEASURES, Comparison
from ruie_core.analysis.behaviour.near import near_hits
from ruie_core.analysis.narrow import STEPS
from ruie_core.analysis.store import quote

_SQL: Final[Mapping[Comparison, str]] = {"<": "<", "≤": "<=", "=": "=", "≥": ">=", ">": ">"}


class Statement(NamedTuple):
    """A query and its values."""

    sql: str
    params: dict[str, Any]


def statement(
    behaviour: Behaviour,
    scenarios: Sequence[str],
    order: str,
    among: str | None = None,
    table: str = STEPS,
) -> Statement:
    """Return the query of the users who behave so.

    Args:
        behaviour: names as the run writes them (``conditions.resolved``).
        scenarios: names of the run's scenarios.
        order: SQL after ORDER BY, over the columns of ``users``; of our own making.
        among: name of a table with a column ``user``: nobody else is asked; of our own making.
        table: where the events lie (``narrow.table_for``).

    Returns:
        A query for ``user``, ``user_id`` and ``t``: the first event, counted from 1, at which all
        conditions about an event hold; null where there is none of them.
    """
    draft = Draft(behaviour, scenarios, table)
    for condition in behaviour.conditions:
        _add(condition, draft)
    if among is not None:
        draft.people.append(f'"user" IN (SELECT "user" FROM {quote(among)})')
    if not draft.events and draft.later is None:
        return Statement(
            f'SELECT "user", user_id, NULL::INTEGER AS t\nFROM users\n'
            f"WHERE {all_of(draft.people)}\nORDER BY {order}",
            draft.params,
        )
    if draft.near and (draft.around or draft.later is not None):
        hits = near_hits(draft)
    else:
        hits = _sorted_hits(draft)
    return Statement(
        f'{hits}\nSELECT users."user", users.user_id, hits.t\nFROM users JOIN hits USING ("user")\n'
        f"ORDER BY {order}",
        draft.params,
    )


def _sorted_hits(draft: Draft) -> str:
    """Return the CTEs up to ``hits`` where paths are sorted, or nothing around an event counts."""
    if draft.around:  # the forecast row stays until the figures around an event are known
        draft.events.insert(0, draft.column("came", CAME))
        kept = []
    else:
        kept = [CAME]
    if draft.people:
        kept.append(f'"user" IN (SELECT "user" FROM users\n    WHERE {all_of(draft.people, 6)})')
    where = f"\n  WHERE {all_of(kept)}" if kept else ""
    ctes = (
        f'WITH events AS (\n  SELECT "user", t{listed(draft.columns)}\n'
        f"  FROM {draft.table}{where}\n)"
    )
    if draft.around:
        ctes += (
            f", path AS (\n  SELECT *{listed(draft.around)}\n  FROM events\n"
            '  WINDOW path AS (PARTITION BY "user" ORDER BY t)\n)'
        )
    return (
        f'{ctes}, hits AS (\n  SELECT "user", min(t) AS t\n'
        f"  FROM {'path' if draft.around else 'events'}\n"
        f'  WHERE {all_of(draft.events)}\n  GROUP BY "user"\n)'
    )


@singledispatch
def _add(condition: Condition, draft: Draft) -> None:  # noqa: ARG001 - the dispatch's signature
    raise TypeError(f"no query for {type(condition).__name__}")


@_add.register
def _(condition: Move, draft: Draft) -> None:
    source = draft.column("source", draft.in_scenario("scenario", "source", condition.source))
    arrived = draft.column("arrived", draft.in_scenario("scenario", "target", condition.target))
    window = f"(path ROWS BETWEEN {condition.within:d} PRECEDING AND 1 PRECEDING)"
    near = "lag({0}) OVER path" if condition.within == 1 else "bool_or({0}) OVER " + window
    if draft.near:
        backs = range(1, condition.within + 1)
        near = " OR ".join(f"t > {back} AND lag({{0}}, {back}) OVER ()" for back in backs)
    draft.events += [arrived, draft.figure("came_from", near.format(source))]


@_add.register
def _(condition: Change, draft: Draft) -> None:
    after = condition.side == "after"
    if draft.near and after:
        draft.later = condition
        return
    by = draft.value("by", condition.by)
    # The extreme over the stretch: the lowest Q after and the highest before give the largest drop.
    extreme = "min" if after == (condition.direction == "drops") else "max"

    def beside(column: str) -> str:
        if draft.near:
            backs = (
                f"CASE WHEN t > {back} THEN lag({column}, {back}) OVER () END"
                for back in range(1, condition.within + 1)
            )
            return f"{'greatest' if extreme == 'max' else 'least'}({', '.join(backs)})"
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


def _q(condition: Change, draft: Draft, beside: Callable[[str], str]) -> tuple[str, str]:
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
def _(condition: Event, draft: Draft) -> None:
    measure = STEP_MEASURES[condition.measure]
    source, name = measure.column, measure.column
    if condition.scenario is not None:
        source, name = quote(f"{measure.per_scenario}_{condition.scenario}"), condition.measure
    column = draft.column(name, source)
    value = draft.value(condition.measure, condition.value)
    draft.events.append(f"{column} {_SQL[condition.comparison]} {value}")


@_add.register
def _(condition: Taken, draft: Draft) -> None:
    test = draft.in_scenario("scenario", "taken", condition.scenario)
    draft.events.append(draft.column("taken", test))


@_add.register
def _(condition: Action, draft: Draft) -> None:
    test = f"list_contains(actions, {draft.value('action', condition.action)})"
    draft.events.append(draft.column("acted", test))


@_add.register
def _(_condition: HeldOut, draft: Draft) -> None:
    draft.events.append(draft.column("held_out", "split IN ('validation', 'test')"))


@_add.register
def _(condition: Person, draft: Draft) -> None:
    column = USER_MEASURES[condition.measure].column
    value = f"(SELECT median({column}) FROM users)"
    if condition.value != "median":
        value = draft.value(condition.measure, condition.value)
    draft.people.append(f"{column} {_SQL[condition.comparison]} {value}")


@_add.register
def _(condition: Mostly, draft: Draft) -> None:
    draft.people.append(draft.in_scenario("main_scenario", "mostly", condition.scenario))
