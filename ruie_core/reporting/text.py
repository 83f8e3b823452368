"""Markdown that is safe with names from the data, and small words for numbers."""

import re
from collections.abc import Sequence

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+.!|>~$<:^=-])")


def escape(text: object) -> str:
    r"""Write a name from the data so that Markdown shows it as it is.

    >>> print(escape("a_b *c* $d$"))
    a\_b \*c\* \$d\$
    """
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def strong(text: object) -> str:
    """Write a name from the data in bold.

    >>> print(strong("feed"))
    **feed**
    """
    return f"**{escape(text)}**"


def listed(names: Sequence[str], word: str = "and") -> str:
    """Join words as a sentence does.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def plural(n: int, noun: str, nouns: str | None = None) -> str:
    """Return the noun that fits a number.

    >>> plural(1, "event"), plural(2, "event"), plural(2, "person", "people")
    ('event', 'events', 'people')
    """
    return noun if n == 1 else (nouns or f"{noun}s")
