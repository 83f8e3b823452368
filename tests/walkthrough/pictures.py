"""Pictures of the walk: cut to what matters, and small enough to be committed.

They keep all their colours: a palette would make a scenario another one.
"""

import io
from dataclasses import dataclass
from typing import Final

from PIL import Image
from playwright.sync_api import Locator, Page

MOST_BYTES: Final = 200_000
"""Of one picture."""
MOST_IN_ALL: Final = 1_500_000
_MARGIN: Final = 14


@dataclass(frozen=True)
class Shot:
    """A picture with what it shows, for those who cannot see it.

    Attributes:
        name: of its file, without an ending.
        alt: what it shows.
        png: its bytes.
    """

    name: str
    alt: str
    png: bytes

    @classmethod
    def of(cls, page: Page, name: str, alt: str, last: Locator | None) -> "Shot":
        """Take the view from its title down to ``last``, or to the end of the window."""
        page.mouse.move(0, 0)
        page.wait_for_timeout(400)  # hovers fade
        size = page.viewport_size
        title = page.locator('[data-testid="stMain"] [data-testid="stHeading"]').first
        box = page.locator('[data-testid="stMainBlockContainer"]').bounding_box()
        top = title.bounding_box()
        assert size is not None
        assert box is not None
        assert top is not None
        end = None if last is None else last.bounding_box()
        bottom = size["height"] if end is None else end["y"] + end["height"] + 2
        inset = float(page.locator('[data-testid="stMainBlockContainer"]').evaluate(
            "e => parseFloat(getComputedStyle(e).paddingLeft)"))  # fmt: skip
        y = max(0.0, top["y"] - _MARGIN)
        clip = {
            "x": box["x"] + inset - _MARGIN, "y": y,
            "width": box["width"] - 2 * (inset - _MARGIN),
            "height": min(bottom, size["height"]) - y,
        }  # fmt: skip
        return cls(name, alt, small(page.screenshot(clip=clip)))  # type: ignore[arg-type]

    @classmethod
    def of_element(cls, element: Locator, name: str, alt: str) -> "Shot":
        """Take one element with a margin at its sides."""
        element.scroll_into_view_if_needed()
        box = element.bounding_box()
        assert box is not None
        clip = {
            "x": box["x"] - _MARGIN, "y": box["y"] + 2,
            "width": box["width"] + 2 * _MARGIN, "height": box["height"] - 4,
        }  # fmt: skip
        return cls(name, alt, small(element.page.screenshot(clip=clip)))  # type: ignore[arg-type]


def small(png: bytes) -> bytes:
    """Write a picture as tightly as PNG can.

    Raises:
        ValueError: it is still larger than ``MOST_BYTES``.
    """
    with Image.open(io.BytesIO(png)) as image:
        flat = image.convert("RGB")
    stream = io.BytesIO()
    flat.save(stream, "PNG", optimize=True)
    made = stream.getvalue()
    if len(made) > MOST_BYTES:
        raise ValueError(f"a picture has {len(made):,} bytes, {MOST_BYTES:,} at most: cut it down")
    return made


def size_of(png: bytes) -> tuple[int, int]:
    """Return width and height in pixels."""
    with Image.open(io.BytesIO(png)) as image:
        return image.size


def text_of(element: Locator) -> str:
    """Return an element's text as Markdown: bold stays bold, signs of Markdown are escaped."""
    found: str = element.evaluate(
        """element => {
            const copy = element.cloneNode(true);
            const marks = /([\\\\`*_{}\\[\\]#|<>])/g;
            const walker = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                walker.currentNode.data = walker.currentNode.data.replace(marks, '\\\\$1');
            }
            copy.querySelectorAll('strong').forEach(
                (bold) => bold.replaceWith(`**${bold.textContent}**`));
            return copy.textContent;
        }"""
    )
    return " ".join(found.replace("\n", " ").split(" ")).strip()
