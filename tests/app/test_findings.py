"""The Findings view without a browser: tick, order, caption, save, and open again by the link."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from ruie_core.analysis.findings import read_findings
from ruie_core.analysis.store import RunStore
from tests.app.conftest import OpenView, texts


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
    assert again.button(key="findings_change").disabled
    again.button(key=f"findings_drop_{first}").click().run()
    assert not again.button(key="findings_change").disabled
    again.button(key="findings_change").click().run()
    changed = read_findings(RunStore(own_checkpoints / "steady"), "for-monday").picks
    assert [each.finding for each in changed] == [second]
    again.button(key="findings_delete").click().run()
    assert "findings" not in again.query_params


def test_a_link_to_a_list_that_is_gone_says_so(open_view: OpenView) -> None:
    page = open_view("findings", run="steady", findings="gone")
    assert not page.exception
    assert "has no list of findings" in page.warning[0].value.replace("\\", "")


def test_a_person_is_offered_and_not_chosen_of_itself(open_view: OpenView) -> None:
    page = open_view("findings", run="steady", user="u10000")
    assert not page.exception
    assert page.checkbox(key="findings_take_person_u10000").value is False
