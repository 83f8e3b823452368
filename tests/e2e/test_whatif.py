"""What-if in a browser: a row is unticked in the table, the answer follows, back and reload."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.watch import Watch
from tests.serve import ARTEFACTS

pytestmark = pytest.mark.e2e

MAIN = '[data-testid="stMain"]'
KEEP, HEADER, ROW = 80, 35, 30
"""Where the table's tick boxes are: pixels from its left edge, and heights of its rows."""


def untick(page: Page, row: int) -> None:
    place = page.locator('[data-testid="stDataFrame"] canvas').first.bounding_box()
    assert place is not None
    page.mouse.click(place["x"] + KEEP, place["y"] + HEADER + ROW * (row + 0.5))
    page.wait_for_timeout(400)


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_an_event_is_taken_out_and_comes_back(
    page: Page, watch: Watch, request: pytest.FixtureRequest
) -> None:
    page.set_viewport_size({"width": 1440, "height": 1700})
    watch.open("/whatif", run="steady", user="u10000")
    expect(page.locator(MAIN)).to_contain_text("Nothing is edited yet")
    untick(page, 0)
    page.get_by_role("button", name="Ask the model").click()
    expect(page.locator(MAIN)).to_contain_text(re.compile(r"Without event \d+ \("))
    watch.settle()
    assert re.search(r"edit=[0-9a-f]{8}\.1-\d+$", page.url)
    theme = "dark" if "dark" in request.node.name else "light"
    page.screenshot(path=ARTEFACTS / f"whatif-edited-{theme}.png")
    expect(page.get_by_text("✕", exact=True)).to_be_visible()
    page.reload()
    watch.settle()
    expect(page.locator(MAIN)).to_contain_text("Without event")
    page.go_back()
    expect(page.locator(MAIN)).to_contain_text("Nothing is edited yet")
    watch.settle()
    watch.sound()
