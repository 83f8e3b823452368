"""A chart as the app shows it: heading, figure, reading line, downloads."""

import html
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Literal, cast

import pandas as pd
import plotly.graph_objects as go
import plotly.io
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.plotly_chart import PlotlyState

from app.components.frames import draw
from app.components.scenario import clicked_scenario
from app.components.sent import Sent
from app.state import Context
from ruie_core.reporting.glossary import hover
from ruie_core.reporting.text import unmarked


def chart(
    figure: go.Figure | Sent,
    *,
    key: str,
    name: str,
    reading: str,
    frame: pd.DataFrame,
    title: str,
    help: str | None = None,
    headed: bool = True,
    on_select: Literal["ignore", "rerun"] | Callable[..., None] = "ignore",
    selection_mode: Sequence[Literal["points", "box", "lasso"]] = ("points", "box", "lasso"),
    config: Mapping[str, Any] | None = None,
) -> PlotlyState | None:
    """Show a figure with its reading line and its downloads (CSV, HTML; PNG is in its toolbar).

    Args:
        figure: finished with a theme and a height.
        key: unique on the page.
        name: what the downloaded files are called, without an ending.
        reading: Markdown: how to read the chart, one line.
        frame: the numbers that are drawn, for the CSV.
        title: heading over the chart, Markdown.
        help: what is to be said of this chart alone; words of the glossary are added.
        headed: write the heading; otherwise ``heading`` wrote it, with controls beside it.
        on_select: as in ``st.plotly_chart``.
        selection_mode: as in ``st.plotly_chart``.
        config: Plotly's settings beyond ``plot_config``.

    Returns:
        The selection, where one was asked for.
    """
    if headed:
        st.markdown(f"**{title}**", help=hover(title, help))
    file = file_name(name)
    sent = figure if isinstance(figure, Sent) else Sent(None, figure)
    shown = st.plotly_chart(
        sent,
        key=key,
        theme=None,
        config=plot_config(file) | dict(config or {}),
        on_select=on_select,
        selection_mode=selection_mode,
        alt=reading,
    )
    with st.container(
        horizontal=True, wrap=False, gap="small", vertical_alignment="center", key=f"{key}_foot"
    ):
        st.caption(reading, width="stretch")
        _download("CSV", lambda: csv_bytes(frame), f"{file}.csv", "text/csv", f"{key}_csv")
        _download(
            "HTML",
            lambda: html_bytes(sent.figure, title, reading),
            f"{file}.html",
            "text/html",
            f"{key}_html",
        )
    return None if on_select == "ignore" else cast("PlotlyState", shown)


def show(
    context: Context,
    make: Callable[[], go.Figure],
    *,
    of: tuple[Hashable, ...] = (),
    key: str,
    name: str,
    reading: str,
    frame: pd.DataFrame,
    title: str,
    help: str | None = None,
    headed: bool = True,
    picks: bool = False,
) -> None:
    """Show a figure that is drawn once per run, theme and ``of``; see ``chart`` for the rest.

    Args:
        context: run and theme.
        make: draws the figure.
        of: the filters that the figure depends on.
        key: unique on the page; with ``of`` it names the drawn figure.
        name: what the downloads are called, after the run's name.
        reading: how to read the chart, one line.
        frame: the numbers that are drawn.
        title: heading over the chart.
        help: what the heading's words mean.
        headed: write the heading.
        picks: a click on a mark selects the scenario that it names (``clicked_scenario``).
    """
    store = context.store
    chart(
        draw((store.fingerprint, key, *of), context.theme, make),
        key=key,
        name=f"{store.name} {name}",
        reading=reading,
        frame=frame,
        title=title,
        help=help,
        headed=headed,
        on_select=clicked_scenario(key, store.scenarios) if picks else "ignore",
        selection_mode=("points",) if picks else ("points", "box", "lasso"),
    )


def heading(title: str, key: str, help: str | None = None) -> DeltaGenerator:
    """Write a chart's heading and return the place at its right for the chart's own controls."""
    row = st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        key=f"{key}_head",
    )
    row.markdown(f"**{title}**", help=hover(title, help), width="content")
    return row.container(
        horizontal=True, vertical_alignment="center", width="content", key=f"{key}_controls"
    )


def _download(label: str, make: Callable[[], bytes], file: str, mime: str, key: str) -> None:
    st.download_button(
        label, make, file, mime, key=key, on_click="ignore", type="tertiary",
        help=f"Download {file}",
    )  # fmt: skip


def plot_config(file: str) -> dict[str, Any]:
    """Return Plotly's settings: a quiet toolbar, PNG at twice the size under a sensible name."""
    return {
        "displaylogo": False,
        "displayModeBar": "hover",
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"],
        "scrollZoom": False,
        "toImageButtonOptions": {"format": "png", "scale": 2, "filename": file},
    }


def file_name(name: str) -> str:
    """Return a name that every file system takes.

    >>> file_name("Demo · NDCG@10, by model")
    'demo-ndcg-10-by-model'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "chart"


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Write a frame as CSV with a byte-order mark, which spreadsheets need to see UTF-8."""
    return frame.to_csv(index=False).encode("utf-8-sig")


def html_bytes(figure: go.Figure, title: str, reading: str) -> bytes:
    """Write a figure as one page that opens without a network."""
    ground = figure.layout.template.layout.paper_bgcolor or "#FFFFFF"
    ink = figure.layout.template.layout.font.color or "#1B1F24"
    body = plotly.io.to_html(figure, include_plotlyjs=True, full_html=False)
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title></head>"
        f'<body style="font-family:sans-serif;margin:24px;background:{ground};color:{ink}">'
        f"<h1 style='font-size:18px'>{html.escape(unmarked(title))}</h1>{body}"
        f"<p style='font-size:13px'>{html.escape(unmarked(reading))}</p></body></html>"
    )
    return page.encode()
