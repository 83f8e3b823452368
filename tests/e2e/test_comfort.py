"""Every view on a projector and on a 4K screen, light and dark: nothing overflows or is cut."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from app.components.pending import height_of
from app.views.registry import VIEWS
from tests.e2e.conftest import see_no_tour
from tests.e2e.test_browser import path
from tests.e2e.watch import Watch
from tests.serve import ARTEFACTS

SHOWN = [view.module for view in VIEWS if view.needs_run]
"""The views that draw a run."""

pytestmark = pytest.mark.e2e

SCREENS = {"projector": (1280, 720), "4k": (3840, 2160)}

CUT = """() => [...document.querySelectorAll('.js-plotly-plot')].flatMap((chart) => {
    const frame = chart.getBoundingClientRect();
    const texts = chart.querySelectorAll(
        '.annotation-text, .gtitle, .xtitle, .ytitle, .xtick text, .ytick text, .legendtext');
    return [...texts].filter((text) => text.textContent.trim()).flatMap((text) => {
        const box = text.getBoundingClientRect();
        const out = box.width && (box.left < frame.left - 1 || box.right > frame.right + 1
            || box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
        return out ? [text.textContent] : [];
    });
})"""
"""Words of charts that reach beyond their chart."""

HEADINGS = """() => [...document.querySelectorAll(
        '[data-testid="stMain"] [data-testid="stMarkdownContainer"] strong, h2, h3, '
        + '[data-testid="stMetricLabel"] p')]
    .filter((text) => text.scrollWidth > text.clientWidth + 1 && text.clientWidth > 0
        && getComputedStyle(text).overflow === 'hidden')
    .map((text) => text.textContent)"""
"""Headings that are wider than their place."""

WIDE = """() => document.querySelector('[data-testid="stMain"]').scrollWidth
    - document.querySelector('[data-testid="stMain"]').clientWidth"""


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=SCREENS)
def screen(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(browser: Browser, scheme: str, screen: str) -> Iterator[Page]:
    width, height = SCREENS[screen]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    context.set_default_timeout(120_000)  # so many pixels are painted without a GPU
    see_no_tour(context)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("view", SHOWN)
def test_a_view_fits_the_screen(
    watch: Watch, page: Page, view: str, scheme: str, screen: str
) -> None:
    watch.open(path(view), run="steady", user="u10000")
    page.screenshot(path=ARTEFACTS / f"comfort-{view}-{screen}-{scheme}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= SCREENS[screen][0]
    assert page.evaluate(WIDE) <= 0
    assert page.evaluate(CUT) == []
    assert page.evaluate(HEADINGS) == []
    if screen == "4k":
        widest = page.locator(".js-plotly-plot").evaluate_all(
            "charts => Math.max(...charts.map((chart) => chart.clientWidth))"
        )
        assert widest <= 2200, "a chart stays within a glance"
    watch.sound()


@pytest.mark.parametrize("scheme", ["light"], indirect=True)
@pytest.mark.parametrize("screen", ["projector"], indirect=True)
@pytest.mark.parametrize("view", SHOWN)
def test_a_skeleton_is_about_as_high_as_its_view(
    watch: Watch, page: Page, view: str, scheme: str, screen: str
) -> None:
    watch.open(path(view), run="steady", user="u10000")
    drawn = page.locator(".st-key-page").first.bounding_box()
    assert drawn is not None
    assert 0.6 < height_of(view) / drawn["height"] < 1.6, drawn["height"]
