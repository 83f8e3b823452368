"""One look for every figure: scenario is colour, action is shape, gate is one ochre ramp.

A figure function takes a ``Theme`` (``LIGHT`` unless told otherwise) and ends in ``finish``.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from ruie_core.figures.numbers import THIN

FONT = '"Source Sans", "Source Sans 3", "Source Sans Pro", sans-serif'
"""The app's own typeface, served by the app; elsewhere the system's."""

_OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442")
_FURTHER = ("#332288", "#882255", "#44AA99", "#999933", "#661100", "#6699CC")
OTHER = "other"
OTHER_COLOR = "#999999"
"""Colour of the scenario that rare ones were merged into."""

_SYMBOLS = {"click": "circle", "like": "star", "follow": "diamond", "share": "triangle-up"}
_FURTHER_SYMBOLS = ("square", "pentagon", "hexagon", "cross", "x")

GATE_SCALE: tuple[tuple[float, str], ...] = (
    (0.0, "#F6EEDC"),
    (0.25, "#EBD399"),
    (0.5, "#D3A546"),
    (0.75, "#A8761A"),
    (1.0, "#6B4608"),
)
"""The gate's ramp from 0 (the model learns little from it) to 1."""

GATE_COLOR = "#A8761A"
"""A gate where one colour must do."""


@dataclass(frozen=True)
class Theme:
    """Colours that depend on the ground; a scenario's colour does not."""

    name: str
    text: str
    muted: str
    """Axis titles, captions, population references."""
    faint: str
    """Small cells and what is present but not to be read."""
    ground: str
    side: str
    line: str
    """Grid, borders."""
    accent: str
    good: str
    """A health light that is on green; also the top-10 band."""
    bad: str
    """A health light that calls for attention."""
    diverging: tuple[tuple[float, str], ...]
    """Scale for log-lift: less than the base rate, equal (the ground), more."""
    sequential: tuple[tuple[float, str], ...]
    """Scale for shares from 0 (the ground) upwards."""


LIGHT = Theme(
    name="light",
    text="#1B1F24",
    muted="#6B7280",
    faint="#B4BAC2",
    ground="#FFFFFF",
    side="#F6F7F9",
    line="#E3E6EA",
    accent="#0072B2",
    good="#00795A",
    bad="#B84A00",
    diverging=((0.0, "#A34A00"), (0.25, "#E9A877"), (0.5, "#F7F7F5"), (0.75, "#86B9D8"),
               (1.0, "#00588A")),
    sequential=((0.0, "#FAFBFC"), (0.15, "#DCE8F1"), (0.4, "#A3C6DE"), (0.7, "#4A93C2"),
                (1.0, "#005A8D")),
)  # fmt: skip

DARK = Theme(
    name="dark",
    text="#E6E9ED",
    muted="#9AA3AE",
    faint="#5B6470",
    ground="#15181C",
    side="#1C2026",
    line="#2E343C",
    accent="#58AEE0",
    good="#3DBB92",
    bad="#F0904A",
    diverging=((0.0, "#F0904A"), (0.25, "#91501F"), (0.5, "#22262C"), (0.75, "#1F5C82"),
               (1.0, "#63B8EA")),
    sequential=((0.0, "#1A1E23"), (0.15, "#1D3345"), (0.4, "#1F5478"), (0.7, "#2F86BA"),
                (1.0, "#7CC6F0")),
)  # fmt: skip


def scenario_colors(scenarios: Sequence[str]) -> dict[str, str]:
    """Return each scenario's colour: Okabe-Ito in the order of their codes, ``other`` grey.

    Beyond seven scenarios further muted colours follow, then the order repeats.

    >>> scenario_colors(["feed", "other", "search"])
    {'feed': '#0072B2', 'other': '#999999', 'search': '#D55E00'}
    """
    palette = _OKABE_ITO + _FURTHER
    named = [name for name in scenarios if name != OTHER]
    colors = {name: palette[place % len(palette)] for place, name in enumerate(named)}
    return {name: colors.get(name, OTHER_COLOR) for name in scenarios}


def action_symbols(actions: Sequence[str]) -> dict[str, str]:
    """Return each action's marker: click a circle, like a star, follow a diamond, share a triangle.

    >>> action_symbols(["click", "like", "cart"])
    {'click': 'circle', 'like': 'star', 'cart': 'square'}
    """
    unknown = [name for name in actions if name not in _SYMBOLS]
    further = {
        name: _FURTHER_SYMBOLS[place % len(_FURTHER_SYMBOLS)] for place, name in enumerate(unknown)
    }
    return {name: _SYMBOLS.get(name) or further[name] for name in actions}


def gate_scale(theme: Theme = LIGHT) -> list[list[float | str]]:
    """Return the gate's ramp for Plotly; it runs away from the ground in either theme."""
    stops = GATE_SCALE if theme.name == "light" else _DARK_GATE_SCALE
    return [[place, color] for place, color in stops]


_DARK_GATE_SCALE = (
    (0.0, "#2B2618"),
    (0.25, "#5C4312"),
    (0.5, "#93691B"),
    (0.75, "#CF9A36"),
    (1.0, "#F7DA97"),
)


def translucent(color: str, alpha: float) -> str:
    """Write a ``#rrggbb`` colour with an opacity.

    >>> translucent("#0072B2", 0.1)
    'rgba(0,114,178,0.1)'
    """
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


@functools.cache
def template(theme: Theme) -> go.layout.Template:
    """Return the Plotly template of a theme: white ground, faint horizontal grid, no borders."""
    axis = {
        "gridcolor": theme.line,
        "gridwidth": 1,
        "zeroline": False,
        "linecolor": theme.line,
        "showline": False,
        "ticks": "",
        "tickfont": {"color": theme.muted, "size": 12},
        "title": {"font": {"color": theme.muted, "size": 12}, "standoff": 10},
        "automargin": True,
        "fixedrange": False,
    }
    layout = go.Layout(
        font={"family": FONT, "size": 13, "color": theme.text},
        paper_bgcolor=theme.ground,
        plot_bgcolor=theme.ground,
        colorway=list(_OKABE_ITO),
        separators=f".{THIN}",
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        xaxis=axis | {"showgrid": False},
        yaxis=axis,
        hoverlabel={
            "bgcolor": theme.ground,
            "bordercolor": theme.line,
            "font": {"family": FONT, "size": 13, "color": theme.text},
            "align": "left",
            "namelength": -1,
        },
        legend={
            "orientation": "h",
            "yanchor": "bottom",
            "y": 1.0,
            "xanchor": "left",
            "x": 0,
            "font": {"color": theme.text, "size": 12},
            "bgcolor": "rgba(0,0,0,0)",
        },
        modebar={
            "bgcolor": "rgba(0,0,0,0)",
            "color": theme.faint,
            "activecolor": theme.accent,
        },
        dragmode="pan",
        hovermode="closest",
        annotationdefaults={"font": {"color": theme.muted, "size": 12}, "showarrow": False},
    )
    return go.layout.Template(layout=layout)


def finish(figure: go.Figure, theme: Theme, height: int) -> go.Figure:
    """Give a figure the theme and its height in pixels; every figure function ends here.

    The height is fixed, so that nothing below a chart jumps while it loads.

    Example:
        >>> figure = finish(go.Figure(), LIGHT, 240)
        >>> figure.layout.height, figure.layout.template.layout.plot_bgcolor == LIGHT.ground
        (240, True)
    """
    figure.update_layout(template=template(theme), height=height)
    return figure


@functools.cache
def template_words(theme: Theme) -> dict[str, Any]:
    """Return a theme's template as a browser gets it; nobody may change it."""
    words: dict[str, Any] = template(theme).to_plotly_json()
    return words
