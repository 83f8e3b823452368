"""What charts and frames hand on: words found once, and copies that nobody can spoil."""

from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from app.components.frames import draw, load
from app.components.sent import Sent
from ruie_core.analysis.frames.user import population, user_steps
from ruie_core.analysis.store import RunStore
from ruie_core.figures.theme import LIGHT

WORDS: dict[str, Any] = {"data": [{"type": "scatter", "y": [1, 2]}], "layout": {"height": 90}}


def test_words_are_sent_as_they_are_and_are_a_figure_when_asked() -> None:
    sent = Sent(WORDS)
    assert sent.to_dict() is WORDS
    assert isinstance(sent.figure, go.Figure)
    assert list(sent.figure.data[0].y) == [1, 2]
    assert sent.figure.layout.height == 90


def test_a_figure_s_words_are_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    figure, asked = go.Figure(WORDS), []
    monkeypatch.setattr(go.Figure, "to_dict", lambda self: asked.append(self) or WORDS)
    sent = Sent(None, figure)
    assert sent.to_dict() is sent.to_dict() is WORDS
    assert len(asked) == 1
    assert sent.figure is figure


def test_a_figure_is_drawn_once_per_key_and_theme() -> None:
    drawn: list[int] = []

    def make() -> go.Figure:
        drawn.append(1)
        return go.Figure(WORDS)

    first, again = (draw(("test", "once"), LIGHT, make) for _ in range(2))
    assert first is again
    assert len(drawn) == 1


@pytest.mark.parametrize(("query", "given"), [(population, ()), (user_steps, (3,))])
def test_whoever_changes_a_frame_changes_only_their_own(
    checkpoints: Path, query: Any, given: tuple[int, ...]
) -> None:
    store = RunStore(checkpoints / "steady")
    before = query(store, *given).copy()
    mine = load(store, query, *given)
    mine["more"] = 1
    mine.iloc[0, 0] = -1
    pd.testing.assert_frame_equal(load(store, query, *given), before)
