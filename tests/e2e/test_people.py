"""Finding people by behaviour in a real browser: sentence, cohort, the rest, and the link to it."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.watch import Watch
from tests.serve import ARTEFACTS

MAIN = '[data-testid="stMain"]'
pytestmark = pytest.mark.e2e

SENTENCE = "feed -> other within 3 events, gate < 0.5"


def describe(page: Page, watch: Watch, sentence: str) -> None:
    box = page.get_by_role("textbox", name="Find a user by id")
    box.fill(sentence)
    box.press("Enter")
    page.wait_for_url("**find=*")
    watch.settle()


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_from_a_sentence_to_a_cohort_against_the_rest(
    page: Page, watch: Watch, request: pytest.FixtureRequest
) -> None:
    theme = "dark" if "dark" in request.node.name else "light"
    page.set_viewport_size({"width": 1600, "height": 1150})
    watch.open("/user", run="steady", user="u10000")
    page.get_by_role("button", name="pin", exact=True).click()
    page.wait_for_url("**pin=u10000*")
    describe(page, watch, SENTENCE)
    expect(page.locator(MAIN)).to_contain_text(re.compile(r"1 of \d+ users match \(of 120\)"))
    assert "step=" in page.url
    page.get_by_text("Read as: People with an event in").click()
    expect(page.get_by_text("WITH events AS")).to_be_visible()
    page.get_by_role("button", name="next ▸").click()
    expect(page.locator(MAIN)).to_contain_text(re.compile(r"2 of \d+ users match"))
    expect(page.get_by_role("button", name="swap with User u10000")).to_be_visible()
    page.screenshot(path=ARTEFACTS / f"people-user-{theme}.png")

    page.get_by_role("button", name="Cohorts").click()
    page.get_by_placeholder("a name").fill(f"Movers {theme}")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(f"**cohort=movers-{theme}*")
    watch.settle()
    side = page.locator('[data-testid="stSidebar"]')
    for view in ("Transitions", "Scenarios"):
        side.get_by_role("link", name=view).click()
        page.wait_for_url(f"**/{view.lower()}?*")
        watch.settle()
        expect(page.locator(MAIN)).to_contain_text(f"ohort Movers {theme}")
        page.screenshot(path=ARTEFACTS / f"people-{view.lower()}-{theme}.png")
    page.reload()
    watch.settle()
    expect(page.locator(MAIN)).to_contain_text(f"ohort Movers {theme}")
    watch.sound()


def test_a_link_hands_on_exactly_this_view(page: Page, watch: Watch) -> None:
    watch.open("/user", run="steady", user="u10000", pin="u10007")
    describe(page, watch, "in feed and ≥ 4 switches")
    page.get_by_role("button", name="Copy link").click()
    shown = page.get_by_text(re.compile(r"^http://127\.0\.0\.1:\d+/user\?"))
    link = (shown.text_content() or "").strip()
    before = page.locator(MAIN).get_by_role("heading").first.inner_text()
    page.goto("about:blank")
    page.context.clear_cookies()
    page.goto(link)
    watch.settle()
    assert page.locator(MAIN).get_by_role("heading").first.inner_text() == before
    box = page.get_by_role("textbox", name="Find a user by id")
    expect(box).to_have_value("in feed and ≥ 4 switches")
    side = page.locator('[data-testid="stSidebar"]')
    side.get_by_role("radio", name="pinned").click()
    page.wait_for_url(lambda url: "pin=" not in url)
    watch.settle()
    watch.sound()


def test_a_cohort_goes_out_as_a_file_and_comes_back(
    page: Page, watch: Watch, tmp_path: Path
) -> None:
    watch.open("/user", run="steady", user="u10000")
    describe(page, watch, "≥ 20 events")
    page.get_by_role("button", name="Cohorts").click()
    page.get_by_placeholder("a name").fill("To go")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**cohort=to-go*")
    watch.settle()
    popover = page.get_by_role("button", name="Cohorts")
    if not page.get_by_role("button", name="Export").is_visible():
        popover.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    file = tmp_path / "to-go.json"
    download.value.save_as(file)
    assert json.loads(file.read_text())["sentence"] == "≥ 20 events"
    page.get_by_role("button", name="Remove", exact=True).click()
    page.wait_for_url(lambda url: "cohort=" not in url)
    watch.settle()
    if not page.get_by_text("Import a cohort").is_visible():
        popover.click()
    page.locator('input[type="file"]').set_input_files(file)
    page.wait_for_url("**cohort=to-go*")
    watch.settle()
    watch.sound()
