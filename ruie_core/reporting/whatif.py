"""The words of the What-if view: what was edited, and what the model makes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ruie_core.analysis.comparison import Comparison
from ruie_core.analysis.edits import Change, Event, names_of
from ruie_core.figures.numbers import count, number, percent, short
from ruie_core.figures.rows import Record, records
from ruie_core.reporting.text import escape, listed, strong

BADGE = "model response, not causal effect"
_SAME = 0.005
"""Changes of Q or p below this are not told: they would read 0.00."""
_TOLD = 2
"""Edits that are named one by one."""


@dataclass(frozen=True)
class Names:
    """Names behind the codes of a run, plain text.

    Attributes:
        items: by code.
        scenarios: name of code c is ``scenarios[c - 1]``.
        actions: by bit.
    """

    items: Mapping[int, str]
    scenarios: Sequence[str]
    actions: Sequence[str]

    def item(self, event: Event) -> str:
        """Return an event's title, cut to a length that a sentence takes."""
        return short(self.items.get(event.item, f"item {event.item}"), 32)

    def scenario(self, event: Event) -> str:
        """Return an event's scenario."""
        return self.scenarios[event.scenario - 1]

    def done(self, event: Event) -> str:
        """Return what was done at an event."""
        return listed(names_of(event.actions, self.actions)) or "nothing"


def answer(compared: Comparison, edits: Sequence[Change], request: str | None, names: Names) -> str:
    """Answer the view's question in one sentence.

    Args:
        compared: the original beside the edited response.
        edits: what was edited.
        request: the forced next scenario.
        names: behind the codes.
    """
    if not edits and request is None:
        return _nothing(compared)
    parts = [*_q_words(compared), *_p_words(compared), *_item_words(compared)]
    subject = _with(edits, request, names)
    if not parts:
        return f"{subject}, the model's forecast stays as it was{_target_words(compared)}."
    return f"{subject}, the model {listed(parts)}{_target_words(compared)}."


def _nothing(compared: Comparison) -> str:
    rows = records(compared.scenarios)
    most = max(rows, key=lambda row: row["q_before"])
    likely = max(rows, key=lambda row: row["p_before"])
    same = most["scenario"] == likely["scenario"]
    return (
        f"Nothing is edited yet: after the last event the model expects most engagement in "
        f"{strong(most['scenario'])} (Q {number(most['q_before'])}) and thinks "
        f"{'it' if same else strong(likely['scenario'])} the likeliest next scenario "
        f"({percent(likely['p_before'])}). Take an event out below, or change it."
    )


def _with(edits: Sequence[Change], request: str | None, names: Names) -> str:
    forced = f"the next event forced into {strong(request)}" if request else ""
    if not edits:
        return f"With {forced}"
    if len(edits) == 1 and edits[0].before is not None and edits[0].kind == "removed":
        phrase = f"Without {_event(edits[0].before, names)}"
    elif len(edits) <= _TOLD:
        phrase = f"With {listed([edit_phrase(edit, names) for edit in edits])}"
    else:
        phrase = f"With {count(len(edits))} edits"
    return f"{phrase} and {forced}" if forced else phrase


def _event(event: Event, names: Names) -> str:
    return f"event {event.key} ({escape(names.item(event))}, {escape(names.scenario(event))})"


def edit_phrase(edit: Change, names: Names) -> str:
    """Say in a few words what was done to one event."""
    before, after = edit.before, edit.after
    if before is None:
        assert after is not None
        name, where = escape(names.item(after)), escape(names.scenario(after))
        return f"{name} ({where}) inserted as event {edit.place}"
    if after is None:
        return f"{_event(before, names)} taken out"
    said = []
    if edit.kind == "moved":
        said.append(f"moved to place {edit.place}")
    if before.scenario != after.scenario:
        said.append(f"in {escape(names.scenario(after))} instead")
    if before.actions != after.actions:
        said.append(f"with {names.done(after)} instead of {names.done(before)}")
    return f"{_event(before, names)} {listed(said)}"


def _q_words(compared: Comparison) -> list[str]:
    """The scenario whose Q moved most."""
    most = max(records(compared.scenarios), key=lambda row: abs(row["q_change"]))
    change = most["q_change"]
    if abs(change) < _SAME:
        return []
    more = "more" if change > 0 else "less"
    return [
        f"expects {number(abs(change))} {more} engagement in {strong(most['scenario'])} "
        f"({number(most['q_before'])} → {number(most['q_after'])})"
    ]


def _p_words(compared: Comparison) -> list[str]:
    """Another likeliest scenario, or none: small moves of p are for the chart."""
    rows = records(compared.scenarios)
    before, after = (max(rows, key=lambda row: row[f"p_{when}"]) for when in ("before", "after"))
    if before["scenario"] == after["scenario"]:
        return []
    return [
        f"thinks {strong(after['scenario'])} likeliest next ({percent(after['p_before'])} → "
        f"{percent(after['p_after'])}) instead of {strong(before['scenario'])}"
    ]


def _item_words(compared: Comparison) -> list[str]:
    """The item of either top 10 that moved by the largest ratio of ranks."""
    rows = records(compared.items)
    most = max(rows, key=_leap, default=None)
    if most is None or most["rank_before"] == most["rank_after"]:
        return []
    name = short(item_name(most), 40)
    return [
        f"puts {escape(name)} from {ordinal(most['rank_before'])} to {ordinal(most['rank_after'])}"
    ]


def _leap(row: Record) -> float:
    low, high = sorted((row["rank_before"], row["rank_after"]))
    return float(high / low)


def item_name(row: Record) -> str:
    """Return an item's title, else its id."""
    return str(row["title"] if row["title"] is not None else row["item_id"])


def _target_words(compared: Comparison) -> str:
    """Targets and returns move with rewards, which Q does not see."""
    rows = [row for row in records(compared.events) if row["mark"] == "changed"]
    told = [row for row in rows if _moved(row, "y")]
    if not told:
        return ""
    most = max(told, key=lambda row: abs(row["y_after"] - row["y_before"]))
    return (
        f"; the target y of event {most['key']} goes from {number(most['y_before'])} to "
        f"{number(most['y_after'])}"
    )


def _moved(row: Record, name: str) -> bool:
    before, after = row[f"{name}_before"], row[f"{name}_after"]
    return before is not None and after is not None and abs(after - before) >= _SAME


def reads_line(read: int, events: int) -> str:
    """Say which events the forecast depends on."""
    if read >= events:
        return f"The forecast reads {'the only event' if events == 1 else f'all {events} events'}."
    return (
        f"The forecast reads the last {count(read)} of {count(events)} events: what lies before "
        "them cannot change it, and is not shown."
    )


def rewards_line(gate: str, looks_at_target: bool) -> str:
    """Say what an edit of actions can change, and what it cannot.

    Args:
        gate: name of the run's gate.
        looks_at_target: as the gate declares it (``ruie_core.objectives.gate``).
    """
    looks = (
        "looks at the target and changes with it"
        if looks_at_target
        else "does not look at the target"
    )
    return (
        "The model reads items and scenarios, not actions: editing actions changes the target y "
        f"and the realised return, never Q. This run's gate ({escape(gate)}) {looks}. A forced "
        "next scenario changes the ranking alone."
    )


def edits_line(edits: Sequence[Change], names: Names) -> str:
    """List all edits, where the answer only counts them."""
    if len(edits) <= _TOLD:
        return ""
    return f"Edits: {'; '.join(edit_phrase(edit, names) for edit in edits)}."


def ordinal(place: int) -> str:
    """Write a rank in words of a sentence.

    >>> [ordinal(place) for place in (1, 2, 3, 4, 11, 12, 13, 21, 102)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '102nd']
    """
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10)
    return f"{count(place)}{ending or 'th'}"


SCENARIOS_READING = (
    "Hollow: the original history; filled: the edited one. Q in reward units, after the last event."
)
LINES_READING = (
    "Grey: the original; colour: the edited history. Every estimate is from before the event; the "
    "last place is the forecast. ✕ taken out, + inserted, △ changed, ◇ moved."
)
ITEMS_READING = (
    "The first ten before and after, among all items; those that enter or leave carry the rank "
    "they came from or fell to."
)
