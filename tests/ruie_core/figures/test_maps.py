"""The maps: honest labels, one colour per meaning, paths that run with time."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from ruie_core.errors import UserError
from ruie_core.figures.embeddings import item_map, mark_items
from ruie_core.figures.maps import category_groups, density_ground, group_labels
from ruie_core.figures.states import mark_path, state_map, stations
from ruie_core.figures.theme import DARK, LIGHT, scenario_colors

NAMES = ("feed", "search", "<b>x</b>")


@pytest.fixture
def points() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    n = 300
    group = np.repeat([0, 1, 2], n // 3)
    return pd.DataFrame(
        {
            "item": np.arange(1, n + 1), "item_id": [f"i{k}" for k in range(n)],
            "title": [None if k == 0 else f"Title <{k}>" for k in range(n)],
            "category": [None if k % 50 == 0 else f"c{k % 12}" for k in range(n)],
            "scenario": np.array(NAMES)[group], "count": rng.integers(1, 5000, n),
            "x": 5.0 * group + rng.normal(0, 0.4, n), "y": rng.normal(0, 0.4, n),
            "gate": rng.random(n), "t": np.arange(1, n + 1),
        }
    )  # fmt: skip


def density(points: pd.DataFrame) -> pd.DataFrame:
    cells = points[["x", "y"]].round(0).assign(n=1)
    return cells.groupby(["x", "y"], as_index=False).sum()


@pytest.mark.parametrize("color", ["scenario", "category", "popularity"])
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_items_in_every_colour(points: pd.DataFrame, color: str, theme: object) -> None:
    near = points.iloc[[5, 7, 9]].assign(position=[0, 1, 2])
    ground = item_map(points, NAMES, color=color, density=density(points), theme=theme)
    before = len(ground.data)
    figure = mark_items(ground, found=points.iloc[:4], near=near, zoomed=True, theme=theme)
    assert len(ground.data) == before, "a shared map stays as it is"
    assert ground.layout.xaxis.range is None
    go.Figure(figure.to_dict())  # validates what the map itself does not
    drawn = sum(
        len(t.x) for t in figure.data if t.hovertemplate and t.name not in ("found", "near")
    )
    assert drawn == len(points)
    assert figure.layout.xaxis.range is not None
    assert any("Title &lt;5&gt;" in mark.text for mark in figure.layout.annotations)
    assert figure.layout.yaxis.scaleanchor == "x"


def test_unknown_colours_are_refused(points: pd.DataFrame) -> None:
    with pytest.raises(UserError, match="cannot be coloured by 'taste'"):
        item_map(points, NAMES, color="taste")
    with pytest.raises(UserError, match="choose one of"):
        state_map(points, NAMES, color="taste")


def test_a_group_is_named_only_where_it_is_the_majority(points: pd.DataFrame) -> None:
    colors = scenario_colors(NAMES)
    named = group_labels(points, points["scenario"], colors, LIGHT)
    assert len(named) == 3
    assert "&lt;b&gt;x&lt;/b&gt;" in named[2]["text"]
    mixed = points.assign(scenario=np.resize(NAMES, len(points)), x=points["y"], y=points["x"] % 1)
    assert len(group_labels(mixed, mixed["scenario"], colors, LIGHT)) < 3


def test_at_most_nine_categories_have_a_colour(points: pd.DataFrame) -> None:
    groups, order = category_groups(points["category"])
    assert len(order) == 11
    assert order[-2:] == ["other categories", "no category"]
    assert (groups == "no category").sum() == points["category"].isna().sum()


def test_the_ground_holds_every_point(points: pd.DataFrame) -> None:
    ground = density_ground(density(points), LIGHT)
    assert np.isfinite(ground["z"]).all()
    assert ground["x"][0] < points["x"].min()
    assert ground["x"][-1] > points["x"].max()


@pytest.mark.parametrize("n", [0, 1, 2, 120])
@pytest.mark.parametrize("color", ["scenario", "gate"])
def test_a_path_runs_from_light_to_strong(points: pd.DataFrame, n: int, color: str) -> None:
    path = points.iloc[:n]
    ground = state_map(points, NAMES, color=color, density=density(points))
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


def test_a_map_without_points_is_empty_not_broken(points: pd.DataFrame) -> None:
    assert item_map(points.iloc[:0], NAMES).layout.height == 600
    assert state_map(points.iloc[:0], NAMES).layout.height == 600
