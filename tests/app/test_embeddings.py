"""The Embeddings view without a browser: colours, search, neighbours, the walk."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st

from app.components.items import clicked_code
from ruie_core.analysis.cohorts import listed_cohort, save_cohort
from ruie_core.analysis.frames.areas import box
from ruie_core.analysis.frames.maps import STATES, map_extent
from ruie_core.analysis.shapes import Shape, mark_of, write
from ruie_core.analysis.store import RunStore
from tests.app.conftest import OpenView, texts


def test_it_answers_with_a_figure_and_its_interval(open_view: OpenView) -> None:
    page = open_view("embeddings", run="steady", user="u10000")
    assert page.markdown[0].value.startswith("Items that the model holds to be alike share")
    assert "95 % interval" in page.markdown[0].value.replace("\u202f", " ")
    assert len(page.get("plotly_chart")) == 3
    assert "Nearest to **" in texts(page)
    assert "User u10000 walked from" in texts(page)


def test_colours_change_the_map(open_view: OpenView) -> None:
    page = open_view("embeddings", run="steady", user="u10000")
    for color in ("category", "popularity"):
        page.segmented_control(key="item_color").set_value(color).run()
        assert not page.exception
    assert "log scale" in page.get("plotly_chart")[0].proto.spec
    page.segmented_control(key="state_color").set_value("gate").run()
    assert not page.exception


def test_a_search_looks_at_what_it_found(open_view: OpenView) -> None:
    page = open_view("embeddings", run="steady", user="u10000")
    page.text_input(key="item_search").set_value("noodles").run()
    assert not page.exception
    assert "items match “noodles”" in texts(page)
    assert "noodles" in next(m.value for m in page.markdown if m.value.startswith("Nearest to"))
    assert page.query_params["item"].startswith("v")
    page.text_input(key="item_search").set_value("nothing like it").run()
    assert "try fewer letters" in page.warning[0].value


def test_an_item_in_the_link_is_looked_at(open_view: OpenView) -> None:
    page = open_view("embeddings", run="steady", user="u10000", item="v900000")
    assert "Nearest to **Street food, \\<b\\>night" in texts(page)
    wrong = open_view("embeddings", run="steady", user="u10000", item="missing")
    assert not wrong.exception
    assert "Item “missing” is not in run “steady”" in wrong.warning[0].value
    assert "item" not in wrong.query_params


def test_zooming_to_an_item(open_view: OpenView) -> None:
    page = open_view("embeddings", run="steady", user="u10000", item="v900000")
    page.button(key="item_zoom").click().run()
    assert not page.exception
    layout = json.loads(page.get("plotly_chart")[0].proto.spec)["layout"]
    assert len(layout["xaxis"]["range"]) == 2


def test_density_counts_all_and_says_so(open_view: OpenView) -> None:
    page = open_view("embeddings", run="steady", user="u10000")
    for table, noun in (("item_map", "items"), ("state_map", "states")):
        page.segmented_control(key=f"{table}_mode_True").set_value("density").run()
        assert not page.exception
        assert f"{noun} in view of" in texts(page)
    figure = json.loads(page.get("plotly_chart")[1].proto.spec)
    assert figure["layout"]["images"][0]["source"].startswith("data:image/png")
    for color in ("category", "popularity", "gate"):
        page.segmented_control(key="state_color").set_value(color).run()
        assert not page.exception
    before = json.loads(page.get("plotly_chart")[1].proto.spec)["layout"]["xaxis"]["range"]
    page.button(key="state_map_Zoom in").click().run()
    after = json.loads(page.get("plotly_chart")[1].proto.spec)["layout"]["xaxis"]["range"]
    assert after[1] - after[0] < 0.6 * (before[1] - before[0])
    page.button(key="state_map_whole").click().run()
    whole = json.loads(page.get("plotly_chart")[1].proto.spec)["layout"]["xaxis"]["range"]
    assert whole == before


def test_above_the_threshold_the_map_is_a_raster_unless_points_are_asked_for(
    open_view: OpenView, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("map_look", "maps"):
        monkeypatch.setattr(f"app.components.{module}.MOST_POINTS", 100)
        monkeypatch.setattr(f"app.components.{module}.SAMPLE", 150)
    page = open_view("embeddings", run="steady", user="u10000")
    assert "states in view of" in texts(page)
    page.segmented_control(key="state_map_mode_False").set_value("points").run()
    assert not page.exception
    assert "states drawn, stratified by scenario" in texts(page)


def test_an_area_is_listed_and_becomes_a_cohort(open_view: OpenView, own_checkpoints: Path) -> None:
    store = RunStore(own_checkpoints / "steady")
    shape = Shape(area=box(-99, 99, -99, 0))
    drawn = {STATES: write(mark_of(map_extent(store, STATES)), shape)}
    page = open_view("embeddings", own_checkpoints, run="steady", user="u10000", **drawn)
    assert not page.exception
    assert "lie in the area, drawn or not" in texts(page)
    assert "Rows 1 to 100 of" in texts(page)
    page.text_input(key="state_map_cohort_name").set_value("Southerners")
    page.button(key="state_map_cohort_save").click().run()
    assert not page.exception
    assert page.query_params["cohort"] == "southerners"
    written = json.loads((own_checkpoints / "steady/cohorts/southerners.json").read_text())
    assert len(written["users"]) == written["n_users"] > 0
    page.button(key="state_map_area_clear").click().run()
    assert "lie in the area" not in texts(page)
    assert STATES not in page.query_params


def test_the_view_looks_at_the_cohort(open_view: OpenView, own_checkpoints: Path) -> None:
    store = RunStore(own_checkpoints / "steady")
    save_cohort(store, listed_cohort(store, "Two", ["u10000", "u10007"]))
    page = open_view("embeddings", own_checkpoints, run="steady", user="u10000", cohort="two")
    assert not page.exception
    assert "this view shows everyone" not in texts(page)
    assert "Cohort **Two** (2 users) met" in page.markdown[0].value
    names = [
        trace.get("name") for trace in json.loads(page.get("plotly_chart")[0].proto.spec)["data"]
    ]
    assert "the cohort" in names
    assert "How the cohort and the rest moved" in texts(page)
    for windows, clock in ((2, "own events"), (6, "calendar")):
        page.segmented_control(key="trajectory_windows").set_value(windows)
        page.segmented_control(key="trajectory_clock").set_value(clock).run()
        assert not page.exception
    assert "n differs" in texts(page)


def test_what_was_found_is_listed(open_view: OpenView) -> None:
    page = open_view("embeddings", run="steady", user="u10000")
    page.text_input(key="item_search").set_value("noodles").run()
    assert any("events" in table.value.columns and len(table.value) > 1 for table in page.dataframe)


@pytest.mark.parametrize("row", [7, [7, 3], {"0": 7.0, "1": 3.0}, {"0": 7}])
def test_a_click_tells_which_point_it_was_however_its_numbers_come(
    monkeypatch: pytest.MonkeyPatch, row: object
) -> None:
    for points, code in (([{"customdata": row}], 7), ([], None), ([{"x": 1}], None)):
        selection = SimpleNamespace(selection=SimpleNamespace(points=points))
        monkeypatch.setattr(st, "session_state", {"chart": selection})
        assert clicked_code("chart") == code
