"""Zoom and area of the maps in the link: taken over, kept from view to view, refused in words."""

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ruie_core.analysis.frames.areas import area_summary, box
from ruie_core.analysis.frames.maps import ITEMS, STATES, Window, map_extent
from ruie_core.analysis.shapes import Shape, mark_of, write
from ruie_core.analysis.store import RunStore
from tests.app.conftest import OpenView, go_to, texts

ZOOM, AREA = Window(-2.0, 2.0, -1.5, 1.5), box(-99, 99, -99, 0)


@pytest.fixture
def store(checkpoints: Path) -> RunStore:
    return RunStore(checkpoints / "steady")


def link_to(store: RunStore, table: str, shape: Shape) -> dict[str, str]:
    return {table: write(mark_of(map_extent(store, table)), shape)}


def layout(page: AppTest, chart: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.get("plotly_chart")[chart].proto.spec)["layout"]
    return found


def traces(page: AppTest, chart: int) -> list[str | None]:
    spec = json.loads(page.get("plotly_chart")[chart].proto.spec)
    return [trace.get("name") for trace in spec["data"]]


@pytest.mark.parametrize(("table", "chart", "noun"), [(ITEMS, 0, "items"), (STATES, 1, "states")])
def test_a_link_shows_the_zoom_and_lists_the_area(
    open_view: OpenView, store: RunStore, table: str, chart: int, noun: str
) -> None:
    query = link_to(store, table, Shape(ZOOM, AREA))
    page = open_view("embeddings", run="steady", user="u10000", **query)
    assert not page.exception
    assert not page.warning
    assert layout(page, chart)["xaxis"]["range"] == list(ZOOM[:2])
    assert layout(page, chart)["yaxis"]["range"] == list(ZOOM[2:])
    assert "area" in traces(page, chart)
    inside = area_summary(store, table, AREA).iloc[0]
    assert 0 < inside["n"] < inside["of"]
    assert f"{inside['n']} of {inside['of']} {noun} lie in the area" in plain(page)
    assert page.query_params[table] == query[table]
    other = 1 - chart
    assert "range" not in layout(page, other)["xaxis"], "the other map is whole"
    assert "area" not in traces(page, other)


def plain(page: AppTest) -> str:
    return texts(page).replace("\u202f", "").replace("*", "")


def test_colours_density_and_search_are_in_the_link(open_view: OpenView) -> None:
    page = open_view(
        "embeddings", run="steady", user="u10000", item_color="popularity", state_color="gate",
        state_map_mode_True="density", trajectory_windows="2 windows", item_search="noodles",
    )  # fmt: skip
    assert not page.exception
    chosen = {key: page.segmented_control(key=key).value for key in ("item_color", "state_color")}
    assert chosen == {"item_color": "popularity", "state_color": "gate"}
    assert "states in view of" in texts(page)
    assert page.segmented_control(key="trajectory_windows").value == 2
    assert "items match “noodles”" in texts(page)


def test_a_zoom_stays_from_view_to_view_and_goes_with_back(
    open_view: OpenView, store: RunStore
) -> None:
    query = link_to(store, ITEMS, Shape(ZOOM))
    page = open_view("embeddings", run="steady", user="u10000", **query)
    go_to(page, "overview")
    del page.query_params[ITEMS]  # as the links at the side leave it out
    page.run()
    assert ITEMS not in page.query_params
    go_to(page, "embeddings").run()
    assert not page.exception
    assert page.query_params[ITEMS] == query[ITEMS]
    assert layout(page, 0)["xaxis"]["range"] == list(ZOOM[:2])
    del page.query_params[ITEMS]  # as "back" does, within the view
    page.run()
    assert "range" not in layout(page, 0)["xaxis"]
    assert ITEMS not in page.query_params


def test_zoom_buttons_write_the_link(open_view: OpenView, store: RunStore) -> None:
    page = open_view("embeddings", run="steady", user="u10000")
    assert ITEMS not in page.query_params
    page.button(key="item_map_Zoom in").click().run()
    first = page.query_params[ITEMS]
    mark = mark_of(map_extent(store, ITEMS))
    assert str(first).startswith(f"{mark}~zoom_")
    page.button(key="item_map_Zoom in").click().run()
    assert page.query_params[ITEMS] != first
    page.button(key="item_map_whole").click().run()
    assert ITEMS not in page.query_params


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("zoom", "map of items cannot be read"),
        ("00c0ffee~zoom_0_1_0_1", "drawn on another map of items"),
    ],
)
def test_what_does_not_fit_is_said_and_left_out(open_view: OpenView, text: str, said: str) -> None:
    page = open_view("embeddings", run="steady", user="u10000", item_map=text)
    assert not page.exception
    assert [said in each.value for each in page.warning] == [True]
    assert ITEMS not in page.query_params
    assert "range" not in layout(page, 0)["xaxis"]
    assert not page.run().warning, "said once"


def test_another_run_has_a_map_of_its_own(open_view: OpenView, store: RunStore) -> None:
    page = open_view(
        "embeddings", run="steady", user="u10000", **link_to(store, ITEMS, Shape(ZOOM))
    )
    page.selectbox(key="sidebar_run").select("shaky").run()
    assert not page.exception
    assert not page.warning
    assert ITEMS not in page.query_params
    assert "range" not in layout(page, 0)["xaxis"]
