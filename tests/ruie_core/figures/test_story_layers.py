"""Rows and marks of the storyboard that are there only where something is known."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from ruie_core.figures.theme import DARK, LIGHT
from ruie_core.figures.user import storyboard
from ruie_core.figures.user_hover import COVER
from ruie_core.figures.user_layers import BREAK, CATEGORIES, OTHERS, Layers
from ruie_core.figures.user_marks import AXES
from tests.walks import NAMES, made, steps_of

N = 24
RNG = np.random.default_rng(0)


def steps() -> pd.DataFrame:
    path = made([k % 2 for k in range(N)], category=["a"] * N, q=RNG.normal(2, 0.2, (N + 1, 3)))
    return steps_of(path).assign(q_target_taken=2.1)


def categories(names: int) -> pd.DataFrame:
    shares = {f"share_c{k}": np.full(N + 1, 1 / names) for k in range(names)}
    frame = pd.DataFrame({"t": np.arange(1, N + 2), "category": "c0", "n": 10} | shares)
    frame.loc[N, ["category", *shares]] = None
    drift = np.where(np.arange(N + 1) < 15, np.nan, 0.4)
    return frame.assign(drift=drift, drift_level=0.7, served_gap=0.25)


def band() -> pd.DataFrame:
    frame = pd.DataFrame({"t": np.arange(1, N + 2), "seeds": 3})
    for name in NAMES:
        frame[f"low_{name}"], frame[f"high_{name}"] = 1.5, 2.5
    return frame


def drawn(layers: Layers, **settings: object) -> go.Figure:
    figure = storyboard(steps(), NAMES, layers=layers, **settings)
    go.Figure(figure.to_dict())  # validates
    return figure


def on(figure: go.Figure, row: str) -> list[go.Scatter]:
    return [trace for trace in figure.data if trace.yaxis == AXES[row] and not trace.text]


def said(figure: go.Figure) -> str:
    return " ".join(str(mark.text) for mark in figure.layout.annotations)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_categories_get_two_rows_and_one_card(theme: object) -> None:
    figure = drawn(Layers(categories(3)), theme=theme)
    strip, dots = on(figure, "mix")
    assert strip.type == "heatmap"
    assert list(figure.layout.yaxis7.ticktext) == ["c2", "c1", "c0"], "most watched on top"
    np.testing.assert_allclose(np.array(strip.z), 1 / 3, atol=0.001)
    assert set(dots.y) == {2}, "every event is of c0"
    gap, drift = on(figure, "drift")
    assert drift.y[20] == 0.4
    assert gap.line.dash == "dot"
    cards = [trace for trace in figure.data if trace.text]
    assert len(cards) == 6
    assert "drift 0.40" in cards[-1].text[20]
    assert "category drift" in said(figure)
    assert figure.layout.xaxis.anchor == AXES["drift"]
    chance = [shape for shape in figure.layout.shapes if shape.yref == AXES["drift"]]
    assert [shape.y1 for shape in chance] == [0.7]


def test_few_watched_categories_share_a_row() -> None:
    figure = drawn(Layers(categories(8)))
    labels = list(figure.layout.yaxis7.ticktext)
    assert labels[0] == OTHERS
    assert len(labels) == CATEGORIES + 1
    strip = on(figure, "mix")[0]
    assert strip.z[0][0] == pytest.approx(3 / 8, abs=0.001)


def test_without_categories_there_are_no_such_rows() -> None:
    figure = drawn(Layers(categories(0)))
    assert on(figure, "mix") == on(figure, "drift") == []
    assert "category" not in said(figure)
    assert drawn(Layers(categories(3))).layout.height > figure.layout.height


def test_a_tick_stands_before_the_first_event_of_a_session() -> None:
    breaks = pd.DataFrame({"t": [5, 12, 23], "hours": [2.0, 30.0, 1.0]})
    figure = drawn(Layers(breaks=breaks), window=(10, 20))
    (ticks,) = [trace for trace in on(figure, "lanes") if trace.y[0] == BREAK]
    assert list(ticks.x) == [11.5], "only those that are drawn"
    assert "new session" in said(figure)


def test_seeds_are_a_band_and_their_number_is_said() -> None:
    figure = drawn(Layers(band=band()))
    bands = [trace for trace in on(figure, "q") if trace.fill == "toself"]
    assert len(bands) == 2, "for the scenarios that are visited"
    assert (min(bands[0].y), max(bands[0].y)) == (1.5, 2.5)
    assert "range of 3 seeds" in said(figure)


def test_the_target_network_is_a_dash_at_the_taken_scenario() -> None:
    figure = drawn(Layers())
    (dashes,) = [t for t in on(figure, "q") if t.marker.symbol == "line-ew"]
    assert list(dashes.y) == [2.1] * N
    assert "target network" in said(figure)
    card = next(trace for trace in figure.data if trace.text and "Q, reward" in trace.text[4])
    assert "2.10 target network, taken" in card.text[4]


def test_the_axis_that_takes_clicks_lies_over_all_rows() -> None:
    figure = drawn(Layers(categories(3)))
    numbers = [int(axis[1:] or 1) for axis in AXES.values()]
    assert int(COVER[1:]) > max(numbers)
    assert figure.layout.dragmode is False, "a browser hears clicks only where no drag selects"
    zooming = drawn(Layers(categories(3)), drag_zooms=True)
    assert (zooming.layout.dragmode, zooming.layout.selectdirection) == ("select", "h")


def test_a_point_says_from_which_event_it_was_clicked() -> None:
    figure = drawn(Layers(), selected=7)
    cards = [trace for trace in figure.data if trace.text]
    assert all(set(trace.customdata) == {7} for trace in cards)
