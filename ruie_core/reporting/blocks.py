"""Blocks of a document that a command fills: what stands between two markers is replaced."""

import re
from collections.abc import Callable

from ruie_core.errors import UserError


def rewrite(text: str, word: str, shape: str, find: Callable[[str], str]) -> str:
    r"""Replace what stands between the markers of a document.

    A block begins with ``<!-- WORD:… -->`` and ends with ``<!-- /WORD -->``; the markers stay.

    >>> text = "a <!-- note:x --> old <!-- /note --> b"
    >>> rewrite(text, "note", "note:NAME", {"x": "new"}.__getitem__).split("\n")
    ['a <!-- note:x -->', '', 'new', '', '<!-- /note --> b']

    Args:
        text: the document.
        word: what its markers begin with.
        shape: how an opening marker is written, for the message.
        find: returns what belongs in the block of a marker; told what stands after ``WORD:``.

    Raises:
        UserError: a marker names nothing, or blocks are not closed one after the other.
    """
    close = f"<!-- /{word} -->"
    opens = re.compile(rf"<!-- {word}:(?P<name>\S(?:[^\n]*\S)?) -->")
    parts: list[str] = []
    end, inside = 0, False
    for mark in re.finditer(rf"<!--\s*/?{word}\b.*?-->", text, re.DOTALL):
        opening = opens.fullmatch(mark.group())
        line = text.count("\n", 0, mark.start()) + 1
        if (mark.group() != close) if inside else (opening is None):
            wanted = close if inside else f"<!-- {shape} -->"
            raise UserError(f"Line {line}: {mark.group()} stands where {wanted} must.")
        if opening:
            try:
                found = find(opening["name"])
            except UserError as error:
                raise UserError(f"Line {line}: {error}") from None
            parts += [text[end : mark.end()], f"\n\n{found}\n\n"]
        end = mark.end() if opening else mark.start()
        inside = opening is not None
    if inside:
        raise UserError(f"The last {word} block is not closed: add {close}.")
    return "".join(parts) + text[end:]
