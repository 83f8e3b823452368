"""A log of one's own in a browser: upload, map, start, close the page, come back, open the run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import see_no_tour
from tests.e2e.watch import Watch
from tests.serve import ARTEFACTS, serving
from tests.tiny_log import write_tiny_log

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

MAIN = '[data-testid="stMain"]'
TRAINED_MS = 400_000
"""The map of a tiny log costs the compilation of UMAP, half a minute on an idle machine."""


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[str]:
    """Address of an app that has no run yet."""
    places = {
        "RUIE_CHECKPOINTS": tmp_path / "runs", "RUIE_EXPERIMENTS": tmp_path / "experiments",
        "RUIE_DATA": tmp_path / "data", "RUIE_LOGS": tmp_path,
    }  # fmt: skip
    with serving("server-newrun.log", places) as address:
        yield address


def open_page(browser: Browser, scheme: str, width: int = 1280, height: int = 720) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    context.set_default_timeout(60_000)
    see_no_tour(context)
    return context.new_page()


def says(page: Page, text: str) -> None:
    expect(page.locator(MAIN)).to_contain_text(text, timeout=60_000)


def test_a_log_is_brought_trained_on_and_opened(
    browser: Browser, own_server: str, tmp_path: Path
) -> None:
    log = write_tiny_log(tmp_path / "My shop.csv")
    page = open_page(browser, "light")
    watch = Watch(page, own_server)
    page.goto(own_server)
    says(page, "There is no run in")
    page.get_by_role("link", name="Your log").click()
    says(page, "one row per event")
    page.locator("input[type=file]").set_input_files(log)
    says(page, "Ready: ")
    expect(page.get_by_role("textbox", name="Name of the run")).to_have_value("my-shop")
    page.screenshot(path=ARTEFACTS / "newrun-map-light.png")
    epochs = page.get_by_role("spinbutton", name="Epochs at most")
    epochs.fill("2")
    epochs.press("Enter")
    says(page, "--train.epochs 2")
    page.locator(MAIN).evaluate("main => main.scrollTo(0, 5000)")
    page.screenshot(path=ARTEFACTS / "newrun-start-light.png")
    page.get_by_role("button", name="Prepare and train").click()
    says(page, "my-shop is being ")
    page.screenshot(path=ARTEFACTS / "newrun-running-light.png")
    watch.sound()
    page.context.close()

    page = open_page(browser, "dark", 1600, 1150)
    watch = Watch(page, own_server)
    page.goto(f"{own_server}/newrun")
    says(page, "my-shop is ")
    curves = page.locator('[data-testid="stPlotlyChart"] .main-svg').first
    curves.wait_for(timeout=TRAINED_MS)
    page.screenshot(path=ARTEFACTS / "newrun-curves-dark.png")
    opener = page.get_by_role("button", name="Open this run")
    opener.wait_for(timeout=TRAINED_MS)
    says(page, "is ready after 2 epochs")
    page.wait_for_timeout(800)
    page.screenshot(path=ARTEFACTS / "newrun-ready-dark.png")
    opener.click()
    page.wait_for_url("**run=my-shop*")
    watch.settle()
    assert watch.title() == "Overview"
    expect(page.locator('[data-testid="stSidebar"]')).to_contain_text("my-shop")
    says(page, "NDCG@10")
    watch.sound()
    page.context.close()
