"""The storyboard: valid for Plotly, right for two events and for six hundred."""

import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from plotly.io.json import to_json_plotly

from ruie_core.figures.legible import legible
from ruie_core.figures.theme import DARK, LIGHT, scenario_colors
from ruie_core.figures.user import storyboard, storyboard_words
from ruie_core.figures.user_hover import COVER
from ruie_core.figures.user_marks import AXES, _apart
from ruie_core.reporting.moments import Moment, moments_frame
from tests.walks import NAMES, made, steps_of

RNG = np.random.default_rng(0)


def steps(n: int, names: tuple[str, ...] = NAMES) -> pd.DataFrame:
    s = len(names)
    scenario = RNG.integers(0, s, n)
    path = made(
        scenario.tolist(),
        names=names,
        p=RNG.dirichlet(np.ones(s), n + 1),
        q=RNG.normal(2, 0.5, (n + 1, s)),
        gate=RNG.random(n).tolist(),
        reward=[1.0] * n,
        actions=[["click", "like"] if k % 7 == 3 else ["click"] for k in range(n)],
        category=["<i>a</i>"] * n,
    )
    return steps_of(path)


def on(figure: go.Figure, row: str) -> list[go.Scatter]:
    return [trace for trace in figure.data if trace.yaxis == AXES[row] and not trace.text]


@pytest.mark.parametrize("n", [1, 2, 3, 64, 617])
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_length_gives_a_figure_that_plotly_accepts(n: int, theme: object) -> None:
    moments = moments_frame(
        [Moment("gate collapse", 2, min(n, 4), "x", None, 1.0)] if n > 2 else []
    )
    figure = storyboard(
        steps(n), NAMES, moments=moments, selected=min(2, n), n_items=5000, theme=theme
    )
    go.Figure(figure.to_dict())  # validates what the storyboard itself does not
    assert 500 < figure.layout.height < 760


@pytest.mark.parametrize("n", [2, 64, 617])
def test_the_words_are_those_of_the_figure(n: int) -> None:
    frame = steps(n)
    told = {"selected": 2, "n_items": 5000, "window": (1, min(n, 100)), "theme": DARK}
    words, figure = storyboard_words(frame, NAMES, **told), storyboard(frame, NAMES, **told)
    sent = to_json_plotly(words), to_json_plotly(figure.to_plotly_json())
    assert json.loads(sent[0]) == json.loads(sent[1])


def test_the_taken_scenario_is_ringed_and_the_forecast_is_dotted() -> None:
    frame = steps(30)
    figure = storyboard(frame, NAMES)
    rows = on(figure, "q")
    rings = [trace for trace in rows if trace.mode == "markers"]
    assert len(rings) == 1
    np.testing.assert_allclose(rings[0].y, frame["q_taken"][:30])
    colors = scenario_colors(NAMES)
    assert list(rings[0].marker.line.color) == [colors[name] for name in frame["scenario"][:30]]
    dotted = [trace for trace in rows if trace.mode == "lines" and trace.line.dash == "dot"]
    assert [list(trace.x) for trace in dotted] == [[30, 31]] * 3
    assert any(mark.text == "forecast" for mark in figure.layout.annotations)


def test_areas_sum_to_one_and_reach_into_the_forecast() -> None:
    figure = storyboard(steps(30), NAMES)
    areas = [trace for trace in on(figure, "next") if trace.stackgroup]
    np.testing.assert_allclose(np.sum([trace.y for trace in areas], axis=0), 1)
    assert areas[0].x[0] == 2
    assert areas[0].x[-1] == 31


def test_in_sample_ranks_are_hollow_and_held_out_ones_are_named() -> None:
    figure = storyboard(steps(30), NAMES, n_items=5000)
    hollow, solid = on(figure, "rank")
    assert hollow.marker.color == LIGHT.ground
    assert len(hollow.x) == 27  # 30 events, no rank for the first, two held out
    assert list(solid.x) == [29, 30]
    named = [mark.text for mark in figure.layout.annotations]
    assert "<b>204</b> test" in named
    assert "<b>197</b> validation" in named
    worst, best = figure.layout.yaxis6.range
    assert worst > best, "1 on top"


def test_a_step_that_was_not_ranked_leaves_a_gap() -> None:
    frame = steps(30)
    frame["rank"] = pd.array([pd.NA] * 31, dtype="Int32")
    figure = storyboard(frame, NAMES)
    assert on(figure, "rank") == []
    assert "not ranked" in figure.data[-1].text[5]


def test_the_window_draws_only_what_it_says() -> None:
    figure = storyboard(steps(617), NAMES, window=(101, 220))
    assert list(on(figure, "lanes")[1].x) == list(range(101, 221))
    assert not any(mark.text == "forecast" for mark in figure.layout.annotations)
    last = storyboard(steps(617), NAMES, window=(498, 617))
    assert on(last, "next")[0].x[-1] == 618


def test_the_selected_event_and_the_moments_are_marked() -> None:
    moments = moments_frame(
        [Moment("gate collapse", 5, 5, "x", None, 1), Moment("lag", 9, 12, "y", None, 1)]
    )
    figure = storyboard(steps(30), NAMES, moments=moments, selected=9)
    texts = [mark.text for mark in figure.layout.annotations]
    assert any(text.startswith("<b>①</b>") for text in texts)
    assert any(text.startswith("<b>②</b>") for text in texts)
    assert "<b>event 9</b>" in texts
    assert "9" not in figure.layout.xaxis.ticktext
    away = storyboard(steps(200), NAMES, moments=moments, selected=9, window=(50, 169))
    assert not any("①" in mark.text for mark in away.layout.annotations)


def test_names_and_titles_from_the_data_are_not_read_as_markup() -> None:
    names = ("<b>feed</b>", "a & b", "search")
    frame = steps(12, names)
    figure = storyboard(frame, names)
    assert "&lt;b&gt;feed&lt;/b&gt;" in figure.layout.yaxis.ticktext
    cards = next(trace for trace in figure.data if trace.yaxis == COVER).text
    assert "Title &lt;1&gt; &amp; more (i1)" in cards[1]
    assert "&lt;i&gt;a&lt;/i&gt;" in cards[1]
    assert "item without a title (i4)" in cards[4]


def test_cards_tell_the_hour_in_the_zone_and_what_was_done() -> None:
    frame = steps(12)
    cards = [t for t in storyboard(frame, NAMES, zone="Asia/Shanghai").data if t.yaxis == COVER]
    assert "event 1</b> · 1 Mar 2026, 08:00 Asia/Shanghai<" in cards[0].text[0]
    assert "click + like · reward 1" in cards[0].text[3]
    assert cards[0].text[-1].startswith("<b>forecast</b>, after event 12")
    lost = storyboard(frame, NAMES, zone="Nowhere/Land")
    assert lost.layout.xaxis.title.text.endswith("times in UTC"), "an unknown zone is UTC"


def test_a_click_anywhere_finds_the_event() -> None:
    figure = storyboard(steps(12), NAMES)
    cover = figure.layout.yaxis9
    assert list(cover.domain) == [0, 1]
    assert figure.layout.hoversubplots == "axis"
    carriers = [trace for trace in figure.data if trace.text]
    assert len(carriers) == 5
    assert [trace.yaxis for trace in carriers].count(COVER) == 1


def test_many_scenarios_keep_only_the_visited_lanes() -> None:
    names = tuple(f"scenario {k}" for k in range(15))
    frame = steps(20, names)
    frame.loc[frame["scenario"].notna(), "scenario"] = "scenario 3"
    figure = storyboard(frame, names)
    assert list(figure.layout.yaxis.ticktext) == ["scenario 3"]
    assert len([trace for trace in on(figure, "next") if trace.stackgroup]) == 15


def test_labels_are_pushed_apart_inside_their_row() -> None:
    placed = _apart(np.array([0.0, 1, 2, 3, 90]), 14, 150)
    assert (np.diff(placed) >= 14 - 1e-9).all()
    assert placed[0] >= 0
    assert placed[-1] == 90
    full = _apart(np.linspace(60, 62, 10), 14, 150)
    assert full[0] >= 0
    assert full[-1] <= 150
    assert (np.diff(full) >= 14 - 1e-9).all()


def test_at_most_ten_q_lines_are_named_and_the_visited_come_first() -> None:
    names = tuple(f"tab {k}" for k in range(14))
    frame = steps(30, names)
    frame.loc[frame["scenario"].notna(), "scenario"] = "tab 13"
    frame["q_tab 13"] = -5.0
    marks = storyboard(frame, names).layout.annotations
    named = [mark.text for mark in marks if mark.yref == AXES["q"]]
    assert len(named) == 10
    assert sum("tab 13" in text for text in named) == 1


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_scenario_colours_stay_legible_as_words(theme: object) -> None:
    for color in scenario_colors([f"s{k}" for k in range(13)]).values():
        assert len(legible(color, theme)) == 7
    assert legible(LIGHT.text, LIGHT) == LIGHT.text.lower()
