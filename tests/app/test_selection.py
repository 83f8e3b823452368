"""What is selected: in the link, on every view, dropped with a sentence where it is wrong."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ruie_core.analysis.behaviour.language import parse
from ruie_core.analysis.cohorts import described, listed_cohort, read_cohort, save_cohort
from ruie_core.analysis.store import RunStore
from ruie_core.reporting import cohorts as words
from tests.app.conftest import OpenView, go_to, texts

FIND = "feed → other within 3 events and gate < 0.5"


def field(elements: Sequence[Any], label: str) -> Any:
    return next(element for element in elements if element.label == label)


@pytest.fixture
def store(own_checkpoints: Path) -> RunStore:
    return RunStore(own_checkpoints / "steady")


@pytest.fixture
def busy(store: RunStore) -> int:
    """A saved cohort, "busy-people"; how many they are."""
    behaviour = parse("≥ 30 events", store.scenarios, store.actions)
    people = store.sql("SELECT count(*) AS n FROM users WHERE n_events >= 30")
    n = int(people["n"].iloc[0])
    save_cohort(store, described(store, "Busy people", behaviour, n))
    return n


def test_a_sentence_finds_people_and_jumps_to_where_it_is_met(
    open_view: OpenView, own_checkpoints: Path, store: RunStore
) -> None:
    page = open_view("user", own_checkpoints, run="steady", user="u10000")
    page.text_input(key="user_search").set_value("FEED -> other within 3 events, gate < 0.5").run()
    assert not page.exception
    assert page.query_params["find"] == FIND
    assert page.text_input(key="user_search").value == FIND
    met = store.sql("SELECT user_id FROM users WHERE user_id = ?", [page.query_params["user"]])
    assert len(met) == 1
    step = int(page.query_params["step"])
    row = store.sql(
        'SELECT s.* FROM steps s JOIN users u USING ("user") WHERE u.user_id = ? AND s.t = ?',
        [page.query_params["user"], step],
    ).iloc[0]
    assert row["scenario"] == "other"
    assert row["gate"] < 0.5
    assert "users match (of 80)" in texts(page)
    assert "SELECT" in page.code[0].value
    assert "gate < $gate" in page.code[0].value
    first = page.query_params["user"]
    page.button(key="user_next ▸").click().run()
    assert page.query_params["user"] != first
    assert "step" in page.query_params, "next goes to where the next one meets it"
    page.text_input(key="user_search").set_value("").run()
    assert "find" not in page.query_params
    assert "of 80 users" in texts(page)


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("feed -> serch", "This run has no scenario “serch”"),
        ("who jumps around", "“who jumps around” is not understood"),
        ("u99", "No user has the id “u99”"),
    ],
)
def test_what_is_not_understood_is_said_and_changes_nothing(
    open_view: OpenView, sentence: str, said: str
) -> None:
    page = open_view("user", run="steady", user="u10007", find=FIND)
    page.text_input(key="user_search").set_value(sentence).run()
    assert not page.exception
    assert said in page.warning[0].value.replace("\\", "")
    assert page.query_params["find"] == FIND
    assert page.query_params["user"] == "u10007"


def test_pinning_sets_figures_beside_each_other_and_swaps(open_view: OpenView) -> None:
    page = open_view("user", run="steady", user="u10000")
    page.button(key="user_pin").click().run()
    assert page.query_params["pin"] == "u10000"
    assert page.button(key="user_pin").label == "unpin"
    assert "**User u10000: " not in texts(page), "nobody is set beside themselves"
    page.button(key="user_next ▸").click().run()
    assert texts(page).count("**User u10000: ") == 5
    page.button(key="user_swap").click().run()
    assert page.query_params["user"] == "u10000"
    assert page.query_params["pin"] == "u10007"
    page.button(key="user_swap").click().run()
    page.button_group(key="chips").set_value("pin").run()
    assert "pin" not in page.query_params


def test_a_cohort_is_saved_read_and_let_go(
    open_view: OpenView, own_checkpoints: Path, store: RunStore
) -> None:
    page = open_view("user", own_checkpoints, run="steady", user="u10000", find="≥ 30 events")
    page.text_input(key="cohort_name").set_value("Busy people")
    field(page.button, "Save").click().run()
    assert not page.exception
    assert page.query_params["cohort"] == "busy-people"
    saved = read_cohort(store, "busy-people")
    assert saved.sentence == "≥ 30 events"
    assert f"of {saved.n_users} users in cohort Busy people" in texts(page).replace("**", "")
    page.text_input(key="cohort_name").set_value("busy PEOPLE")
    field(page.button, "Save").click().run()
    assert "There is a cohort “busy-people” already" in page.error[0].value.replace("\\", "")
    page.button(key="cohort_delete").click().run()
    assert "cohort" not in page.query_params
    assert not list((store.path / "cohorts").glob("*"))


def test_a_server_that_only_shows_writes_no_cohort(
    open_view: OpenView, own_checkpoints: Path, busy: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = own_checkpoints / "steady" / "cohorts"
    before = sorted(path.read_bytes() for path in folder.iterdir())
    monkeypatch.setenv("RUIE_READ_ONLY", "1")
    page = open_view("user", own_checkpoints, run="steady", cohort="busy-people", find="in feed")
    assert not page.exception
    assert f"{busy}" in texts(page)
    assert words.SHOWS_ONLY in texts(page)
    assert page.button(key="cohort_delete").disabled
    assert not [each for each in page.text_input if each.key == "cohort_name"]
    assert sorted(path.read_bytes() for path in folder.iterdir()) == before
    page = open_view("embeddings", own_checkpoints, run="steady")
    assert not page.exception
    assert not [each for each in page.text_input if str(each.key).endswith("cohort_name")]


def test_people_found_within_a_cohort_are_saved_by_name(
    open_view: OpenView, own_checkpoints: Path, store: RunStore, busy: int
) -> None:
    page = open_view(
        "user", own_checkpoints, run="steady", user="u10000", cohort="busy-people", find="in feed"
    )
    assert f"(of {busy} in cohort Busy people)" in texts(page) or f"of {busy} users" in texts(page)
    page.text_input(key="cohort_name").set_value("Within")
    field(page.button, "Save").click().run()
    found = read_cohort(store, "within")
    assert found.behaviour is None
    assert 0 < len(found.users or ()) <= busy


@pytest.mark.parametrize("view", ["transitions", "scenarios", "gate"])
def test_a_cohort_stands_against_the_rest(
    open_view: OpenView, own_checkpoints: Path, busy: int, view: str
) -> None:
    page = open_view(view, own_checkpoints, run="steady", cohort="busy-people")
    assert not page.exception
    assert "ohort **Busy people**" in page.markdown[0].value
    assert "rest" in page.markdown[0].value
    assert page.get("plotly_chart")
    page.selectbox(key="sidebar_cohort").select(None).run()
    assert not page.exception
    assert "cohort" not in page.query_params
    assert "Busy people" not in page.markdown[0].value


@pytest.mark.parametrize("view", ["overview", "whatif", "experiments"])
def test_a_view_that_does_not_read_the_cohort_says_so(
    open_view: OpenView, own_checkpoints: Path, busy: int, view: str
) -> None:
    page = open_view(view, own_checkpoints, run="steady", cohort="busy-people")
    assert "Cohort **Busy people** is selected; this view shows everyone." in texts(page)


def test_all_that_is_selected_goes_along_and_comes_back(
    open_view: OpenView, own_checkpoints: Path, busy: int
) -> None:
    (own_checkpoints / "twin").mkdir()
    (own_checkpoints / "twin" / "manifest.json").write_text("{}")
    query = {
        "run": "steady", "user": "u10000", "step": "5", "pin": "u10007", "scenario": "feed",
        "cohort": "busy-people", "window": "2-9", "find": "in feed", "compare": "twin",
        "period": "2023-07-25..2023-08-05", "by": "periods",
        "spans": "2023-07-23..2023-07-29,2023-07-30..2023-08-05",
    }  # fmt: skip
    page = open_view("gate", own_checkpoints, **query)
    assert not page.warning
    assert {key: page.query_params[key] for key in query} == query
    assert page.selectbox(key="gate_sides_scenario").value == "feed"
    page.query_params.clear()
    go_to(page, "user").run()
    assert not page.exception
    assert {key: page.query_params[key] for key in query} == query
    assert page.slider(key="user_window_slider").value == (2, 9)
    assert any("find=in+feed" in code.value for code in page.code), "the link names it all"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("pin", "nobody", "pinned user “nobody”"),
        ("scenario", "live", "no scenario “live”"),
        ("cohort", "nothing", "no cohort “nothing”"),
        ("cohort", "../config", "is no id of a cohort"),
        ("window", "9-2", "names events “9-2”"),
        ("window", "1-99999", "names events “1-99999”"),
        ("window", "x", "names events “x”"),
        ("find", "jumps around", "is not understood"),
        ("compare", "../steady", "compares with run “../steady”"),
        ("compare", "gone", "compares with run “gone”"),
        ("period", "2023-08-05..2023-07-25", "“2023-08-05..2023-07-25” is no period"),
        ("period", "2023-02-30..2023-03-05", "is no period"),
        ("period", "1999-01-01..1999-02-01", "lies outside of the log"),
        ("by", "moon", "compares by “moon”"),
        ("spans", "2023-07-25..2023-07-30", "names no two periods"),
        ("spans", "2023-07-25..2023-07-30,2023-07-30..2023-08-01", "overlap"),
    ],
)
def test_what_is_wrong_in_a_link_is_said_and_left_out(
    open_view: OpenView, key: str, value: str, said: str
) -> None:
    page = open_view("user", run="steady", user="u10000", **{key: value})
    assert not page.exception
    assert said in page.warning[0].value.replace("\\", "")
    assert key not in page.query_params
    assert page.query_params["user"] == "u10000"


def test_choosing_an_event_outside_of_the_window_lets_go_of_it(open_view: OpenView) -> None:
    page = open_view("user", run="steady", user="u10000", window="2-9")
    page.slider(key="user_step").set_value(5).run()
    assert page.query_params["window"] == "2-9"
    page.slider(key="user_step").set_value(12).run()
    assert "window" not in page.query_params


def test_taking_in_a_file(open_view: OpenView, own_checkpoints: Path, store: RunStore) -> None:
    good = listed_cohort(store, "From afar", ["u10000", "u10007"]).model_dump(mode="json")
    other = good | {"dataset_hash": "other"}
    for value, said in ((other, "is of other data"), ([], "is no cohort"), (good, None)):
        page = open_view("user", own_checkpoints, run="steady", user="u10000")
        file = page.get("file_uploader")[0]
        file.set_value(("a.json", json.dumps(value).encode(), "application/json")).run()
        assert not page.exception
        if said:
            assert said in page.error[0].value
            assert "cohort" not in page.query_params
        else:
            assert page.query_params["cohort"] == "from-afar"
