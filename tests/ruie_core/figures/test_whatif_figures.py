"""What-if figures: before grey or hollow, after in colour, edits marked where they are."""

import dataclasses

import pytest

from ruie_core.analysis.comparison import Comparison, compare
from ruie_core.analysis.edits import insert, move
from ruie_core.figures.theme import DARK, LIGHT, Theme, scenario_colors
from ruie_core.figures.whatif import drawn_scenarios, movers, scenario_shift, trajectories
from tests.compared import SCENARIOS, history, response

EVENTS = history(12)


def compared() -> Comparison:
    edited = insert((*EVENTS[:4], *EVENTS[5:]), 8, 3, 3, 1)
    edited = move(edited, {2: 10})
    edited = (dataclasses.replace(edited[0], scenario=3), *edited[1:])
    after = response(edited, q=(1.5, 1.63, 1.1), p=(0.2, 0.7, 0.1), first=(15, 2, 30))
    return compare(response(EVENTS), after)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_scenarios_go_from_hollow_to_filled(theme: Theme) -> None:
    figure = scenario_shift(compared().scenarios, theme)
    colors = list(scenario_colors(SCENARIOS).values())
    before, after, p_before, p_after = figure.data
    assert before.x.tolist() == [1.5, 1.94, 1.0]
    assert after.x.tolist() == [1.5, 1.63, 1.1]
    assert p_after.x.tolist() == [0.2, 0.7, 0.1]
    assert p_before.marker.color == theme.ground
    assert list(after.marker.color) == colors
    texts = [note.text for note in figure.layout.annotations]
    assert texts[:3] == ["±0", "−0.31", "+0.10"]
    assert texts[3] == "−30\u202f%"


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_trajectories_lay_the_edited_line_over_the_original(theme: Theme) -> None:
    made = compared()
    drawn = drawn_scenarios(made.scenarios)
    figure = trajectories(made.lines, drawn, SCENARIOS, theme)
    assert [trace.name for trace in figure.data] == ["original", "edited"] * 4
    assert figure.data[0].line.color == theme.faint
    assert figure.data[1].line.color == scenario_colors(SCENARIOS)["feed"]
    marks = [note.text for note in figure.layout.annotations if note.yref == "paper"]
    assert sorted(marks) == sorted("△◇✕◇+"), "a moved event is marked where it was and is"
    gone = made.lines.query("mark == 'removed'")["slot"].iloc[0]
    assert gone in figure.data[0].x
    assert gone not in figure.data[1].x
    assert figure.data[0].x[-1] == figure.data[1].x[-1], "both end in the forecast"
    assert figure.layout.xaxis4.ticktext[-1] == "forecast"


def test_movers_enter_from_under_the_first_ten() -> None:
    figure = movers(compared().items)
    lines = {trace.text[1].split()[-1]: trace for trace in figure.data}
    risen = lines["i30"]
    assert list(risen.y) == [12.4, 3.0], "second of those beyond ten, then third"
    assert "  30  " in risen.text[0]
    assert risen.line.color == LIGHT.accent
    fallen = lines["i9"]
    assert fallen.line.color == LIGHT.bad
    assert fallen.y[1] > 10
    assert any("&lt;b&gt;Knives" in trace.text[0] for trace in figure.data)


def test_a_figure_with_nothing_edited_has_no_marks() -> None:
    same = compare(response(EVENTS), response(EVENTS))
    figure = trajectories(same.lines, ["feed"], SCENARIOS)
    assert not [note for note in figure.layout.annotations if note.yref == "paper"]
    assert {trace.line.color for trace in movers(same.items).data} == {LIGHT.muted}
