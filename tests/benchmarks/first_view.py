"""First sight of every view in a real browser: seconds until its charts are drawn.

``python -m tests.benchmarks.first_view`` starts the app on a fabricated run, opens every registered
view once so that the server is warm, and then opens each in a fresh browser without a cache, of
somebody who has seen the tour: headless Chromium, 1440 x 900, WebGL in software. ``first screen``
is when every chart that begins within the window is drawn and nothing pending is left in it,
``whole`` when that holds of the page and the script has finished; views without charts count by
their title. Both from the navigation, by the page's own clock, watched from within the page at
every frame. Beside them the CPU time of server and browser, since the clock also counts what else
the machine does. The last row is the floor: a Streamlit page with one line chart and nothing else
(``bare_page.py``), served and opened alike. A console error or a request to another host is printed
and counts.
"""

import os

import numpy as np
from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.table import Table

from app.views.registry import VIEWS
from tests.benchmarks.embeddings import descendants_cpu
from tests.benchmarks.kept_run import asked_for, environment, view_parser
from tests.e2e.conftest import ARGUMENTS, CHROMIUM, see_no_tour
from tests.e2e.watch import Watch
from tests.serve import running

FIRST_SECONDS = 2.5

_LISTEN = """
window.firstSight = {}
const look = () => {
    const app = document.querySelector('[data-testid="stApp"]')
    const main = document.querySelector('[data-testid="stMain"]')
    const pending = [...document.querySelectorAll('[data-testid="stSkeleton"]')]
    const charts = [...document.querySelectorAll('[data-testid="stPlotlyChart"]')]
    const seen = (one) => one.getBoundingClientRect().top < innerHeight
    const drawn = (one) => one.querySelector('.main-svg')
    const titled = main?.querySelector('h1, h2, h3')
    const done = app?.getAttribute('data-test-script-state') === 'notRunning'
    const ready = (some, waiting) => titled && !waiting.length && some.every(drawn)
        && (some.length || done)
    if (!window.firstSight.screen && ready(charts.filter(seen), pending.filter(seen)))
        window.firstSight.screen = performance.now()
    if (done && ready(charts, pending)) window.firstSight.whole = performance.now()
    else requestAnimationFrame(look)
}
requestAnimationFrame(look)
"""


def sight(browser: Browser, server: str, path: str) -> tuple[dict[str, float], list[str]]:
    """Open a page in a fresh browser context.

    Args:
        browser: the browser.
        server: its address.
        path: of the page, with its query.

    Returns:
        Seconds until the first ``screen`` and the ``whole`` page are drawn and ``cpu`` seconds of
        server and browser; and what went wrong.
    """
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(180_000)
    see_no_tour(context)
    context.add_init_script(_LISTEN)
    page = context.new_page()
    watch = Watch(page, server)
    spent = descendants_cpu()
    page.goto(f"{server}/{path}", wait_until="commit")
    page.wait_for_function("window.firstSight?.whole")
    found = page.evaluate("window.firstSight")
    seconds = {name: found[name] / 1_000 for name in ("screen", "whole")}
    seconds["cpu"] = (descendants_cpu() - spent) / 1_000
    page.wait_for_timeout(500)
    context.close()
    return seconds, [*watch.errors, *(f"asked {url}" for url in watch.elsewhere)]


def _path(view: str) -> str:
    """Return the path of a view; the first one's is the root."""
    return "" if view == VIEWS[0].module else view


def main() -> None:
    """Fabricate where needed, serve, open, print."""
    parser = view_parser(__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    place, users = asked_for(given)
    load, faults, worst = os.getloadavg()[0], [], 0.0
    table = Table(title=f"first sight, s: {given.steps:,} steps of {given.users:,} users")
    for column in ("view", "n", "first screen p50", "max", "whole p50", "max", "CPU p50"):
        table.add_column(column, justify="left" if column == "view" else "right")
    with running("server-first.log", environment(place)) as server, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with running("server-bare.log", {}, "tests/benchmarks/bare_page.py") as bare:
            places = [(view, server.address, _path(view)) for view in given.views]
            for name, address, path in [*places, ("(bare page)", bare.address, "")]:
                sight(browser, address, f"{path}?user={users.pop()}")  # the server gets warm
                measured = []
                for _ in range(given.repeat):
                    times, wrong = sight(browser, address, f"{path}?user={users.pop()}")
                    measured.append(times)
                    faults += [f"{name}: {fault}" for fault in wrong]
                columns = {key: [times[key] for times in measured] for key in measured[0]}
                worst = max(worst, *columns["screen"])
                cells = [np.median(columns["screen"]), max(columns["screen"])]
                cells += [np.median(columns["whole"]), max(columns["whole"])]
                cells += [np.median(columns["cpu"])]
                table.add_row(name, str(given.repeat), *(f"{value:.2f}" for value in cells))
                Console(stderr=True).print(f"{name}: {cells[0]:.2f} s")
        browser.close()
    Console(width=110).print(table)
    for fault in faults:
        print(f"wrong: {fault}")
    reached = worst < FIRST_SECONDS and not faults
    print(f"first screen under {FIRST_SECONDS} s, nothing wrong: "
          f"{'reached' if reached else 'NOT reached'}")  # fmt: skip
    print(f"load average before {load:.1f}, after {os.getloadavg()[0]:.1f}, "
          f"{os.cpu_count()} cores")  # fmt: skip


if __name__ == "__main__":
    main()
