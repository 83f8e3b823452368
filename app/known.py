"""What a link names, checked against the run: each text becomes a value, or a notice and nothing.

One function per key of the link, in ``CHECKS``; nothing that is wrong is taken over silently.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app import url
from ruie_core.analysis.behaviour.conditions import Behaviour
from ruie_core.analysis.behaviour.language import parse
from ruie_core.analysis.cohorts import read_cohort
from ruie_core.analysis.findings import read_findings
from ruie_core.analysis.periods import Period, Span, clock, parse_period, parse_spans
from ruie_core.analysis.person import Person, person_of
from ruie_core.analysis.store import RunStore
from ruie_core.errors import UserError
from ruie_core.reporting.compare import COMPARISONS


@dataclass(frozen=True)
class Asked:
    """Where a text is checked: the run, its folder's neighbours, and what is known so far."""

    store: RunStore
    run: str
    checkpoints: Path
    events: int | None = None
    """Events of the selected user; none where nobody is selected."""


def user(asked: Asked, text: str) -> Person | None:
    """Return a user's code and number of events."""
    person = person_of(asked.store, text)
    if person is not None:
        return person
    url.note(f"User “{text}” is not in run “{asked.run}”: choose one in the User view.")
    return None


def pin(asked: Asked, text: str) -> int | None:
    """Return the code of the pinned user."""
    person = person_of(asked.store, text)
    if person is not None:
        return person.code
    url.note(f"The pinned user “{text}” is not in run “{asked.run}”.")
    return None


def item(asked: Asked, text: str) -> int | None:
    """Return an item's code."""
    found = asked.store.sql("SELECT item FROM items WHERE item_id = ?", [text])
    if len(found):
        return int(found["item"].iloc[0])
    url.note(f"Item “{text}” is not in run “{asked.run}”: choose one in the Embeddings view.")
    return None


def step(asked: Asked, text: str) -> int | None:
    """Return an event of the selected user, n + 1 for the forecast."""
    if asked.events is None:
        return None
    if text.isdecimal() and 1 <= int(text) <= asked.events + 1:
        return int(text)
    url.note(f"The link names event “{text}”; this user has {asked.events} events.")
    return None


def window(asked: Asked, text: str) -> tuple[int, int] | None:
    """Return the first and the last event of the time window, from ``first-last``."""
    if asked.events is None:
        return None
    parts = text.split("-")
    if len(parts) == 2 and all(part.isdecimal() for part in parts):
        first, last = (int(part) for part in parts)
        if 1 <= first < last <= asked.events:
            return first, last
    url.note(f"The link names events “{text}”; this user has {asked.events} events.")
    return None


def scenario(asked: Asked, text: str) -> str | None:
    """Return a scenario of the run."""
    if text in asked.store.scenarios:
        return text
    url.note(f"Run “{asked.run}” has no scenario “{text}”.")
    return None


def cohort(asked: Asked, text: str) -> str | None:
    """Return the id of a cohort that can be read."""
    try:
        read_cohort(asked.store, text)
    except UserError as error:
        url.note(str(error))
        return None
    return text


def find(asked: Asked, text: str) -> Behaviour | None:
    """Return the behaviour that people are found by."""
    try:
        return parse(text, asked.store.scenarios, asked.store.actions)
    except UserError as error:
        url.note(str(error))
        return None


def compare(asked: Asked, text: str) -> str | None:
    """Return the name of another run."""
    if text == asked.run:
        return None
    if Path(text).name == text and (asked.checkpoints / text / "manifest.json").is_file():
        return text
    url.note(f"The link compares with run “{text}”, which is not in {asked.checkpoints}.")
    return None


def period(asked: Asked, text: str) -> Period | None:
    """Return the days that views look at."""
    try:
        return parse_period(text, clock(asked.store))
    except UserError as error:
        url.note(str(error))
        return None


def spans(asked: Asked, text: str) -> tuple[Span, Span] | None:
    """Return the two spans that are compared."""
    try:
        return parse_spans(text, clock(asked.store))
    except UserError as error:
        url.note(str(error))
        return None


def by(asked: Asked, text: str) -> str | None:  # noqa: ARG001 - it is the same for every run
    """Return what the Compare view compares."""
    if text in COMPARISONS:
        return text
    url.note(f"The link compares by “{text}”; choose one of {', '.join(COMPARISONS)}.")
    return None


def findings(asked: Asked, text: str) -> str | None:
    """Return the id of a list of findings that can be read."""
    try:
        read_findings(asked.store, text)
    except UserError as error:
        url.note(str(error))
        return None
    return text


CHECKS: Mapping[str, Callable[[Asked, str], Any]] = MappingProxyType(
    {
        "step": step,
        "item": item,
        "pin": pin,
        "cohort": cohort,
        "scenario": scenario,
        "window": window,
        "find": find,
        "compare": compare,
        "period": period,
        "by": by,
        "spans": spans,
        "findings": findings,
    }
)
"""Keys of a link beside run and user, and how each is checked."""
