"""Preparation of a log of KuaiSAR's size: rows/s and peak memory, beside readers of the same files.

    python -m tests.benchmarks.prepare [--scale 0.1] [--keep FOLDER] [--keep-mode all]

Generates 14.6 M recommendation rows, 5.06 M search rows and 6.9 M items (about 3 GB of CSV; times
``--scale`` if given) into a temporary folder, or into ``--keep``, where the log of an earlier run
is used again. Then each contender runs in a process of its own, whose peak resident memory the
operating system reports:

- ``ruie prepare``: read, check, drop duplicates, filter, code, sort, write.
- DuckDB scan: parse the two logs as text and look at every value; no typing, nothing is written.
  The floor for anything on DuckDB.
- pandas: ``read_csv`` of the two logs, types inferred; nothing is checked, sorted or written.

The two peers do less than the preparation does: they are what reading alone costs. On a machine
that has other work, look at the CPU seconds: the load is printed beside each contender.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

USERS, ITEMS, REC_EVENTS, SEARCH_EVENTS = 25_877, 6_900_000, 14_605_716, 5_059_169
TARGET_SECONDS, TARGET_GB = 90, 4
LOGS = ("rec_inter.csv", "src_inter.csv")


class Result(NamedTuple):
    """What one process took."""

    seconds: float
    cpu_seconds: float
    peak_gb: float


def run_prepare(options: argparse.Namespace) -> None:
    """The contender: prints each step with the seconds since the start."""
    from ruie_core.data.prepare import prepare
    from ruie_core.data.settings import KuaiSarSettings, PrepareConfig
    from ruie_core.data.summary import Step

    began = time.perf_counter()

    def report(step: Step) -> None:
        line = f"{time.perf_counter() - began:7.1f} s  {step.name}: {step.events:,} events, "
        print(f"  {line}{step.users:,} users, {step.items:,} items", flush=True)

    settings = PrepareConfig.model_validate(
        {"keep": options.keep_mode, "memory_limit": options.memory_limit}
    )
    source = KuaiSarSettings(folder=options.folder)
    summary = prepare(source, settings, options.folder / "prepared", force=True, report=report)
    print(f"  {summary.seconds:7.1f} s  written")


def run_scan(options: argparse.Namespace) -> None:
    """Peer: DuckDB parses every value of the logs."""
    import duckdb

    connection = duckdb.connect(config={"memory_limit": options.memory_limit})
    for name in LOGS:
        path = str(options.folder / name)
        connection.execute(
            "SELECT max(COLUMNS(*)) FROM read_csv($1, all_varchar = true)", [path]
        ).fetchall()


def run_pandas(options: argparse.Namespace) -> None:
    """Peer: pandas reads the logs into memory."""
    import pandas as pd

    frames = [pd.read_csv(options.folder / name) for name in LOGS]
    print(f"  {sum(len(frame) for frame in frames):,} rows in memory")


def run_generator(options: argparse.Namespace) -> None:
    """Write the log, unless the very same is there."""
    from ruie_core.data.sample.settings import SampleConfig
    from ruie_core.data.sample.write import write_sample

    config = SampleConfig(
        users=round(USERS * options.scale),
        items=round(ITEMS * options.scale),
        rec_events=round(REC_EVENTS * options.scale),
        search_events=round(SEARCH_EVENTS * options.scale),
        gzip=False,
    )
    parameters = options.folder / "truth" / "parameters.json"
    if parameters.is_file():
        kept = json.loads(parameters.read_text())["settings"]
        if kept == config.model_dump(mode="json"):
            print("  there already")
            return
    summary = write_sample(config, options.folder, force=True)
    print(f"  {summary.size / 1e9:.1f} GB")


GENERATOR = "ruie sample"
STEPS: dict[str, Callable[[argparse.Namespace], None]] = {
    GENERATOR: run_generator,
    "ruie prepare": run_prepare,
    "DuckDB scan": run_scan,
    "pandas read_csv": run_pandas,
}


def measure(name: str, arguments: list[str]) -> Result:
    """Run one step in a process of its own.

    This process stays small: a child's peak memory begins with that of its parent.
    """
    command = [sys.executable, "-m", "tests.benchmarks.prepare", *arguments, "--step", name]
    began = time.perf_counter()
    process = os.posix_spawn(sys.executable, command, os.environ)
    _, status, usage = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{name} failed")
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes there, KiB elsewhere
    return Result(
        seconds=time.perf_counter() - began,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_gb=usage.ru_maxrss * unit / 1e9,
    )


def rows_in(folder: Path) -> int:
    """Rows of the two logs, headers not counted."""
    lines = 0
    for name in LOGS:
        with (folder / name).open("rb") as file:
            while block := file.read(1 << 20):
                lines += block.count(b"\n")
    return lines - len(LOGS)


def compare(folder: Path, options: argparse.Namespace) -> None:
    """Measure everyone and print the table."""
    shared = ["--folder", str(folder), "--scale", str(options.scale)]
    shared += ["--keep-mode", options.keep_mode, "--memory-limit", options.memory_limit]
    used_again = (folder / "truth").is_dir()
    results = {}
    for name in STEPS:
        print(f"{name} (load {os.getloadavg()[0]:.1f})", flush=True)
        results[name] = measure(name, shared)
    if used_again:
        del results[GENERATOR]
    rows = rows_in(folder)
    size = sum((folder / name).stat().st_size for name in LOGS)
    print(f"\n{rows:,} rows, {size / 1e9:.2f} GB of logs, {os.cpu_count()} cores")
    print("\n| what | seconds | CPU seconds | rows/s | peak RSS, GB |\n|---|---|---|---|---|")
    for name, result in results.items():
        print(
            f"| {name} | {result.seconds:.1f} | {result.cpu_seconds:.1f} "
            f"| {rows / result.seconds:,.0f} | {result.peak_gb:.2f} |"
        )
    ours, floor = results["ruie prepare"], results["DuckDB scan"]
    print(f"\n{ours.seconds / floor.seconds:.1f} times the scan", end="")
    if options.scale == 1:
        met = ours.seconds < TARGET_SECONDS and ours.peak_gb < TARGET_GB
        print(f"; target {TARGET_SECONDS} s and {TARGET_GB} GB {'met' if met else 'MISSED'}")
    else:
        print()


def main() -> None:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--scale", type=float, default=1.0, help="share of KuaiSAR's size")
    parser.add_argument("--keep", type=Path, help="folder for the log, kept and used again")
    parser.add_argument("--keep-mode", choices=("positive", "all"), default="positive")
    parser.add_argument("--memory-limit", default="2GB", help="of DuckDB, before it spills")
    parser.add_argument("--step", choices=tuple(STEPS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        STEPS[options.step](options)
    elif options.keep:
        compare(options.keep, options)
    else:
        with tempfile.TemporaryDirectory(prefix="ruie-benchmark-") as place:
            compare(Path(place) / "log", options)


if __name__ == "__main__":
    main()
