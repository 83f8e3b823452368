"""Behaviours within few events: one pass over ``steps`` that looks some rows back, without a sort.

It rests on the order of the rows: user by user, t = 1, 2, … (``RunStore`` makes sure). So the row
``back`` rows before is of the same user where t > back. What follows an event is seen from the
later row, because looking ahead costs DuckDB several times as much.
"""

from collections.abc import Sequence

from ruie_core.analysis.behaviour.conditions import Change
from ruie_core.analysis.behaviour.draft import CAME, Draft, all_of, listed
from ruie_core.analysis.narrow import FELL, fell
from ruie_core.analysis.store import quote


def near_hits(draft: Draft) -> str:
    """Return the CTEs up to ``hits`` where every look around is a look a few rows back."""
    draft.events.insert(0, draft.column("came", CAME))
    asked = ""
    if draft.people:  # only here: a join before the looks back could change the order of the rows
        asked = (
            f'\n    AND "user" IN (SELECT "user" FROM users\n    WHERE {all_of(draft.people, 6)})'
        )
    found, source = "t", "path" if draft.around else "events"
    tail, tests = "", draft.events
    if draft.later is not None:
        tail = _looked_back(draft, draft.later, source)
        found, source, tests = "t - back", "ends", ["back IS NOT NULL"]
    path = f", path AS (\n  SELECT *{listed(draft.around)}\n  FROM events\n)"
    return (
        f'WITH events AS (\n  SELECT "user", t{listed(draft.columns)}\n  FROM {draft.table}\n)'
        f"{path if draft.around else ''}{tail}, hits AS (\n"
        f'  SELECT "user", min({found}) AS t\n  FROM {source}\n'
        f'  WHERE {all_of(tests)}{asked}\n  GROUP BY "user"\n)'
    )


def _looked_back(draft: Draft, condition: Change, source: str) -> str:
    """Return the CTEs that find, from a later row, how far back the first such event lies.

    ``start`` is Q at an event of which all else holds; Q of the same scenario stands in the later
    row, where ``place`` of the event says which column it is.
    """
    named = condition.scenario
    if named is None and draft.falls and condition.within <= FELL:
        return _fallen(draft, condition, source)
    if named is None and len(draft.possible) == 1:
        named = draft.possible[0]
    if named is not None:
        later = [draft.column("q", quote(f"q_{named}"))]
        place = ""
    else:
        later = [draft.column("q", quote(f"q_{each}")) for each in draft.possible]
        codes = " ".join(
            f"WHEN {draft.value('scenario', each)} THEN {code}"
            for code, each in enumerate(draft.possible, start=1)
        )
        place = draft.column("place", f"(CASE scenario {codes} END)::UTINYINT")
    now = later[0] if condition.scenario is not None else draft.column("q_taken", "q_taken")
    by = draft.value("by", condition.by)
    cases = "\n      ".join(
        f"WHEN t > {back} AND {_moved(condition, back, later, bool(place))} > {by} THEN {back}"
        for back in range(condition.within, 0, -1)
    )
    columns = ", ".join(dict.fromkeys(('"user"', "t", *later, *([place] if place else ()))))
    return (
        f", starts AS (\n  SELECT {columns},\n"
        f"    CASE WHEN {all_of(draft.events, 6)}\n      THEN {now} END AS start\n"
        f"  FROM {source}\n)"
        f', ends AS (\n  SELECT "user", t, CASE\n      {cases} END AS back\n  FROM starts\n)'
    )


def _fallen(draft: Draft, condition: Change, source: str) -> str:
    """Return the same CTEs where the table knows the falls of Q (``narrow``)."""
    by = draft.value("by", condition.by)
    sign = "" if condition.direction == "drops" else "-"
    falls = {back: draft.column(fell(back), fell(back)) for back in range(condition.within, 0, -1)}
    # What came is always followed by something that came, or by the forecast.
    alone = len(draft.events) == 1
    cases = "\n      ".join(
        f"WHEN {sign}{fall} > {by}{'' if alone else f' AND lag(holds, {back}) OVER ()'} THEN {back}"
        for back, fall in falls.items()
    )
    columns = ", ".join(('"user"', "t", *falls.values()))
    holds = "" if alone else f",\n    {all_of(draft.events)} AS holds"
    return (
        f", starts AS (\n  SELECT {columns}{holds}\n  FROM {source}\n)"
        f', ends AS (\n  SELECT "user", t, CASE\n      {cases} END AS back\n  FROM starts\n)'
    )


def _moved(condition: Change, back: int, later: Sequence[str], placed: bool) -> str:
    """Return by how much Q moved from the event so many rows back until now."""
    now = later[0]
    if placed:
        cases = " ".join(f"WHEN {code} THEN {q}" for code, q in enumerate(later, start=1))
        now = f"CASE lag(place, {back}) OVER () {cases} END"
    start = f"lag(start, {back}) OVER ()"
    return f"{start} - {now}" if condition.direction == "drops" else f"{now} - {start}"
