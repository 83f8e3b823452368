"""What a run's tables answer the same every time, asked once. The answers go with the run."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary, ref

from ruie_core.analysis.store import RunStore

T = TypeVar("T")
P = ParamSpec("P")


def once(question: Callable[[RunStore], T]) -> Callable[[RunStore], T]:
    """Ask each open run once; nobody may change the answer.

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


def latest(
    most: int,
) -> Callable[[Callable[Concatenate[RunStore, P], T]], Callable[Concatenate[RunStore, P], T]]:
    """Remember the latest few answers of each open run; nobody may change them.

    Args:
        most: how many; the question's arguments beside the run are hashable.
    """

    def remember(
        question: Callable[Concatenate[RunStore, P], T],
    ) -> Callable[Concatenate[RunStore, P], T]:
        answers: WeakKeyDictionary[RunStore, Callable[P, T]] = WeakKeyDictionary()

        @functools.wraps(question)
        def asked(store: RunStore, /, *args: P.args, **kwargs: P.kwargs) -> T:
            if store not in answers:
                answers[store] = _of(question, store, most)
            return answers[store](*args, **kwargs)

        return asked

    return remember


def _of(
    question: Callable[Concatenate[RunStore, P], T], store: RunStore, most: int
) -> Callable[P, T]:
    """Return the question of one run, which the answers do not keep alive."""
    here: Any = ref(store)

    @functools.lru_cache(maxsize=most)
    def answer(*args: P.args, **kwargs: P.kwargs) -> T:
        return question(here(), *args, **kwargs)

    return answer  # type: ignore[return-value]  # typeshed's lru_cache forgets the parameters
