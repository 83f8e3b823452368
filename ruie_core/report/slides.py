"""A report as slides: one finding a slide, its picture drawn by a Chromium without a network."""

import importlib.util
import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from ruie_core.errors import UserError
from ruie_core.figures.theme import LIGHT
from ruie_core.report.build import Report, Section
from ruie_core.reporting.finding import STANDINGS
from ruie_core.reporting.text import spans, unmarked

WIDTH: Final = 1100
"""Pixels of a picture; it is drawn at twice as many."""

SECONDS: Final = 120.0
"""How long the pictures of a deck may take."""

_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FIGURES, _EXTENT = (0.6, 3.0), (12.13, 3.55)
"""Where the picture is, and how large at most: inches of a slide of 13.333 × 7.5."""


def missing() -> str | None:
    """Say what is missing for slides, and how it is mended; none: nothing."""
    for module in ("pptx", "kaleido"):
        if importlib.util.find_spec(module) is None:
            return "Slides need python-pptx and kaleido: run `pip install 'ruie[export]'`."
    if _browser() is None:
        return "Slides need Chromium, which draws their pictures: install it, or set BROWSER_PATH."
    return None


def deck(report: Report, seconds: float = SECONDS) -> bytes:
    """Return a report as a PowerPoint file, 16:9, one finding a slide.

    Args:
        report: what is told.
        seconds: how long the pictures may take.

    Raises:
        UserError: a package or Chromium is missing, or the pictures take too long.
    """
    if lack := missing():
        raise UserError(lack)
    from pptx import Presentation
    from pptx.util import Inches

    pictures = _pictures(report, seconds)
    slides = Presentation()
    slides.slide_width, slides.slide_height = Inches(13.333), Inches(7.5)
    slides.core_properties.title = report.title
    for place, (section, image) in enumerate(zip(report.sections, pictures, strict=True)):
        _slide(slides, report, section, image, place + 1)
    stream = io.BytesIO()
    slides.save(stream)
    return stream.getvalue()


def _browser() -> str | None:
    if chosen := os.environ.get("BROWSER_PATH"):
        return chosen if Path(chosen).is_file() else None
    return next((found for name in _BROWSERS if (found := shutil.which(name))), None)


def _pictures(report: Report, seconds: float) -> list[bytes]:
    """Draw all pictures in one process of its own, which is ended when its time is over."""
    with tempfile.TemporaryDirectory(prefix="ruie-slides-") as name:
        folder = Path(name)
        for place, section in enumerate(report.sections):
            text = section.picture.figure.to_json()
            (folder / f"{place:02d}.json").write_text(text, encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "ruie_core.report.draw", name, str(WIDTH)],
            env=os.environ | {"BROWSER_PATH": str(_browser())},
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        try:
            _, said = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # Chromium's processes too
            process.communicate()
            raise UserError(
                f"The slides' pictures were not drawn within {seconds:.0f} seconds: choose fewer "
                "findings, or send the HTML page."
            ) from None
        files = [folder / f"{place:02d}.png" for place in range(len(report.sections))]
        if process.returncode or not all(file.is_file() for file in files):
            last = said.strip().splitlines()[-1:] or ["it said nothing"]
            raise UserError(
                f"Chromium could not draw the slides' pictures ({last[0]}): see that it starts, or "
                "send the HTML page."
            )
        return [file.read_bytes() for file in files]


def _slide(slides: Any, report: Report, section: Section, image: bytes, place: int) -> None:
    from pptx.util import Inches

    finding = section.chosen.finding
    slide = slides.slides.add_slide(slides.slide_layouts[5])  # a title, and nothing else
    label = f"{place} · {unmarked(finding.title)} · {STANDINGS[finding.standing]}"
    _write(_box(slide, 0.35, 0.35), label, 12, LIGHT.muted)
    title = slide.shapes.title
    title.left, title.top = Inches(0.6), Inches(0.68)
    title.width, title.height = Inches(12.13), Inches(0.95)
    # A long sentence, such as a person's whole path, has to stay within its two lines.
    _write(title, finding.sentence, 26 if len(finding.sentence) < 120 else 15, LIGHT.text)
    below = [finding.evidence, *([finding.note] if finding.note else [])]
    _write(_box(slide, 1.68, 0.75), "  \n".join(below), 13, LIGHT.text)
    if section.chosen.caption:
        caption = " ".join(section.chosen.caption.split())
        size = 14 if len(caption) < 280 else 10.5
        _write(_box(slide, 2.45, 0.5), caption, size, LIGHT.accent, marked=False)
    left, top = _FIGURES
    shape = slide.shapes.add_picture(io.BytesIO(image), Inches(left), Inches(top))
    scale = min(Inches(_EXTENT[0]) / shape.width, Inches(_EXTENT[1]) / shape.height)
    shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
    shape.left = int((slides.slide_width - shape.width) / 2)
    shape.name = f"Picture: {unmarked(finding.title)}"
    reading = section.picture.reading
    _write(_box(slide, 6.6, 0.4), reading, 10 if len(reading) < 360 else 8.5, LIGHT.muted)
    facts = dict(report.facts)
    source = f"Run {facts['Run']} · data {facts['Data']} · {facts['Report'].split(',')[0]}"
    _write(_box(slide, 7.05, 0.3), source, 9, LIGHT.muted, marked=False)


def _box(slide: Any, top: float, height: float) -> Any:
    from pptx.util import Inches

    return slide.shapes.add_textbox(Inches(0.6), Inches(top), Inches(12.13), Inches(height))


def _write(shape: Any, text: str, size: float, color: str, marked: bool = True) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Pt

    paint: Any = RGBColor

    frame = shape.text_frame
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for number, line in enumerate(text.split("\n")):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        for part, bold in spans(line) if marked else [(line, False)]:
            run = paragraph.add_run()
            run.text = part.rstrip() if part is line else part
            run.font.size, run.font.bold = Pt(size), bold
            run.font.color.rgb = paint(*bytes.fromhex(color.removeprefix("#")))
