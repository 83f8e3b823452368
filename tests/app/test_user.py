"""The User view without a browser: finding people, choosing an event, long and short paths."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ruie_core.analysis.store import RunStore
from tests.app.conftest import OpenView, texts
from tests.fake_run import fabricate


def field(elements: Sequence[Any], label: str) -> Any:
    return next(element for element in elements if element.label == label)


@pytest.fixture(scope="module")
def store(checkpoints: Path) -> RunStore:
    return RunStore(checkpoints / "steady")


def test_without_a_user_it_opens_on_a_telling_one(open_view: OpenView) -> None:
    page = open_view("user", run="steady")
    assert not page.exception
    assert page.query_params["user"].startswith("u1")
    assert len(page.metric) == 5


def test_the_search_box_finds_a_user_or_says_what_an_id_looks_like(open_view: OpenView) -> None:
    page = open_view("user", run="steady", user="u10000")
    page.text_input(key="user_search").set_value("u10014").run()
    assert page.query_params["user"] == "u10014"
    assert page.subheader[0].value == "User u10014"
    page.text_input(key="user_search").set_value("nobody").run()
    assert not page.exception
    assert (
        "No user has the id “nobody” in this run; an id looks like u10000" in page.warning[0].value
    )
    assert page.query_params["user"] == "u10014", "a failed search changes nothing"


def test_previous_and_next_walk_through_the_users(open_view: OpenView) -> None:
    page = open_view("user", run="steady", user="u10000")
    assert page.button(key="user_◂ previous").disabled
    page.button(key="user_next ▸").click().run()
    assert page.query_params["user"] == "u10007"
    assert "**2** of 80 users" in texts(page)


def open_form(page: AppTest) -> None:
    page.session_state["build_popover"] = True
    page.run()


def test_the_form_is_drawn_once_it_is_opened_and_keeps_its_fields(open_view: OpenView) -> None:
    page = open_view("user", run="steady", user="u10000")
    assert "Events, at least" not in [each.label for each in page.number_input]
    open_form(page)
    field(page.number_input, "Events, at least").set_value(40)
    field(page.button, "Find").click().run()
    page.session_state["build_popover"] = False
    page.run()
    assert field(page.number_input, "Events, at least").value == 40


def test_a_filter_says_how_many_of_how_many_match(open_view: OpenView, store: RunStore) -> None:
    page = open_view("user", run="steady", user="u10000")
    open_form(page)
    wanted = store.sql("SELECT user_id FROM users WHERE n_events >= 40 ORDER BY n_events DESC")
    field(page.number_input, "Events, at least").set_value(40)
    field(page.selectbox, "In the order of").select("most events")
    field(page.button, "Find").click().run()
    assert not page.exception
    assert page.query_params["user"] == wanted["user_id"].iloc[0]
    assert f"**1 of {len(wanted)}** users match (of 80)" in texts(page)


def test_a_filter_that_nobody_passes_keeps_the_person(open_view: OpenView) -> None:
    page = open_view("user", run="steady", user="u10000")
    open_form(page)
    field(page.number_input, "Events, at least").set_value(100_000)
    field(page.button, "Find").click().run()
    assert not page.exception
    assert "No user matches (of 80)" in texts(page)
    assert page.query_params["user"] == "u10000"


def test_the_step_moves_with_the_slider_and_lives_in_the_url(open_view: OpenView) -> None:
    page = open_view("user", run="steady", user="u10000", step="9")
    assert "**At event 9:** first ranked, and what came" in texts(page)
    page.slider(key="user_step").set_value(12).run()
    assert page.query_params["step"] == "12"
    assert "**At event 12:**" in texts(page)
    page.button(key="user_next ▸").click().run()
    assert "step" not in page.query_params, "a step belongs to its user"


def test_a_moment_is_a_link_to_its_event(open_view: OpenView) -> None:
    page = open_view("user", run="steady", user="u10000")
    button = page.button(key="moment_go_1")
    assert button.label.startswith("① **event")
    button.click().run()
    assert f"event {page.query_params['step']}" in button.label


def test_the_forecast_has_a_ranking_of_its_own(open_view: OpenView, store: RunStore) -> None:
    events = int(store.sql("SELECT n_events FROM users WHERE user_id = 'u10000'").iloc[0, 0])
    page = open_view("user", run="steady", user="u10000", step=str(events + 1))
    assert f"**After event {events}:** first ranked for the next" in texts(page)
    assert "A forecast: nothing has come yet" in texts(page)


@pytest.mark.parametrize("step", ["0", "-3", "99999", "x"])
def test_a_step_that_does_not_exist_is_said_and_left_out(open_view: OpenView, step: str) -> None:
    page = open_view("user", run="steady", user="u10000", step=step)
    assert not page.exception
    assert "The link names event" in page.warning[0].value
    assert "step" not in page.query_params


def test_a_user_with_few_events(open_view: OpenView, store: RunStore) -> None:
    user_id = store.sql("SELECT user_id FROM users ORDER BY n_events").iloc[0, 0]
    page = open_view("user", run="steady", user=str(user_id))
    assert not page.exception
    said = texts(page)
    assert any(word in said for word in ("too few to speak of a move", "Both events", "All "))


def test_several_held_out_events_show_an_ndcg(open_view: OpenView) -> None:
    page = open_view("user", run="shaky", user="u10000")
    assert "NDCG@10" in [metric.label for metric in page.metric]
    steady = open_view("user", run="steady", user="u10000")
    assert "held-out rank" in [metric.label for metric in steady.metric]


def test_a_long_path_announces_its_window(open_view: OpenView, tmp_path: Path) -> None:
    run = fabricate(tmp_path / "long", users=3, events=900, items=60)
    row = RunStore(run).sql("SELECT user_id, n_events FROM users ORDER BY n_events DESC").iloc[0]
    page = open_view("user", tmp_path, run="long", user=str(row["user_id"]))
    slider = page.slider(key="user_window_slider")
    assert slider.value == (row["n_events"] - 119, row["n_events"])
    assert f"of {row['n_events']} are drawn" in slider.label
    slider.set_value((3, 40)).run()
    assert not page.exception
    assert "Events 3 to 40 of" in page.slider(key="user_window_slider").label


def test_one_click_tries_an_example_that_somebody_fits(open_view: OpenView) -> None:
    page = open_view("user", run="steady", user="u10000")
    button = page.button(key="user_try")
    assert button.label == 'Try: feed → "search\\: user\\_input" within 3 events'
    button.click().run()
    assert not page.exception
    assert page.query_params["find"].startswith("feed → ")
    assert page.text_input(key="user_search").value == page.query_params["find"]
    assert "users match (of 80)" in texts(page)
    assert "user_try" not in [each.key for each in page.button], "it has been tried"


def test_the_gate_of_the_event_that_is_looked_at_has_its_reason(open_view: OpenView) -> None:
    page = open_view("user", run="steady", user="u10000", step="3")
    text = texts(page)
    assert "**Gate at event 3: 0." in text
    assert "It asks how much likelier an item is for this person than for anybody" in text
    page = open_view("user", run="steady", user="u10000", step="1")
    assert "Nothing is known before a first event" in texts(page)
