"""A report as one HTML page that opens anywhere, without a network."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.io.json import to_json_plotly
from plotly.offline import get_plotlyjs

from ruie_core.errors import UserError
from ruie_core.figures.theme import LIGHT
from ruie_core.files import write_bytes
from ruie_core.report.build import Report
from ruie_core.reporting.finding import STANDINGS
from ruie_core.reporting.text import spans

MOST_BYTES: Final = 8_000_000
"""What still goes through a mail server."""

_CONFIG: Final = {"displaylogo": False, "displayModeBar": "hover", "responsive": True}


def page(report: Report) -> bytes:
    """Return a report as an HTML page with everything in it, its own policy forbidding requests.

    Raises:
        UserError: it would be larger than 8 MB.
    """
    environment = Environment(
        loader=PackageLoader("ruie_core.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("template.html.j2")
    text = template.render(
        report=report, figures=list(_figures(report)), plotly=_plotly(),
        painter=Markup(files("ruie_core.report").joinpath("painter.js").read_text("utf-8")),
        theme=LIGHT, standings=STANDINGS, spans=spans,
    )  # fmt: skip
    made = text.encode()
    if len(made) > MOST_BYTES:
        raise UserError(
            f"The report would have {len(made) / 1e6:.1f} MB, more than {MOST_BYTES / 1e6:.0f}: "
            "choose fewer findings."
        )
    return made


def _figures(report: Report) -> Iterator[Markup]:
    """Write each figure as JSON; Plotly escapes what could end the script around it."""
    for section in report.sections:
        drawn = section.picture.figure.to_dict()
        shown = {"data": drawn["data"], "layout": drawn["layout"], "config": _CONFIG}
        yield Markup(to_json_plotly(shown))


def _plotly() -> Markup:
    """Return the library once, as text that nothing runs before the page is painted."""
    source = get_plotlyjs()
    if "</script" in source or "<!--" in source:
        raise AssertionError("this plotting library would end the script that holds it")
    return Markup(source)


def save(content: bytes, out: Path) -> None:
    """Write a report's file whole or not at all.

    Raises:
        UserError: the place cannot be written.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(out, content)
    except OSError as error:
        raise UserError(
            f"{out} could not be written ({error.strerror or error}): choose another place."
        ) from error
