"""A choice of findings without a name: in the link, undone by "back", refused in words."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ruie_core.analysis.choices import read, write
from ruie_core.analysis.cohorts import listed_cohort, save_cohort
from ruie_core.analysis.findings import MOST_CAPTION, Pick, new_list, save_findings
from ruie_core.analysis.store import RunStore
from ruie_core.report.gather import Desk, everyone, offered, suggestion
from ruie_core.reporting import report as words
from tests.app.conftest import OpenView, go_to, texts

TOLD = "told"


@pytest.fixture
def keys(checkpoints: Path) -> list[str]:
    """Keys of what can be said of everyone."""
    return [each.key for each in everyone(Desk(RunStore(checkpoints / "steady")))]


def told(page: AppTest) -> list[tuple[str, str]]:
    """What is told, in order, with captions."""
    start = "findings_caption_"
    found = [(str(area.key), str(area.value or "")) for area in page.text_area]
    return [(key.removeprefix(start), text) for key, text in found if key.startswith(start)]


def test_what_nobody_touched_is_a_suggestion_and_no_part_of_the_link(
    open_view: OpenView, own_checkpoints: Path
) -> None:
    store = RunStore(own_checkpoints / "steady")
    save_cohort(store, listed_cohort(store, "Two", ["u10000", "u10007"]))
    page = open_view("findings", own_checkpoints, run="steady")
    assert TOLD not in page.query_params
    for cohort in (None, "two"):
        page.selectbox(key="sidebar_cohort").select(cohort).run()
        picks = suggestion(offered(Desk(store), cohort))
        assert [name.partition("_")[0] for name, _ in told(page)] == [p.finding for p in picks]
        assert TOLD not in page.query_params


def test_a_choice_is_in_the_link_with_order_and_captions(
    open_view: OpenView, keys: list[str]
) -> None:
    page = open_view("findings", run="steady", told=write([Pick(finding=keys[0])]))
    page.checkbox(key=f"findings_take_{keys[3]}").check().run()
    page.button(key=f"findings_move_-1_{keys[3]}").click().run()
    page.text_area(key=f"findings_caption_{keys[0]}").set_value("So ~ *what*?\nThat.").run()
    assert not page.exception
    expected = [(keys[3], ""), (keys[0], "So ~ *what*?\nThat.")]
    assert told(page) == expected
    assert words.unnamed_line(cut=False, shows_only=False) in texts(page)
    link = page.query_params[TOLD]
    link = link if isinstance(link, str) else link[0]
    again = open_view("findings", run="steady", told=link)
    assert not again.exception
    assert not again.warning
    assert told(again) == expected
    for key in (keys[0], keys[3]):
        again.button(key=f"findings_drop_{key}").click().run()
    empty = open_view("findings", run="steady", told="plain")
    assert told(again) == told(empty) == []
    assert "Nothing is chosen yet" in texts(empty)


def test_a_choice_stays_from_view_to_view_and_goes_with_back(open_view: OpenView) -> None:
    page = open_view("findings", run="steady")
    first = told(page)
    page.button(key=f"findings_drop_{first[0][0]}").click().run()
    chosen = told(page)
    assert chosen == first[1:] != []
    go_to(page, "overview")
    del page.query_params[TOLD]  # as the links at the side leave it out
    page.run()
    go_to(page, "findings").run()
    assert told(page) == chosen
    assert TOLD in page.query_params
    del page.query_params[TOLD]  # as "back" does
    page.run()
    assert told(page) == first


def test_captions_that_are_too_long_are_said_to_stay_here(
    open_view: OpenView, keys: list[str]
) -> None:
    page = open_view("findings", run="steady", told=write([Pick(finding=key) for key in keys[:3]]))
    for key in keys[:3]:
        page.text_area(key=f"findings_caption_{key}").set_value("é" * MOST_CAPTION).run()
    assert words.unnamed_line(cut=True, shows_only=False) in texts(page)
    link = str(write([Pick(finding=key, caption="é" * MOST_CAPTION) for key in keys[:3]]))
    assert page.query_params[TOLD] == link
    assert read(link).cut
    page.button(key=f"findings_move_1_{keys[0]}").click().run()
    page.query_params[TOLD] = link  # as "back" does
    page.run()
    assert told(page) == [(key, "é" * MOST_CAPTION) for key in keys[:3]], "nothing is lost here"
    assert [each.value for each in page.warning] == [words.unnamed_line(True, False)]
    other = open_view("findings", run="steady", told=link)
    assert told(other) == [(key, "") for key in keys[:3]]
    assert [each.value for each in other.warning] == [words.CUT]
    assert other.query_params[TOLD] == write([Pick(finding=key) for key in keys[:3]])
    assert not other.run().warning, "said once"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("whatever", "choice of findings that the link has cannot be read"),
        ("plain~nothing~~", "“nothing” is left out: the run's tables do not support it"),
        ("plain~skill~gone~", "has no cohort “gone”"),
        ("plain~person~~nobody", "“person” is left out"),
    ],
)
def test_what_cannot_be_told_is_said(open_view: OpenView, text: str, said: str) -> None:
    page = open_view("findings", run="steady", told=text)
    assert not page.exception
    assert [said in each.value.replace("\\", "") for each in page.warning] == [True]


def test_another_run_and_a_list_have_choices_of_their_own(
    open_view: OpenView, own_checkpoints: Path, keys: list[str]
) -> None:
    store = RunStore(own_checkpoints / "steady")
    save_findings(store, new_list(store, "Listed", [Pick(finding=keys[1])]))
    link = write([Pick(finding=keys[0], caption="Mine")])
    page = open_view("findings", own_checkpoints, run="steady", told=link)
    page.selectbox(key="findings_list").select("listed").run()
    assert told(page) == [(keys[1], "")]
    assert TOLD not in page.query_params
    page.selectbox(key="findings_list").select(None).run()
    assert told(page) == [(keys[0], "Mine")], "as it was left"
    assert page.query_params[TOLD] == link


def test_a_choice_stays_with_its_run(open_view: OpenView, keys: list[str]) -> None:
    link = write([Pick(finding=keys[0], caption="Mine")])
    page = open_view("findings", run="steady", told=link)
    page.selectbox(key="sidebar_run").select("shaky").run()
    assert not page.exception
    assert (keys[0], "Mine") not in told(page)
    assert TOLD not in page.query_params
    page.selectbox(key="sidebar_run").select("steady").run()
    assert told(page) == [(keys[0], "Mine")]


def test_a_server_that_only_shows_keeps_a_choice_in_the_link(
    open_view: OpenView, keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUIE_READ_ONLY", "1")
    page = open_view("findings", run="steady", told=write([Pick(finding=keys[0])]))
    page.checkbox(key=f"findings_take_{keys[1]}").check().run()
    assert not page.exception
    assert page.query_params[TOLD] == f"plain~{keys[0]}~~~{keys[1]}~~"
    assert words.unnamed_line(cut=False, shows_only=True) in texts(page)
