"""Maps of many points: drawing 100,000 in a browser, and rasters of a million, zoom by zoom.

``python -m tests.benchmarks.embeddings`` fabricates a run of a million states and 100,000 items.
``zoom`` is the server's time for one zoom of the map of states that nobody asked for before: from
the interaction to the last element handed to the browser, all colours in turn. ``first`` is the
view's first run in the process: imports, the opening of the run, empty caches. ``drawn`` is the
clock time in headless Chromium with WebGL in software, from opening the page until the map of items
(100,000 points, one by one) is on the canvas, once the server has seen the page before.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from app.components.map_look import Look
from ruie_core.analysis.frames.maps import Window
from tests.benchmarks.app import MAIN, milliseconds
from tests.fake_run import fabricate

COLORS = ("scenario", "category", "popularity", "gate")
ZOOM_MS, DRAWN_MS = 2_000.0, 4_000.0
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--use-gl=angle", "--use-angle=swiftshader"]


def zooms(folder: Path, repeat: int) -> tuple[float, dict[str, list[float]]]:
    """Time the view's first run and zooms of the map of states that are asked for once."""
    os.environ["RUIE_CHECKPOINTS"] = str(folder)
    page = AppTest.from_file(MAIN, default_timeout=300)
    page._page_hash = calc_hash("embeddings")
    page.query_params["user"] = "u10000"
    first = milliseconds(page.run)
    rng = np.random.default_rng(0)
    times: dict[str, list[float]] = {}
    for color in COLORS:
        page.segmented_control(key="state_color").set_value(color).run()
        for _ in range(repeat):
            half = rng.uniform(2, 10)
            x, y = rng.uniform(-6, 6, 2)
            window = Window(x - half, x + half, y - half, y + half)
            page.session_state["state_map_look"] = Look(window)
            times.setdefault(color, []).append(milliseconds(page.run))
            if page.exception:
                raise RuntimeError(page.exception[0].message)
    return first, times


def drawn(folder: Path, repeat: int) -> list[float]:
    """Time the map of items on the canvas of a browser."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(MAIN), "--server.headless", "true"]
    process = subprocess.Popen(
        [*command, "--server.port", str(port)],
        env=os.environ | {"RUIE_CHECKPOINTS": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2)
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.3)
        return _drawn(f"http://127.0.0.1:{port}/embeddings?user=u10000", repeat)
    finally:
        process.terminate()
        process.wait(20)


def _drawn(address: str, repeat: int) -> list[float]:
    times = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        for _ in range(repeat + 1):
            page = browser.new_page(viewport={"width": 1600, "height": 1150})
            page.set_default_timeout(180_000)
            start = time.perf_counter()
            page.goto(address)
            page.wait_for_function(
                """() => {
                    const plot = document.querySelector('.st-key-item_map .js-plotly-plot')
                    const data = plot?._fullData ?? []
                    const points = data.reduce((n, trace) => n + (trace._length ?? 0), 0)
                    return points >= 100000 && plot.querySelector('.gl-canvas')
                        && plot._fullLayout._plots.xy._scene
                }"""
            )
            page.screenshot()  # waits until the canvas is composed
            times.append(1_000 * (time.perf_counter() - start))
            page.close()
        browser.close()
    return times[1:]


def main() -> None:
    """Fabricate, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        fabricate(
            folder / "large", users=given.events // 40, events=given.events, items=given.items
        )
        first, times = zooms(folder, given.repeat)
        canvas = drawn(folder, given.repeat)
    table = Table(title=f"{given.events:,} states, {given.items:,} items; ms")
    for column in ("what", "p50", "worst", "n"):
        table.add_column(column, justify="left" if column == "what" else "right")
    table.add_row("view, first run in the process", f"{first:.0f}", f"{first:.0f}", "1")
    for name, values in [*((f"zoom, by {name}", part) for name, part in times.items()),
                         (f"{given.items:,} items drawn", canvas)]:  # fmt: skip
        middle = f"{np.median(values):.0f}"
        table.add_row(name, middle, f"{max(values):.0f}", str(len(values)))
    console = Console()
    console.print(table)
    worst = max(max(values) for values in times.values())
    console.print(f"zoom under {ZOOM_MS:.0f} ms: {'reached' if worst < ZOOM_MS else 'NOT reached'}")
    reached = "reached" if max(canvas) < DRAWN_MS else "NOT reached"
    console.print(f"drawn under {DRAWN_MS:.0f} ms: {reached}")


if __name__ == "__main__":
    main()
