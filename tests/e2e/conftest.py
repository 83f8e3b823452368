"""A real browser on a real server: the app on a free port of this machine, Debian's Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app.components.tour import COOKIE
from tests.e2e.watch import Watch
from tests.fake_run import fabricate
from tests.fake_summaries import write_experiments
from tests.serve import serving

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--use-gl=angle",
    "--use-angle=swiftshader",
]


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two fabricated runs."""
    folder = tmp_path_factory.mktemp("checkpoints")
    fabricate(folder / "steady", users=120, events=4_000, items=400, seed=1)
    fabricate(
        folder / "shaky",
        users=120,
        events=4_000,
        items=400,
        split="temporal",
        healthy=False,
        seed=2,
    )
    return folder


@pytest.fixture(scope="session")
def experiments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fabricated tables of experiments."""
    return write_experiments(tmp_path_factory.mktemp("experiments"))


@pytest.fixture(scope="session")
def server(
    checkpoints: Path, experiments: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Address of the running app."""
    places = {
        "RUIE_CHECKPOINTS": checkpoints,
        "RUIE_EXPERIMENTS": experiments,
        "RUIE_DATA": tmp_path_factory.mktemp("data"),
    }
    with serving("server.log", places) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; where it is absent these tests fail: they were asked for by name."""
    if not Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is missing: install Debian's package chromium")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


def see_no_tour(context: BrowserContext) -> None:
    """Make a browser one that has seen the tour."""
    context.add_cookies([{"name": COOKIE, "value": "seen", "domain": "127.0.0.1", "path": "/"}])


@pytest.fixture(params=["light"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh session at 1440 x 900, of somebody who has seen the tour."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, color_scheme=request.param
    )
    context.set_default_timeout(30_000)
    see_no_tour(context)
    yield context.new_page()
    context.close()


@pytest.fixture
def watch(page: Page, server: str) -> Watch:
    """What the page says to the console and asks of the network."""
    return Watch(page, server)
