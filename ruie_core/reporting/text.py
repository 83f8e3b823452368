"""Markdown that is safe with names from the data, and small words for numbers."""

import re
from collections.abc import Sequence

_GAPS = re.compile(r"[^\S\u202f]+")
"""Spaces and line ends, but for the thin space that holds a number together."""
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+.!|>~$<:^=-])")


def escape(text: object) -> str:
    r"""Write a name from the data so that Markdown shows it as it is.

    >>> print(escape("a_b *c* $d$"))
    a\_b \*c\* \$d\$
    >>> escape("a\n b 1\u202f200 ")
    'a b 1\u202f200'
    """
    return _SPECIAL.sub(r"\\\1", _GAPS.sub(" ", str(text)).strip())


def strong(text: object) -> str:
    """Write a name from the data in bold.

    >>> print(strong("feed"))
    **feed**
    """
    return f"**{escape(text)}**"


_MARKS = re.compile(r"\\(.)|(\*\*)", re.DOTALL)


def spans(text: str) -> list[tuple[str, bool]]:
    r"""Split a sentence into plain text and whether it is bold, its escapes undone.

    >>> spans(f"From {strong('a_b')} on")
    [('From ', False), ('a_b', True), (' on', False)]
    """
    found, bold, start, plain = [], False, 0, ""
    for mark in _MARKS.finditer(text):
        plain += text[start : mark.start()] + (mark[1] or "")
        start = mark.end()
        if mark[2]:
            found.append((plain, bold))
            plain, bold = "", not bold
    found.append((plain + text[start:], bold))
    return [(part, strong) for part, strong in found if part]


def unmarked(text: str) -> str:
    r"""Take Markdown's escapes and bold marks out of a sentence.

    >>> unmarked(f"Mostly in {strong('search: user_input')}")
    'Mostly in search: user_input'
    """
    return "".join(part for part, _ in spans(text))


def listed(names: Sequence[str], word: str = "and") -> str:
    """Join words as a sentence does.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def few(names: Sequence[str], most: int = 3) -> list[str]:
    """Name the first few in bold and count the rest.

    >>> few(["a", "b", "c", "d", "e"])
    ['**a**', '**b**', '**c**', '2 more']
    """
    rest = [f"{len(names) - most} more"] if len(names) > most else []
    return [strong(name) for name in names[:most]] + rest


def plural(n: int, noun: str, nouns: str | None = None) -> str:
    """Return the noun that fits a number.

    >>> plural(1, "event"), plural(2, "event"), plural(2, "person", "people")
    ('event', 'events', 'people')
    """
    return noun if n == 1 else (nouns or f"{noun}s")
