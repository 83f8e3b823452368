"""The Findings view without a browser: tick, order, caption, save, and open again by the link."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ruie_core.analysis.findings import (
    Pick,
    delete_findings,
    list_findings,
    new_list,
    read_findings,
    save_findings,
)
from ruie_core.analysis.store import RunStore
from ruie_core.report.gather import Desk, everyone
from ruie_core.reporting import report as words
from tests.app.conftest import OpenView, texts
from tests.fake_run import fabricate


def told(page: AppTest) -> list[str]:
    return [str(each.value) for each in page.markdown if str(each.value)[:2].rstrip("\\").isdigit()]


def test_a_choice_is_ticked_ordered_captioned_saved_and_found_again(
    open_view: OpenView, own_checkpoints: Path
) -> None:
    page = open_view("findings", own_checkpoints, run="steady")
    assert not page.exception
    assert "after the correction for everything that was looked at" in page.markdown[0].value
    boxes = [box for box in page.checkbox if str(box.key).startswith("findings_take_")]
    for box in boxes:
        if box.value:
            page.checkbox(key=box.key).uncheck().run()
    assert "Nothing is chosen yet" in texts(page)
    keys = [str(box.key) for box in boxes[:2]]
    for key in keys:
        page.checkbox(key=key).check().run()
    first, second = (key.removeprefix("findings_take_") for key in keys)
    page.button(key=f"findings_move_-1_{second}").click().run()
    page.text_area(key=f"findings_caption_{second}").set_value("So *what*").run()
    assert not page.exception
    page.text_input(key="findings_name").set_value("For Monday")
    next(each for each in page.button if each.label == "Save").click().run()
    assert not page.exception
    assert not page.error
    assert page.query_params["findings"] == "for-monday"
    picks = read_findings(RunStore(own_checkpoints / "steady"), "for-monday").picks
    assert [(each.finding, each.caption) for each in picks] == [(second, "So *what*"), (first, "")]

    again = open_view("findings", own_checkpoints, run="steady", findings="for-monday")
    assert not again.exception
    assert again.text_area(key=f"findings_caption_{second}").value == "So *what*"
    assert "2 are chosen" in again.markdown[0].value
    assert words.SAVED in texts(again)
    again.button(key=f"findings_drop_{first}").click().run()
    changed = read_findings(RunStore(own_checkpoints / "steady"), "for-monday").picks
    assert [(each.finding, each.caption) for each in changed] == [(second, "So *what*")]
    again.text_area(key=f"findings_caption_{second}").set_value("Then **what**").run()
    changed = read_findings(RunStore(own_checkpoints / "steady"), "for-monday").picks
    assert [each.caption for each in changed] == ["Then **what**"]
    assert words.SAVED in texts(again)
    again.button(key="findings_delete").click().run()
    assert "findings" not in again.query_params


def list_of_two(checkpoints: Path) -> RunStore:
    """The run's store, with a list “for-monday” of two findings."""
    store = RunStore(checkpoints / "steady")
    two = [Pick(finding=each.key) for each in everyone(Desk(store))[:2]]
    save_findings(store, new_list(store, "For Monday", two))
    return store


def kept(store: RunStore, identity: str = "for-monday") -> list[tuple[str, str]]:
    return [(each.finding, each.caption) for each in read_findings(store, identity).picks]


def test_of_two_tabs_the_later_one_does_not_overwrite_the_other(
    open_view: OpenView, own_checkpoints: Path
) -> None:
    store = list_of_two(own_checkpoints)
    (first, _), (second, _) = kept(store)
    one = open_view("findings", own_checkpoints, run="steady", findings="for-monday")
    other = open_view("findings", own_checkpoints, run="steady", findings="for-monday")
    one.button(key=f"findings_move_-1_{second}").click().run()
    other.text_area(key=f"findings_caption_{first}").set_value("Mine").run()
    assert kept(store) == [(second, ""), (first, "")], "the first tab's order stays"
    assert "was changed elsewhere" in other.warning[0].value
    assert words.SAVED not in texts(other)
    assert other.text_area(key=f"findings_caption_{first}").value == "Mine", "nothing is lost"
    other.button(key="findings_mine").click().run()
    assert kept(store) == [(first, "Mine"), (second, "")]
    assert words.SAVED in texts(other)
    one.button(key=f"findings_drop_{first}").click().run()
    assert "was changed elsewhere" in one.warning[0].value
    one.button(key="findings_theirs").click().run()
    assert not one.warning
    assert one.text_area(key=f"findings_caption_{first}").value == "Mine"
    assert kept(store) == [(first, "Mine"), (second, "")]


def test_a_list_is_renamed_and_doubled(open_view: OpenView, own_checkpoints: Path) -> None:
    store = list_of_two(own_checkpoints)
    page = open_view("findings", own_checkpoints, run="steady", findings="for-monday")
    page.text_input(key="findings_other_name").set_value("For Tuesday")
    next(each for each in page.button if each.label == "Rename it").click().run()
    assert list_findings(store.path) == {"for-monday": "For Tuesday"}
    assert page.query_params["findings"] == "for-monday", "links stay valid"
    page.text_input(key="findings_name").set_value("For Friday")
    next(each for each in page.button if each.label == "Save").click().run()
    assert page.query_params["findings"] == "for-friday"
    assert kept(store, "for-friday") == kept(store)
    page.button(key=f"findings_drop_{kept(store)[0][0]}").click().run()
    assert len(kept(store, "for-friday")) == 1
    assert len(kept(store)) == 2


def test_a_server_that_only_shows_writes_no_list(
    open_view: OpenView, own_checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = list_of_two(own_checkpoints)
    before = kept(store)
    monkeypatch.setenv("RUIE_READ_ONLY", "1")
    page = open_view("findings", own_checkpoints, run="steady", findings="for-monday")
    assert words.SHOWS_ONLY in texts(page)
    page.button(key=f"findings_drop_{before[0][0]}").click().run()
    assert not page.exception
    assert "1 is chosen" in page.markdown[0].value
    assert "changes stay in this browser tab" in page.warning[0].value
    assert kept(store) == before
    written = {"findings_mine", "findings_delete"}
    assert not [each for each in page.button if each.key in written or each.label == "Save"]
    page.button(key="findings_theirs").click().run()
    assert "2 are chosen" in page.markdown[0].value


def test_a_choice_outlives_its_list(open_view: OpenView, own_checkpoints: Path) -> None:
    store = list_of_two(own_checkpoints)
    (first, _), (second, _) = kept(store)
    page = open_view("findings", own_checkpoints, run="steady", findings="for-monday")
    delete_findings(store, "for-monday")
    page.button(key=f"findings_drop_{first}").click().run()
    assert not page.exception
    assert "has no list of findings" in page.warning[0].value.replace("\\", "")
    assert "1 is chosen" in page.markdown[0].value
    assert words.unnamed_line(cut=False, shows_only=False) in texts(page)
    assert page.query_params["told"] == f"plain~{second}~~"
    assert page.text_area(key=f"findings_caption_{second}").value == ""


def test_a_link_to_a_list_that_is_gone_says_so(open_view: OpenView) -> None:
    page = open_view("findings", run="steady", findings="gone")
    assert not page.exception
    assert "has no list of findings" in page.warning[0].value.replace("\\", "")


def test_a_person_is_offered_and_not_chosen_of_itself(open_view: OpenView) -> None:
    page = open_view("findings", run="steady", user="u10000")
    assert not page.exception
    assert page.checkbox(key="findings_take_person_u10000").value is False


def test_another_run_is_compared_with_over_its_trainings(
    open_view: OpenView, tmp_path: Path
) -> None:
    size = {"users": 60, "events": 1_800, "items": 60, "seed": 4}
    for seed in (1, 2):
        fabricate(tmp_path / f"one{seed}", **size, model_seed=seed, trained=seed)
        fabricate(tmp_path / f"two{seed}", **size, model_seed=seed + 5, trained=seed, gate="q")
    page = open_view("findings", tmp_path, run="one1", compare="two1")
    assert not page.exception
    box = page.checkbox(key="findings_take_run_two1")
    if not box.value:
        box.check().run()
    assert not page.exception
    assert [line for line in told(page) if "run **two1**" in line]
    assert "plain-runs" in page.query_params["told"]
    wrong = open_view("findings", tmp_path, run="one1", compare="nosuch")
    assert not wrong.exception
    assert not [each for each in wrong.checkbox if "_run_" in str(each.key)]
