"""Walk through the app on a run, and write down what was seen.

``python -m tests.walkthrough checkpoints/kuairand --other checkpoints/kuairand-nogate`` starts the
app, asks three questions with a real browser, keeps three findings as a list of the run, makes the
report of it with ``ruie report``, and writes pictures, readings and the README's blocks of them.
"""

import argparse
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from ruie_core.analysis.store import RunStore
from ruie_core.files import FINDINGS
from tests.e2e.conftest import ARGUMENTS, CHROMIUM, see_no_tour
from tests.e2e.hands import Hands
from tests.e2e.watch import Watch
from tests.serve import REPOSITORY, serving
from tests.walkthrough.document import PLACE, block, filled, keep, pictured
from tests.walkthrough.pictures import MOST_IN_ALL, Shot
from tests.walkthrough.stops import CHOSEN, LIST, STOPS, Seen, findings

SIZE = {"width": 1600, "height": 1150}
ALTS = {
    "misread": "Finding: where events go that leave the main feed, observed and expected",
    "worst": "Finding: gain over popularity per tab, with intervals",
    "run": "Finding: how well runs with the gate rank against runs without it, per tab",
}


def main() -> None:
    """Do it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="run with a gate")
    parser.add_argument("--other", type=Path, required=True, help="the same without it, beside it")
    parser.add_argument("--out", type=Path, default=REPOSITORY / PLACE)
    parser.add_argument("--readme", type=Path, default=REPOSITORY / "README.md")
    given = parser.parse_args()
    (given.run / FINDINGS / f"{LIST}.json").unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        seen = _walk(chromium, given.run.resolve(), given.other.name)
        command, printed, told = _report(chromium, given.run, Path(folder))
        chromium.close()
    blocks = {name: block(each) for name, each in seen.items()}
    blocks["report"] = "\n".join(
        ["```", f"$ {command}", *printed.strip().splitlines(), "```", "", *pictured(told)]
    ).strip()
    shots = [shot for each in seen.values() for shot in each.shots] + list(told)
    size = sum(len(shot.png) for shot in shots)
    if size > MOST_IN_ALL:
        raise SystemExit(f"the pictures have {size:,} bytes, {MOST_IN_ALL:,} at most")
    manifest = RunStore(given.run).manifest
    facts = {key: manifest.get(key) for key in ("dataset_name", "dataset_hash", "seed", "version")}
    keep(given.out, {"run": given.run.name, "other": given.other.name, **facts}, blocks, shots)
    text = given.readme.read_text("utf-8")
    given.readme.write_text(filled(text, given.out), "utf-8")
    print(f"{given.out}: {len(shots)} pictures, {size / 1e3:.0f} kB")
    for name, written in blocks.items():
        print(f"\n== {name}\n{written}")


def _walk(chromium: Browser, run: Path, other: str) -> dict[str, Seen]:
    places = {"RUIE_CHECKPOINTS": run.parent, "RUIE_EXPERIMENTS": REPOSITORY / "experiments"}
    seen = {}
    with serving("walkthrough.log", places) as server:
        for name, walk in [*((stop.name, stop.walk) for stop in STOPS), ("findings", findings)]:
            context = chromium.new_context(viewport=SIZE, color_scheme="light")
            context.set_default_timeout(180_000)
            see_no_tour(context)
            page = context.new_page()
            watch = Watch(page, server)
            page.goto(f"{server}/?run={run.name}")
            watch.settle()
            seen[name] = walk(Hands(page, watch), other)
            watch.sound()
            context.close()
    return seen


def _report(chromium: Browser, run: Path, folder: Path) -> tuple[str, str, tuple[Shot, ...]]:
    """Make page and slides of the list, and take a picture of every finding in the page."""
    words = ["report", f"checkpoints/{run.name}", "--findings", LIST]
    words += ["--out", "report.html", "--pptx", "slides.pptx"]
    (folder / "checkpoints").symlink_to(run.resolve().parent)
    done = subprocess.run(
        [sys.executable, "-m", "ruie_core", *words],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    context = chromium.new_context(viewport={"width": 1000, "height": 1150}, offline=True)
    page = context.new_page()
    page.goto((folder / "report.html").as_uri())
    page.locator(".main-svg").first.wait_for()
    page.wait_for_timeout(500)
    sections = page.locator("section")
    assert sections.count() == len(CHOSEN)
    for place, caption in enumerate(CHOSEN.values()):
        assert caption in sections.nth(place).inner_text()
    told = tuple(
        Shot.of_element(sections.nth(place), f"finding-{key}", ALTS[key])
        for place, key in enumerate(CHOSEN)
    )
    context.close()
    printed = re.sub(r"\n{2,}", "\n", done.stdout)
    return shlex.join(["ruie", *words]), printed, told


if __name__ == "__main__":
    main()
