"""Tables that a run's connection keeps in memory: the latest of each kind."""

import threading
from collections.abc import Callable


class Shelf:
    """Names of what is kept, and what makes room; safe to share between threads."""

    def __init__(self, drop: Callable[[str], object]) -> None:
        """Remember nothing yet; ``drop`` takes a table away."""
        self._drop = drop
        self._lock = threading.Lock()
        self._kept: list[str] = []

    def keep(self, name: str, kind: str, most: int, create: Callable[[str], object]) -> str:
        """Keep a table, which ``create`` makes unless it is there, and return its name.

        Args:
            name: tells it from others of its kind.
            kind: what its whole name begins with.
            most: how many of this kind are kept at most, the latest asked for.
            create: makes the table of that whole name.

        >>> dropped, made = [], []
        >>> shelf = Shelf(dropped.append)
        >>> [shelf.keep(name, "a", 2, made.append) for name in "xyxz"]
        ['a_x', 'a_y', 'a_x', 'a_z']
        >>> made, dropped
        (['a_x', 'a_y', 'a_z'], ['a_y'])
        """
        table = f"{kind}_{name}"
        with self._lock:
            if table in self._kept:
                self._kept.remove(table)
            else:
                create(table)
            self._kept.append(table)
            for old in [each for each in self._kept if each.startswith(f"{kind}_")][:-most]:
                self._drop(old)
                self._kept.remove(old)
        return table
