"""A behaviour in plain English, so that a reader can check what was understood."""

from functools import singledispatch

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
from ruie_core.analysis.behaviour.measures import (
    COUNTS,
    STEP_MEASURES,
    USER_MEASURES,
    Comparison,
)
from ruie_core.figures.numbers import count
from ruie_core.reporting.text import escape

_WORDS: dict[Comparison, str] = {
    "<": "under", "≤": "at most", "=": "exactly", "≥": "at least", ">": "over",
}  # fmt: skip

IN_SAMPLE = "Ranks of training events are in-sample; add “held out” to leave them out."


def explained(behaviour: Behaviour) -> str:
    r"""Say in plain English who is looked for, in Markdown.

    >>> from ruie_core.analysis.behaviour.language import parse
    >>> said = explained(parse("a → b within 3 events and ≥ 4 switches", ["a", "b"], []))
    >>> print(said)
    People with at least 4 scenario switches, with an event in **b** and one in **a** at most
    3 events before it.
    """
    whole = [_said(each) for each in behaviour.conditions if isinstance(each, Person | Mostly)]
    at_one = [_said(each) for each in behaviour.conditions if not isinstance(each, Person | Mostly)]
    if at_one:
        whole.append(f"with an event {'; '.join(at_one)}")
    text = f"People {', '.join(whole)}."
    ranked = any(isinstance(c, Event) and c.measure == "rank" for c in behaviour.conditions)
    if ranked and not any(isinstance(c, HeldOut) for c in behaviour.conditions):
        text += f" {IN_SAMPLE}"
    return text


@singledispatch
def _said(condition: Condition) -> str:
    raise TypeError(f"no words for {type(condition).__name__}")


@_said.register
def _(condition: Move) -> str:
    before = "right before it"
    if condition.within > 1:
        before = f"at most {count(condition.within)} events before it"
    return f"in {_name(condition.target)} and one in {_name(condition.source)} {before}"


@_said.register
def _(condition: Change) -> str:
    q = f"Q of {_name(condition.scenario)}" if condition.scenario else "Q of the scenario it took"
    verb = "fell" if condition.direction == "drops" else "rose"
    when = "right after it" if condition.side == "after" else "right before it"
    if condition.within > 1:
        when = f"within the {count(condition.within)} events {condition.side} it"
    return f"for which {q} {verb} by more than {condition.by:g} reward units {when}"


@_said.register
def _(condition: Event) -> str:
    measure = STEP_MEASURES[condition.measure]
    of = f" of {_name(condition.scenario)}" if condition.scenario else ""
    figure = f"{measure.meaning.split(',')[0]}{of}"
    return f"with {figure} {_WORDS[condition.comparison]} {condition.value:g}"


@_said.register
def _(condition: Taken) -> str:
    return f"in {_name(condition.scenario)}"


@_said.register
def _(condition: Action) -> str:
    return f"with the action {_name(condition.action)}"


@_said.register
def _(_condition: HeldOut) -> str:
    return "that was held out of training"


@_said.register
def _(condition: Person) -> str:
    measure = USER_MEASURES[condition.measure].meaning
    compared = _WORDS[condition.comparison]
    if condition.value == "median":
        return f"with {measure} {compared} the median of all users"
    if condition.measure in COUNTS:
        return f"with {compared} {condition.value:g} {measure}"
    return f"with {measure} {compared} {condition.value:g}"


@_said.register
def _(condition: Mostly) -> str:
    return f"who are mostly in {_name(condition.scenario)}"


def _name(name: str) -> str:
    if name.endswith("*"):
        return f"any scenario that begins with **{escape(name[:-1])}**"
    return f"**{escape(name)}**"
