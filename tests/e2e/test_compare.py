"""Comparisons in a real browser: chosen, clicked, dated, copied as a link, in both themes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ruie_core.analysis.behaviour.language import parse
from ruie_core.analysis.cohorts import described, save_cohort
from ruie_core.analysis.store import RunStore
from tests.e2e.watch import Watch
from tests.fake_run import fabricate
from tests.serve import ARTEFACTS

MAIN = '[data-testid="stMain"]'
pytestmark = pytest.mark.e2e


@pytest.fixture(scope="session")
def compared(checkpoints: Path) -> Iterator[Path]:
    """A second run of steady's log, and a saved cohort of it."""
    size = {"users": 120, "events": 4_000, "items": 400, "seed": 1}
    fabricate(checkpoints / "second", **size, model_seed=5)
    store = RunStore(checkpoints / "steady")
    behaviour = parse("≥ 30 events", store.scenarios, store.actions)
    identity = save_cohort(store, described(store, "Busy ones", behaviour, 1))
    yield checkpoints
    (store.path / "cohorts" / f"{identity}.json").unlink()


def link_of(page: Page) -> str:
    """Open “Copy link” and return what it offers."""
    page.get_by_role("button", name="Copy link").click()
    shown = page.locator('[data-testid="stPopoverBody"] code')
    expect(shown).to_contain_text("/compare?")
    page.wait_for_timeout(1_200)  # it is written when it is opened
    text = (shown.text_content() or "").strip()
    page.keyboard.press("Escape")
    return text


@pytest.fixture(scope="session")
def trainings(checkpoints: Path) -> Path:
    """Two models of a log of their own, three trainings each."""
    size = {"users": 160, "events": 5_000, "items": 90, "seed": 3, "dataset": "trained" * 8}
    for seed in (1, 2, 3):
        fabricate(checkpoints / f"with{seed}", **size, model_seed=seed, trained=seed)
        fabricate(
            checkpoints / f"without{seed}",
            **size,
            model_seed=9 + seed,
            trained=seed,
            gate="constant",
        )
    return checkpoints


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_all_trainings_of_both_are_counted_until_two_are_asked_for(
    page: Page, watch: Watch, trainings: Path, request: pytest.FixtureRequest
) -> None:
    theme = "dark" if "dark" in request.node.name else "light"
    watch.open("/compare", run="with1", compare="without2", by="runs")
    body = page.locator(MAIN)
    expect(body).to_contain_text("Over 3 trainings of each, run with1 is")
    strokes = body.locator(".scatterlayer .trace").first.locator("path.point")
    rows = body.locator(".js-plotly-plot").first.locator(".ytick")
    assert strokes.count() == 3 * rows.count() > 0
    page.screenshot(path=ARTEFACTS / f"compare-trainings-{theme}.png", full_page=True)
    body.get_by_text("these two", exact=True).click()
    page.wait_for_url("**trainings=these*two*")
    watch.settle()
    expect(body).to_contain_text("Choose all trainings to count the others.")
    page.locator('[data-testid="stSidebar"]').get_by_role("link", name="Findings").click()
    watch.settle()
    offer = page.locator(".st-key-findings_offer_run_without2")
    expect(offer).to_contain_text("run without2")
    if not offer.locator("input").is_checked():
        offer.locator('[data-testid="stCheckbox"] label').click()
        watch.settle()
    told = page.locator(".st-key-findings_told_run_without2")
    told.get_by_text("Picture", exact=True).click()
    watch.settle()
    expect(told).to_contain_text("over users and, where several count, trainings")
    told.scroll_into_view_if_needed()
    page.screenshot(path=ARTEFACTS / f"findings-run-{theme}.png")
    shown = offer.get_by_role("link", name="See it in Compare")  # it opens a tab of its own
    expect(shown).to_have_attribute("href", re.compile(r"compare\?.*compare=without2.*by=runs"))
    watch.sound()


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_the_four_comparisons_are_drawn(
    page: Page, watch: Watch, compared: Path, request: pytest.FixtureRequest
) -> None:
    theme = "dark" if "dark" in request.node.name else "light"
    query = {
        "run": "steady", "user": "u10000", "pin": "u10007", "cohort": "busy-ones",
        "compare": "second",
    }  # fmt: skip
    page.set_viewport_size({"width": 1600, "height": 1150})
    watch.open("/compare", **query)
    for name, key, said in (
        ("Two users", "users", "User u10000"),
        ("A cohort and the rest", "cohort", "for cohort Busy ones"),
        ("Two checkpoints", "runs", "run second"),
        ("Two periods", "periods", "First period (Asia/Shanghai)"),
    ):
        page.locator(MAIN).get_by_text(name, exact=True).click()
        page.wait_for_url(f"**by={key}*")
        watch.settle()
        expect(page.locator(MAIN)).to_contain_text(said)
        assert all(watch.marks())
        page.screenshot(path=ARTEFACTS / f"compare-{key}-{theme}.png")
    watch.sound()


def test_a_click_on_a_person_and_on_an_item_selects_them(
    page: Page, watch: Watch, compared: Path
) -> None:
    watch.open("/compare", run="steady", compare="second", by="runs")
    tables = page.locator('[data-testid="stDataFrame"]')
    for place, key in ((0, "user"), (1, "item")):
        tables.nth(place).scroll_into_view_if_needed()
        box = tables.nth(place).bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 16, box["y"] + 32 + 16)
        page.wait_for_url(re.compile(rf"[?&]{key}="))
        watch.settle()
    watch.sound()


def test_a_click_on_a_chart_selects_the_scenario_everywhere(
    page: Page, watch: Watch, compared: Path
) -> None:
    watch.open("/transitions", run="steady")
    cells = page.locator(".heatmaplayer image").first.bounding_box()
    assert cells is not None
    page.mouse.click(cells["x"] + 0.3 * cells["width"], cells["y"] + 0.1 * cells["height"])
    page.wait_for_url("**scenario=feed*")
    watch.settle()
    side = page.locator('[data-testid="stSidebar"]')
    expect(side.get_by_text("feed ✕")).to_be_visible()
    page.screenshot(path=ARTEFACTS / "compare-scenario-selected.png")
    for view in ("Scenarios", "Gate and Q", "Compare"):
        side.get_by_role("link", name=view).click()
        watch.settle()
        assert "scenario=feed" in page.url
        if view != "Gate and Q":
            bold = page.locator(f'{MAIN} .ytick tspan[style*="bold"]', has_text="feed")
            expect(bold.first).to_be_attached()
    side.get_by_text("feed ✕").click()
    page.wait_for_url(lambda url: "scenario=" not in url)
    watch.settle()
    watch.sound()


def test_days_are_chosen_and_let_go(page: Page, watch: Watch, compared: Path) -> None:
    watch.open("/gate", run="steady", period="2023-07-25..2023-08-05")
    expect(page.locator(MAIN)).to_contain_text("25 Jul – 5 Aug 2023")
    page.set_viewport_size({"width": 1280, "height": 720})
    watch.settle()
    page.screenshot(path=ARTEFACTS / "compare-days-gate.png")
    side = page.locator('[data-testid="stSidebar"]')
    side.get_by_role("link", name="Overview").click()
    watch.settle()
    expect(page.locator(MAIN)).to_contain_text("this view shows all time")
    side.get_by_text("25 Jul – 5 Aug 2023 ✕").click()
    page.wait_for_url(lambda url: "period=" not in url)
    watch.settle()
    watch.sound()


def test_a_copied_link_opens_the_same_comparison_in_a_fresh_session(
    page: Page, watch: Watch, compared: Path
) -> None:
    watch.open("/compare", run="steady", compare="second", by="runs")
    page.locator(MAIN).get_by_text("20", exact=True).first.click()
    page.wait_for_url("**k=20*")
    watch.settle()
    page.locator(MAIN).get_by_text("lost", exact=True).click()
    page.wait_for_url("**direction=lost*")
    watch.settle()
    link = link_of(page)
    before = page.locator(MAIN).inner_text()
    browser = page.context.browser
    assert browser is not None
    fresh = browser.new_context(viewport={"width": 1440, "height": 900})
    other = fresh.new_page()
    again = Watch(other, watch.server)
    other.goto(link)
    again.settle()
    assert other.locator(MAIN).inner_text() == before
    again.sound()
    fresh.close()
    watch.sound()
