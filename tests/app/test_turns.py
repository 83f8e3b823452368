"""Few pages are drawn at a time, and one that fails gives its turn on."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.turns import AT_ONCE, turn


def test_no_more_than_a_few_are_drawn_at_a_time() -> None:
    inside, most, lock = 0, 0, threading.Lock()

    def draw(_: int) -> None:
        nonlocal inside, most
        with turn():
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.005)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(draw, range(40)))
    assert (most, inside) == (AT_ONCE, 0)


def test_a_page_that_fails_or_is_stopped_gives_its_turn_on() -> None:
    for error in (ValueError, KeyboardInterrupt, BaseException):
        for _ in range(AT_ONCE + 1):
            with pytest.raises(error), turn():
                raise error
    with turn():
        pass
