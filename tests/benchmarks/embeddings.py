"""Maps of many points: 50,000 and 100,000 in a browser, and rasters of a million, zoom by zoom.

``python -m tests.benchmarks.embeddings`` fabricates three runs: a million states of 2,000 items,
50,000 items, which are drawn one by one, and 100,000, which are a raster. ``zoom`` is the server's
time for one zoom of the map of states that nobody asked for before: the whole view, from the
interaction to the last element handed to the browser. ``first`` is the view's first run in the
process: imports, the opening of the run, empty caches. A map of items is timed in headless Chromium
with WebGL in software until it is on the canvas: after opening the page, which loads the app first,
and after choosing another colour on an open page. Beside it stands the floor: as many points of one
colour, drawn by Plotly alone on an empty page, by the same browser. All by the clock and in CPU
time, since the clock also counts what else the machine does (its load is in the title).
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from ruie_core.analysis.frames.maps import MOST_POINTS, STATES, Window, map_extent
from ruie_core.analysis.runs import list_runs
from ruie_core.analysis.shapes import Shape, kept, mark_of, write
from ruie_core.analysis.store import RunStore
from tests.benchmarks.app import MAIN
from tests.e2e.conftest import ARGUMENTS, CHROMIUM, see_no_tour
from tests.fake_run import fabricate
from tests.serve import running

COLORS = ("scenario", "category", "popularity", "gate")
ZOOM_MS, DRAWN_MS = 2_000.0, 4_000.0
Times = dict[str, list[float]]


def zooms(folder: Path, repeat: int) -> tuple[float, Times, Times]:
    """Time the view's first run, and zooms of the map of states by the clock and in CPU time."""
    os.environ["RUIE_CHECKPOINTS"] = str(folder)
    page = AppTest.from_file(MAIN, default_timeout=300)
    page._page_hash = calc_hash("embeddings")
    page.query_params["user"] = "u10000"
    start = time.perf_counter()
    page.run()
    first = 1_000 * (time.perf_counter() - start)
    mark = mark_of(map_extent(RunStore(list_runs(folder)[0].path), STATES))
    rng = np.random.default_rng(0)
    times: Times = {}
    cpu: Times = {}
    for color in COLORS:
        page.segmented_control(key="state_color").set_value(color).run()
        for _ in range(repeat):
            half = rng.uniform(2, 10)
            x, y = rng.uniform(-6, 6, 2)
            window = Window(x - half, x + half, y - half, y + half)
            page.query_params[STATES] = write(mark, kept(Shape(window)))
            start, spent = time.perf_counter(), time.process_time()
            page.run()
            times.setdefault(color, []).append(1_000 * (time.perf_counter() - start))
            cpu.setdefault(color, []).append(1_000 * (time.process_time() - spent))
            if page.exception:
                raise RuntimeError(page.exception[0].message)
    return first, times, cpu


def descendants_cpu() -> float:
    """Return the CPU time (ms) of all processes that this one started and that still run."""
    parents, spent = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended just now
        parents[int(stat.parent.name)] = int(fields[1])
        spent[int(stat.parent.name)] = int(fields[11]) + int(fields[12])
    own = {os.getpid()}
    while more := {child for child, parent in parents.items() if parent in own} - own:
        own |= more
    ticks = sum(spent[process] for process in own - {os.getpid()})
    return 1_000 * ticks / os.sysconf("SC_CLK_TCK")


def drawn(folder: Path, items: int, repeat: int) -> Times:
    """Time the map of items on a browser's canvas: by the clock, and CPU of server and browser."""
    with running(f"server-embeddings-{items}.log", {"RUIE_CHECKPOINTS": folder}) as server:
        times = _drawn(f"{server.address}/embeddings?user=u10000", items, repeat)
    return {f"{items:,} items, {name}": values for name, values in times.items()}


_ON_CANVAS = """([points_wanted, raster]) => {
    const plot = document.querySelector('.st-key-item_map .js-plotly-plot')
    if (!plot?._fullLayout || plot.dataset.seen) return false
    if (raster) return plot._fullLayout.images.length && plot.querySelector('image')
    const points = plot._fullData.reduce((n, trace) => n + (trace._length ?? 0), 0)
    return points >= points_wanted && plot.querySelector('.gl-canvas')
        && plot._fullLayout._plots.xy._scene
}"""
"""The map of items is there, and not yet marked as seen."""


def _drawn(address: str, items: int, repeat: int) -> Times:
    times: Times = {}

    def timed(name: str, page: Page, act: Callable[[], object]) -> None:
        start, before = time.perf_counter(), descendants_cpu()
        act()
        page.wait_for_function(_ON_CANVAS, arg=[items, items > MOST_POINTS])
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        times.setdefault(name, []).append(1_000 * (time.perf_counter() - start))
        times.setdefault(f"{name}, CPU of all", []).append(descendants_cpu() - before)
        page.evaluate("document.querySelector('.st-key-item_map .js-plotly-plot').dataset.seen = 1")

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for place in range(repeat + 1):
            context = browser.new_context(viewport={"width": 1600, "height": 1150})
            see_no_tour(context)
            page = context.new_page()
            page.set_default_timeout(180_000)
            timed("page opened", page, lambda page=page: page.goto(address))
            page.wait_for_timeout(3_000)
            for color in ("scenario", "popularity"):
                button = page.locator(".st-key-item_color").get_by_role("radio", name=color)
                timed("drawn by another colour", page, button.click)
                page.wait_for_timeout(2_000)
            context.close()
            if not place:
                times.clear()  # the server had not seen the page before
        browser.close()
    return times


_BARE = """async () => {
    const start = performance.now()
    await Plotly.newPlot(document.querySelector('.js-plotly-plot'), figure.data, figure.layout)
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
    return performance.now() - start
}"""


def bare(points: int, repeat: int) -> Times:
    """Time the floor: points of one colour on an empty page, drawn by Plotly again and again."""
    x, y = np.random.default_rng(0).normal(size=(2, points)).astype("float32")
    figure = go.Figure(go.Scattergl(x=x, y=y, mode="markers", hoverinfo="skip"))
    figure.update_layout(width=1_000, height=600)
    empty = go.Figure().to_html(include_plotlyjs=True)
    times: Times = {}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1600, "height": 1150})
        page.set_default_timeout(180_000)
        page.set_content(empty)
        page.evaluate(f"window.figure = {figure.to_json()}; 0")
        for _ in range(repeat + 1):
            before = descendants_cpu()
            times.setdefault("by Plotly alone", []).append(page.evaluate(_BARE))
            spent = descendants_cpu() - before
            times.setdefault("by Plotly alone, CPU of all", []).append(spent)
        browser.close()
    return {f"{points:,} points, {name}": values[1:] for name, values in times.items()}


def main() -> None:
    """Fabricate, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, nargs="+", default=[MOST_POINTS, 100_000])
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        states = folder / "states"
        fabricate(states / "run", users=given.events // 40, events=given.events, items=2_000)
        for n in given.items:
            fabricate(folder / str(n) / "run", users=1_000, events=4_000, items=n)
        load = os.getloadavg()[0]
        first, times, cpu = zooms(states, given.repeat)
        canvas: Times = {}
        for n in given.items:
            canvas |= drawn(folder / str(n), n, given.repeat) | bare(n, given.repeat)
    title = f"{given.events:,} states; ms; load {load:.1f} before"
    table = Table(title=f"{title}, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} cores")
    for column in ("what", "p50", "worst", "n"):
        table.add_column(column, justify="left" if column == "what" else "right")
    table.add_row("view, first run in the process", f"{first:.0f}", f"{first:.0f}", "1")
    rows = {f"zoom, by {name}": part for name, part in times.items()}
    rows |= {f"zoom, by {name}, CPU": part for name, part in cpu.items()}
    rows |= canvas
    for name, values in rows.items():
        middle = f"{np.median(values):.0f}"
        table.add_row(name, middle, f"{max(values):.0f}", str(len(values)))
    console = Console()
    console.print(table)
    worst = max(max(values) for values in times.values())
    console.print(f"zoom under {ZOOM_MS:.0f} ms: {'reached' if worst < ZOOM_MS else 'NOT reached'}")
    for n in given.items:
        slowest = max(canvas[f"{n:,} items, drawn by another colour"])
        reached = "reached" if slowest < DRAWN_MS else "NOT reached"
        console.print(f"{n:,} drawn under {DRAWN_MS:.0f} ms: {reached}")


if __name__ == "__main__":
    main()
