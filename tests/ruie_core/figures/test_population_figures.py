"""Figures of the population views: fixed colours, escaped names, honest small and empty cells."""

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from ruie_core.figures import calibration, gate, overview, scenarios, streams, transitions
from ruie_core.figures.numbers import plain, short
from ruie_core.figures.theme import DARK, LIGHT, Theme, action_symbols, scenario_colors

NAMES = ("feed", "<b>search</b>", "a scenario whose name is far too long for an axis", "other")
MANY = tuple(f"scenario {place}" for place in range(15))
Make = Callable[[tuple[str, ...], Theme], go.Figure]


def ndcg_frame(names: tuple[str, ...]) -> pd.DataFrame:
    cells = enumerate(("all", "head", "tail", *names))
    rows = [
        {
            "scenario": name,
            "group": name if name in ("all", "head", "tail") else "scenario",
            "model": model,
            "value": 0.2,
            "low": None if place == 4 else 0.1,
            "high": None if place == 4 else 0.3,
            "n_events": 1_000 if place < 5 else 12,
            "n_users": 900,
            "baseline": model != "ruie",
            "small": place >= 5,
        }
        for place, name in cells
        for model in ("ruie", "popularity", "scenario-popularity")
    ]
    return pd.DataFrame(rows)


def model_frame() -> pd.DataFrame:
    frame = ndcg_frame(()).query("scenario == 'all'")
    return pd.concat([frame.assign(request_scenario=request) for request in ("unknown", "known")])


def pairs_frame(names: tuple[str, ...]) -> pd.DataFrame:
    size = len(names)
    frame = pd.DataFrame(
        {"from_scenario": np.repeat(names, size), "to_scenario": np.tile(names, size)}
    )
    frame["n"], frame["n_from"] = 5, 5 * size
    frame["p_observed"] = frame["p_model"] = frame["p_reference"] = 1 / size
    frame["p_low"], frame["p_high"] = 0.1, 0.4
    for name in ("log_lift", "misread"):
        frame[name], frame[f"{name}_low"], frame[f"{name}_high"] = 0.5, -0.1, 1.1
    nowhere = frame["from_scenario"] == names[-1]
    frame.loc[nowhere, ["n", "n_from"]] = 0
    frame.loc[nowhere, ["p_observed", "p_model", "log_lift", "misread"]] = np.nan
    return frame


def gate_frames(names: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    mass = pd.DataFrame({"scenario": names, "n": 1_234, "gate_mean": 0.5, "median": 0.5})
    mass["ends"], mass["traffic"], mass["mass"] = 0.01, 0.2, 0.25
    mass["ratio"], mass["low"], mass["high"] = 1.25, 1.2, 1.3
    bins = pd.DataFrame({"scenario": np.repeat(names, 2), "left": [0.2, 0.4] * len(names)})
    bins["right"], bins["n"], bins["share"], bins["density"] = bins["left"] + 0.2, 5, 0.5, 2.5
    return bins, mass


def gaps_frame(names: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame({"scenario": names, "n": 99, "gap": 0.1, "low": 0.0, "high": 0.2})
    frame.loc[0, ["low", "high"]] = np.nan
    return frame


def curve_frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "bin": [1, 2], "n": [50, 50], "q_mean": [1.0, 2.0], "return_mean": [1.1, 1.9],
            "return_low": [1.0, np.nan], "return_high": [1.2, np.nan],
        }
    )  # fmt: skip


def history_frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "epoch": [1], "loss": [5.0], "ndcg": [0.1], "q_mean": [1.0], "q_low": [0.5],
            "q_high": [1.5], "gate_ends": [0.0], "kept": [True],
        }
    )  # fmt: skip


def traffic_frame(names: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({"scenario": names, "events": 12_345, "share": 1 / len(names)})


FIGURES: dict[str, Make] = {
    "models": lambda _, theme: overview.ndcg_dots(model_frame(), 10, theme),
    "curves": lambda _, theme: overview.training_curves(history_frame(), theme),
    "traffic": lambda names, theme: overview.traffic_bar(traffic_frame(names), names, theme),
    "scenarios": lambda names, theme: scenarios.ndcg_by_scenario(
        ndcg_frame(names), names, 10, theme
    ),
    "head": lambda _, theme: scenarios.head_and_tail(
        ndcg_frame(()).query("group != 'all'").assign(k=10), theme
    ),
    "misread": lambda names, theme: transitions.heatmaps(
        pairs_frame(names), names, "misread", "base rate", theme
    ),
    "lift": lambda names, theme: transitions.heatmaps(
        pairs_frame(names), names, "log_lift", "population", theme
    ),
    "sankey": lambda names, theme: streams.sankey(pairs_frame(names), names, False, theme),
    "gates": lambda names, theme: gate.distribution(*gate_frames(names), names, theme),
    "mass": lambda names, theme: gate.mass(gate_frames(names)[1], names, theme),
    "promises": lambda names, theme: gate.promises(gaps_frame(names), names, theme),
    "calibration": lambda _, theme: calibration.calibration(curve_frame(), None, theme),
}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("names", [NAMES, MANY], ids=["odd names", "fifteen"])
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_finished(name: str, names: tuple[str, ...], theme: Theme) -> None:
    figure = FIGURES[name](names, theme)
    assert figure.layout.template.layout.paper_bgcolor == theme.ground
    assert figure.layout.height, "a fixed height: nothing jumps while it loads"
    text = figure.to_json()
    assert "NaN" not in text
    other = DARK if theme is LIGHT else LIGHT
    assert other.ground not in text, "no colour of the other theme"


@pytest.mark.parametrize("name", FIGURES)
def test_names_from_the_data_do_not_become_markup(name: str) -> None:
    text = FIGURES[name](NAMES, LIGHT).to_json()
    raw = json.loads(text)
    assert "<b>search</b>" not in json.dumps(raw["data"]) + json.dumps(raw["layout"]), name


def test_a_scenario_has_one_colour_everywhere() -> None:
    colors = scenario_colors(NAMES)
    assert colors["other"] == "#999999"
    assert overview.traffic_bar(traffic_frame(NAMES), NAMES).data[0].marker.color == tuple(
        colors.values()
    )
    assert gate.mass(gate_frames(NAMES)[1], NAMES).data[0].marker.color == tuple(colors.values())
    link = streams.sankey(pairs_frame(NAMES), NAMES, moves_only=False).data[0]
    written = {plain(short(name, 24)): color for name, color in colors.items()}
    assert {label: written[label] for label in link.node.label} == dict(
        zip(link.node.label, link.node.color, strict=True)
    )
    # A subset keeps the colours of the whole.
    part = gate_frames(NAMES)[1].iloc[1:2]
    assert gate.mass(part, NAMES).data[0].marker.color == (colors[NAMES[1]],)


def test_known_colours_and_shapes_are_the_agreed_ones() -> None:
    names = [str(place) for place in range(7)]
    assert list(scenario_colors([*names, "other"]).values()) == [
        "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442", "#999999",
    ]  # fmt: skip
    assert len(set(scenario_colors(MANY[:13]).values())) == 13
    assert action_symbols(["click", "like", "follow", "share"]) == {
        "click": "circle", "like": "star", "follow": "diamond", "share": "triangle-up",
    }  # fmt: skip


def test_a_small_cell_is_grey_and_says_so() -> None:
    figure = scenarios.ndcg_by_scenario(ndcg_frame(NAMES), NAMES)
    colors = figure.data[0].marker.color
    assert colors[3] == "#0072B2"
    assert colors[-1] == LIGHT.faint
    assert any("too few" in note.text for note in figure.layout.annotations)


def test_a_cell_without_an_interval_has_a_dot_and_no_line() -> None:
    frame = ndcg_frame(NAMES)
    figure = scenarios.ndcg_by_scenario(frame, NAMES)
    assert len(figure.layout.shapes) == int(frame["low"].notna().sum())
    assert len(figure.data[0].x) == 3 + len(NAMES)


def test_only_ratios_beyond_chance_are_bold() -> None:
    frame = pairs_frame(("a", "b", "c"))
    frame.loc[0, "misread_low"] = 0.2
    cells = transitions.heatmaps(frame, ("a", "b", "c")).data[2].text
    assert cells[0][0].startswith("<b>×")
    assert cells[0][1].startswith("×")
    assert cells[2][0] == "", "nothing left this scenario"


def test_moves_only_leaves_the_diagonal_out() -> None:
    frame = pairs_frame(("a", "b", "c"))
    assert len(streams.sankey(frame, ("a", "b", "c")).data[0].link.value) == 4
    assert len(streams.sankey(frame, ("a", "b", "c"), False).data[0].link.value) == 6


def test_a_figure_of_nothing_is_an_empty_figure() -> None:
    bins, mass = gate_frames(NAMES)
    figures = [
        overview.ndcg_dots(model_frame().iloc[:0]),
        overview.training_curves(history_frame().iloc[:0]),
        overview.traffic_bar(traffic_frame(NAMES).iloc[:0], NAMES),
        scenarios.ndcg_by_scenario(ndcg_frame(NAMES).iloc[:0], NAMES),
        scenarios.head_and_tail(ndcg_frame(()).assign(k=10).iloc[:0]),
        gate.distribution(bins.iloc[:0], mass.iloc[:0], NAMES),
        gate.mass(mass.iloc[:0], NAMES),
        gate.promises(gaps_frame(NAMES).iloc[:0], NAMES),
        calibration.calibration(curve_frame().iloc[:0]),
    ]
    assert all(figure.layout.height for figure in figures)


def test_many_scenarios_leave_the_cells_without_letters() -> None:
    few = transitions.heatmaps(pairs_frame(NAMES), NAMES)
    many = transitions.heatmaps(pairs_frame(MANY), MANY)
    assert few.data[0].texttemplate == "%{text}"
    assert not many.data[0].texttemplate


@pytest.mark.parametrize("draw", [gate.mass, gate.promises])
def test_a_dot_without_an_interval_is_drawn_and_says_so(draw: Callable[..., go.Figure]) -> None:
    frame = pd.DataFrame(
        {"scenario": list(NAMES[:2]), "n": [9, 3], "traffic": 0.5, "mass": 0.5, "ratio": 1.0,
         "gap": 0.2, "low": [0.1, None], "high": [0.3, None]}
    )  # fmt: skip
    figure = draw(frame, NAMES)
    told = [text for text, _ in figure.data[0].customdata]
    assert "too few users for an interval" in told[1]
    assert "interval 0.10 to 0.30" in told[0].replace("\u202f", "")
    lines = [shape for shape in figure.layout.shapes if shape.layer == "between"]
    assert len(lines) == 1
