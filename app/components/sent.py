"""A figure in the words in which a browser gets it."""

from functools import cached_property
from typing import Any

import plotly.graph_objects as go
from plotly.basedatatypes import BaseFigure


class Sent(BaseFigure):  # type: ignore[misc]  # Plotly has no types
    """A figure whose words are found once, or were never made a figure.

    ``st.plotly_chart`` asks a figure for them in every run of a page. Plotly copies and inspects
    all of its data to answer, which takes as long as drawing it; and a figure that is only sent
    need not become thirty objects first. Nobody may change the words or the figure.
    """

    def __init__(self, words: dict[str, Any] | None, figure: go.Figure | None = None) -> None:
        """Take one of the two; the other is made of it when it is asked for."""
        # Plotly's own __init__ makes the objects that this does without.
        self._words, self._figure = words, figure

    def to_dict(self) -> dict[str, Any]:
        """Return the words."""
        return self._said

    @cached_property
    def _said(self) -> dict[str, Any]:
        if self._words is not None:
            return self._words
        words: dict[str, Any] = self.figure.to_dict()
        return words

    @cached_property
    def figure(self) -> go.Figure:
        """The figure itself, to be downloaded or marked in a copy."""
        return go.Figure(self._words, _validate=False) if self._figure is None else self._figure
