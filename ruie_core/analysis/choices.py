"""A choice of findings without a name, as a short text for a link: which, in which order, captions.

The text is one row of CSV with ``~`` between its fields, so that captions may hold anything. Its
first field says what follows: ``plain`` findings without captions, ``captioned`` ones, or findings
whose captions were ``cut``, because a link would not hold them.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote_plus

from pydantic import ValidationError

from ruie_core.analysis.findings import MOST_PICKS, Pick
from ruie_core.errors import UserError

MOST_LETTERS: Final = 1_500
"""Letters that a choice with captions takes in a link, at most: programs for mail and chat break
links of more than about two thousand."""

_PLAIN: Final = "plain"
_CAPTIONED: Final = "captioned"
_CUT: Final = "cut"
_ABOUT: Final = ("finding", "cohort", "user")
_FIELDS: Final = {_PLAIN: _ABOUT, _CAPTIONED: (*_ABOUT, "caption"), _CUT: _ABOUT}
_RUNS: Final = "-runs"
"""Behind a kind: each finding says, after its caption, with which run it compares."""


@dataclass(frozen=True)
class Choice:
    """What a link names.

    Attributes:
        picks: the findings, in order.
        cut: whether they had captions that the link does not hold.
    """

    picks: tuple[Pick, ...]
    cut: bool = False


def write(picks: Sequence[Pick]) -> str:
    """Return a choice as it stands in a link; captions are left out where they are too long.

    >>> write([Pick(finding="skill"), Pick(finding="gap", cohort="busy")])
    'plain~skill~~~gap~busy~'
    >>> write([Pick(finding="skill", caption="So what?")])
    'captioned~skill~~~So what?'
    >>> write([Pick(finding="run", run="nogate")])
    'plain-runs~run~~~nogate'
    """
    if not any(each.caption for each in picks):
        return _row(_PLAIN, picks)
    text = _row(_CAPTIONED, picks)
    return text if len(quote_plus(text)) <= MOST_LETTERS else _row(_CUT, picks)


def is_cut(text: str) -> bool:
    """Tell whether a text of ``write`` leaves captions out."""
    return text.partition("~")[0].removesuffix(_RUNS) == _CUT


def read(text: str) -> Choice:
    """Return the choice that a text names; whether a run supports it is another question.

    Raises:
        UserError: the text is no choice.
    """
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="~", strict=True))
        kind, *fields = rows[0] if len(rows) == 1 else [""]
        names = _fields(kind)
        size = len(names)
        if not size or len(fields) % size or len(fields) > size * MOST_PICKS:
            raise _unreadable()
        starts = range(0, len(fields), size)
        picks = tuple(_pick(names, fields[start : start + size]) for start in starts)
    except (csv.Error, ValidationError):
        raise _unreadable() from None
    about_two = any(each.abouts > 1 for each in picks)
    if about_two or len({each.identity for each in picks}) < len(picks):
        raise _unreadable()
    return Choice(picks, is_cut(kind))


def _fields(kind: str) -> tuple[str, ...]:
    """Return the fields of each finding of a kind; none where there is no such kind."""
    names = _FIELDS.get(kind.removesuffix(_RUNS), ())
    return (*names, "run") if names and kind.endswith(_RUNS) else names


def _row(kind: str, picks: Sequence[Pick]) -> str:
    kind += _RUNS if any(each.run is not None for each in picks) else ""
    fields = (getattr(each, name) for each in picks for name in _fields(kind))
    row = io.StringIO(newline="")
    written = csv.writer(row, delimiter="~")
    written.writerow([kind, *fields])
    return row.getvalue().removesuffix(written.dialect.lineterminator)


def _pick(names: Sequence[str], fields: Sequence[str]) -> Pick:
    given = {name: field for name, field in zip(names, fields, strict=True) if field}
    return Pick.model_validate({"finding": "", **given})


def _unreadable() -> UserError:
    return UserError(
        "The choice of findings that the link has cannot be read: this is the first suggestion."
    )
