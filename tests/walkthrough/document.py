"""What the walk wrote: pictures and readings in a folder, and the README's blocks of them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ruie_core.errors import UserError
from ruie_core.files import read_json
from ruie_core.reporting.blocks import rewrite
from tests.walkthrough.pictures import Shot, size_of
from tests.walkthrough.stops import Seen

READINGS: Final = "readings.json"
PLACE: Final = "docs/walkthrough"
"""Folder of pictures and readings, from the README's."""


def block(seen: Seen) -> str:
    """Write a block: the clicks, what the app said, its address, its pictures."""
    lines = [f"Clicks: {', '.join(step.removeprefix('click ') for step in seen.clicks)}."]
    if not seen.clicks:
        lines = []
    lines += ["", *(line for each in seen.readings for line in (f"> {each}", ">"))][:-1]
    if seen.url:
        lines += ["", f"Address: `{seen.url}`"]
    return "\n".join([*lines, "", *pictured(seen.shots)]).strip()


def pictured(shots: tuple[Shot, ...]) -> list[str]:
    """Write pictures with their texts."""
    return [line for shot in shots for line in (f"![{shot.alt}]({PLACE}/{shot.name}.png)", "")]


def keep(out: Path, facts: Mapping[str, Any], blocks: Mapping[str, str], shots: list[Shot]) -> None:
    """Write the folder; what lay there of an earlier walk goes."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.png"):
        old.unlink()
    sizes = {}
    for shot in shots:
        (out / f"{shot.name}.png").write_bytes(shot.png)
        width, height = size_of(shot.png)
        sizes[shot.name] = {"bytes": len(shot.png), "width": width, "height": height}
    written = {**facts, "blocks": dict(blocks), "pictures": sizes}
    text = json.dumps(written, ensure_ascii=False, indent=1)
    (out / READINGS).write_text(f"{text}\n", "utf-8")


def filled(text: str, out: Path) -> str:
    """Return a document with its blocks as the walk wrote them.

    Raises:
        UserError: a marker names no block, or markers are broken.
    """
    blocks: dict[str, str] = read_json(out / READINGS)["blocks"]

    def find(name: str) -> str:
        if name not in blocks:
            known = ", ".join(blocks)
            raise UserError(f"the walk has no block {name!r}: choose one of {known}.")
        return blocks[name]

    return rewrite(text, "walkthrough", "walkthrough:NAME", find)
