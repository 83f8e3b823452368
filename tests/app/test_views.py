"""Every registered view opens on a run and answers one interaction."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.views.registry import VIEWS
from tests.app.conftest import OpenView, go_to, texts

DEMO = Path(__file__).resolve().parents[2] / "checkpoints"
SHOWN = [view.module for view in VIEWS if view.needs_run]


def charts(page: AppTest) -> int:
    return len(page.get("plotly_chart"))


@pytest.mark.parametrize("view", SHOWN)
@pytest.mark.parametrize("run", ["steady", "shaky"])
def test_a_view_opens(open_view: OpenView, view: str, run: str) -> None:
    page = open_view(view, run=run, user="u10000")
    assert not page.exception
    assert not page.error
    assert charts(page) >= 1
    assert page.subheader, "a view has a title"
    assert page.query_params["run"] == run
    assert page.query_params["user"] == "u10000"


@pytest.mark.parametrize("view", [view.module for view in VIEWS])
def test_a_view_opens_without_a_user(open_view: OpenView, view: str) -> None:
    page = open_view(view)
    assert not page.exception
    assert not page.error


@pytest.mark.parametrize("view", SHOWN)
def test_a_view_opens_on_the_demo(open_view: OpenView, view: str) -> None:
    page = open_view(view, DEMO, run="demo")
    assert not page.exception
    assert not page.error
    assert charts(page) >= 1
    assert page.query_params["run"] == "demo"


def test_overview_answers_its_question_first(open_view: OpenView) -> None:
    page = open_view("overview", run="steady")
    assert page.markdown[0].value.startswith("**Worth looking at**: NDCG@10 is 0.")
    assert "none of the three health checks calls for attention" in page.markdown[0].value
    shaky = open_view("overview", run="shaky")
    assert "look at **gate collapse, scenario dominance and the calibration of Q**" in texts(shaky)
    assert len(page.metric) == 5


def test_choosing_another_checkpoint_changes_the_run_and_the_url(open_view: OpenView) -> None:
    page = open_view("overview", run="steady")
    page.sidebar.selectbox[0].select("shaky").run()
    assert page.query_params["run"] == "shaky"
    assert "gate collapse" in texts(page)


def test_transitions_set_a_user_against_everyone(open_view: OpenView) -> None:
    page = open_view("transitions", run="steady", user="u10000")
    assert page.markdown[0].value.startswith("User **u10000** stays in ")
    page.segmented_control(key="transitions_who_u10000").set_value("everyone").run()
    assert not page.exception
    assert page.markdown[0].value.startswith("People stay where they are in ")


def test_transitions_draw_the_events_that_stay_when_asked(open_view: OpenView) -> None:
    page = open_view("transitions", run="steady")
    assert "stay and are left out" in texts(page)
    page.toggle(key="transitions_stays").set_value(True).run()
    assert not page.exception
    assert "stay and are left out" not in texts(page)


def test_scenarios_follow_the_cut_off(open_view: OpenView) -> None:
    page = open_view("scenarios", run="steady")
    assert "NDCG@10" in page.markdown[0].value
    page.segmented_control[0].set_value(5).run()
    assert not page.exception
    assert "NDCG@5" in page.markdown[0].value
    page.segmented_control(key="scenarios_request").set_value("known").run()
    assert "it is told which scenario comes next" in texts(page)


def test_gate_shows_the_curve_of_one_scenario(open_view: OpenView) -> None:
    page = open_view("gate", run="steady")
    page.selectbox(key="gate_scenario_train").select("feed").run()
    assert not page.exception
    assert "training events in **feed**" in texts(page)


def test_the_selection_goes_along_to_another_view(open_view: OpenView) -> None:
    page = open_view("transitions", run="shaky", user="u10007")
    page.query_params.clear()
    go_to(page, "gate").run()
    assert page.query_params["run"] == "shaky"
    assert page.query_params["user"] == "u10007"


def test_dark_theme_draws_on_a_dark_ground(open_view: OpenView) -> None:
    page = open_view("overview", run="steady")
    page.context["theme"] = "dark"
    page.run()
    assert not page.exception
    assert '"paper_bgcolor":"#15181C"' in page.get("plotly_chart")[0].proto.spec


def test_names_from_the_data_are_not_read_as_markup(open_view: OpenView) -> None:
    page = open_view("overview", run="steady")
    assert "search\\: user\\_input" in texts(page)
