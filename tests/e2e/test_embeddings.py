"""The maps in a real browser: rasters counted anew with every zoom, areas, cohorts, lists."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.watch import Watch
from tests.serve import ARTEFACTS

pytestmark = pytest.mark.e2e

MAIN = '[data-testid="stMain"]'
ITEMS, STATES = ".st-key-item_map", ".st-key-state_map"


def choose(page: Page, watch: Watch, group: str, name: str) -> None:
    page.locator(group).get_by_role("radio", name=name, exact=True).click()
    watch.settle()


def drag(page: Page, watch: Watch, chart: str, *corners: tuple[float, float]) -> None:
    """Drag over a chart; corners are shares of its plot."""
    page.locator(f"{chart} .js-plotly-plot[data-heard]").wait_for()
    plot = page.locator(f"{chart} .nsewdrag").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()
    page.wait_for_timeout(600)
    watch.settle()


def ranges(page: Page, chart: str) -> list[float]:
    found: list[float] = page.locator(f"{chart} .js-plotly-plot").evaluate(
        "plot => [...plot._fullLayout.xaxis.range, ...plot._fullLayout.yaxis.range]"
    )
    return found


def in_view(page: Page) -> tuple[int, int]:
    """What the map of states says: points in view, points in all."""
    text = page.locator(MAIN).inner_text().replace("\u202f", "")
    found = re.search(r"(\d+) states in view of (\d+)", text)
    assert found is not None
    return int(found[1]), int(found[2])


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_a_raster_is_counted_anew_with_every_zoom(
    page: Page, watch: Watch, request: pytest.FixtureRequest
) -> None:
    theme = "dark" if "dark" in request.node.name else "light"
    page.set_viewport_size({"width": 1600, "height": 1150})
    watch.open("/embeddings", run="steady", user="u10000")
    choose(page, watch, ".st-key-state_map_bar", "density")
    main = page.locator(MAIN)
    expect(main).to_contain_text("all counted, none sampled")
    total, of = in_view(page)
    assert total == of
    whole = ranges(page, STATES)
    picture = page.locator(f"{STATES} .layer-below image, {STATES} .imagelayer image").first
    before = picture.get_attribute("href") or picture.get_attribute("xlink:href")
    page.locator(STATES).scroll_into_view_if_needed()
    page.screenshot(path=ARTEFACTS / f"maps-density-{theme}.png")
    drag(page, watch, STATES, (0.3, 0.3), (0.6, 0.6))
    part = ranges(page, STATES)
    assert part[1] - part[0] < 0.6 * (whole[1] - whole[0])
    assert in_view(page)[0] < total
    after = picture.get_attribute("href") or picture.get_attribute("xlink:href")
    assert after != before, "another picture"
    page.screenshot(path=ARTEFACTS / f"maps-density-zoomed-{theme}.png")
    page.locator(".st-key-state_map_whole").get_by_role("button").click()
    watch.settle()
    assert ranges(page, STATES) == pytest.approx(whole)
    watch.sound()


def test_a_lasso_lists_what_is_inside_and_becomes_a_cohort(page: Page, watch: Watch) -> None:
    page.set_viewport_size({"width": 1600, "height": 1150})
    watch.open("/embeddings", run="steady", user="u10000")
    choose(page, watch, ".st-key-item_map_bar", "lasso")
    drag(page, watch, ITEMS, (0.3, 0.1), (0.7, 0.1), (0.6, 0.6), (0.3, 0.5))
    main = page.locator(MAIN)
    expect(main).to_contain_text(re.compile(r"\d+ of 400 items lie in the area, drawn or not"))
    area = page.locator(".st-key-item_map_area")
    with page.expect_download() as waiting:
        area.get_by_role("button", name="CSV of all rows").click()
    assert waiting.value.suggested_filename == "steady-item-map-area.csv"
    area.get_by_placeholder("a name").fill("Met the north")
    area.get_by_role("button", name="Save").click()
    page.wait_for_url("**cohort=met-the-north*")
    watch.settle()
    expect(main).to_contain_text(re.compile(r"Cohort Met the north \(\d+ users\) met \d+ of"))
    expect(main).to_contain_text("How the cohort and the rest moved")
    page.screenshot(path=ARTEFACTS / "maps-cohort.png")
    page.locator(".st-key-trajectories").first.scroll_into_view_if_needed()
    page.screenshot(path=ARTEFACTS / "maps-trajectories.png")
    watch.sound()


def test_zooming_among_points_does_not_draw_the_chart_anew(page: Page, watch: Watch) -> None:
    watch.open("/embeddings", run="steady", user="u10000")
    whole = ranges(page, ITEMS)
    page.locator(f"{ITEMS} .js-plotly-plot").evaluate("plot => { plot.dataset.mine = 'yes' }")
    drag(page, watch, ITEMS, (0.3, 0.3), (0.6, 0.6))
    part = ranges(page, ITEMS)
    assert part[1] - part[0] < 0.6 * (whole[1] - whole[0])
    assert page.locator(f"{ITEMS} .js-plotly-plot[data-mine]").count() == 1
    choose(page, watch, ".st-key-item_map_bar", "lasso")
    assert ranges(page, ITEMS) == pytest.approx(part, abs=5e-3), "to half a pixel"
    watch.sound()


def test_the_list_of_what_was_found_is_clickable(page: Page, watch: Watch) -> None:
    watch.open("/embeddings", run="steady", user="u10000")
    box = page.get_by_role("textbox", name="Find an item")
    box.fill("noodles")
    box.press("Enter")
    page.wait_for_url("**item=*")
    watch.settle()
    first = page.url
    grid = page.locator('.st-key-found_items [data-testid="stDataFrame"]').first.bounding_box()
    assert grid is not None
    page.mouse.click(grid["x"] + 18, grid["y"] + 32 + 48)
    page.wait_for_url(lambda url: url != first)
    watch.settle()
    page.screenshot(path=ARTEFACTS / "maps-search.png")
    watch.sound()
