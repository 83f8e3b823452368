"""What only a browser shows of the storyboard: keys, play, zoom; and of the first visit."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.hands import zoom_story
from tests.e2e.watch import Watch
from tests.serve import ARTEFACTS

pytestmark = pytest.mark.e2e


def step_of(page: Page) -> int:
    return int(page.url.split("step=")[1].split("&")[0])


def test_the_arrow_keys_step_and_the_slider_steps_once(page: Page, watch: Watch) -> None:
    watch.open("/user", run="steady", user="u10000", step="20")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**step=21*")
    watch.settle()
    expect(page.get_by_text("At event 21:", exact=True)).to_be_visible()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**step=20*")
    watch.settle()
    page.get_by_role("slider").last.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**step=21*")
    page.wait_for_timeout(1500)
    assert step_of(page) == 21, "a key that moves the slider does not step as well"
    watch.sound()


def test_typing_into_a_box_does_not_step(page: Page, watch: Watch) -> None:
    watch.open("/user", run="steady", user="u10000", step="20")
    box = page.get_by_role("textbox", name="Find a user by id")
    box.press_sequentially("p")
    box.press("ArrowLeft")
    page.wait_for_timeout(1500)
    assert step_of(page) == 20
    expect(page.get_by_role("button", name="play")).to_be_visible()


def test_it_plays_until_it_is_paused(page: Page, watch: Watch) -> None:
    watch.open("/user", run="steady", user="u10000", step="20")
    page.keyboard.press("p")
    page.wait_for_url("**step=22*", timeout=20_000)
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="play")).to_be_visible()
    watch.settle()
    stopped = step_of(page)
    page.wait_for_timeout(2500)
    assert step_of(page) == stopped
    watch.sound()


def test_a_drag_zooms_all_rows_and_the_button_goes_back(page: Page, watch: Watch) -> None:
    page.set_viewport_size({"width": 1600, "height": 1500})
    watch.open("/user", run="steady", user="u10000", step="20")
    zoom_story(page, watch)
    first, last = page.url.split("window=")[1].split("&")[0].split("-")
    expect(page.get_by_text(f"Events {first} to {last} of")).to_be_visible()
    page.screenshot(path=ARTEFACTS / "story-zoomed.png")
    box = page.locator(".js-plotly-plot").first.bounding_box()
    assert box is not None
    y = box["y"] + 0.3 * box["height"]
    page.mouse.move(box["x"] + 0.6 * box["width"], y, steps=4)
    page.wait_for_timeout(500)
    page.mouse.click(box["x"] + 0.6 * box["width"], y)
    page.wait_for_url(lambda url: "step=20" not in url, timeout=20_000)
    watch.settle()
    assert f"window={first}-{last}" in page.url, "a click looks at an event of what is zoomed to"
    page.locator(".st-key-user_window_all button").first.click()
    page.wait_for_url(lambda url: "window=" not in url)
    watch.settle()
    expect(page.get_by_text("events are drawn.")).to_be_visible()
    watch.sound()


@pytest.fixture
def newcomer(browser: Browser, server: str) -> Iterator[Page]:
    """A browser that was never here."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def test_the_tour_is_shown_once_and_the_browser_remembers(newcomer: Page, server: str) -> None:
    watch = Watch(newcomer, server)
    watch.open("/", run="steady")
    tour = newcomer.get_by_role("dialog")
    expect(tour).to_contain_text("1 of 6")
    newcomer.screenshot(path=ARTEFACTS / "tour.png")
    newcomer.keyboard.press("Escape")
    expect(tour).to_have_count(0)
    watch.settle()
    newcomer.reload()
    watch.settle()
    expect(tour).to_have_count(0)
    newcomer.get_by_role("button", name="Tour").click()
    expect(tour).to_contain_text("1 of 6")
    newcomer.get_by_role("button", name="Next").click()
    expect(tour).to_contain_text("2 of 6")
    newcomer.get_by_role("button", name="Skip").click()
    newcomer.get_by_role("button", name="Glossary").click()
    expect(tour).to_contain_text("Category drift")
    watch.sound()
