"""Findings in a browser: caption, download, and the page opened without a network."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import ARTEFACTS
from tests.e2e.watch import Watch

pytestmark = pytest.mark.e2e


def test_a_report_is_downloaded_and_opens_without_a_network(
    page: Page, watch: Watch, browser: Browser, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": 1600, "height": 1150})
    page.goto(f"{watch.server}/findings?run=steady")
    page.get_by_text("What will be told, in this order").wait_for()  # the server is cold
    watch.settle()
    caption = page.get_by_placeholder("What it means for the product, in your words").first
    caption.fill("Worth a meeting")
    caption.press("Control+Enter")
    watch.settle()
    page.screenshot(path=ARTEFACTS / "findings.png")
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name="Page (HTML)").click()
    report = tmp_path / "report.html"
    waiting.value.save_as(report)
    watch.sound()

    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    opened = context.new_page()
    foreign: list[str] = []
    complaints: list[str] = []
    opened.on("request", lambda request: foreign.append(request.url))
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(report.as_uri())
    opened.locator(".main-svg").first.wait_for()
    expect(opened.locator("main")).to_contain_text("Worth a meeting")
    assert opened.locator(".js-plotly-plot").count() == opened.locator("section").count() > 0
    opened.screenshot(path=ARTEFACTS / "findings-report.png", full_page=True)
    assert [url for url in foreign if not url.startswith(("file:", "data:", "blob:"))] == []
    assert complaints == []
    context.close()
