"""Arrays that the copies of a figure have in common."""

from typing import Any

import numpy as np


class Shared(np.ndarray):
    """An array that nobody changes: copies of a figure, of which a map has several, share it."""

    def __deepcopy__(self, memo: dict[int, Any] | None, /) -> "Shared":
        return self


def shared(values: object, dtype: Any) -> Shared:
    """Return values as an array that copies of a figure share."""
    return np.array(values, dtype).view(Shared)
