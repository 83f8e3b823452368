"""The collector looks at what a page makes, not at the modules that it uses."""

import gc
import sys
import types
from weakref import ref

import pytest

from app import settle


class Ring:
    """Refers to itself: only the collector can free it."""

    def __init__(self) -> None:
        self.own = self


def test_what_is_made_later_is_still_collected() -> None:
    settle.settle()
    gone = ref(Ring())
    gc.collect()
    assert gone() is None


def test_garbage_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    gc.disable()
    try:
        gone = ref(Ring())
        assert gone() is not None
        monkeypatch.setitem(sys.modules, "made_for_the_test", types.ModuleType("made_for_the_test"))
        assert settle.settle()
        assert gone() is None
    finally:
        gc.enable()


def test_it_is_done_once_for_the_same_modules() -> None:
    settle.settle()
    frozen = gc.get_freeze_count()
    assert frozen > 10_000
    assert not settle.settle()
    assert gc.get_freeze_count() <= frozen
