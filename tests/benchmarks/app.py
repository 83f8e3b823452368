"""Server time of every interaction of the app, on a fabricated run of two million steps.

``python -m tests.benchmarks.app`` prints, per view of the registry and interaction, the time of one
script run: from the interaction to the last element handed to the browser (``AppTest``; its reading
of the elements is included, the socket is not). As in a browser, a control inside a fragment asks
for that fragment only; where the selection changes by it, the script goes on with the whole page,
which is included. Before each change of a control another user is opened,
untimed, so that no cache knows the answer. ``first`` is a view's very first run in this process:
imports, and for the first view the opening of the run. Clock and CPU time (of all threads) stand
side by side, because other programs may slow the clock.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import streamlit as st
from rich.console import Console
from rich.table import Table
from streamlit.testing.v1 import AppTest

from app.views.registry import VIEWS
from ruie_core.analysis.store import RunStore
from tests.benchmarks.fragments import Fragments
from tests.benchmarks.interactions import Interaction, controls, go_to, selections, unexercised
from tests.benchmarks.kept_run import NAME, asked_for, cohorts, environment, view_parser

MAIN = Path(__file__).resolve().parents[2] / "app" / "main.py"
REACH_MS, SWITCH_MS = 300.0, 200.0


class Times(NamedTuple):
    """Milliseconds of the repetitions of one interaction."""

    view: str
    interaction: str
    clock: list[float]
    cpu: list[float]


def timed(page: AppTest, times: Times, fragments: Fragments, fragment: str | None = None) -> None:
    """Run the script, or a fragment of it, and note how long it took.

    Raises:
        RuntimeError: the app shows an exception.
    """
    with fragments.only(fragment):
        start = time.perf_counter(), time.process_time()
        page.run()
        times.clock.append(1_000 * (time.perf_counter() - start[0]))
        times.cpu.append(1_000 * (time.process_time() - start[1]))
    if page.exception:
        raise RuntimeError(f"{times.view}, {times.interaction}: {page.exception[0].message}")


def measure(
    page: AppTest,
    view: str,
    first: list[Interaction],
    users: list[str],
    repeat: int,
    fragments: Fragments,
) -> Iterator[Times]:
    """Yield the times of everything that can be done in a view."""
    go_to(page, view)
    opened = Times(view, "first", [], [])
    timed(page, opened, fragments)
    yield opened
    for done in (Interaction("again", lambda _page, _n: True), *first):
        times = Times(view, done.name, [], [])
        for n in range(repeat):
            done.change(page, n)
            timed(page, times, fragments)
        yield times
    for done in list(controls(page)):
        times = Times(view, done.name, [], [])
        for n in range(repeat):
            _fresh(page, users)
            control = done.control(page) if done.control else None
            within = None if control is None else fragments.of(control)
            if done.change(page, n):
                timed(page, times, fragments, within)
        if times.clock:
            yield times
    for key in unexercised(page):
        Console().print(f"{view}: nothing is typed into {key}; say what in interactions.TEXTS")


def _fresh(page: AppTest, users: list[str]) -> None:
    """Look at a user nobody looked at, with nothing else selected."""
    for key in list(page.query_params):
        if key != "run":
            page.query_params.pop(key)
    page.query_params["user"] = users.pop()
    page.run()


def between(page: AppTest, users: list[str], repeat: int, fragments: Fragments) -> Times:
    """Time going from view to view with one user after another."""
    times = Times("all", "view to view", [], [])
    for _ in range(max(2, repeat // 2)):
        _fresh(page, users)
        for view in VIEWS:
            go_to(page, view.module)
            timed(page, times, fragments)
    return times


def table(measured: list[Times], title: str) -> Table:
    """Return the table of all interactions."""
    made = Table(title=title)
    columns = ("n", "clock p50", "p95", "max", "CPU p50", "p95", "reached")
    for column in ("view", "interaction", *columns):
        left = column in ("view", "interaction", "reached")
        made.add_column(column, justify="left" if left else "right")
    for times in measured:
        clock = np.percentile(times.clock, [50, 95, 100])
        cpu = np.percentile(times.cpu, [50, 95])
        cells = (f"{value:.0f}" for value in (*clock, *cpu))
        made.add_row(times.view, times.interaction, str(len(times.clock)), *cells, verdict(times))
    return made


def verdict(times: Times) -> str:
    """Say whether the 95th percentile is within what is to be reached."""
    if times.interaction == "first":
        return ""
    reach = SWITCH_MS if times.interaction == "another user" else REACH_MS
    clock, cpu = np.percentile(times.clock, 95), np.percentile(times.cpu, 95)
    if clock < reach:
        return "yes"
    return "in CPU time" if cpu < reach else "NO"


def main() -> None:
    """Fabricate where needed, measure, print."""
    parser = view_parser(__doc__)
    parser.add_argument("--repeat", type=int, default=10)
    given = parser.parse_args()
    place, users = asked_for(given)
    os.environ |= environment(place)
    known = RunStore(place / "runs" / NAME)
    page = AppTest.from_file(MAIN, default_timeout=300)
    page.query_params["user"] = users.pop()
    asked = selections(users, known.scenarios, cohorts(place)[0])
    load = os.getloadavg()
    measured: list[Times] = []
    fragments = Fragments()
    with fragments.known():
        for view in given.views:
            measured += measure(page, view, asked, users, given.repeat, fragments)
            Console(stderr=True).print(f"{view}: {len(measured)} interactions so far")
        measured.append(between(page, users, given.repeat, fragments))
    title = f"server time, ms: {given.steps:,} steps of {given.users:,} users"
    Console(width=140).print(table(measured, title))
    timed_ = [times for times in measured if times.interaction != "first"]
    every = np.concatenate([times.clock for times in timed_])
    cpu = np.concatenate([times.cpu for times in timed_])
    print(f"all interactions: n {len(every):,}, clock p95 {np.percentile(every, 95):.0f} ms, "
          f"CPU p95 {np.percentile(cpu, 95):.0f} ms")  # fmt: skip
    print(f"load average before {load[0]:.1f}, after {os.getloadavg()[0]:.1f}, "
          f"{os.cpu_count()} cores")  # fmt: skip
    st.cache_data.clear()
    st.cache_resource.clear()


if __name__ == "__main__":
    main()
