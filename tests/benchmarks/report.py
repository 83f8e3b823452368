"""Size and time of a report: ``python -m tests.benchmarks.report [RUN]``.

Prints a Markdown table: findings, MB, seconds to build (tables opened, statements tested, pictures
drawn), seconds until a browser without a network has drawn the last picture, and how many requests
the page made to other places.
"""

import argparse
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from ruie_core.analysis.store import RunStore
from ruie_core.report import html
from ruie_core.report.build import from_options
from ruie_core.report.gather import Desk
from tests.e2e.conftest import ARGUMENTS, CHROMIUM


def main() -> None:
    """Build, open, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", nargs="?", type=Path, default=Path("checkpoints/demo"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.html"
        start = time.perf_counter()
        made = from_options(Desk(RunStore(given.run)), None, None, None, out)
        html.save(html.page(made), out)
        build = time.perf_counter() - start
        seconds, requests = opened(out, len(made.sections))
        size = out.stat().st_size / 1e6
    print("| findings | MB | build, s | open, s | requests elsewhere |\n|---|---|---|---|---|")
    print(f"| {len(made.sections)} | {size:.1f} | {build:.1f} | {seconds:.1f} | {requests} |")


def opened(page: Path, figures: int) -> tuple[float, int]:
    """Open a page without a network; return seconds until all is drawn, and foreign requests."""
    asked: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        tab = browser.new_context(offline=True).new_page()
        tab.on("request", lambda request: asked.append(request.url))
        start = time.perf_counter()
        tab.goto(page.as_uri())
        drawn = "n => document.querySelectorAll('.js-plotly-plot').length === n"
        tab.wait_for_function(drawn, arg=figures)
        seconds = time.perf_counter() - start
        browser.close()
    return seconds, sum(not url.startswith(("file:", "data:", "blob:")) for url in asked)


if __name__ == "__main__":
    main()
