"""The streams of the Transitions view: handles beside the nodes, a click selects a scenario."""

from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.watch import Watch
from tests.serve import ARTEFACTS

pytestmark = pytest.mark.e2e

BOXES = "marks => marks.map(m => m.getBoundingClientRect()).map(r => [r.x, r.y, r.width, r.height])"


def boxes(marks: Locator) -> list[tuple[float, float, float, float]]:
    return [tuple(box) for box in marks.evaluate_all(BOXES)]


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_a_click_beside_a_node_selects_its_scenario(
    page: Page, watch: Watch, request: pytest.FixtureRequest
) -> None:
    page.set_default_timeout(120_000)  # the server may be cold
    page.set_viewport_size({"width": 1280, "height": 720})
    watch.open("/transitions", run="steady")
    chart = page.locator(".st-key-transitions_sankey")
    chart.evaluate("chart => chart.scrollIntoView({block: 'center'})")
    nodes, handles = chart.locator(".node-rect"), chart.locator(".scatterlayer .point")
    assert nodes.count() == handles.count() > 3
    middles = [y + height / 2 for _, y, _, height in boxes(nodes)]
    assert [y + height / 2 for _, y, _, height in boxes(handles)] == pytest.approx(middles, abs=1.5)
    left = sorted((y, height) for x, y, _, height in boxes(nodes) if x < 800)
    for (y, height), (below, _) in pairwise(left):
        assert y + height < below, "nodes do not overlap"
    nodes.first.hover()
    expect(chart.locator(".hoverlayer")).to_contain_text("events", timeout=30_000)
    handles.nth(1).hover(force=True)  # Plotly's own layer for the pointer lies over the mark
    expect(chart.locator(".hoverlayer")).to_contain_text("a click selects", timeout=30_000)
    handles.nth(1).click(force=True)
    page.wait_for_url("**scenario=*")
    watch.settle()
    page.mouse.move(5, 5)
    chart.evaluate("chart => chart.scrollIntoView({block: 'center'})")
    page.screenshot(path=ARTEFACTS / f"streams-{request.node.callspec.params['page']}.png")
    chosen = page.url
    chart.locator(".scatterlayer .point").nth(2).click(force=True)
    page.wait_for_url(lambda url: "scenario=" in url and url != chosen)
    watch.settle()
    chart.locator(".scatterlayer .point").nth(2).click(force=True)
    page.wait_for_url(lambda url: "scenario=" not in url)
    watch.sound()
