"""Compare, the days of the log, and clicks that select a scenario, without a browser."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.components.scenario import clicked_scenario
from app.state import click_scenario
from ruie_core.analysis.behaviour.language import parse
from ruie_core.analysis.cohorts import described, save_cohort
from ruie_core.analysis.store import RunStore
from tests.app.conftest import OpenView, texts
from tests.fake_run import fabricate

SIZE: dict[str, Any] = {"users": 60, "events": 2_400, "items": 120, "seed": 3}
DAYS = "2023-07-25..2023-08-05"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of one log, one of other data, and one of a log without a clock."""
    folder = tmp_path_factory.mktemp("compared")
    fabricate(folder / "one", **SIZE)
    fabricate(folder / "two", **SIZE, model_seed=4)
    fabricate(folder / "else", users=30, events=900, items=60, dataset="other" * 10)
    fabricate(folder / "ordered", **SIZE, time_kind="order")
    store = RunStore(folder / "one")
    behaviour = parse("≥ 30 events", store.scenarios, store.actions)
    save_cohort(store, described(store, "Busy people", behaviour, 1))
    return folder


def charts(page: AppTest) -> int:
    return len(page.get("plotly_chart"))


def test_the_comparison_is_chosen_and_stands_in_the_link(open_view: OpenView, runs: Path) -> None:
    page = open_view("compare", runs, run="one")
    assert not page.exception
    control = page.segmented_control(key="compare_by")
    assert control.value == "periods", "with nothing selected there is the log to halve"
    for name in ("users", "cohort", "runs"):
        page.segmented_control(key="compare_by").set_value(name).run()
        assert not page.exception
        assert page.query_params["by"] == name
    assert "Choose a run to compare with" in texts(page)


def test_two_people_are_chosen_by_id_and_swapped(open_view: OpenView, runs: Path) -> None:
    page = open_view("compare", runs, run="one", user="u10000", by="users")
    assert "Choose two people" in texts(page)
    page.text_input(key="compare_pin").set_value("u10007").run()
    assert page.query_params["pin"] == "u10007"
    assert "User u10000" in texts(page)
    assert charts(page) == 2
    assert [metric.label for metric in page.metric][-1] == "held-out rank"
    page.button(key="compare_swap").click().run()
    assert page.query_params["user"] == "u10007"
    assert page.query_params["pin"] == "u10000"
    page.text_input(key="compare_user").set_value("nobody").run()
    assert "No user has the id “nobody”" in page.warning[0].value.replace("\\", "")
    assert page.query_params["user"] == "u10007"


def test_a_cohort_stands_against_the_rest(open_view: OpenView, runs: Path) -> None:
    page = open_view("compare", runs, run="one", cohort="busy-people", by="cohort")
    assert not page.exception
    assert "for cohort **Busy people**" in texts(page)
    assert charts(page) == 7
    page.segmented_control(key="k").set_value(5).run()
    assert "NDCG@5" in texts(page)
    page.selectbox(key="sidebar_cohort").select(None).run()
    assert "Choose a cohort at the side" in texts(page)


def test_two_runs_are_paired_and_their_people_paged(open_view: OpenView, runs: Path) -> None:
    page = open_view("compare", runs, run="one", by="runs")
    page.button(key="compare_with_two").click().run()
    assert page.query_params["compare"] == "two"
    assert not page.exception
    assert "run **one**" in texts(page)
    assert "run **two**" in texts(page)
    assert charts(page) == 2
    assert "held-out events, ranked by either" in texts(page)
    before = page.dataframe[0].value
    pages = next(box for box in page.number_input if box.key.endswith("_page"))
    pages.set_value(2).run()
    assert not page.exception
    assert not page.dataframe[0].value.equals(before)
    assert "11 to 20 of" in texts(page)
    page.segmented_control(key="direction").set_value("lost").run()
    assert page.dataframe[0].value["NDCG"].str.startswith("−").all()
    page.selectbox(key="sidebar_compare").select(None).run()
    assert "compare" not in page.query_params


def test_other_trainings_of_both_runs_count(
    open_view: OpenView,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path_factory.mktemp("trainings")
    for seed in (1, 2, 3):
        fabricate(folder / f"gate{seed}", **SIZE, model_seed=seed, trained=seed)
        fabricate(folder / f"none{seed}", **SIZE, model_seed=seed + 5, trained=seed, gate="q")
    page = open_view("compare", folder, run="gate1", compare="none2", by="runs")
    assert not page.exception
    assert "Over 3 trainings of each, run **gate1** is" in texts(page)
    assert "ranked by every training" in texts(page)
    opened: list[Path] = []
    init = RunStore.__init__

    def counted(store: RunStore, path: Path) -> None:
        opened.append(path)
        init(store, path)

    monkeypatch.setattr(RunStore, "__init__", counted)
    page.segmented_control(key="k").set_value(20).run()
    assert not page.exception
    assert "NDCG@20 is" in texts(page)
    assert opened == [], "six trainings are opened once, not with every click"
    page.segmented_control(key="trainings").set_value("these two").run()
    assert not page.exception
    assert "Over 3 trainings" not in texts(page)
    assert texts(page).count("Choose *all trainings* to count the others.") == 1
    alike = open_view("compare", folder, run="gate1", compare="gate2", by="runs")
    assert not alike.exception
    assert "two trainings of one model" in texts(alike)
    assert not [one for one in alike.segmented_control if one.key == "trainings"]


def test_a_run_on_other_data_is_refused(open_view: OpenView, runs: Path) -> None:
    page = open_view("compare", runs, run="one", compare="else", by="runs")
    assert not page.exception
    assert "was trained on other data than run" in page.error[0].value
    assert charts(page) == 0


def test_two_periods_are_chosen_by_days(open_view: OpenView, runs: Path) -> None:
    page = open_view("compare", runs, run="one", by="periods")
    assert not page.exception
    assert charts(page) == 7
    early, late = page.date_input(key="compare_early"), page.date_input(key="compare_late")
    first, middle = early.value
    early.set_value((first, first)).run()
    assert page.query_params["spans"].startswith(f"{first}..{first},")
    page.date_input(key="compare_early").set_value((first, late.value[1])).run()
    assert "overlap" in page.error[0].value
    assert page.query_params["spans"].startswith(f"{first}..{first},"), "the last good one stays"
    assert middle < late.value[0]


def test_a_log_without_a_clock_is_halved_by_events(open_view: OpenView, runs: Path) -> None:
    page = open_view("compare", runs, run="ordered", by="periods")
    assert not page.exception
    assert "has an order of events but no clock" in texts(page)
    assert "50 to 100" in texts(page)
    page.slider(key="compare_early").set_value((0, 20)).run()
    assert page.query_params["spans"] == "0-20,50-100"
    assert "order but no clock" in texts(page), "the side says so, too"
    refused = open_view("gate", runs, run="ordered", period=DAYS)
    assert "order of events but no clock" in refused.warning[0].value.replace("\\", "")
    assert "period" not in refused.query_params


@pytest.mark.parametrize("view", ["transitions", "scenarios", "gate"])
def test_days_are_set_against_other_times(open_view: OpenView, runs: Path, view: str) -> None:
    page = open_view(view, runs, run="one", period=DAYS)
    assert not page.exception
    assert "25 Jul – 5 Aug 2023" in page.markdown[0].value + page.markdown[1].value + texts(page)
    assert "other times" in texts(page)
    assert "this view shows all time" not in texts(page)
    page.button_group(key="chips").set_value("period").run()
    assert "period" not in page.query_params
    assert "other times" not in texts(page)


@pytest.mark.parametrize("view", ["transitions", "scenarios", "gate"])
def test_a_cohort_is_looked_at_on_days(open_view: OpenView, runs: Path, view: str) -> None:
    page = open_view(view, runs, run="one", period=DAYS, cohort="busy-people", user="u10000")
    assert not page.exception
    assert "**Busy people**" in texts(page)
    if view == "transitions":
        page.segmented_control(key="transitions_who_busy-people").set_value("person").run()
        assert not page.exception
        assert "User **u10000** on 25 Jul" in texts(page)


@pytest.mark.parametrize("view", ["overview", "user", "embeddings", "experiments"])
def test_a_view_that_does_not_read_the_days_says_so(
    open_view: OpenView, runs: Path, view: str
) -> None:
    page = open_view(view, runs, run="one", user="u10000", period=DAYS)
    assert "this view shows all time" in texts(page)
    assert page.query_params["period"] == DAYS


def test_days_are_chosen_at_the_side(open_view: OpenView, runs: Path) -> None:
    page = open_view("gate", runs, run="one")
    assert not page.date_input, "the calendar comes when it is asked for"
    page.session_state["sidebar_days"] = True
    box = page.run().date_input(key="sidebar_period")
    assert box.label == "Days (Asia/Shanghai)"
    box.set_value((box.min, box.min)).run()
    assert page.query_params["period"] == f"{box.min}..{box.min}"


@pytest.mark.parametrize("view", ["transitions", "scenarios", "gate", "compare"])
def test_the_selected_scenario_stands_out(open_view: OpenView, runs: Path, view: str) -> None:
    plain = open_view(view, runs, run="one")
    marked = open_view(view, runs, run="one", scenario="feed")
    assert not marked.exception
    drawn = [[chart.proto.spec for chart in page.get("plotly_chart")] for page in (plain, marked)]
    assert drawn[0][0] != drawn[1][0]
    assert marked.button_group(key="chips").options


def test_a_click_selects_a_scenario_and_lets_go_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[str | None] = []
    monkeypatch.setattr("app.components.scenario.click_scenario", chosen.append)
    clicked = clicked_scenario("chart", ("feed", "search"))
    for points in ([{"customdata": ["hover", 2]}], [{"customdata": ["hover", 0]}], [], [{"x": 1}]):
        selection = SimpleNamespace(selection=SimpleNamespace(points=points))
        monkeypatch.setattr(st, "session_state", {"chart": selection})
        clicked()
    assert chosen == ["search", None, None, None]


def test_a_second_click_on_a_scenario_lets_go_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[str | None] = []
    monkeypatch.setattr("app.state.select_scenario", chosen.append)
    monkeypatch.setattr("app.state._wanted", lambda: {"scenario": "feed"})
    for name in ("search", "feed", None):
        click_scenario(name)
    assert chosen == ["search", None, None]


COMPARISONS = {
    "users": {"user": "u10000", "pin": "u10007"},
    "cohort": {"cohort": "busy-people", "period": DAYS, "k": "5"},
    "runs": {"compare": "two", "scenario": "feed", "k": "20", "direction": "lost"},
    "periods": {"spans": "2023-07-23..2023-07-29,2023-07-30..2023-08-05"},
}


@pytest.mark.parametrize("by", COMPARISONS)
def test_a_link_opens_the_same_comparison_in_a_fresh_session(
    open_view: OpenView, runs: Path, by: str
) -> None:
    query = {"run": "one", "by": by, **COMPARISONS[by]}
    first = open_view("compare", runs, **query)
    assert not first.exception
    assert {key: first.query_params[key] for key in query} == query
    again = open_view("compare", runs, **{k: v[0] if isinstance(v, list) else v
                                          for k, v in first.query_params.items()})  # fmt: skip
    assert texts(again) == texts(first)
    drawn = [[chart.proto.spec for chart in page.get("plotly_chart")] for page in (first, again)]
    assert drawn[0] == drawn[1]
