"""Let few pages be drawn at a time: they share one interpreter lock, and take turns.

Of twenty pages drawn side by side each is ready when all are, since every message to a browser
gives the lock away. One after another, most are answered long before the last.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

AT_ONCE: Final = 2
"""Pages drawn at a time: while one waits for the tables or for slides, the other goes on."""

_turns = threading.Semaphore(AT_ONCE)


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a turn, and keep it inside."""
    with _turns:
        yield
