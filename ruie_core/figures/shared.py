"""Values that the copies of a figure have in common: nobody changes them, and a map has several."""

from collections.abc import Iterable
from typing import Any

import numpy as np


class Shared(np.ndarray):
    """An array of numbers."""

    def __deepcopy__(self, memo: dict[int, Any] | None, /) -> "Shared":
        return self


class SharedTexts(list[str]):
    """Texts; a list, because an array of objects takes ten times as long to be written as JSON."""

    def __deepcopy__(self, memo: dict[int, Any] | None, /) -> "SharedTexts":
        return self


def shared(values: object, dtype: Any) -> Shared:
    """Return numbers as an array that copies of a figure share."""
    return np.array(values, dtype).view(Shared)


def shared_texts(values: Iterable[str]) -> SharedTexts:
    """Return texts as a list that copies of a figure share.

    >>> from copy import deepcopy
    >>> texts = shared_texts(["a", "b"])
    >>> deepcopy(texts) is texts
    True
    """
    return SharedTexts(values)
