"""The README's walk is what the command wrote, and its pictures are small."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from ruie_core.errors import UserError
from ruie_core.files import read_json
from tests.walkthrough.document import PLACE, READINGS, block, filled
from tests.walkthrough.pictures import MOST_BYTES, MOST_IN_ALL, Shot, size_of, small
from tests.walkthrough.stops import Seen

REPOSITORY = Path(__file__).resolve().parents[1]
OUT = REPOSITORY / PLACE
PICTURE = re.compile(rf"!\[(?P<alt>[^\]]*)\]\({PLACE}/(?P<name>[\w-]+)\.png\)")


def readme() -> str:
    return (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_the_readme_says_what_the_walk_wrote() -> None:
    assert readme().count("<!-- walkthrough:") == len(read_json(OUT / READINGS)["blocks"])
    assert filled(readme(), OUT) == readme()


def test_every_picture_is_there_small_and_described() -> None:
    written = read_json(OUT / READINGS)["pictures"]
    shown = {found["name"]: found["alt"] for found in PICTURE.finditer(readme())}
    assert set(shown) == set(written) == {path.stem for path in OUT.glob("*.png")}
    assert all(len(alt) > 20 for alt in shown.values())
    for name, known in written.items():
        png = (OUT / f"{name}.png").read_bytes()
        assert len(png) == known["bytes"] <= MOST_BYTES
        assert size_of(png) == (known["width"], known["height"])
        assert known["width"] <= 1600
    assert sum(each["bytes"] for each in written.values()) <= MOST_IN_ALL


def test_a_reading_has_its_n_and_interval() -> None:
    blocks = read_json(OUT / READINGS)["blocks"]
    for name in ("transitions", "scenarios", "gate"):
        assert re.search(r"n = \d", blocks[name]), name
        assert re.search(r"[\d%] to [+−]?\d", blocks[name]), name


def test_a_block_is_clicks_readings_address_and_picture() -> None:
    png = small(_dot())
    seen = Seen(
        ("click User", "type “a” into b"), ("Said **so**.",), "/user?run=a",
        (Shot("one", "What it shows", png),),
    )  # fmt: skip
    assert block(seen) == (
        "Clicks: User, type “a” into b.\n\n> Said **so**.\n\nAddress: `/user?run=a`\n\n"
        "![What it shows](docs/walkthrough/one.png)"
    )


def test_a_block_that_nobody_wrote_is_refused() -> None:
    with pytest.raises(UserError, match="Line 1: the walk has no block 'nowhere'"):
        filled("<!-- walkthrough:nowhere --><!-- /walkthrough -->", OUT)


def _dot() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (4, 4), "white").save(stream, "PNG")
    return stream.getvalue()
