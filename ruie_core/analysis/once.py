"""What a run's tables answer the same every time, asked once."""

import functools
from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

from ruie_core.analysis.store import RunStore

T = TypeVar("T")


def once(question: Callable[[RunStore], T]) -> Callable[[RunStore], T]:
    """Ask each open run once; the answer goes with the run. Nobody may change it.

    Args:
        question: pure; a store's files do not change, since changed ones are opened anew.
    """
    answers: WeakKeyDictionary[RunStore, T] = WeakKeyDictionary()

    @functools.wraps(question)
    def asked(store: RunStore) -> T:
        if store not in answers:
            answers[store] = question(store)
        return answers[store]

    return asked
