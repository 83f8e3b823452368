"""Hands on a page: every click, typed field and key is counted, and what was out of sight."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.watch import Watch

COUNTED = ("clicks", "fields", "keys", "scrolls", "steps")


def side(page: Page) -> Locator:
    """The bar at the side."""
    return page.locator('[data-testid="stSidebar"]')


def main(page: Page) -> Locator:
    """The view."""
    return page.locator('[data-testid="stMain"]')


@dataclass
class Hands:
    """Acts as a person would: no typed address, and only on what can be seen.

    Attributes:
        page: where.
        watch: waits until the page has settled after an action.
        clicks, fields, keys: how often each was done.
        scrolls: actions on something that was outside of the window.
        steps: what was done, in words.
    """

    page: Page
    watch: Watch
    clicks: int = 0
    fields: int = 0
    keys: int = 0
    scrolls: int = 0
    steps: list[str] = field(default_factory=list)

    def click(self, target: Locator, what: str, settle: bool = True) -> None:
        """Click something, and wait for what it changes."""
        self._reach(target)
        target.click()
        self.clicks += 1
        self._did(f"click {what}", settle)

    def open(self, view: str) -> None:
        """Click a view in the list at the side."""
        self.click(side(self.page).get_by_role("link", name=view, exact=True), view)

    def fill(self, target: Locator, text: str, what: str) -> None:
        """Type into a field."""
        self._reach(target)
        target.fill(text)
        self.fields += 1
        self._did(f"type “{text}” into {what}", settle=False)

    def press(self, target: Locator, key: str) -> None:
        """Press a key in a field, and wait for what it changes."""
        target.press(key)
        self.keys += 1
        self._did(f"press {key}", settle=True)

    def begin(self) -> None:
        """Forget what was done so far: the task begins here."""
        self.clicks = self.fields = self.keys = self.scrolls = 0
        self.steps.clear()

    def look(self, target: Locator) -> str:
        """Read something; it has to be on the page, and in the window after a scroll at most."""
        self._reach(target)
        return target.inner_text()

    def record(self, path: Path, task: str) -> None:
        """Add the task to a JSON file."""
        known = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        counted = {name: getattr(self, name) for name in COUNTED}
        path.write_text(json.dumps(known | {task: counted}, ensure_ascii=False, indent=1), "utf-8")

    def _reach(self, target: Locator) -> None:
        target.wait_for(state="visible")
        box, size = target.bounding_box(), self.page.viewport_size
        assert box is not None
        assert size is not None
        middle = box["y"] + box["height"] / 2
        if not (0 <= middle <= size["height"] and box["x"] < size["width"]):
            self.scrolls += 1
            target.scroll_into_view_if_needed()

    def _did(self, what: str, settle: bool) -> None:
        self.steps.append(what)
        if settle:
            self.page.wait_for_timeout(300)  # the script has to start before its end is waited for
            self.watch.settle()


def zoom_story(page: Page, watch: Watch) -> None:
    """Drag over a middle part of a person's events."""
    page.keyboard.press("z")
    expect(page.locator(".st-key-user_window")).to_be_visible()
    watch.settle()
    box = page.locator(".js-plotly-plot").first.bounding_box()
    assert box is not None
    y = box["y"] + 0.3 * box["height"]
    page.mouse.move(box["x"] + 0.3 * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.4 * box["width"], y, steps=5)
    page.mouse.move(box["x"] + 0.6 * box["width"], y, steps=5)
    page.mouse.up()
    page.wait_for_url("**window=*")
    watch.settle()
