"""A fabricated run for the app's benchmarks, made once and kept in ``artefacts/runs`` (ignored)."""

import argparse
import hashlib
import os
import shutil
from pathlib import Path

import numpy as np

from app.views.registry import VIEWS
from ruie_core.analysis.behaviour.language import parse
from ruie_core.analysis.cohorts import described, list_cohorts, save_cohort
from ruie_core.analysis.frames.people import matching_users
from ruie_core.analysis.store import RunStore
from tests.fake_run import fabricate
from tests.fake_summaries import write_experiments

REPOSITORY = Path(__file__).resolve().parents[2]
KEPT = REPOSITORY / "artefacts" / "runs"
COHORT, MEMBERS = "Moved to search", "feed → search* within 3 events and ≥ 4 switches"
NAME = "large"


def kept_run(users: int, steps: int, items: int = 20_000, folder: Path = KEPT) -> Path:
    """Return a checkpoints folder with one run of this size, and a cohort in it.

    It is made anew where the code that fabricates it has changed.
    """
    sources = sorted((REPOSITORY / "tests").glob("fake_*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:8]
    place = folder / f"{users}-{steps}-{items}-{digest}"
    if not place.is_dir():
        part = place.with_name(f"{place.name}.tmp-{os.getpid()}")
        shutil.rmtree(part, ignore_errors=True)
        fabricate(part / "runs" / NAME, users=users, events=steps, items=items)
        write_experiments(part / "experiments")
        store = RunStore(part / "runs" / NAME)
        behaviour = parse(MEMBERS, store.scenarios, store.actions)
        found = len(matching_users(store, behaviour))
        save_cohort(store, described(store, COHORT, behaviour, found))
        part.rename(place)
    return place


def size_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of the size that the kept run has, for a benchmark to add its own options."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--steps", type=int, default=2_000_000)
    parser.add_argument("--users", type=int, default=25_000)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, default=KEPT, help="where the run is kept")
    return parser


def view_parser(description: str | None) -> argparse.ArgumentParser:
    """Return the same with a choice of views, by the names in their addresses."""
    parser = size_parser(description)
    known = [view.module for view in VIEWS]
    parser.add_argument("--views", nargs="*", default=known, choices=known)
    return parser


def asked_for(given: argparse.Namespace) -> tuple[Path, list[str]]:
    """Return the folder of the run of the size asked for, and its users' ids in a random order."""
    users = user_ids(given.users)
    np.random.default_rng(0).shuffle(users)
    return kept_run(given.users, given.steps, given.items, given.folder), users


def environment(place: Path) -> dict[str, str]:
    """Return what the app must be told to look at the kept run."""
    return {
        "RUIE_CHECKPOINTS": str(place / "runs"),
        "RUIE_EXPERIMENTS": str(place / "experiments"),
    }


def cohorts(place: Path) -> list[str]:
    """Return the ids of the run's cohorts."""
    return list(list_cohorts(place / "runs" / NAME))


def user_ids(users: int) -> list[str]:
    """Return the ids of all users, in the order of their codes."""
    return [f"u{10_000 + 7 * user}" for user in range(users)]
