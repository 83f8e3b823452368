"""The three questions of the walk: what is clicked, what is read, what is told of it.

Questions, clicks and captions are written here; every figure is read off the app.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page

from tests.e2e.hands import Hands, main, side
from tests.walkthrough.pictures import Shot, text_of

CHOSEN = {
    "misread": "After the main feed almost everybody stays, and the model knows. It overstates "
    "this a little: the few who leave are expected too seldom. Do not plan placements in the small "
    "tabs by its forecast.",
    "worst": "Outside of the main feed no gain over a list of what is popular in the tab is shown. "
    "No launch there on this evidence; let the request name the tab first, and test that.",
    "run": "Counted over all trainings the gate makes ranking neither better nor worse on this "
    "log. Nothing to promise of it, and no single pair of trainings is a reason to ship either.",
}
"""Findings that are told, by key, each with its caption (no figures: the statement has them).

The suggested ones stand before those that are added to them, in the view's order.
"""
LIST = "walkthrough"
"""Name of the list that they are kept in."""


@dataclass(frozen=True)
class Stop:
    """One question and the way to its answer.

    Attributes:
        name: of its block in the README.
        walk: acts on the app and returns what was read and seen.
    """

    name: str
    walk: Callable[[Hands, str], "Seen"]


@dataclass(frozen=True)
class Seen:
    """What a stop shows.

    Attributes:
        clicks: what was done, in words.
        readings: sentences of the app, in Markdown.
        url: path and query of the view.
        shots: pictures.
    """

    clicks: tuple[str, ...]
    readings: tuple[str, ...]
    url: str
    shots: tuple[Shot, ...]


def foot(page: Page, key: str) -> Locator:
    """The reading line under a chart."""
    return page.locator(f".st-key-{key}_foot")


def said(page: Page) -> str:
    """The sentence under the view's title, which answers its question."""
    below = "xpath=//h3/ancestor::*[@data-testid='stHeading']/following::p[string-length(.) > 60]"
    return text_of(main(page).locator(below).first)


def seen(hands: Hands, shot: Shot, *readings: str) -> Seen:
    """What a stop shows when all of its clicks are told."""
    return Seen(tuple(hands.steps), readings, address(hands.page), (shot,))


def transitions(hands: Hands, _other: str) -> Seen:
    page = hands.page
    hands.open("Transitions")
    alt = (
        "Three heatmaps of moves between tabs: observed, expected by the model, and how many times "
        "as often the model expects a move as it happens"
    )
    shot = Shot.of(page, "transitions", alt, foot(page, "transitions_heatmaps"))
    return seen(hands, shot, said(page))


def scenarios(hands: Hands, _other: str) -> Seen:
    page = hands.page
    hands.open("Scenarios")
    unknown = text_of(foot(page, "scenarios_head_tail").locator("p").first)
    first = said(page)
    given = main(page).get_by_text("next scenario given", exact=True)
    hands.click(given, "next scenario given")
    known = text_of(foot(page, "scenarios_head_tail").locator("p").first)
    alt = (
        "NDCG@10 per tab with intervals beside two kinds of popularity, and head against tail over "
        "the cut-offs, where the request names its tab"
    )
    shot = Shot.of(page, "scenarios", alt, foot(page, "scenarios_ndcg"))
    readings = tuple(
        f"*{label}.* {sentence} {reading.partition(' Solid:')[0]}"
        for label, sentence, reading in (
            ("Next scenario not given", first, unknown),
            ("Next scenario given", said(page), known),
        )
    )
    return seen(hands, shot, *readings)


def gate(hands: Hands, other: str) -> Seen:
    page = hands.page
    compare_with(hands, other)
    hands.open("Compare")
    alt = (
        "NDCG@10 of the model with and without the gate on the same events, per tab and over head "
        "and tail, with the paired differences and their intervals"
    )
    shot = Shot.of(page, "compare", alt, foot(page, "compare_runs_unknown"))
    return seen(hands, shot, said(page))


def compare_with(hands: Hands, other: str) -> None:
    """Choose the run to compare with, at the side."""
    box = side(hands.page).get_by_role("combobox", name="Compare with")
    hands.click(box, "Compare with", False)
    hands.click(hands.page.get_by_role("option", name=other, exact=True), other)


def findings(hands: Hands, other: str) -> Seen:
    """Choose three findings, write a caption under each, and keep them as a named list."""
    page = hands.page
    compare_with(hands, other)
    hands.open("Findings")
    wanted = {f"run_{other}" if key == "run" else key: text for key, text in CHOSEN.items()}
    boxes = main(page).locator('[data-testid="stCheckbox"]')
    for place in range(boxes.count()):
        box = boxes.nth(place)
        key = box.evaluate("e => e.closest('[class*=st-key-findings_take_]').className")
        tick = key.split("st-key-findings_take_")[1].split()[0] in wanted
        if box.locator("input").is_checked() != tick:
            hands.click(box, "the box of a finding")
    for key, caption in wanted.items():
        field = main(page).locator(f".st-key-findings_caption_{key} textarea").first
        hands.fill(field, caption, "the caption")
        hands.press(field, "Control+Enter")
    hands.click(page.get_by_role("button", name="Save as"), "Save as …", settle=False)
    hands.fill(page.get_by_placeholder("a name"), LIST, "the list's name")
    hands.click(page.get_by_role("button", name="Save", exact=True), "Save")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement?.blur()")
    alt = "The Findings view: what can be said, and what will be told with a caption under each"
    told = main(page).locator('[data-testid="stExpander"]').first  # down to the first one's picture
    shot = Shot.of(page, "findings", alt, told)
    steps = (
        "Compare with",
        other,
        "Findings",
        "boxes",
        "captions",
        f"{hands.clicks} clicks in all",
    )
    return Seen(steps, (said(page),), address(page), (shot,))


def address(page: Page) -> str:
    """Path and query of the page."""
    return "/" + page.url.split("/", 3)[3]


STOPS = (Stop("transitions", transitions), Stop("scenarios", scenarios), Stop("gate", gate))
