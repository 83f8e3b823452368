"""A copied link, opened by somebody else: the same zoom and lasso, events, and findings."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from app.components.map_look import DRAGS
from tests.e2e.conftest import see_no_tour
from tests.e2e.hands import zoom_story
from tests.e2e.test_embeddings import ITEMS, MAIN, STATES, choose, drag, ranges
from tests.e2e.watch import Watch
from tests.serve import ARTEFACTS

pytestmark = pytest.mark.e2e

AREA = re.compile(r"\d+ of \d+ items lies? in the area, drawn or not")
Colleague = Callable[[str], tuple[Page, Watch]]


@pytest.fixture
def colleague(browser: Browser, server: str) -> Iterator[Colleague]:
    """Open a link in a browser of somebody else."""
    with ExitStack() as contexts:

        def opened(link: str) -> tuple[Page, Watch]:
            context = browser.new_context(viewport={"width": 1600, "height": 1150})
            contexts.callback(context.close)
            context.set_default_timeout(30_000)
            see_no_tour(context)
            page = context.new_page()
            watch = Watch(page, server)
            page.goto(link)
            watch.settle()
            return page, watch

        yield opened


def copied(page: Page) -> str:
    """Return what “Copy link” offers."""
    page.get_by_role("button", name="Copy link").click()
    shown = page.get_by_text(re.compile(r"^http://127\.0\.0\.1:\d+/\w+\?"))
    link = (shown.text_content() or "").strip()
    page.keyboard.press("Escape")
    return link


def drag_as(page: Page, watch: Watch, way: str, *corners: tuple[float, float]) -> None:
    """Choose what dragging does on the map of items, and drag once the new chart does so."""
    choose(page, watch, ".st-key-item_map_bar", way)
    page.wait_for_function(
        """([chart, mode]) => {
            const plot = document.querySelector(`${chart} .js-plotly-plot[data-heard]`);
            return plot?._fullLayout?.dragmode === mode;
        }""",
        arg=[ITEMS, DRAGS[way]],
    )
    drag(page, watch, ITEMS, *corners)


def area_of(page: Page) -> str:
    found = AREA.search(page.locator(MAIN).inner_text().replace("\u202f", ""))
    assert found is not None
    return found[0]


def outlined(page: Page) -> bool:
    """Whether the area is drawn, by the hand that drew it or by the app."""
    found: bool = page.locator(f"{ITEMS} .js-plotly-plot").evaluate(
        "plot => plot.data.some(trace => trace.name === 'area')"
    )
    return found


def test_a_zoom_and_a_lasso_are_in_the_link(page: Page, watch: Watch, colleague: Colleague) -> None:
    page.set_viewport_size({"width": 1600, "height": 1150})
    watch.open("/embeddings", run="steady", user="u10000")
    whole, before = ranges(page, ITEMS), page.evaluate("history.length")
    drag(page, watch, ITEMS, (0.2, 0.2), (0.7, 0.7))
    page.wait_for_url("**item_map=*")
    part = ranges(page, ITEMS)
    assert part[1] - part[0] < 0.8 * (whole[1] - whole[0])
    drag_as(page, watch, "lasso", (0.1, 0.1), (0.7, 0.1), (0.6, 0.8), (0.45, 0.4), (0.1, 0.8))
    page.wait_for_url("**area_*")
    listed = area_of(page)
    assert page.evaluate("history.length") == before + 2, "a step back each, and no more"
    choose(page, watch, ".st-key-state_map_bar", "density")
    expect(
        page.locator(f"{STATES} .layer-below image, {STATES} .imagelayer image")
    ).to_be_attached()
    watch.settle()
    drag(page, watch, STATES, (0.3, 0.3), (0.6, 0.6))
    page.wait_for_url("**state_map=*")
    walked = ranges(page, STATES)
    link = copied(page)
    watch.sound()

    other, its = colleague(link)
    for name, reload in (("link", False), ("reload", True)):
        if reload:
            other.reload()
            its.settle()
        assert ranges(other, ITEMS) == pytest.approx(part, abs=0.01)
        assert ranges(other, STATES) == pytest.approx(walked, abs=0.01)
        assert area_of(other) == listed
        assert outlined(other)
        expect(other.locator(MAIN)).to_contain_text("all counted, none sampled")
        other.locator(ITEMS).first.scroll_into_view_if_needed()
        other.screenshot(path=ARTEFACTS / f"maps-from-a-{name}.png")
    assert other.url == link, "opening a link does not change it"
    its.sound()


def listed(page: Page) -> bool:
    return AREA.search(page.locator(MAIN).inner_text().replace("\u202f", "")) is not None


def test_a_zoom_and_an_area_stay_from_view_to_view_and_go_with_back(
    page: Page, watch: Watch
) -> None:
    watch.open("/embeddings", run="steady", user="u10000")
    whole = ranges(page, ITEMS)
    drag(page, watch, ITEMS, (0.2, 0.2), (0.7, 0.7))
    page.wait_for_url("**item_map=*")
    part = ranges(page, ITEMS)
    drag_as(page, watch, "box", (0.1, 0.1), (0.6, 0.9))
    page.wait_for_url("**area_*")
    assert listed(page)
    page.go_back()
    page.wait_for_url(lambda url: "area_" not in url)
    watch.settle()
    assert not listed(page)
    assert ranges(page, ITEMS) == pytest.approx(part, abs=0.01)
    page.go_back()
    page.wait_for_url(lambda url: "item_map" not in url)
    watch.settle()
    assert ranges(page, ITEMS) == pytest.approx(whole, abs=0.01)
    page.go_forward()
    page.wait_for_url("**item_map=*")
    watch.settle()
    side = page.locator('[data-testid="stSidebar"]')
    side.get_by_role("link", name="Gate and Q").click()
    page.wait_for_url("**/gate?*")
    watch.settle()
    side.get_by_role("link", name="Embeddings").click()
    page.wait_for_url("**/embeddings?*item_map=*")
    watch.settle()
    assert ranges(page, ITEMS) == pytest.approx(part, abs=0.01), "as it was left"
    watch.sound()


def test_the_events_that_were_zoomed_to_are_in_the_link(
    page: Page, watch: Watch, colleague: Colleague
) -> None:
    watch.open("/user", run="steady", user="u10000", step="20")
    zoom_story(page, watch)
    drawn = "plot => [...plot._fullLayout.xaxis.range]"
    part = page.locator(".js-plotly-plot").first.evaluate(drawn)
    other, its = colleague(copied(page))
    assert other.locator(".js-plotly-plot").first.evaluate(drawn) == pytest.approx(part)
    its.sound()


CAPTION = "What it means for the product, in your words"


def told(page: Page) -> list[tuple[str, str]]:
    """What is told: sentences in order, with their captions."""
    cards = page.locator('[class*="st-key-findings_told_"]')
    sentences = [card.locator("p").first.inner_text() for card in cards.all()]
    captions = [box.input_value() for box in page.get_by_placeholder(CAPTION).all()]
    return list(zip(sentences, captions, strict=True))


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_a_choice_of_findings_is_in_the_link(
    page: Page, watch: Watch, colleague: Colleague, request: pytest.FixtureRequest
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    watch.open("/findings", run="steady")
    suggested = told(page)
    assert len(suggested) > 2
    page.get_by_role("button", name="↓").nth(0).click()
    page.wait_for_url("**told=*")
    watch.settle()
    page.get_by_role("button", name="✕").nth(2).click()
    page.wait_for_function(
        "n => document.querySelectorAll('textarea').length === n", arg=len(suggested) - 1
    )
    watch.settle()
    page.get_by_placeholder(CAPTION).nth(1).fill("Ask search ~ first")
    page.get_by_placeholder(CAPTION).nth(0).click()  # no Enter
    page.wait_for_url("**captioned*")
    watch.settle()
    chosen = told(page)
    sentences = [text.partition(" ")[2] for text, _ in suggested]
    expected = [sentences[1], sentences[0], *sentences[3:]]
    assert [text.partition(" ")[2] for text, _ in chosen] == expected
    assert [text for _, text in chosen][:2] == ["", "Ask search ~ first"]
    page.screenshot(path=ARTEFACTS / f"findings-linked-{request.node.callspec.params['page']}.png")
    link = copied(page)
    page.reload()
    watch.settle()
    assert told(page) == chosen
    watch.sound()
    other, its = colleague(link)
    assert told(other) == chosen
    assert other.url == link, "opening a link does not change it"
    its.sound()
