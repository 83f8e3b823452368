"""Findings in a browser: caption, download, the page opened without a network, and printed."""

import contextlib
import re
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ruie_core.analysis.findings import (
    Pick,
    delete_findings,
    new_list,
    read_findings,
    save_findings,
)
from ruie_core.analysis.store import RunStore
from ruie_core.report import html
from ruie_core.report.build import from_options
from ruie_core.report.gather import Desk, everyone
from ruie_core.reporting.report import SAVED
from tests.e2e.watch import Watch
from tests.serve import ARTEFACTS

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
    expect(opened.locator(".js-plotly-plot")).to_have_count(opened.locator("section").count())
    expect(opened.locator("main")).to_contain_text("Worth a meeting")
    assert opened.locator(".js-plotly-plot").count() == opened.locator("section").count() > 0
    opened.screenshot(path=ARTEFACTS / "findings-report.png", full_page=True)
    assert [url for url in foreign if not url.startswith(("file:", "data:", "blob:"))] == []
    assert complaints == []
    context.close()


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_what_is_typed_and_moved_at_once_is_found_after_a_reload(
    page: Page, watch: Watch, checkpoints: Path, request: pytest.FixtureRequest
) -> None:
    page.set_default_timeout(120_000)  # the server may be cold
    store = RunStore(checkpoints / "steady")
    picks = [Pick(finding=each.key) for each in everyone(Desk(store))[:2]]
    name = request.node.callspec.params["page"]
    identity = save_findings(store, new_list(store, f"In {name}", picks))
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{watch.server}/findings?run=steady&findings={identity}")
    page.get_by_text(SAVED).wait_for()
    watch.settle()
    page.get_by_placeholder("What it means for the product, in your words").nth(1).fill("Typed")
    page.get_by_role("button", name="↑").nth(1).click()  # no Enter before
    watch.settle()
    page.screenshot(path=ARTEFACTS / f"findings-saved-{name}.png")
    page.reload()
    page.get_by_text(SAVED).wait_for()
    watch.settle()
    caption = page.get_by_placeholder("What it means for the product, in your words").first
    expect(caption).to_have_value("Typed")
    found = read_findings(store, identity).picks
    expected = [(picks[1].finding, "Typed"), (picks[0].finding, "")]
    assert [(each.finding, each.caption) for each in found] == expected
    delete_findings(store, identity)
    watch.sound()


def test_a_report_shows_its_text_first_and_prints_every_figure(
    browser: Browser, checkpoints: Path, tmp_path: Path
) -> None:
    out = tmp_path / "report.html"
    made = from_options(Desk(RunStore(checkpoints / "steady")), out, user="u10000")
    html.save(html.page(made), out)
    context = browser.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    # A browser that is never idle and paints no frame: nothing is drawn but what printing draws.
    context.add_init_script(
        "window.requestAnimationFrame = () => 0; window.requestIdleCallback = () => 0;"
    )
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(out.as_uri())
    expect(opened.locator("h1")).to_be_visible()
    plots = opened.locator(".plot")
    assert plots.count() == len(made.sections) > 1
    assert opened.locator(".js-plotly-plot").count() == 0, "text is there before the library runs"
    heights = "plots => plots.map(plot => plot.offsetHeight)"
    before = plots.evaluate_all(heights)
    printed = opened.pdf(path=ARTEFACTS / "findings-report.pdf")
    expect(opened.locator(".plot:has(.main-svg)")).to_have_count(plots.count())
    assert plots.evaluate_all(heights) == before, "nothing jumps when a figure comes"
    opened.add_style_tag(content=".plot svg { display: none; }")
    assert strokes(printed) > 5 * strokes(opened.pdf()), "the figures are on the paper"
    assert complaints == []
    context.close()


def strokes(pdf: bytes) -> int:
    """Lines and filled shapes of a PDF's pages."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    pages = []
    for stream in streams:
        with contextlib.suppress(zlib.error):
            pages.append(zlib.decompress(stream))
    return sum(len(re.findall(rb"\n[SfB]\*?\n", page)) for page in pages)
