"""What is said where there is nothing to show: empty states, notices, errors in one sentence."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ruie_core.errors import UserError
from ruie_core.reporting.text import escape

_COMMAND = re.compile(r"`([^`]+)`")


def empty(sentence: str, command: str | None = None) -> None:
    """Say what is missing and what to do next, with the command to copy.

    Args:
        sentence: plain text (it is escaped).
        command: shell command that mends it.
    """
    with st.container(border=True):
        st.markdown(escape(sentence))
        if command is not None:
            st.code(command, language="bash", wrap_lines=True)


def problem(error: UserError) -> None:
    """Show the sentence of an error, and the command it names ready to copy."""
    sentence = str(error)
    st.error(_COMMAND.sub(lambda found: found[1], escape_keeping_code(sentence)))
    for command in _COMMAND.findall(sentence):
        if command.startswith("ruie "):
            st.code(command, language="bash", wrap_lines=True)


def escape_keeping_code(sentence: str) -> str:
    """Escape a sentence for Markdown, all but its ``code`` marks."""
    parts = re.split(r"(`[^`]+`)", sentence)
    return "".join(part if part.startswith("`") else escape_spaced(part) for part in parts)


def escape_spaced(text: str) -> str:
    """Escape text for Markdown and keep a blank at either end."""
    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{lead}{escape(text)}{tail}" if text.strip() else text


@contextmanager
def boundary() -> Iterator[None]:
    """Show the sentence of a ``UserError`` in place of a traceback."""
    try:
        yield
    except UserError as error:
        problem(error)
