"""Figures of the Experiments view: values, intervals, zero lines, words for filled and hollow."""

import json
from collections.abc import Callable
from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go
import pytest

from ruie_core.analysis.frames import experiment_tables as tables
from ruie_core.analysis.frames.experiments import Choice, narrowed
from ruie_core.figures import (
    experiments_board,
    experiments_calibration,
    experiments_curves,
    experiments_forest,
    experiments_transfer,
)
from ruie_core.figures.numbers import THIN
from ruie_core.figures.theme import DARK, LIGHT, Theme
from ruie_core.reporting import experiments_trust as trust
from tests.fake_summaries import make_noise_summary, make_summary

NAMES = ("feed", "<b>search</b>", "a scenario whose name is far too long for an axis", "other")


def _read(frame: pd.DataFrame) -> pd.DataFrame:
    return narrowed(frame.assign(reference=frame["reference"].fillna("")), Choice())


SUMMARY, NOISE = _read(make_summary(NAMES)), _read(make_noise_summary())
BOARD, ABLATION = tables.leaderboard(SUMMARY), tables.ablation(SUMMARY)
MEMORY = tables.ablation(SUMMARY, tables.OWN, "memory")
REWARDS, GAPS = tables.rewards(SUMMARY), tables.scenario_gaps(SUMMARY)
MATRIX, SCARCITY = tables.transfer(SUMMARY), tables.scarcity(SUMMARY).query("scenario == 'feed'")
RELIABILITY, FITS = tables.reliability(SUMMARY), tables.fits(SUMMARY)
SHARE = tables.noise(NOISE, "share_of_ceiling")

FIGURES: dict[str, Callable[[Theme], go.Figure]] = {
    "board": lambda theme: experiments_board.leaderboard(BOARD, "ndcg", 10, theme),
    "ablation": lambda theme: experiments_forest.ablation(ABLATION, 10, theme),
    "memory": lambda theme: experiments_forest.ablation(MEMORY, 10, theme),
    "rewards": lambda theme: experiments_forest.rewards(REWARDS, 10, theme),
    "gaps": lambda theme: experiments_forest.scenario_gaps(
        GAPS, ("gate constant", "sasrec"), NAMES, 10, theme
    ),
    "matrix": lambda theme: experiments_transfer.matrix(MATRIX, 10, theme),
    "scarcity": lambda theme: experiments_curves.scarcity(SCARCITY, 10, theme),
    "reliability": lambda theme: experiments_curves.reliability(RELIABILITY, theme),
    "fits": lambda theme: experiments_calibration.fits(FITS, theme),
    "noise": lambda theme: experiments_curves.noise(SHARE, "share_of_ceiling", 10, theme),
    "noise ndcg": lambda theme: experiments_curves.noise(
        tables.noise(NOISE, "ndcg"), "ndcg", 10, theme
    ),
}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_finished(name: str, theme: Theme) -> None:
    figure = FIGURES[name](theme)
    assert figure.layout.template.layout.paper_bgcolor == theme.ground
    assert figure.layout.height, "a fixed height: nothing jumps while it loads"
    text = figure.to_json()
    assert "NaN" not in text
    other = DARK if theme is LIGHT else LIGHT
    assert not {other.ground, other.text, other.muted} & set(_colors(text))
    drawn = json.dumps(json.loads(text)["data"]) + json.dumps(json.loads(text)["layout"])
    assert "<b>search</b>" not in drawn, "names from the data do not become markup"


def _colors(text: str) -> list[str]:
    return [part[:7] for part in text.split('"') if part.startswith("#")]


def traces(figure: go.Figure) -> dict[str, go.Scatter]:
    return {trace.name: trace for trace in figure.data}


def test_the_leaderboard_marks_who_is_told_apart_by_filling_and_by_words() -> None:
    by = traces(FIGURES["board"](LIGHT))
    assert set(by) == {"RUIE", "told apart from RUIE", "not told apart"}
    assert by["RUIE"].x == (0.0281,)
    assert by["RUIE"].marker.color == LIGHT.accent
    assert by["not told apart"].x == (0.0278, 0.0270)
    assert by["not told apart"].marker.color == LIGHT.ground
    assert by["told apart from RUIE"].marker.color == LIGHT.text
    assert 0.0197 in by["told apart from RUIE"].x, "popularity is always among them"
    assert by["RUIE"].error_x.array == pytest.approx((0.0014,))


def test_the_leaderboard_writes_every_name_and_number() -> None:
    figure = FIGURES["board"](LIGHT)
    labels = figure.layout.yaxis.ticktext
    assert labels[0] == "<b>RUIE</b>"
    assert "Popularity in scenario" in labels
    notes = [note.text for note in figure.layout.annotations]
    assert "0.0281 [0.0267, 0.0295]" in notes
    assert "+0.0003 · p = 0.61" in notes


def test_a_model_that_was_not_compared_is_no_verdict() -> None:
    figure = experiments_board.leaderboard(BOARD.assign(compared=False, clear=False))
    assert set(traces(figure)) == {"RUIE", "not compared"}


def test_the_forest_has_a_line_at_zero_and_both_signs() -> None:
    figure = FIGURES["ablation"](LIGHT)
    line = figure.layout.shapes[0]
    assert (line.x0, line.x1, line.yref) == (0, 0, "paper")
    least, most = figure.layout.xaxis.range
    assert least < -0.0099
    assert most > 0.0011
    assert figure.layout.yaxis.ticktext[0] == "triplet loss", "the costliest first"
    assert traces(figure)["told apart from zero"].x == (-0.0090, -0.0013, -0.0011)


def test_the_forest_of_the_memory_names_who_has_it() -> None:
    labels = FIGURES["memory"](LIGHT).layout.yaxis.ticktext
    named = {"DIN", "DIN with memories", "SASRec with memories", "Recent popularity"}
    named |= {"Sequential rules", "without memories", "trend alone, no transitions"}
    assert named <= set(labels)
    assert "without memories, gate = 1" in labels


def test_an_estimate_without_an_interval_has_a_dot_and_no_line() -> None:
    figure = experiments_forest.ablation(ABLATION.assign(low=None, high=None))
    assert set(figure.data[0].error_x.array) == {0.0}
    assert any("[no interval]" in note.text for note in figure.layout.annotations)


def test_the_control_is_marked_as_control() -> None:
    figure = FIGURES["rewards"](DARK)
    control = [t for t in figure.data if t.name == experiments_forest.CONTROL]
    assert {t.marker.line.color for t in control} == {DARK.muted}
    assert [t.showlegend for t in control] == [True] + [False] * (len(control) - 1)
    axes = ("xaxis", "xaxis2", "xaxis3", "xaxis4", "xaxis5")
    assert [figure.layout[axis].title.text for axis in axes] == [
        "change of NDCG@10", "change of mean Q", "change of mean gate",
        "users' order by gate", "users' order by NDCG",
    ]  # fmt: skip
    assert figure.layout.yaxis.ticktext[-1] == "random (control)"


def test_a_small_scenario_is_grey_hollow_and_does_not_stretch_the_axis() -> None:
    figure = FIGURES["gaps"](LIGHT)
    grey = [t for t in figure.data if t.marker.line.color == LIGHT.faint]
    assert grey
    assert {t.marker.color for t in grey} == {LIGHT.ground}
    wide = GAPS.assign(low=GAPS["low"].mask(GAPS["small"], -9.0))
    again = experiments_forest.scenario_gaps(wide, ("gate constant", "sasrec"), NAMES)
    assert again.layout.xaxis.range == figure.layout.xaxis.range
    assert any("too few" in note.text for note in figure.layout.annotations)


def test_scenarios_have_their_colours_and_the_legend_has_ink() -> None:
    figure = FIGURES["gaps"](LIGHT)
    assert "#0072B2" in {t.marker.line.color for t in figure.data}
    legend = [t for t in figure.data if t.showlegend]
    assert {t.marker.line.color for t in legend} == {LIGHT.text}
    unknown = experiments_forest.scenario_gaps(GAPS, ("sasrec",))
    assert "#0072B2" not in {t.marker.line.color for t in unknown.data}


def test_the_matrix_outlines_what_excludes_zero_and_bleaches_what_is_small() -> None:
    figure = FIGURES["matrix"](LIGHT)
    heat = figure.data[0]
    assert heat.z.shape == (3, 4)
    assert len(figure.layout.shapes) == int(MATRIX["clear"].sum())
    bold = [text for line in heat.text for text in line if text.startswith("<b>")]
    assert len(bold) == len(figure.layout.shapes)
    assert set(heat.z[:, 3]) == {0.0}
    assert heat.zmax == MATRIX.loc[~MATRIX["small"], "value"].abs().max() == -heat.zmin
    hole = experiments_transfer.matrix(MATRIX.iloc[1:])
    assert hole.data[0].z.shape == (3, 4), "an absent cell stays empty"


def test_many_scenarios_leave_the_cells_without_letters() -> None:
    many = _read(make_summary(tuple(f"s{place}" for place in range(15))))
    assert not experiments_transfer.matrix(tables.transfer(many)).data[0].texttemplate


def test_curves_carry_their_names_and_the_oracle_is_ink() -> None:
    figure = FIGURES["noise ndcg"](LIGHT)
    assert not any(trace.showlegend for trace in figure.data)
    notes = {note.text: note.font.color for note in figure.layout.annotations}
    assert notes["oracle (knows the truth)"] == LIGHT.text
    assert notes["gate = 1"] == LIGHT.muted
    heights = sorted(note.y for note in figure.layout.annotations)
    least = min(b - a for a, b in pairwise(heights))
    assert least > 0.005, "no name lies on another"
    by = traces(figure)
    assert by["oracle (knows the truth)"].line.dash == "dash"


def test_an_interval_of_two_seeds_does_not_dwarf_the_curves() -> None:
    frame = tables.noise(NOISE, "ndcg")
    assert not experiments_curves.cut(frame)
    assert experiments_curves.noise(frame, "ndcg").layout.yaxis.range is None
    wild = frame.assign(high=frame["high"].where(frame.index != frame.index[0], 40.0))
    assert experiments_curves.cut(wild)
    low, high = experiments_curves.noise(wild, "ndcg").layout.yaxis.range
    span = wild["value"].max() - wild["value"].min()
    assert low <= wild["value"].min() < wild["value"].max() <= high < wild["value"].max() + span
    assert "goes on" in trust.noise(wild, "ndcg")
    assert "goes on" not in trust.noise(frame, "ndcg")


def test_a_share_of_the_ceiling_has_both_ends_drawn() -> None:
    figure = FIGURES["noise"](LIGHT)
    assert [shape.y0 for shape in figure.layout.shapes] == [0, 1]


def test_a_single_level_of_noise_is_one_place_of_the_axis() -> None:
    figure = experiments_curves.noise(SHARE[SHARE["x"] == 0.4], "share_of_ceiling")
    assert list(figure.layout.xaxis.ticktext) == [f"40{THIN}%"]
    least, most = figure.layout.xaxis.range
    assert all(least < x < most for trace in figure.data for x in trace.x)
    assert most - least > 0.09, "curves that are set apart a little do not fill the width"


def test_scarce_data_has_a_zero_line_and_shares_as_ticks() -> None:
    figure = FIGURES["scarcity"](LIGHT)
    assert figure.layout.yaxis.zeroline
    assert list(figure.layout.xaxis.tickvals) == [0.05, 0.2, 0.5, 1.0]


def test_q_is_read_against_the_diagonal() -> None:
    figure = FIGURES["reliability"](LIGHT)
    line = figure.layout.shapes[0]
    assert (line.x0, line.x1) == (line.y0, line.y1)
    by = traces(figure)
    assert max(by["double Q"].y) > max(by["single Q"].y)
    fits = FIGURES["fits"](LIGHT)
    assert [shape.x0 for shape in fits.layout.shapes[:4]] == [1.0, 0.0, 0.0, 0.0]


def test_a_figure_of_nothing_is_an_empty_figure() -> None:
    figures = [
        experiments_board.leaderboard(BOARD.iloc[:0]),
        experiments_forest.ablation(ABLATION.iloc[:0]),
        experiments_forest.rewards(REWARDS.iloc[:0]),
        experiments_forest.scenario_gaps(GAPS.iloc[:0], ()),
        experiments_transfer.matrix(MATRIX.iloc[:0]),
        experiments_curves.scarcity(SCARCITY.iloc[:0]),
        experiments_curves.reliability(RELIABILITY.iloc[:0]),
        experiments_curves.noise(SHARE.iloc[:0], "share_of_ceiling"),
        experiments_calibration.fits(FITS.iloc[:0]),
    ]
    assert all(figure.layout.height for figure in figures)
