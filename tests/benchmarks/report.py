"""Size and time of a report: ``python -m tests.benchmarks.report [RUN]``.

Prints a Markdown table: findings, MB, seconds to build (tables opened, statements tested, pictures
drawn), then how it opens in a browser without a network, the middle of five times: seconds until
text is painted, until the figures of the first screen (1280 x 900) are drawn, until all are, CPU
seconds of the whole browser, and how many requests the page made to other places.
"""

import argparse
import contextlib
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

from ruie_core.analysis.store import RunStore
from ruie_core.report import html
from ruie_core.report.build import from_options
from ruie_core.report.gather import Desk
from tests.e2e.conftest import ARGUMENTS, CHROMIUM

REPEATS = 5


def main() -> None:
    """Build, open, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", nargs="?", type=Path, default=Path("checkpoints/demo"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.html"
        start = time.perf_counter()
        made = from_options(Desk(RunStore(given.run)), out)
        html.save(html.page(made), out)
        build = time.perf_counter() - start
        size = out.stat().st_size / 1e6
        found = sorted((opened(out) for _ in range(REPEATS)), key=lambda each: each.screen)
    middle = found[REPEATS // 2]
    print(
        "| findings | MB | build, s | text, s | first screen, s | all drawn, s | CPU, s "
        "| requests elsewhere |\n|---|---|---|---|---|---|---|---|"
    )
    print(
        f"| {len(made.sections)} | {size:.1f} | {build:.1f} | {middle.text:.2f} "
        f"| {middle.screen:.2f} | {middle.everything:.2f} | {middle.cpu:.2f} "
        f"| {max(each.elsewhere for each in found)} |"
    )


@dataclass(frozen=True)
class Opened:
    """How a page opened: seconds from the address, CPU seconds of all of Chromium's processes."""

    text: float
    screen: float
    everything: float
    cpu: float
    elsewhere: int


WATCH = """
const drawn = (plot) => plot.querySelector(".main-svg") !== null;
const seen = (plot) => {
  const { top, bottom } = plot.getBoundingClientRect();
  return top < window.innerHeight && bottom > 0;
};
let screen = null;
const look = () => requestAnimationFrame(() => setTimeout(() => {
  const plots = [...document.querySelectorAll("figure > div")];
  if (document.readyState === "loading" || !plots.length) return look();
  const now = performance.now() / 1000;
  if (screen === null && plots.filter(seen).every(drawn)) screen = now;
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  if (!paint || !plots.every(drawn)) return look();
  window.opened = { text: paint.startTime / 1000, screen, everything: now };
}));
look();
"""
"""Looks after each painted frame which figures have been drawn."""


def opened(page: Path) -> Opened:
    """Open a page without a network at 1280 x 900, and wait until all of it is drawn."""
    asked: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
        tab = context.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        before = _cpu()
        tab.add_init_script(WATCH)
        tab.goto(page.as_uri(), wait_until="commit")
        seen = tab.wait_for_function("() => window.opened", timeout=120_000).json_value()
        cpu = _cpu() - before
        browser.close()
    foreign = sum(not url.startswith(("file:", "data:", "blob:")) for url in asked)
    return Opened(**seen, cpu=cpu, elsewhere=foreign)


def _cpu() -> float:
    """CPU seconds so far of the browsers that this process started."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if "chrom" in process.name():
                total += sum(process.cpu_times()[:2])
    return total


if __name__ == "__main__":
    main()
