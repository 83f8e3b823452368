"""The storyboard's player, the models beside each other, the tour and the glossary's hovers."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.components.player import SECONDS
from app.components.tour import SEEN
from app.views.registry import VIEWS
from ruie_core.reporting.glossary import GLOSSARY, meaning, terms_in
from ruie_core.reporting.tour import STEPS
from tests.app.conftest import MAIN, OpenView, go_to, texts


def test_the_buttons_step_and_say_their_keys(open_view: OpenView) -> None:
    page = open_view("user", run="steady", user="u10000", step="9")
    keys = {name: page.button(key=f"story_{name}").proto.shortcut for name in ("back", "forward")}
    assert keys == {"back": "left", "forward": "right"}
    assert page.button(key="story_play").proto.shortcut == "p"
    page.button(key="story_forward").click().run()
    assert page.query_params["step"] == "10"
    page.button(key="story_back").click().run()
    assert page.query_params["step"] == "9"
    assert "**At event 9:**" in texts(page)


def test_there_is_no_step_before_the_second_event_and_none_after_the_forecast(
    open_view: OpenView,
) -> None:
    page = open_view("user", run="steady", user="u10000", step="2")
    assert page.button(key="story_back").disabled
    last = int(page.slider(key="user_step").max)
    page = open_view("user", run="steady", user="u10000", step=str(last))
    assert page.button(key="story_forward").disabled


def test_playing_goes_on_by_itself_and_stops_at_the_forecast(
    open_view: OpenView, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("app.components.player.time.monotonic", lambda: now[0])
    page = open_view("user", run="steady", user="u10000", step="9")
    page.button(key="story_play").click().run()
    assert "pause" in page.button(key="story_play").label
    page.run()
    assert page.query_params["step"] == "9", "its time has not come"
    for wanted in ("10", "11"):
        now[0] += SECONDS
        page.run()
        assert page.query_params["step"] == wanted
    page.button(key="story_play").click().run()
    now[0] += SECONDS
    page.run()
    assert page.query_params["step"] == "11", "paused"
    last = int(page.slider(key="user_step").max)
    page.slider(key="user_step").set_value(last).run()
    page.session_state["story_playing"] = True
    now[0] += SECONDS
    page.run()
    assert page.query_params["step"] == str(last)
    assert "play" in page.button(key="story_play").label, "it stops at the forecast"


def test_models_stand_beside_what_came(open_view: OpenView) -> None:
    page = open_view("user", run="steady", user="u10000", step="9", compare="shaky")
    assert not page.exception
    table = next(frame for frame in page.dataframe if "first choice" in frame.value.columns)
    assert table.value["model"].tolist() == ["steady", "shaky", "popularity"]
    alone = open_view("user", run="steady", user="u10000", step="9")
    table = next(frame for frame in alone.dataframe if "first choice" in frame.value.columns)
    assert table.value["model"].tolist() == ["steady", "popularity"]


def first_visit(checkpoints: Path, monkeypatch: pytest.MonkeyPatch, **query: str) -> AppTest:
    monkeypatch.setenv("RUIE_CHECKPOINTS", str(checkpoints))
    page = AppTest.from_file(MAIN, default_timeout=60)
    go_to(page, "overview")
    for key, value in query.items():
        page.query_params[key] = value
    return page.run()


def touring(page: AppTest) -> bool:
    return any(button.key == "tour_close" for button in page.button)


def test_the_tour_opens_on_the_first_visit_walks_and_does_not_come_back(
    checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = first_visit(checkpoints, monkeypatch, run="steady")
    assert touring(page)
    for number, (title, _) in enumerate(STEPS, 1):
        assert f"**{number} of {len(STEPS)} · {title}**" in texts(page)
        if number < len(STEPS):
            page.button(key="tour_next").click().run()
    page.button(key="tour_close").click().run()
    assert not page.exception
    assert not touring(page)
    page.run()
    assert not touring(page), "it is shown once"
    page.button(key="open_tour").click().run()
    assert touring(page), "it can be asked for at the side"
    assert f"**1 of {len(STEPS)}" in texts(page)


def test_who_was_sent_a_person_sees_that_person_first(
    checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = first_visit(checkpoints, monkeypatch, run="steady", user="u10000")
    assert not touring(page)
    assert not page.exception


def test_the_glossary_opens_from_the_side_and_finds_a_word(open_view: OpenView) -> None:
    page = open_view("overview", run="steady")
    page.button(key="open_glossary").click().run()
    assert not page.exception
    said = texts(page)
    assert all(meaning(name) in said for name in GLOSSARY)
    assert page.session_state[SEEN]


@pytest.mark.parametrize("view", [view.module for view in VIEWS])
def test_every_heading_and_figure_explains_its_words(open_view: OpenView, view: str) -> None:
    page = open_view(view, run="steady", user="u10000")
    labelled = [(metric.label, metric.proto.help) for metric in page.metric]
    labelled += [(title.value, title.proto.help) for title in page.subheader]
    headings = [mark for mark in page.main.markdown if mark.value.startswith("**")]
    labelled += [
        (mark.value, mark.proto.help)
        for mark in headings
        if mark.value.count("**") == 2 and mark.value.endswith("**")
    ]
    assert labelled
    for label, help in labelled:
        for name in terms_in(label):
            assert meaning(name) in help or f"**{name}**" in help, f"{label}: {name}"


def test_the_zoom_button_offers_the_range_of_a_short_path_too(open_view: OpenView) -> None:
    page = open_view("user", run="steady", user="u10000", step="20")
    assert page.button(key="story_zoom").proto.shortcut == "z"
    assert not [slider for slider in page.slider if slider.key == "user_window_slider"]
    page.button(key="story_zoom").click().run()
    page.slider(key="user_window_slider").set_value((10, 30)).run()
    assert page.query_params["window"] == "10-30"
    page.button(key="user_window_all").click().run()
    assert "window" not in page.query_params
