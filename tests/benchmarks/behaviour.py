"""Time of finding people by behaviour, on a fabricated run of a million steps.

``python -m tests.benchmarks.behaviour`` fabricates the run (25,000 users, 1 M events) and prints,
per sentence, the time on the clock and the CPU time over all threads of one uncached query; beside
them the CPU time of the same query on the file, where the columns in memory are left aside.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from ruie_core.analysis.behaviour.language import parse
from ruie_core.analysis.behaviour.statement import Statement, statement
from ruie_core.analysis.frames.people import asked
from ruie_core.analysis.narrow import narrow
from ruie_core.analysis.store import RunStore
from tests.fake_run import fabricate

SENTENCES = (
    "feed → search* within 3 events",
    "feed → search* within 3 events and Q drops > 0.5",
    "feed → search* within 3 events and Q of feed drops > 0.5 and ≥ 4 switches",
    "feed → search* and gate < 0.2 and NDCG > 0",
    "Q drops > 0.5",
    "Q drops > 0.5 within 5 events",
    "gate < 0.2 and rank of next > 100 and action like",
    "≥ 4 switches and NDCG under median and mostly in feed",
)


def timed(store: RunStore, query: Statement, repeat: int) -> tuple[int, list[float], list[float]]:
    """Ask again and again; return the users found, and milliseconds by the clock and of CPU."""
    users, clock, cpu = 0, [], []
    for _ in range(repeat):
        start = time.perf_counter(), time.process_time()
        users = len(store.sql(query.sql, query.params))
        clock.append(1_000 * (time.perf_counter() - start[0]))
        cpu.append(1_000 * (time.process_time() - start[1]))
    return users, clock, cpu


def main() -> None:
    """Fabricate, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=25_000)
    parser.add_argument("--repeat", type=int, default=15)
    given = parser.parse_args()
    table = Table(title=f"finding people among {given.users:,} with {given.events:,} events, ms")
    for column in ("behaviour", "users", "clock p50", "clock p95", "CPU p50", "CPU, file"):
        table.add_column(column, justify="left" if column == "behaviour" else "right")
    with tempfile.TemporaryDirectory() as folder:
        run = fabricate(Path(folder) / "run", users=given.users, events=given.events, items=20_000)
        store = RunStore(run)
        narrow(store)  # as the app does when it opens a run
        for sentence in SENTENCES:
            found = parse(sentence, store.scenarios, store.actions)
            query = asked(store, found)
            users, clock, cpu = timed(store, query, given.repeat)
            on_file = statement(found, store.scenarios, 'users."user"')
            _, _, slow = timed(store, on_file, given.repeat)
            middle = (*np.percentile(clock, [50, 95]), np.median(cpu), np.median(slow))
            table.add_row(sentence, f"{users:,}", *(f"{value:.0f}" for value in middle))
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
