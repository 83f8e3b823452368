"""The zoom and the lasso of a map as a text of a link."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruie_core.analysis import shapes
from ruie_core.analysis.frames.areas import Area, box
from ruie_core.analysis.frames.maps import ITEMS, STATES, Window
from ruie_core.analysis.shapes import MOST_CORNERS, MOST_LETTERS, Shape
from ruie_core.errors import UserError

MARK = "00c0ffee"
places = st.floats(-500, 500, allow_nan=False)
lengths = st.floats(1e-4, 1_000)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    x, y = draw(places), draw(places)
    return Window(x, x + draw(lengths), y, y + draw(lengths))


@given(windows(), st.lists(st.tuples(places, places), min_size=3, max_size=120))
def test_what_is_kept_comes_back_and_is_short(
    window: Window, corners: list[tuple[float, float]]
) -> None:
    x, y = zip(*corners, strict=True)
    found = shapes.kept(Shape(window, Area(x, y)))
    text = shapes.write(MARK, found)
    assert shapes.read(text, MARK, ITEMS) == found
    assert len(text) <= MOST_LETTERS
    assert found.window is not None
    side = min(window.x1 - window.x0, window.y1 - window.y0)
    assert np.abs(np.subtract(found.window, window)).max() <= side / 1_000
    assert found.area is not None
    assert len(found.area.x) == min(len(corners), MOST_CORNERS)


def test_a_bare_map_takes_no_place_in_a_link() -> None:
    assert shapes.write(MARK, shapes.kept(Shape())) == ""


def test_a_simpler_lasso_keeps_its_outline() -> None:
    """An ellipse with a thousand shaky corners: its area stays, and the dent in it, too."""
    angle = np.linspace(0, 2 * np.pi, 1_000, endpoint=False)
    radius = np.where(np.abs(angle - 3) < 0.2, 3.0, 8.0) + 0.01 * np.sin(500.3 * angle)
    lasso = Area(tuple(radius * np.cos(angle)), tuple(radius * np.sin(angle)))
    kept = shapes.kept(Shape(area=lasso)).area
    assert kept is not None
    assert len(kept.x) == MOST_CORNERS
    assert surface(kept) == pytest.approx(surface(lasso), rel=0.02)
    assert np.hypot(*kept)[np.argmin(np.abs(np.arctan2(kept.y, kept.x) - 3))] < 4, "the dent"


def surface(area: Area) -> float:
    x, y = np.asarray(area.x), np.asarray(area.y)
    return float(abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2)


def test_a_flat_or_empty_area_is_kept() -> None:
    """No side is longer than nothing: there is no digit to count from."""
    for flat in (box(1, 1, 2, 2), box(0, 3, 2, 2)):
        found = shapes.kept(Shape(area=flat))
        assert found.area == flat
        assert shapes.read(shapes.write(MARK, found), MARK, ITEMS) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "00c0ffee~zoom_1_2_3",
        "00c0ffee~zoom_2_1_0_1",
        "00c0ffee~zoom_1_2_3_3",
        "00c0ffee~zoom_1_nan_3_4",
        "00c0ffee~zoom_1_1e9_3_4",
        "00c0ffee~zoom_1_٣_3_4",
        "00c0ffee~area_1_2_3_4",
        "00c0ffee~area_1_2_3_4_5",
        "00c0ffee~area" + "_1_2" * (MOST_CORNERS + 1),
        "00c0ffee~area_1_2_3_4_5_6~zoom_1_2_3_4",
        "00c0ffee~zoom_1_2_3_4~ids_1_2_3",
        "00c0ffee~zoom" + f"_{'1' * MOST_LETTERS}" * 4,
    ],
)
def test_what_is_no_shape_is_said(text: str) -> None:
    with pytest.raises(UserError, match="map of items cannot be read"):
        shapes.read(text, MARK, ITEMS)


def test_a_shape_of_another_map_is_said() -> None:
    text = shapes.write("deadbeef", Shape(Window(0.0, 1.0, 0.0, 1.0)))
    with pytest.raises(UserError, match="drawn on another map of states"):
        shapes.read(text, MARK, STATES)


def test_the_mark_follows_the_map() -> None:
    """Each bound, and how many points there are."""
    row = {"x0": 0.0, "x1": 1.0, "y0": 0.0, "y1": 1.0, "n": 5, "most": 9}
    mark = shapes.mark_of(pd.DataFrame([row]))
    assert mark == shapes.mark_of(pd.DataFrame([row | {"most": 10}]))
    others = [row | {name: 7} for name in ("x0", "x1", "y0", "y1", "n")]
    assert len({mark, *(shapes.mark_of(pd.DataFrame([other])) for other in others)}) == 6
