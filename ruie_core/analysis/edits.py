"""An edited history: events taken out, put in, moved or changed, and a short text that holds it.

Nothing here imports torch, so that the app can hold an edit without loading a model.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal

import pandas as pd

from ruie_core.errors import UserError

Kind = Literal["removed", "inserted", "moved", "changed"]


@dataclass(frozen=True)
class Event:
    """One event of a history.

    Attributes:
        key: who it is: its number t in the log, from 1; inserted events count down from -1.
        item: code, 1..I.
        scenario: code, 1..S.
        actions: bit mask over the run's actions, as in ``Dataset``.
        time: ms since epoch; none for an inserted event, which takes the time of its place.
    """

    key: int
    item: int
    scenario: int
    actions: int
    time: int | None = None


History = tuple[Event, ...]


@dataclass(frozen=True)
class Change:
    """What happened to one event; ``place`` counts from 1, in the original where it was removed.

    A moved event whose scenario or actions differ as well counts as moved.
    """

    kind: Kind
    place: int
    before: Event | None
    after: Event | None


def read_history(events: pd.DataFrame, scenarios: Sequence[str], actions: Sequence[str]) -> History:
    """Read the frame of ``frames.whatif.user_events``.

    Args:
        events: ``t``, ``item``, ``scenario``, ``actions`` (lists of names), ``time``.
        scenarios: names by code.
        actions: names by bit.
    """
    code = {name: place for place, name in enumerate(scenarios, start=1)}
    times = events["time"].dt.tz_localize(None).astype("datetime64[ms]").astype("int64")
    rows = zip(
        events["t"], events["item"], events["scenario"], events["actions"], times, strict=True
    )
    return tuple(
        Event(int(t), int(item), code[str(name)], mask_of(done, actions), int(time))
        for t, item, name, done, time in rows
    )


def mask_of(done: Sequence[str], actions: Sequence[str]) -> int:
    """Return the bit mask of a set of actions.

    >>> mask_of(["like", "click"], ("click", "follow", "like"))
    5
    """
    return sum(1 << bit for bit, name in enumerate(actions) if name in done)


def names_of(mask: int, actions: Sequence[str]) -> list[str]:
    """Return the actions of a bit mask, in the order of their bits.

    >>> names_of(5, ("click", "follow", "like"))
    ['click', 'like']
    """
    return [name for bit, name in enumerate(actions) if mask >> bit & 1]


def insert(history: History, place: int, item: int, scenario: int, actions: int) -> History:
    """Put an event at a place (from 1; one past the end appends it)."""
    lowest = min((event.key for event in history), default=0)
    new = Event(min(lowest, 0) - 1, item, scenario, actions)
    at = min(max(place, 1), len(history) + 1) - 1
    return (*history[:at], new, *history[at:])


def move(history: History, places: dict[int, int]) -> History:
    """Take events out by key and put each at its wanted place, the earliest place first.

    >>> events = tuple(Event(key, 1, 1, 1) for key in (1, 2, 3, 4))
    >>> [event.key for event in move(events, {1: 3})]
    [2, 3, 1, 4]
    """
    moved = {event.key: event for event in history if event.key in places}
    rest = [event for event in history if event.key not in places]
    for key, place in sorted(places.items(), key=lambda pair: pair[1]):
        rest.insert(min(max(place, 1), len(rest) + 1) - 1, moved[key])
    return tuple(rest)


def align(before: Sequence[int], after: Sequence[int]) -> Iterator[tuple[int | None, int | None]]:
    """Lay two sequences of keys beside each other, as a comparison of texts does.

    Yields one pair of indices a slot. A key in both that lies outside the common order has two
    slots: it was moved.

    >>> list(align([1, 2, 3], [1, 3, -1]))
    [(0, 0), (1, None), (2, 1), (None, 2)]
    """
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    i = j = 0
    for block in blocks:
        yield from ((k, None) for k in range(i, block.a))
        yield from ((None, k) for k in range(j, block.b))
        yield from ((block.a + k, block.b + k) for k in range(block.size))
        i, j = block.a + block.size, block.b + block.size


def changes(original: History, edited: History) -> tuple[Change, ...]:
    """Return what differs, in the order of the events."""
    was = {event.key: event for event in original}
    now = {event.key for event in edited}
    found = []
    for i, j in align([event.key for event in original], [event.key for event in edited]):
        if j is None:
            assert i is not None
            if original[i].key not in now:
                found.append(Change("removed", i + 1, original[i], None))
            continue
        before, after = was.get(edited[j].key), edited[j]
        if before is None:
            found.append(Change("inserted", j + 1, None, after))
        elif i is None:
            found.append(Change("moved", j + 1, before, after))
        elif before != after:
            found.append(Change("changed", j + 1, before, after))
    return tuple(found)


_TOKEN = re.compile(
    r"(?:(?P<first>\d+)(?:-(?P<last>\d+))?|i(?P<new>\d+))"
    r"(?:s(?P<scenario>\d+))?(?:a(?P<actions>\d+))?|n(?P<next>\d+)",
    re.ASCII,
)


def encode(original: History, edited: History, request: int | None = None) -> str:
    """Write an edit as a short text for a link.

    ``1-11.13s2.14.i345s1a1.n2`` keeps events 1 to 11, drops 12, moves 13 to scenario 2, keeps
    14, appends item 345 (scenario 1, actions 1) and forces the next scenario 2. Nothing edited
    is the empty text.

    Args:
        original: the whole history.
        edited: what became of it.
        request: code of the forced next scenario.
    """
    if edited == original and request is None:
        return ""
    was = {event.key: event for event in original}
    tokens: list[str] = []
    stretch: list[int] = []  # first and last of events that follow each other as they were
    for event in edited:
        before = was.get(event.key)
        if event == before and stretch and stretch[1] == event.key - 1:
            stretch[1] = event.key
            tokens[-1] = f"{stretch[0]}-{event.key}"
            continue
        stretch = [event.key, event.key] if event == before else []
        tokens.append(_token(event, before))
    if request is not None:
        tokens.append(f"n{request}")
    return ".".join(tokens)


def _token(event: Event, before: Event | None) -> str:
    name = f"i{event.item}" if before is None else str(event.key)
    if before is None or event.scenario != before.scenario:
        name += f"s{event.scenario}"
    if before is None or event.actions != before.actions:
        name += f"a{event.actions}"
    return name


def decode(
    text: str, original: History, *, items: int, scenarios: int, actions: int
) -> tuple[History, int | None]:
    """Read what ``encode`` wrote.

    Args:
        text: the edit; empty: nothing is edited.
        original: the whole history.
        items: I, codes go up to it.
        scenarios: S.
        actions: number of actions.

    Returns:
        The edited history and the code of the forced next scenario, if any.

    Raises:
        UserError: the text is not an edit of this history.
    """
    if not text:
        return original, None
    was = {event.key: event for event in original}
    edited: list[Event] = []
    request: int | None = None
    for token in text.split("."):
        part = _read(token, scenarios, actions)
        if "next" in part:
            request = part["next"]
        elif "new" in part:
            key = -1 - sum(event.key < 0 for event in edited)
            edited.append(_new(key, part, items))
        else:
            edited.extend(_kept(part, was))
    if not edited or len({event.key for event in edited}) != len(edited):
        raise UserError("The edit in the link leaves no event, or holds one twice.")
    return tuple(edited), request


def _read(token: str, scenarios: int, actions: int) -> dict[str, int]:
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise UserError(f"The edit in the link has a part {token!r} that cannot be read.")
    part = {name: int(value) for name, value in found.groupdict().items() if value is not None}
    for name in ("scenario", "next"):
        if name in part and not 1 <= part[name] <= scenarios:
            raise UserError(
                f"The edit in the link names scenario {part[name]}; this run has {scenarios}."
            )
    if part.get("actions", 0) >= 1 << actions:
        raise UserError(f"The edit in the link names actions that this log has not: {token!r}.")
    return part


def _new(key: int, part: dict[str, int], items: int) -> Event:
    if not 1 <= part["new"] <= items or not {"scenario", "actions"} <= part.keys():
        raise UserError("The edit in the link inserts an event that is unknown or incomplete.")
    return Event(key, part["new"], part["scenario"], part["actions"])


def _kept(part: dict[str, int], was: dict[int, Event]) -> Iterator[Event]:
    first = part["first"]
    last = part.get("last", first)
    if not 1 <= first <= last <= len(was):
        raise UserError(
            f"The edit in the link names events {first} to {last}; this person has {len(was)}."
        )
    for key in range(first, last + 1):
        event = was[key]
        yield replace(
            event,
            scenario=part.get("scenario", event.scenario),
            actions=part.get("actions", event.actions),
        )
