"""What points say on hover, in few bytes: a map has up to twenty thousand, and each says a card.

A browser parses the words of a figure twice and Streamlit's page searches them forty times. So what
all points of a trace have in common stands once, in its template, and numbers are no digits.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from ruie_core.figures.numbers import THIN
from ruie_core.figures.shared import Shared, shared, shared_texts

FORMS: Final[Mapping[str, str]] = {
    "title": "<b>{}</b>", "id": " ({})<br>", "scenario": "mostly in {}",
    "count": "<br>events: {:,d}", "gate": " · mean gate {:.2f}",
}  # fmt: skip
"""How the parts of a card are written, those of other names as they are; with a format: numbers."""

_PLACES: Final = (("text", "text"), ("hovertext", "hovertext"), ("ids", "id"))
"""Where a trace has room for texts of its points, and what a template calls them."""
_EXACT: Final = 2**24
"""Whole numbers from here on need more than 32 bits as floats."""


def spoken(card: "pd.DataFrame | pd.Series[Any]", ids: "pd.Series[Any]") -> dict[str, Any]:
    """Return what makes points speak on hover and tell a click who they are.

    Args:
        card: a row per point, its parts in order: escaped texts, and numbers, none of them missing.
        ids: what a click gets, first in ``customdata``.

    Example:
        >>> cards = pd.DataFrame(
        ...     {"title": ["Jazz", "Tea"], "scenario": ["feed", "feed"], "count": [3, 4]}
        ... )
        >>> said = spoken(cards, pd.Series([7, 8]))
        >>> print(said["text"], said["hovertemplate"].removesuffix("<extra></extra>"))
        ['Jazz', 'Tea'] <b>%{text}</b>mostly in feed<br>events: %{customdata[1]:,d}
        >>> said["customdata"].tolist()
        [[7.0, 3.0], [8.0, 4.0]]
    """
    parts = pd.DataFrame(card).rename(columns=str)
    texts = [name for name in parts.columns if not _form(name)[1]]
    parts, differ = _placed(parts, [name for name in texts if not _common(parts[name])])
    said: dict[str, Any] = {}
    template, numbers = "", [ids.to_numpy()]
    for name, column in parts.items():
        before, form, after = _form(str(name))
        if form:
            value = f"%{{customdata[{len(numbers)}]{form}}}"
            numbers.append(column.to_numpy())
        elif name in differ:
            place, called = _PLACES[len(said)]
            said[place], value = shared_texts(column), f"%{{{called}}}"
        else:
            value = str(column.iloc[0])
        template += before + value + after
    return said | {
        "customdata": _codes(numbers),
        "hovertemplate": f"{template}<extra></extra>",
        "hoverinfo": "text",
    }


def _placed(parts: pd.DataFrame, differ: list[str]) -> tuple[pd.DataFrame, list[str]]:
    """Write as one text whatever lies between the third of the texts that differ and the last.

    Args:
        parts: of the cards.
        differ: those that are texts and not the same for all points.

    Returns:
        The parts, and which of them differ now: as many as there are places.
    """
    if len(differ) <= len(_PLACES):
        return parts, differ
    names = list(parts.columns)
    first, last = names.index(differ[len(_PLACES) - 1]), names.index(differ[-1])
    one = pd.Series("", parts.index)
    for name in names[first : last + 1]:
        one += _written(parts[name], name)
    placed = [parts.iloc[:, :first], one.rename("texts"), parts.iloc[:, last + 1 :]]
    return pd.concat(placed, axis=1), [*differ[: len(_PLACES) - 1], "texts"]


def _written(column: "pd.Series[Any]", name: str) -> "pd.Series[Any]":
    before, form, after = _form(name)
    if not form:
        return before + column + after
    each = {value: f"{value:{form[1:]}}".replace(",", THIN) for value in column.unique()}
    return before + column.map(each).astype("str") + after


def _form(name: str) -> tuple[str, str, str]:
    """Return what stands before a part, its format (of a number), and what stands behind it."""
    before, rest = FORMS.get(name, "{}").split("{")
    form, after = rest.split("}")
    return before, form, after


def _common(column: "pd.Series[Any]") -> bool:
    """Tell whether all points say the same, in words that a template does not read as its own."""
    if len(column) < 2:
        return False
    first = str(column.iloc[0])
    return "%{" not in first and bool((column == first).all())


def _codes(numbers: list[np.ndarray]) -> Shared:
    if len(numbers) == 1:
        return shared(numbers[0], "int32")
    table = np.column_stack([values.astype("float64") for values in numbers])
    return shared(table, "float32" if table.max(initial=0) < _EXACT else "float64")
