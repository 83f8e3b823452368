"""Figures of comparisons: finished in either theme, escaped, honest where there is no interval."""

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from ruie_core.figures import spread, transitions
from ruie_core.figures.calibration import curves
from ruie_core.figures.contrast import Drawn, contrast
from ruie_core.figures.duo import duo
from ruie_core.figures.theme import DARK, LIGHT, Theme

NAMES = ("feed", "<b>search</b>", "other")
SIDES = ("cohort <i>a</i>", "the rest")
Make = Callable[[Theme, str | None], go.Figure]


def frame() -> pd.DataFrame:
    made = pd.DataFrame({"scenario": ("all", *NAMES), "code": range(4)})
    made["group"] = np.where(made["code"] == 0, "all", "scenario")
    for side in ("1", "2"):
        made[f"value_{side}"], made[f"n_{side}"], made[f"users_{side}"] = 0.3, 1_234, 99
        made[f"low_{side}"], made[f"high_{side}"], made[f"y_{side}"] = 0.2, 0.4, 370.0
    made["difference"], made["difference_low"], made["difference_high"] = 0.1, 0.05, 0.15
    made["small"] = made["code"] == 3
    ends = ["low_1", "high_1", "low_2", "high_2", "difference_low", "difference_high"]
    made.loc[3, ends] = np.nan
    return made


def steps(n: int = 6) -> pd.DataFrame:
    taken = [NAMES[t % 2] for t in range(n)]
    made = pd.DataFrame({"t": range(1, n + 1), "scenario": taken, "reward": 1.0, "split": "train"})
    made["item_id"], made["title"], made["actions"] = "x", "<b>T</b>", [["click"]] * n
    made["rank"], made["gate"], made["q_taken"] = 7.0, 0.5, 1.0
    for name in NAMES:
        made[f"q_{name}"], made[f"p_{name}"] = np.linspace(0, 1, n), 1 / 3
    return made


def bins(*, each: bool) -> pd.DataFrame:
    names = NAMES if each else ("all",)
    made = pd.DataFrame({"scenario": np.repeat(names, 4)})
    made["side"] = [True, True, False, False] * len(names)
    made["left"] = [0.0, 0.5] * (len(made) // 2)
    return made.assign(right=made["left"] + 0.5, n=5, share=0.5, density=1.0)


def centres() -> pd.DataFrame:
    made = pd.DataFrame({"scenario": np.repeat(NAMES, 2), "side": [True, False] * 3})
    return made.assign(n=10, median=0.5, ends=0.1)


def curve() -> pd.DataFrame:
    made = pd.DataFrame({"side": [True, True, False], "bin": [1, 2, 1], "n": 50})
    made["q_mean"], made["return_mean"] = [1.0, 2.0, 1.0], [1.1, 2.1, 0.9]
    return made.assign(return_low=[1.0, np.nan, 0.8], return_high=[1.2, np.nan, 1.0])


FIGURES: dict[str, Make] = {
    "contrast": lambda theme, chosen: contrast(
        frame(), NAMES, Drawn("NDCG@10", *SIDES, selected=chosen), theme
    ),
    "shares": lambda theme, chosen: contrast(
        frame().iloc[1:], NAMES, Drawn("share", *SIDES, share=True, selected=chosen), theme
    ),
    "duo": lambda theme, chosen: duo(
        steps(), steps(9), NAMES, SIDES, parting=2, selected=chosen, theme=theme
    ),
    "strips": lambda theme, chosen: spread.strips(
        bins(each=True), centres(), NAMES, SIDES, chosen, theme
    ),
    "histograms": lambda theme, _: spread.histograms(bins(each=False), "gate", SIDES, theme),
    "curves": lambda theme, _: curves(curve(), SIDES, None, theme),
}


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_each_training_is_a_stroke_through_the_line_of_its_side(theme: Theme) -> None:
    several = frame().assign(each_1=[(0.28, 0.32)] * 4, each_2=[(0.3,)] * 4)
    figure = contrast(several, NAMES, Drawn("NDCG@10", *SIDES), theme)
    go.Figure(figure.to_dict())  # Plotly's own validation
    strokes, other, own, gaps = figure.data
    assert strokes.x == (0.28, 0.32) * 4
    assert strokes.y[:2] == (own.y[0], own.y[0]), "on the first side's line"
    assert strokes.customdata[0][0] == "one training of cohort &lt;i&gt;a&lt;/i&gt;: 0.280"
    assert other.x == (0.3,) * 4
    assert gaps.x == (0.1, 0.1, 0.1, None), "of too few events no difference is drawn"
    assert len(contrast(frame(), NAMES, Drawn("NDCG@10", *SIDES), theme).data) == 3


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("chosen", [None, "feed"])
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_finished_and_escaped(name: str, chosen: str | None, theme: Theme) -> None:
    figure = FIGURES[name](theme, chosen)
    assert figure.layout.template.layout.paper_bgcolor == theme.ground
    assert figure.layout.height
    go.Figure(figure.to_dict())  # what was not validated when it was made
    text = figure.to_json()
    assert "NaN" not in text
    assert (DARK if theme is LIGHT else LIGHT).ground not in text
    raw = json.loads(text)
    said = json.dumps(raw["data"]) + json.dumps(raw["layout"])
    assert "<b>search</b>" not in said
    assert "<i>a</i>" not in said
    assert "<b>T</b>" not in said


@pytest.mark.parametrize("name", ["contrast", "shares", "duo", "strips"])
def test_the_selected_scenario_stands_out(name: str) -> None:
    plain, marked = (FIGURES[name](LIGHT, chosen).to_json() for chosen in (None, "feed"))
    assert plain != marked


def test_a_side_without_an_interval_has_a_dot_and_no_line() -> None:
    figure = FIGURES["contrast"](LIGHT, None)
    lines = [shape for shape in figure.layout.shapes if shape.y0 == shape.y1]
    assert len(lines) == 3 * 3, "three rows with an interval of either side and the difference"
    assert len(figure.data[1].x) == 4
    assert figure.data[1].marker.color[3] == LIGHT.faint
    assert any("too few" in note.text for note in figure.layout.annotations)


def test_differences_of_shares_are_points() -> None:
    figure = FIGURES["shares"](LIGHT, None)
    assert figure.data[2].x == (10.0, 10.0, None), "of too few events none is drawn"
    assert figure.data[2].text[0] == "+10.0"
    lines = [shape for shape in figure.layout.shapes if shape.xref == "x2" and shape.y0 == shape.y1]
    assert (lines[0].x0, lines[0].x1) == (5.0, 15.0)


def test_marks_carry_the_code_that_a_click_selects() -> None:
    assert [row[1] for row in FIGURES["contrast"](LIGHT, None).data[1].customdata] == [0, 1, 2, 3]
    pairs = pd.DataFrame({"from_scenario": np.repeat(NAMES, 3), "to_scenario": np.tile(NAMES, 3)})
    pairs = pairs.assign(
        n=1, n_from=3, p_observed=1 / 3, p_low=0.1, p_high=0.9, p_model=0.3, p_reference=0.3,
        misread=0.0, misread_low=-1.0, misread_high=1.0, log_lift=0.0, log_lift_low=-1.0,
        log_lift_high=1.0,
    )  # fmt: skip
    figure = transitions.heatmaps(pairs, NAMES, selected="feed")
    over = [trace for trace in figure.data if trace.type == "scatter"]
    assert len(over) == 3
    assert [row[1] for row in over[0].customdata] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert len(figure.layout.shapes) == 6, "the row and the column, in three panels"


def test_both_people_share_the_axes() -> None:
    figure = FIGURES["duo"](LIGHT, None)
    layout = figure.layout
    assert layout.xaxis.range == layout.xaxis2.range
    assert layout.yaxis2.range == layout.yaxis5.range
    lanes = [trace for trace in figure.data if trace.customdata is not None]
    assert [len(trace.x) for trace in lanes] == [6, 9]
