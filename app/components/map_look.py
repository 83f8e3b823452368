"""Which part of a map is looked at, and how: drag, zoom, points or density."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from app import url
from app.components.plot_events import plot_events
from ruie_core.analysis import shapes
from ruie_core.analysis.frames.areas import Area, box
from ruie_core.analysis.frames.maps import MOST_POINTS, SAMPLE, Window
from ruie_core.analysis.frames.raster import scaled
from ruie_core.analysis.shapes import Shape
from ruie_core.errors import UserError
from ruie_core.figures.numbers import count
from ruie_core.reporting.text import escape

DRAGS: Mapping[str, str] = {"zoom": "zoom", "pan": "pan", "box": "select", "lasso": "lasso"}
"""What dragging does, and Plotly's name of it."""

POINTS, DENSITY = "points", "density"


@dataclass(frozen=True)
class Look:
    """What is looked at.

    Attributes:
        window: the visible part; none: the whole map.
        area: what was drawn with box or lasso.
        version: grows whenever the chart has to follow something that was not done in it.
        mark: of the map (``shapes.mark_of``): on another run's the same places mean nothing.
    """

    window: Window | None = None
    area: Area | None = None
    version: int = 0
    mark: str = ""

    @property
    def text(self) -> str:
        """What a link says of it."""
        return shapes.write(self.mark, Shape(self.window, self.area))


def looked(chart: str) -> Look:
    """Return what is looked at now."""
    now: Look = st.session_state.get(f"{chart}_look", Look())
    return now


def take_over(chart: str, mark: str) -> None:
    """Look at what the address names; call it before a map is drawn.

    What was done in the chart stands in the address already, and draws nothing anew. What cannot be
    read, or was drawn on another map, is said, and let go of.

    Args:
        chart: the chart's key, and the map's table.
        mark: of the map.
    """
    now = looked(chart)
    if now.mark != mark:
        now = Look(version=now.version + 1, mark=mark)
    text = url.own(chart, mark, now.text)
    try:
        window, area = shapes.read(text, mark, chart) if text else Shape()
    except UserError as error:
        st.warning(escape(str(error)))
        window = area = None
        url.put(chart, "")
    if (window, area) != (now.window, now.area):
        now = replace(now, window=window, area=area, version=now.version + 1)
    st.session_state[f"{chart}_look"] = now


def look_at(chart: str, window: Window | None) -> None:
    """Show a part of a map, or all of it."""
    now = looked(chart)
    _keep(chart, replace(now, window=window, version=now.version + 1))


def forget_area(chart: str) -> None:
    """Drop what was drawn with box or lasso."""
    now = looked(chart)
    _keep(chart, replace(now, area=None, version=now.version + 1))


def drawn_look(chart: str, depends: tuple[Hashable, ...], *, always: bool) -> Look:
    """Return what the chart is to be drawn with.

    Whoever zooms in the chart sees the result there; drawing it anew would only make it blink. So
    zoom and area are taken over when the chart changes for another reason, or ``always``.

    Args:
        chart: the chart's key.
        depends: all else that the chart depends on.
        always: a raster, which must be counted anew.
    """
    now = looked(chart)
    key, mark = f"{chart}_drawn", (*depends, now.version)
    kept = st.session_state.get(key)
    if always or kept is None or kept[0] != mark:
        st.session_state[key] = (mark, now)
        return now
    drawn: Look = kept[1]
    return drawn


def map_bar(chart: str, whole: Window, points: int) -> tuple[str, str]:
    """Write a map's controls on one line.

    Args:
        chart: the chart's key.
        whole: bounds of the map.
        points: points on the map.

    Returns:
        Plotly's ``dragmode``, and ``POINTS`` or ``DENSITY``.
    """
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", key=f"{chart}_bar"
    ):
        drag = st.segmented_control(
            "Dragging", list(DRAGS), default="zoom", required=True, key=f"{chart}_drag",
            label_visibility="collapsed",
            help="What dragging does on the map: zoom and pan move the view; box and lasso list "
            "what lies inside. A double click shows the whole map.",
        )  # fmt: skip
        now = looked(chart).window or whole
        for name, by, hint in (("+", 0.5, "Zoom in"), ("−", 2.0, "Zoom out")):
            st.button(
                name, key=f"{chart}_{hint}", help=hint, on_click=look_at,
                args=(chart, scaled(now, by)),
            )  # fmt: skip
        st.button(
            "Whole map", key=f"{chart}_whole", on_click=look_at, args=(chart, None),
            disabled=looked(chart).window is None,
        )  # fmt: skip
        mode = st.segmented_control(
            "Draw", [POINTS, DENSITY], default=POINTS if points <= MOST_POINTS else DENSITY,
            required=True, key=f"{chart}_mode_{points <= MOST_POINTS}", bind="query-params",
            label_visibility="collapsed", help=_mode_help(points),
        )  # fmt: skip
    return DRAGS[str(drag)], str(mode)


def listen(chart: str) -> None:
    """Follow zoom, pan, box and lasso of a chart."""

    def heard(event: Mapping[str, Any]) -> None:
        now = looked(chart)
        if event["kind"] == "all":
            _keep(chart, replace(now, window=None))
            return
        x, y = ([float(value) for value in event[axis]] for axis in ("x", "y"))
        if event["kind"] == "window":
            _keep(chart, replace(now, window=Window(*sorted(x), *sorted(y))))
        elif event["kind"] == "box":
            _keep(chart, replace(now, area=box(*x, *y)))
        elif len(x) > 2:
            _keep(chart, replace(now, area=Area(tuple(x), tuple(y))))

    plot_events(chart, heard)


def _keep(chart: str, look: Look) -> None:
    """Keep a look as a link holds it, and write the link."""
    window, area = shapes.kept(Shape(look.window, look.area))
    look = replace(look, window=window, area=area)
    st.session_state[f"{chart}_look"] = look
    url.put(chart, look.text)


def _mode_help(points: int) -> str:
    text = (
        "Points can be pointed at and clicked. Density counts all points per cell and is counted "
        "anew with every zoom."
    )
    if points > MOST_POINTS:
        text += (
            f" This map has more than {count(MOST_POINTS)} points: as points, a sample of about "
            f"{count(SAMPLE)} is drawn, stratified by scenario."
        )
    return text
