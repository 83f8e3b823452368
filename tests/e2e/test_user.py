"""What only a browser shows of one person: hover, click, slider, and the walk on the map."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.watch import Watch
from tests.serve import ARTEFACTS

pytestmark = pytest.mark.e2e

MAIN = '[data-testid="stMain"]'
ROWS = (0.1, 0.28, 0.44, 0.56, 0.7, 0.84, 0.93)
"""Heights, as shares of the storyboard, that lie in each of its rows."""


def move(page: Page, x: float, y: float) -> None:
    """Move as a hand does; Plotly answers to movement, not to arrival."""
    page.mouse.move(x - 12, y)
    page.wait_for_timeout(150)
    page.mouse.move(x, y, steps=4)
    page.wait_for_timeout(400)


@pytest.fixture
def board(page: Page, watch: Watch) -> Callable[[], dict[str, float]]:
    """Open a user's storyboard; returns a function for its place on the screen."""
    page.set_viewport_size({"width": 1600, "height": 1700})
    watch.open("/user", run="steady", user="u10000")

    def place() -> dict[str, float]:
        box = page.locator(".js-plotly-plot").first.bounding_box()
        assert box is not None
        return dict(box)

    return place


def test_the_cursor_speaks_in_every_row_at_once(
    page: Page, watch: Watch, board: Callable[[], dict[str, float]]
) -> None:
    box = board()
    for share in ROWS:
        move(page, box["x"] + 0.5 * box["width"], box["y"] + share * box["height"])
        said = page.locator(".hovertext").all_text_contents()
        assert len(said) >= 5, said  # and the categories, where they are known
        cards = " ".join(said)
        for word in ("event ", "Q, reward units", "gate 0.", "next scenario", "rank "):
            assert word in cards, word
    page.screenshot(path=ARTEFACTS / "user-hover.png")
    watch.sound()


@pytest.mark.parametrize("share", ROWS)
def test_a_click_in_any_row_chooses_the_event(
    page: Page, watch: Watch, board: Callable[[], dict[str, float]], share: float
) -> None:
    box = board()
    x, y = box["x"] + 0.4 * box["width"], box["y"] + share * box["height"]
    move(page, x, y)
    event = re.search(r"event (\d+)", page.locator(".hovertext").first.text_content() or "")
    assert event is not None
    page.mouse.click(x, y)
    page.wait_for_url(f"**step={event[1]}*")
    watch.settle()
    expect(page.get_by_text(f"At event {event[1]}:", exact=True)).to_be_visible()
    page.reload()
    watch.settle()
    expect(page.get_by_text(f"At event {event[1]}:", exact=True)).to_be_visible()
    watch.sound()


def test_the_links_at_the_side_carry_the_chosen_event(
    page: Page, watch: Watch, board: Callable[[], dict[str, float]]
) -> None:
    page.get_by_role("button", name="①").click()
    page.wait_for_url("**step=*")
    watch.settle()
    step = re.search(r"step=(\d+)", page.url)
    assert step is not None
    side = page.locator('[data-testid="stSidebar"]')
    side.get_by_role("link", name="Embeddings").click()
    page.wait_for_url("**/embeddings?*")
    assert step[0] in page.url
    watch.settle()
    side.get_by_role("link", name="User").click()
    page.wait_for_url("**/user?*")
    watch.settle()
    expect(page.get_by_text(f"At event {step[1]}:", exact=True)).to_be_visible()
    watch.sound()


def test_the_slider_steps_with_the_keyboard(
    page: Page, watch: Watch, board: Callable[[], dict[str, float]]
) -> None:
    page.get_by_role("button", name="①").click()
    page.wait_for_url("**step=*")
    watch.settle()
    before = int(page.url.split("step=")[1].split("&")[0])
    page.get_by_role("slider").last.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**step={before + 1}*")
    watch.settle()
    watch.sound()


def test_finding_a_user_by_id(page: Page, watch: Watch) -> None:
    watch.open("/user", run="steady", user="u10000")
    box = page.get_by_role("textbox", name="Find a user by id")
    box.fill("u10070")
    box.press("Enter")
    page.wait_for_url("**user=u10070*")
    watch.settle()
    assert watch.title() == "User u10070"
    box.fill("nobody")
    box.press("Enter")
    expect(page.get_by_text("No user has the id “nobody”")).to_be_visible()
    watch.sound()


def test_the_form_narrows_the_walk(page: Page, watch: Watch) -> None:
    watch.open("/user", run="steady", user="u10000")
    page.get_by_role("button", name="Build a behaviour").click()
    page.get_by_role("spinbutton", name="Events, at least", exact=True).fill("60")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.locator(MAIN)).to_contain_text(re.compile(r"1 of \d+ users match \(of 120\)"))
    watch.settle()
    watch.sound()


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_the_maps_draw_points_path_and_names(
    page: Page, watch: Watch, request: pytest.FixtureRequest
) -> None:
    page.set_viewport_size({"width": 1440, "height": 1900})
    watch.open("/embeddings", run="steady", user="u10000")
    assert page.locator(".gl-canvas").count() >= 2
    arrows = page.locator(".js-plotly-plot").nth(1).locator(".annotation-arrow-g")
    assert arrows.count() > 10
    expect(page.get_by_text("Nearest to")).to_be_visible()
    theme = "dark" if "dark" in request.node.name else "light"
    page.screenshot(path=ARTEFACTS / f"embeddings-whole-{theme}.png")
    watch.sound()


def test_searching_and_clicking_items(page: Page, watch: Watch) -> None:
    watch.open("/embeddings", run="steady", user="u10000")
    box = page.get_by_label("Find an item by title or id")
    box.fill("noodles")
    box.press("Enter")
    page.wait_for_url("**item=*")
    watch.settle()
    expect(page.locator(MAIN)).to_contain_text("items match “noodles”")
    first = page.url
    place = page.locator(".js-plotly-plot").first.bounding_box()
    assert place is not None
    y = place["y"] + 0.5 * place["height"]
    for step in range(90):  # sweep until an item speaks
        page.mouse.move(place["x"] + 0.2 * place["width"] + 5 * step, y)
        page.wait_for_timeout(40)
        if page.locator(".hovertext").count():
            page.mouse.down()
            page.mouse.up()
            break
    page.wait_for_url(lambda url: url != first)
    watch.settle()
    assert "item=" in page.url
    watch.sound()
