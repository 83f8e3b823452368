"""Server time of the app per view and per user switch, on a fabricated run of a million steps.

``python -m tests.benchmarks.app`` fabricates the run (25,000 users, 1 M events) and prints p50 and
p95 of one script run: from the interaction to the last element handed to the browser. ``first``
is the view's very first run in this process: imports, the opening of the run (hashes of all its
files), empty caches. ``switch`` opens the view on a user who was never asked for before, so that no
cache knows the answer; ``again`` repeats the view as it is. ``an edit`` forces the next scenario in
the What-if view: the model's answer to an edit that it was never asked, and its figures.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from app.views.registry import VIEWS
from tests.fake_run import fabricate

MAIN = Path(__file__).resolve().parents[2] / "app" / "main.py"
REACH_MS = 300.0


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    work()
    return 1_000 * (time.perf_counter() - start)


def measure(page: AppTest, view: str, users: list[str]) -> dict[str, list[float]]:
    """Time the first run, one switch per user, and as many plain repetitions."""
    page._page_hash = calc_hash("" if view == VIEWS[0].module else view)
    times: dict[str, list[float]] = {"first": [milliseconds(page.run)], "switch": [], "again": []}
    for user in users:
        page.query_params["user"] = user
        times["switch"].append(milliseconds(page.run))
        times["again"].append(milliseconds(page.run))
        if page.exception:
            raise RuntimeError(f"{view}: {page.exception[0].message}")
    return times


def view_switches(page: AppTest, rounds: int) -> list[float]:
    """Time going from view to view with the same user."""
    times = []
    for _ in range(rounds):
        for view in VIEWS:
            page._page_hash = calc_hash("" if view is VIEWS[0] else view.module)
            times.append(milliseconds(page.run))
    return times


def edits(page: AppTest, users: list[str]) -> list[float]:
    """Time the answer to one new edit per user in the What-if view."""
    page._page_hash = calc_hash("whatif")
    times = []
    for user in users:
        page.query_params["user"] = user
        page.run()
        forced = page.selectbox(key="whatif_next")
        forced.select(forced.options[1])
        times.append(milliseconds(page.run))
    return times


def main() -> None:
    """Fabricate, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=25_000)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--repeat", type=int, default=30)
    given = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        fabricate(Path(folder) / "large", users=given.users, events=given.events, items=given.items)
        os.environ["RUIE_CHECKPOINTS"] = folder
        page = AppTest.from_file(MAIN, default_timeout=120)
        rng = np.random.default_rng(0)
        chosen = rng.choice(given.users, len(VIEWS) * given.repeat, replace=False)
        names = [f"u{10_000 + 7 * int(user)}" for user in chosen]
        table = Table(title=f"server time, {given.events:,} events of {given.users:,} users, ms")
        for column in ("view", "first", "switch p50", "switch p95", "again p50", "again p95"):
            table.add_column(column, justify="left" if column == "view" else "right")
        worst = 0.0
        for place, view in enumerate(VIEWS):
            part = names[place * given.repeat : (place + 1) * given.repeat]
            times = measure(page, view.module, part)
            middle = {name: np.percentile(values, [50, 95]) for name, values in times.items()}
            worst = max(worst, middle["switch"][1], middle["again"][1])
            table.add_row(
                view.title,
                f"{times['first'][0]:.0f}",
                *(f"{value:.0f}" for name in ("switch", "again") for value in middle[name]),
            )
        between = np.percentile(view_switches(page, max(5, given.repeat // 3)), [50, 95])
        table.add_row("view to view", "", "", "", *(f"{value:.0f}" for value in between))
        answers = np.percentile(edits(page, names[: given.repeat]), [50, 95])
        table.add_row("What if, an edit", "", *(f"{value:.0f}" for value in answers), "", "")
        console.print(table)
        worst = max(worst, answers[1])
        reached = "reached" if max(worst, between[1]) < REACH_MS else "NOT reached"
        console.print(f"p95 under {REACH_MS:.0f} ms: {reached}")


if __name__ == "__main__":
    main()
