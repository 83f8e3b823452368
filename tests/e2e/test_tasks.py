"""Five tasks of somebody new: from the app's first page, by what is on the screen, counted."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from ruie_core.analysis.schema import schemas, write_table
from ruie_core.analysis.store import RunStore
from ruie_core.files import read_json
from tests.e2e.hands import Hands, main, side
from tests.e2e.watch import Watch
from tests.fake_run import seal_analysis
from tests.serve import ARTEFACTS, REPOSITORY, serving

pytestmark = pytest.mark.e2e
COUNTS = ARTEFACTS / "tasks.json"
DEMO = REPOSITORY / "checkpoints" / "demo"
INTERVAL = r"a difference of [+−]0\.\d+ \(95.% interval [+−]?0\.\d+ to [+−]?0\.\d+"


@pytest.fixture(scope="module")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on the demo and a second checkpoint of its data, which ranks worse at random."""
    folder = tmp_path_factory.mktemp("checkpoints")
    shutil.copytree(DEMO, folder / "demo", ignore=shutil.ignore_patterns("cohorts", "findings"))
    second = shutil.copytree(folder / "demo", folder / "second")
    store = RunStore(DEMO)
    ranks = store.sql("SELECT * FROM ranks")
    own = ranks["model"] == "ruie"
    worse = ranks["rank"] + np.random.default_rng(1).integers(0, 4, len(ranks))
    ranks["rank"] = ranks["rank"].where(~own, worse)
    write_table(ranks, schemas(store.scenarios)["ranks"], second / "analysis" / "ranks.parquet")
    seal_analysis(second, read_json(second / "manifest.json")["dataset_hash"])
    places = {
        "RUIE_CHECKPOINTS": folder,
        "RUIE_EXPERIMENTS": REPOSITORY / "experiments",
        "RUIE_DATA": tmp_path_factory.mktemp("data"),
    }
    COUNTS.unlink(missing_ok=True)
    with serving("tasks.log", places) as address:
        yield address


@pytest.fixture
def hands(page: Page, demo_server: str) -> Hands:
    """Hands on the first page."""
    watch = Watch(page, demo_server)
    page.goto(demo_server)
    watch.settle()
    return Hands(page, watch)


def finish(hands: Hands, task: str, picture: str, most: int) -> None:
    """Keep the counts and a picture; a task takes no more actions than it is worth."""
    hands.page.screenshot(path=ARTEFACTS / f"task-{picture}.png")
    hands.record(COUNTS, task)
    assert hands.clicks + hands.fields + hands.keys <= most, hands.steps
    hands.watch.sound()


def find_movers(hands: Hands) -> None:
    hands.open("User")
    hands.click(hands.page.get_by_role("button", name="Try: recommendation →"), "the example")


def test_find_a_user_who_moved_from_feed_to_search(hands: Hands) -> None:
    find_movers(hands)
    page = hands.page
    assert re.search(r"1 of [\d\u202f]+ users match", main(page).inner_text())
    assert "user=" in page.url
    assert "step=" in page.url, "it opens where the behaviour is met"
    heading = hands.look(main(page).get_by_role("heading").first)
    assert heading.startswith("User ")
    finish(hands, "find a user who moved from feed to search, and open them", "find", most=2)


def test_find_them_by_a_form_without_the_language(hands: Hands) -> None:
    hands.open("User")
    page = hands.page
    hands.click(page.get_by_role("button", name="Build a behaviour"), "Build a behaviour", False)
    form = page.locator('[data-testid="stPopoverBody"]')
    for label, name in (("From scenario", "recommendation"), ("to scenario", "search: user input")):
        hands.click(form.get_by_role("combobox", name=label, exact=False).first, label, False)
        hands.click(page.get_by_role("option", name=name, exact=True), name, False)
    hands.click(form.get_by_role("button", name="Find", exact=True), "Find")
    assert "users match" in main(page).inner_text()
    finish(hands, "the same by the form", "form", most=7)


def test_say_why_the_gate_fell(hands: Hands) -> None:
    hands.open("User")
    page = hands.page
    moment = page.get_by_role("button", name="gate collapse").first
    hands.click(moment, "a gate collapse among the moments that matter")
    said = hands.look(main(page).get_by_text(re.compile("The gate fell to")).first)
    assert re.search(r"fitted this person (at least )?[\d.\u202f]+ times less than at their", said)
    assert re.search(r"Gate at event \d+: 0\.\d\d", main(page).inner_text())
    finish(hands, "say why the gate fell at one step", "gate", most=2)


def test_compare_two_checkpoints_in_the_tail(hands: Hands) -> None:
    page = hands.page
    hands.click(side(page).get_by_role("combobox", name="Compare with"), "Compare with", False)
    hands.click(page.get_by_role("option", name="second"), "the other checkpoint")
    hands.open("Compare")
    said = hands.look(main(page).get_by_text(re.compile("In the tail")).first)
    assert re.search(rf"In the tail, every scenario but recommendation: {INTERVAL}", said), said
    assert main(page).get_by_text("Tail scenarios").count() == 2, "a row of both charts"
    finish(hands, "compare two checkpoints in the tail", "tail", most=3)


def test_build_a_cohort_and_export_it(hands: Hands, tmp_path: Path) -> None:
    find_movers(hands)
    page = hands.page
    hands.click(page.get_by_role("button", name="Cohorts"), "Cohorts", settle=False)
    hands.fill(page.get_by_placeholder("a name"), "Movers", "the name")
    hands.click(page.get_by_role("button", name="Save", exact=True), "Save")
    export = page.get_by_role("button", name="Export")
    if not export.is_visible():
        hands.click(page.get_by_role("button", name="Cohorts"), "Cohorts", settle=False)
    with page.expect_download() as waiting:
        hands.click(export, "Export", settle=False)
    waiting.value.save_as(tmp_path / "movers.json")
    kept = json.loads((tmp_path / "movers.json").read_text("utf-8"))
    assert kept["name"] == "Movers"
    assert kept["sentence"] == 'recommendation → "search: user input" within 3 events'
    assert kept["dataset_hash"] == read_json(DEMO / "manifest.json")["dataset_hash"]
    finish(hands, "build a cohort and export it", "cohort", most=7)


def test_hand_on_a_link_to_exactly_this_view(hands: Hands, browser: Browser) -> None:
    find_movers(hands)
    page = hands.page
    hands.begin()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    hands.click(side(page).get_by_role("button", name="Copy link"), "Copy link", settle=False)
    code = page.locator('[data-testid="stPopoverBody"] [data-testid="stCode"]')
    expect(code).to_contain_text("/user?")
    code.hover()
    hands.click(code.get_by_role("button"), "the mark that copies", settle=False)
    page.wait_for_timeout(300)
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == (code.text_content() or "").strip()
    fresh = browser.new_context(viewport={"width": 1440, "height": 900})
    other = fresh.new_page()
    again = Watch(other, hands.watch.server)
    other.goto(link)
    again.settle()
    assert main(other).inner_text() == main(page).inner_text()
    chips = '[data-testid="stSidebar"] [data-testid="stButtonGroup"]'
    assert other.locator(chips).inner_text() == page.locator(chips).inner_text()
    again.sound()
    fresh.close()
    finish(hands, "hand on a link to exactly this view", "link", most=2)
