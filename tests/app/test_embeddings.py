"""The Embeddings view without a browser: colours, search, neighbours, the walk."""

import json

from tests.app.conftest import OpenView, texts


def test_it_answers_with_a_figure_and_its_interval(open_view: OpenView) -> None:
    page = open_view("embeddings", run="steady", user="u10000")
    assert page.markdown[0].value.startswith("Items that the model holds to be alike share")
    assert "95 % interval" in page.markdown[0].value.replace("\u202f", " ")
    assert len(page.get("plotly_chart")) == 2
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
    page.toggle(key="item_zoom").set_value(True).run()
    assert not page.exception
    layout = json.loads(page.get("plotly_chart")[0].proto.spec)["layout"]
    assert len(layout["xaxis"]["range"]) == 2
