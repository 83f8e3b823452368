"""The sentence language of behaviours: read it, and write it back.

``feed → search within 3 events and Q drops > 0.5 and ≥ 4 switches``. Conditions are joined by
"and" or by a comma; words are read in any case; a scenario may be quoted, and must be where its
name holds a comma or looks like another word; ``search*`` is every scenario that begins so.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import singledispatch
from typing import Any, Final, TypeVar

import parsy
from pydantic import ValidationError

from ruie_core.analysis.behaviour.conditions import (
    MOST_EVENTS,
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
    resolved,
)
from ruie_core.analysis.behaviour.measures import (
    COMPARISONS,
    COUNTS,
    STEP_MEASURES,
    USER_MEASURES,
)
from ruie_core.errors import UserError

UNDERSTOOD: Final = (
    "feed → search within 3 events", "Q drops > 0.5", "Q of feed rises > 1 before the move",
    "gate < 0.2", "rank of next > 100", "p of search < 0.1", "reward ≥ 3", "in search",
    "action like", "held out", "≥ 4 switches", "event count ≥ 20", "NDCG under median",
    "mean gate > 0.5", "reward per event > 2", "held-out rank ≤ 10", "mostly in feed",
)  # fmt: skip
"""One example of every form; the names of scenarios and actions are the run's."""

K = TypeVar("K", bound=str)

_DROPS, _RISES = ("drops", "drop", "falls", "fall"), ("rises", "rise")

_QUOTED = r'"(?:[^"]|"")*"|“[^”]*”|(?<!\w)\'[^\']*\''
_SPLIT = re.compile(rf"(?P<quoted>{_QUOTED})|(?P<and>\s*(?:,(?!\d)|[;&]|\band\b)\s*)", re.I)
_BARE = re.compile(r"(?:(?!->)[^\s\"“”'→,;<>≥≤=])+")
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?", re.I)


def parse(sentence: str, scenarios: Sequence[str], actions: Sequence[str]) -> Behaviour:
    """Read a sentence.

    Args:
        sentence: as a person types it.
        scenarios: names of the run's scenarios.
        actions: names of the run's actions.

    Raises:
        UserError: a condition is not understood, or the run has no such scenario or action.

    Example:
        >>> found = parse("Feed -> search within 3 events, gate < 0.2", ["feed", "search"], [])
        >>> write(found)
        'feed → search within 3 events and gate < 0.2'
    """
    texts = list(conditions_of(sentence))
    if not texts:
        raise UserError(f"Describe a behaviour, such as {_examples(scenarios, actions)}.")
    grammar = _grammar(scenarios)
    conditions = []
    for text in texts:
        try:
            conditions.append(grammar.parse(text))
        except (parsy.ParseError, ValidationError):
            raise UserError(
                f"“{text}” is not understood; a condition looks like one of: "
                f"{_examples(scenarios, actions)} (“within” takes 1 to {MOST_EVENTS} events)."
            ) from None
    if len(conditions) > 20:
        raise UserError(f"{len(conditions)} conditions are too many: 20 can be joined.")
    return resolved(Behaviour(conditions=tuple(conditions)), scenarios, actions)


def example(scenarios: Sequence[str]) -> str:
    """Return a sentence that a run understands, and that somebody of most logs fits.

    >>> example(["feed", "search"])
    'feed → search within 3 events'
    """
    if len(scenarios) < 2:
        return "≥ 10 events"
    return f"{_name(scenarios[0])} → {_name(scenarios[1])} within 3 events"


def conditions_of(sentence: str) -> Iterable[str]:
    """Cut a sentence at "and" and at commas outside of quotes.

    >>> list(conditions_of('in "shop, front" and gate < 0.2, held out'))
    ['in "shop, front"', 'gate < 0.2', 'held out']
    """
    start = 0
    for found in _SPLIT.finditer(sentence):
        if found["and"] is not None:
            if part := sentence[start : found.start()].strip():
                yield part
            start = found.end()
    if part := sentence[start:].strip():
        yield part


def _examples(scenarios: Sequence[str], actions: Sequence[str]) -> str:
    """Return the examples with names that the run has."""
    names = {"feed": scenarios[0], "search": scenarios[1 % len(scenarios)]} if scenarios else {}
    names |= {"like": actions[-1]} if actions else {}

    def put(found: re.Match[str]) -> str:
        return _name(names[found[0]])

    known = re.compile("|".join(rf"\b{name}\b" for name in names) or r"(?!)")
    return "; ".join(known.sub(put, example) for example in UNDERSTOOD)


def _words(words: Iterable[str]) -> parsy.Parser:
    """Any of the words, in any case, the longest first, not as the beginning of a longer word."""
    found = sorted(words, key=len, reverse=True)
    spaced = (r"\s+".join(map(re.escape, word.split())) for word in found)
    whole = (text + (r"(?![\w*])" if text[-1].isalnum() else "") for text in spaced)
    return parsy.regex("|".join(whole), re.I)


def _choice(table: Mapping[K, Iterable[str]]) -> parsy.Parser:
    """The key of any of its words."""
    key = {word.casefold(): name for name, words in table.items() for word in words}
    return _words(key).map(lambda text: key[" ".join(text.casefold().split())])


def _grammar(scenarios: Sequence[str]) -> parsy.Parser:
    """The parser of one condition; it gives names as they were typed."""
    space, gap = parsy.regex(r"\s*"), parsy.regex(r"\s+")
    number = parsy.regex(_NUMBER).map(float)
    quoted = parsy.regex(_QUOTED).map(_unquoted)
    own = [_words(scenarios)] if scenarios else []
    name = parsy.alt(quoted, *own, parsy.regex(_BARE))
    of = (gap >> _words(["of"]) >> gap >> name).optional()
    unit = (gap >> _words(["events", "event"])).optional()
    length = parsy.regex(r"\d+").map(int)
    within = (gap >> _words(["within"]) >> gap >> length << unit).optional(1)
    compared = _choice(COMPARISONS)
    arrow = (space >> parsy.regex("→|->") >> space) | (gap >> _words(["to"]) >> gap)
    move = parsy.seq(source=name << arrow, target=name, within=within).combine_dict(Move)
    more = (gap >> _words(["by"])).optional() >> space >> _words(COMPARISONS[">"]).optional()
    turn = gap >> _choice({"drops": _DROPS, "rises": _RISES})
    place = (gap >> _words(["the move", "that move", "it"])).optional()
    side = gap >> _choice({"after": ["after"], "before": ["before"]}) << place
    change = parsy.seq(
        first=_words(["Q"]) >> of,
        direction=turn,
        by=(more >> space >> number).optional(0.0),
        last=of,
        side=side.optional("after"),
        within=within,
    ).combine_dict(_change)
    event = parsy.seq(
        measure=_choice({key: each.words for key, each in STEP_MEASURES.items()}),
        scenario=of,
        comparison=space >> compared,
        value=space >> number,
    ).combine_dict(Event)
    figure = _choice({key: each.words for key, each in USER_MEASURES.items()})
    median = (_words(["the"]) >> gap).optional() >> _words(["median"]).result("median")
    value = space >> (number | median)
    person = parsy.seq(measure=figure, comparison=space >> compared, value=value)
    turned = parsy.seq(comparison=compared, value=space >> number, measure=gap >> figure)
    mostly = _words(["mostly"]) >> gap >> (_words(["in"]) >> gap).optional() >> name
    action = _words(["action"]) >> gap >> (quoted | parsy.regex(_BARE))
    kinds = (
        person.combine_dict(Person),
        turned.combine_dict(Person),
        change,
        event,
        mostly.map(lambda scenario: Mostly(scenario=scenario)),
        (_words(["in"]) >> gap >> name).map(lambda scenario: Taken(scenario=scenario)),
        action.map(lambda action: Action(action=action)),
        parsy.regex(r"held[- ]out(\s+event)?", re.I).map(lambda _: HeldOut()),
        move,
    )
    # Every alternative must reach the end: a scenario may be called as a measure is.
    return parsy.alt(*(kind << parsy.eof for kind in kinds))


def _change(first: str | None, last: str | None, **rest: Any) -> Change:
    """Take the scenario from where it was named: "Q of feed drops", "Q drops of feed"."""
    return Change(scenario=first or last, **rest)


def _unquoted(text: str) -> str:
    inner = text[1:-1]
    return inner.replace('""', '"') if text[0] == '"' else inner


def write(behaviour: Behaviour) -> str:
    """Write a description as the sentence that is read back to it."""
    return " and ".join(_written(condition) for condition in behaviour.conditions)


@singledispatch
def _written(condition: Condition) -> str:
    raise TypeError(f"no sentence for {type(condition).__name__}")


@_written.register
def _(condition: Move) -> str:
    move = f"{_name(condition.source)} → {_name(condition.target)}"
    return f"{move}{_within(condition.within)}"


@_written.register
def _(condition: Change) -> str:
    side = " before the move" if condition.side == "before" else ""
    text = f"Q{_of(condition.scenario)} {condition.direction} > {_number_text(condition.by)}"
    return f"{text}{side}{_within(condition.within)}"


@_written.register
def _(condition: Event) -> str:
    word = STEP_MEASURES[condition.measure].words[0]
    compared = f"{condition.comparison} {_number_text(condition.value)}"
    return f"{word}{_of(condition.scenario)} {compared}"


@_written.register
def _(condition: Taken) -> str:
    return f"in {_name(condition.scenario)}"


@_written.register
def _(condition: Action) -> str:
    return f"action {_name(condition.action)}"


@_written.register
def _(_condition: HeldOut) -> str:
    return "held out"


@_written.register
def _(condition: Person) -> str:
    word = USER_MEASURES[condition.measure].words[0]
    if condition.value == "median":
        return f"{word} {condition.comparison} median"
    value = _number_text(condition.value)
    if condition.measure in COUNTS:
        return f"{condition.comparison} {value} {word}"
    return f"{word} {condition.comparison} {value}"


@_written.register
def _(condition: Mostly) -> str:
    return f"mostly in {_name(condition.scenario)}"


def _within(events: int) -> str:
    return "" if events == 1 else f" within {events} events"


def _of(scenario: str | None) -> str:
    return "" if scenario is None else f" of {_name(scenario)}"


def _name(name: str) -> str:
    """Quote a name where it would not be read back as one word."""
    if _BARE.fullmatch(name) and next(_SPLIT.finditer(f"{name} "), None) is None:
        return name
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _number_text(value: float) -> str:
    """Write a number so that it is read back as itself.

    >>> _number_text(4.0), _number_text(0.1)
    ('4', '0.1')
    """
    short = f"{value:g}"
    return short if float(short) == value else repr(value)
