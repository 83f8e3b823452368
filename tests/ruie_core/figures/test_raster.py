"""Rasters by hand: colours per group, mixing, opacity, the cohort in front, means on a scale."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from ruie_core.figures.points import value_scale
from ruie_core.figures.raster import raster_figure, shade_groups, shade_values
from ruie_core.figures.theme import DARK, LIGHT, scenario_colors
from ruie_core.figures.trajectories import surroundings, trajectory_map

BLUE, RED = "#0072B2", "#D55E00"


def cells(*rows: tuple[int, int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["column", "row", "code", "n"])


def rgb(color: str) -> list[int]:
    return [int(color[place : place + 2], 16) for place in (1, 3, 5)]


def test_a_cell_has_its_group_s_colour_and_empty_ones_none() -> None:
    pixels = shade_groups(cells((0, 0, 0, 1), (1, 0, 1, 100), (0, 1, 0, 10)), (3, 2), [BLUE, RED])
    assert pixels.shape == (2, 3, 4)
    assert pixels[0, 0].tolist() == [*rgb(BLUE), 185], "one point is the faintest"
    assert pixels[0, 1].tolist() == [*rgb(RED), 255], "the fullest cell is opaque"
    assert pixels[1, 0].tolist() == [*rgb(BLUE), 220], "half way on the log scale"
    assert pixels[..., 3][[0, 1, 1], [2, 1, 2]].tolist() == [0, 0, 0]


def test_groups_that_share_a_cell_mix_by_their_counts() -> None:
    pixels = shade_groups(cells((0, 0, 0, 1), (0, 0, 1, 3)), (1, 1), [BLUE, RED])
    wanted = 0.25 * np.array(rgb(BLUE)) + 0.75 * np.array(rgb(RED))
    assert np.abs(pixels[0, 0, :3] - wanted).max() <= 1


def test_the_cohort_lies_in_front() -> None:
    pixels = shade_groups(cells((0, 0, 0, 99), (0, 0, 1, 1)), (1, 1), [BLUE, RED], front=True)
    assert pixels[0, 0].tolist() == [*rgb(RED), 255], "and the cell still counts all"


def test_means_run_on_the_scale_and_the_unknown_is_grey() -> None:
    scale = value_scale("gate", LIGHT)
    frame = pd.DataFrame(
        {"column": [0, 1, 2], "row": [0, 0, 0], "n": [1, 1, 1], "value": [0.0, 1.0, None]}
    )
    pixels = shade_values(frame, (3, 1), scale, "#999999")
    assert np.abs(pixels[0, 0, :3].astype(int) - rgb(str(scale.colors[0][1]))).max() <= 3
    assert np.abs(pixels[0, 1, :3].astype(int) - rgb(str(scale.colors[-1][1]))).max() <= 3
    assert pixels[0, 2, :3].tolist() == [153, 153, 153]
    assert value_scale("popularity", LIGHT, 1000).high == pytest.approx(3)


@pytest.mark.parametrize("color", ["scenario", "category", "cohort", "gate", "popularity"])
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_raster_is_a_valid_figure_in_every_colour(color: str, theme: object) -> None:
    frame = cells((0, 0, 0, 5), (1, 1, 1, 2)).assign(value=[0.2, 0.9])
    figure = raster_figure(
        frame, (0, 4, 0, 3), (4, 3), color=color, scenarios=("feed", "search"),
        categories=("a", "b"), most=500, theme=theme,
    )  # fmt: skip
    go.Figure(figure.to_dict())
    image = figure.layout.images[0]
    assert (image.x, image.y, image.sizex, image.sizey) == (0, 3, 4, 3)
    assert image.source.startswith("data:image/png;base64,")
    assert list(figure.layout.xaxis.range) == [0, 4]
    assert figure.layout.yaxis.scaleanchor == "x"
    if color == "scenario":
        shown = {trace.name: trace.marker.color for trace in figure.data[1:]}
        assert shown == scenario_colors(("feed", "search"))


def test_an_empty_raster_is_empty_not_broken() -> None:
    none = cells().astype(int)
    assert len(raster_figure(none, (0, 1, 0, 1), (2, 2), color="scenario").data) == 1


def test_trajectories_join_windows_in_order() -> None:
    frame = pd.DataFrame(
        {
            "side": ["the cohort"] * 3 + ["the rest"] * 3, "window": [1, 2, 3] * 2,
            "users": [9, 9, 2] * 2, "states": [20] * 6, "x": [0.0, 1, 2, 0, 0, 0],
            "y": [0.0, 1, 0, 1, 2, 3], "major": [0.5, 0.2, None] * 2,
            "minor": [0.1, 0.1, None] * 2, "angle": [0.0, 0.5, None] * 2,
        }
    )  # fmt: skip
    figure = trajectory_map(frame)
    go.Figure(figure.to_dict())
    arrows = [note for note in figure.layout.annotations if note.showarrow]
    assert [(a.ax, a.ay, a.x, a.y) for a in arrows][-2:] == [(0, 0, 1, 1), (1, 1, 2, 0)]
    places = {trace.name: trace for trace in figure.data}
    assert places["the cohort"].marker.color == LIGHT.accent
    assert "n = 9 users" in places["the cohort"].text[0]
    assert "too few users" in places["the cohort"].text[2]
    outline = places["the cohort, 95 % ellipses"].x
    assert max(x for x in outline if x is not None) == pytest.approx(1.2, abs=0.03)
    box = surroundings(frame)
    assert box[0] < -0.5
    assert box[3] > 3
