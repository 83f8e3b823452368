"""The maps: honest labels, one colour per meaning, paths that run with time."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from ruie_core.errors import UserError
from ruie_core.figures.embeddings import around, cards, mark_items
from ruie_core.figures.maps import density_ground, group_labels, looked_at
from ruie_core.figures.points import point_map
from ruie_core.figures.states import mark_path, state_cards, stations
from ruie_core.figures.theme import DARK, LIGHT, scenario_colors

NAMES = ("feed", "search", "<b>x</b>")


@pytest.fixture
def points() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    n = 300
    group = np.repeat([0, 1, 2], n // 3)
    return pd.DataFrame(
        {
            "id": np.arange(1, n + 1), "item": np.arange(1, n + 1),
            "item_id": [f"i{k}" for k in range(n)],
            "title": [None if k == 0 else f"Title <{k}>" for k in range(n)],
            "category": [None if k % 50 == 0 else f"c{k % 12}" for k in range(n)],
            "scenario": np.array(NAMES)[group], "count": rng.integers(1, 5000, n),
            "x": 5.0 * group + rng.normal(0, 0.4, n), "y": rng.normal(0, 0.4, n),
            "gate": rng.random(n), "t": np.arange(1, n + 1), "member": np.arange(n) % 5 == 0,
            "user_id": [f"u{k}" for k in range(n)],
        }
    )  # fmt: skip


def density(points: pd.DataFrame) -> pd.DataFrame:
    cells = points[["x", "y"]].round(0).assign(n=1)
    return cells.groupby(["x", "y"], as_index=False).sum()


@pytest.mark.parametrize("color", ["scenario", "category", "popularity", "gate", "cohort"])
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_items_in_every_colour(points: pd.DataFrame, color: str, theme: object) -> None:
    near = points.iloc[[5, 7, 9]].assign(position=[0, 1, 2])
    ground = point_map(
        points, NAMES, color=color, density=density(points), categories=("c1", "c2"),
        most=5000, said=cards(points), theme=theme,
    )  # fmt: skip
    before = len(ground.data)
    marked = mark_items(ground, found=points.iloc[:4], near=near, theme=theme)
    window, area = around(near), ([0.0, 1.0, 1.0], [0.0, 0.0, 1.0])
    figure = looked_at(marked, window=window, area=area, drag="lasso", theme=theme)
    assert len(ground.data) == before, "a shared map stays as it is"
    assert ground.layout.xaxis.range is None
    go.Figure(figure.to_dict())  # validates what the map itself does not
    drawn = sum(
        len(t.x) for t in figure.data if t.hovertemplate and t.name not in ("found", "near")
    )
    assert drawn == len(points)
    assert list(figure.layout.xaxis.range) == window[:2]
    assert window[0] < points["x"].iloc[[5, 7, 9]].min()
    assert figure.layout.dragmode == "lasso"
    assert list(figure.data[-1].x) == [0.0, 1.0, 1.0, 0.0], "the outline is closed"
    assert any("Title &lt;5&gt;" in mark.text for mark in figure.layout.annotations)
    assert figure.layout.yaxis.scaleanchor == "x"


def test_colours_of_groups_are_those_of_the_groups(points: pd.DataFrame) -> None:
    figure = point_map(points, NAMES, color="cohort")
    assert [(trace.name, len(trace.x)) for trace in figure.data] == [
        ("the rest", 240),
        ("the cohort", 60),
    ]
    assert figure.data[1].marker.color == LIGHT.accent
    named = point_map(points, NAMES, color="category", categories=("c1", "c2"))
    sizes = {trace.name: len(trace.x) for trace in named.data}
    assert sizes["c1"] == (points["category"] == "c1").sum()
    assert sizes["no category"] == points["category"].isna().sum()
    assert sum(sizes.values()) == len(points)
    scenario = {trace.name: trace.marker.color for trace in point_map(points, NAMES).data}
    assert scenario["feed"] == scenario_colors(NAMES)["feed"]


def test_who_has_no_gate_lies_below_the_others(points: pd.DataFrame) -> None:
    some = points.assign(gate=points["gate"].where(points.index > 0))
    marker = point_map(some, NAMES, color="gate").data[0].marker
    assert np.isnan(marker.color[0])
    assert np.all(np.diff(marker.color[1:]) >= 0)


def test_of_very_many_points_the_cursor_says_the_name_alone(points: pd.DataFrame) -> None:
    many = pd.concat([points] * 70, ignore_index=True)
    assert cards(many).iloc[5].tolist() == ["Title &lt;5&gt;"]
    assert state_cards(many)[5] == "User u5 after event 6"


def test_unknown_colours_are_refused(points: pd.DataFrame) -> None:
    with pytest.raises(UserError, match="cannot be coloured by 'taste'"):
        point_map(points, NAMES, color="taste")


def test_a_group_is_named_only_where_it_is_the_majority(points: pd.DataFrame) -> None:
    colors = scenario_colors(NAMES)
    named = group_labels(points, points["scenario"], colors, LIGHT)
    assert len(named) == 3
    assert "&lt;b&gt;x&lt;/b&gt;" in named[2]["text"]
    mixed = points.assign(scenario=np.resize(NAMES, len(points)), x=points["y"], y=points["x"] % 1)
    assert len(group_labels(mixed, mixed["scenario"], colors, LIGHT)) < 3


def test_the_ground_holds_every_point(points: pd.DataFrame) -> None:
    ground = density_ground(density(points), LIGHT)
    assert np.isfinite(ground["z"]).all()
    assert ground["x"][0] < points["x"].min()
    assert ground["x"][-1] > points["x"].max()


@pytest.mark.parametrize("n", [0, 1, 2, 120])
@pytest.mark.parametrize("color", ["scenario", "gate"])
def test_a_path_runs_from_light_to_strong(points: pd.DataFrame, n: int, color: str) -> None:
    path = points.iloc[:n]
    ground = point_map(points, NAMES, color=color, density=density(points), opacity=0.4)
    figure = mark_path(ground, path, NAMES, selected=2)
    go.Figure(figure.to_dict())
    arrows = [mark for mark in figure.layout.annotations if mark.showarrow]
    assert len(arrows) == max(0, n - 1)
    if n > 2:
        assert arrows[0].arrowcolor == LIGHT.faint.lower()
        assert arrows[-1].arrowcolor == LIGHT.text.lower()
        assert "<b>120</b>" in [mark.text for mark in figure.layout.annotations]
        assert [trace.name for trace in figure.data][-1] == "selected"


def test_stations_begin_and_end_with_the_path(points: pd.DataFrame) -> None:
    assert stations(points.iloc[:1]) == [1]
    assert stations(points.iloc[:0]) == []
    assert stations(points)[0] == 1
    assert stations(points)[-1] == 300


@pytest.mark.parametrize("color", ["scenario", "category", "popularity", "gate", "cohort"])
def test_a_map_without_points_is_empty_not_broken(points: pd.DataFrame, color: str) -> None:
    assert point_map(points.iloc[:0], NAMES, color=color).layout.height == 600


def test_arrows_end_at_the_border_of_what_is_shown(points: pd.DataFrame) -> None:
    path = points.iloc[:4].assign(x=[0.0, 4.0, 4.0, 9.0], y=[0.0, 0.0, 2.0, 2.0])
    marked = mark_path(point_map(points, NAMES), path, NAMES)
    figure = looked_at(marked, window=(2.0, 6.0, -1.0, 1.0), theme=LIGHT)
    arrows = [(m.ax, m.ay, m.x, m.y) for m in figure.layout.annotations if m.showarrow]
    assert arrows == [(2.0, 0.0, 4.0, 0.0)], "the others end outside"


@pytest.mark.parametrize("n", [500, 501])
def test_webgl_is_for_many_points(n: int) -> None:
    some = pd.DataFrame({"id": range(n), "x": np.linspace(0, 1, n), "y": 0.5, "scenario": "feed"})
    figure = point_map(some.assign(category=None, count=1, gate=0.5), ["feed"])
    shown = looked_at(figure, area=([0, 1, 1], [0, 0, 1]), theme=LIGHT)
    go.Figure(shown.to_dict())  # Plotly's own validation
    assert [trace.type for trace in shown.data] == [
        "scatter" if n == 500 else "scattergl",
        "scatter",
    ]
    assert figure.data[0].type == "scattergl", "the shared ground stays as it is"
