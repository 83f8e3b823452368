"""A map of more points than can be drawn: counts per cell, shaded by datashader.

Colour tells the groups (mixed in proportion where several share a cell) or the mean of a value;
opacity rises with the logarithm of the points in a cell, from one point to the fullest cell.
"""

import base64
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from ruie_core.figures.maps import Trace, gl, group_labels, lay_map
from ruie_core.figures.numbers import plain, short
from ruie_core.figures.points import COHORT_COLOR, GROUPED, Scale, group_colors, value_scale
from ruie_core.figures.theme import LIGHT, Theme

Pixels = npt.NDArray[np.uint8]

_FAINTEST: Final = 185
"""Opacity of a cell with one point, of 255: a paler blue is another scenario."""
_SHARP: Final = 2
"""Pixels per cell and axis, because browsers blur a picture that they enlarge."""
_STEPS: Final = 32


def shade_groups(
    cells: pd.DataFrame, shape: tuple[int, int], colors: Sequence[str], *, front: bool = False
) -> Pixels:
    """Shade counts of groups.

    Args:
        cells: ``column, row, code, n``.
        shape: columns and rows.
        colors: ``#rrggbb`` by code.
        front: the last group hides the others where it is, instead of being mixed with them.

    Returns:
        (rows, columns, 4) RGBA from the lowest row upwards; empty cells have opacity 0.
    """
    import xarray as xr  # with datashader it loads numba: a second that most pages never need
    from datashader import transfer_functions as tf

    counts = np.zeros((shape[1], shape[0], len(colors)), np.uint32)
    place = tuple(cells[name].to_numpy() for name in ("row", "column", "code"))
    counts[place] = cells["n"]
    total = counts.sum(2)
    if front:
        counts[..., :-1][counts[..., -1] > 0] = 0
    names = [str(code) for code in range(len(colors))]
    grid = xr.DataArray(counts, dims=["y", "x", "group"], coords={"group": names})
    key = dict(zip(names, colors, strict=True))
    mixed = tf.shade(grid, color_key=key, how="linear", color_baseline=0)
    return _opaque(_rgba(mixed), total)


def shade_values(cells: pd.DataFrame, shape: tuple[int, int], scale: Scale, none: str) -> Pixels:
    """Shade means of a value.

    Args:
        cells: ``column, row, n, value``.
        shape: columns and rows.
        scale: colours of the value.
        none: colour of a cell whose points have no value.

    Returns:
        As ``shade_groups``.
    """
    import xarray as xr
    from datashader import transfer_functions as tf

    means, total = np.full((shape[1], shape[0]), np.nan), np.zeros((shape[1], shape[0]), np.uint32)
    place = cells["row"].to_numpy(), cells["column"].to_numpy()
    means[place], total[place] = cells["value"].to_numpy(float, na_value=np.nan), cells["n"]
    drawn = sample_colorscale(scale.colors, _STEPS, colortype="tuple")
    ramp = ["#" + "".join(f"{round(255 * part):02x}" for part in color) for color in drawn]
    span = [scale.low, scale.high]
    image = _rgba(
        tf.shade(xr.DataArray(means, dims=["y", "x"]), cmap=ramp, how="linear", span=span)
    )
    image[np.isnan(means), :3] = [int(none[place : place + 2], 16) for place in (1, 3, 5)]
    return _opaque(image, total)


def raster_figure(
    cells: pd.DataFrame,
    window: Sequence[float],
    shape: tuple[int, int],
    *,
    color: str,
    scenarios: Sequence[str] = (),
    categories: Sequence[str] = (),
    most: int = 1,
    over: Sequence[Any] = (),
    theme: Theme = LIGHT,
) -> go.Figure:
    """Draw a map from its cells.

    Args:
        cells: ``column, row, code, n`` for a colour of groups, else ``column, row, n, value``.
        window: x0, x1, y0, y1 that the cells cover.
        shape: columns and rows.
        color: what the colour means.
        scenarios: the run's scenarios by code.
        categories: those that have a colour, the most frequent first.
        most: events of the most frequent item, the end of popularity's scale.
        over: traces of points to be laid over the picture.
        theme: colours of the ground.

    Example:
        >>> cells = pd.DataFrame({"column": [0, 1], "row": [0, 1], "code": [0, 0], "n": [3, 1]})
        >>> figure = raster_figure(cells, (0, 1, 0, 1), (2, 2), color="scenario", scenarios=["a"])
        >>> [trace.name for trace in figure.data], len(figure.layout.images)
        (['corners', 'a'], 1)
    """
    if color not in GROUPED:
        scale = value_scale(color, theme, most)
        pixels = shade_values(cells, shape, scale, theme.faint)
        return raster_map(pixels, window, scale=scale, over=over, theme=theme)
    colors = group_colors(color, scenarios, categories, theme)
    pixels = shade_groups(cells, shape, list(colors.values()), front=color == COHORT_COLOR)
    present = {list(colors)[code] for code in cells["code"].unique()}
    legend = {name: paint for name, paint in colors.items() if name in present}
    labels = [] if color == COHORT_COLOR else _labels(cells, window, shape, colors, theme)
    return raster_map(pixels, window, legend=legend, labels=labels, over=over, theme=theme)


def _labels(
    cells: pd.DataFrame,
    window: Sequence[float],
    shape: tuple[int, int],
    colors: Mapping[str, str],
    theme: Theme,
) -> list[Trace]:
    x0, x1, y0, y1 = window
    places = pd.DataFrame(
        {
            "x": x0 + (cells["column"] + 0.5) * (x1 - x0) / shape[0],
            "y": y0 + (cells["row"] + 0.5) * (y1 - y0) / shape[1],
        }
    )
    groups = cells["code"].map(dict(enumerate(colors)))
    return group_labels(places, groups, colors, theme, cells["n"].to_numpy())


def raster_map(
    pixels: Pixels,
    window: Sequence[float],
    *,
    legend: Mapping[str, str] | None = None,
    scale: Scale | None = None,
    labels: Sequence[Trace] = (),
    over: Sequence[Any] = (),
    theme: Theme = LIGHT,
) -> go.Figure:
    """Lay a shaded picture under a map's axes, which keep its proportions.

    Args:
        pixels: what ``shade_groups`` or ``shade_values`` returned.
        window: x0, x1, y0, y1 that the picture covers.
        legend: groups and their colours.
        scale: the values' scale instead.
        labels: annotations.
        over: traces of points to be laid over the picture.
        theme: colours of the ground.

    Example:
        >>> black = np.zeros((2, 3, 4), dtype=np.uint8)  # 2 rows of 3 pixels, RGBA
        >>> figure = raster_map(black, (0, 3, -1, 1), legend={"feed": "#0072B2"})
        >>> picture = figure.layout.images[0]
        >>> picture.x, picture.y, picture.sizex, picture.sizey
        (0, 1, 3, 2)
        >>> [trace.name for trace in figure.data], figure.layout.xaxis.range
        (['corners', 'feed'], (0, 3))
    """
    x0, x1, y0, y1 = window
    # Two points that nobody sees span the axes: without a trace there are none.
    corners = gl([x0, x1], [y0, y1], "corners", marker={"size": 1, "opacity": 0})
    traces = [corners, *(_entry(name, color) for name, color in (legend or {}).items())]
    if scale is not None:
        marker = {
            "color": [scale.low, scale.high], "colorscale": scale.colors, "cmin": scale.low,
            "cmax": scale.high, "size": 1, "opacity": 0, "colorbar": scale.bar,
        }  # fmt: skip
        traces[0] = gl([x0, x1], [y0, y1], "corners", marker=marker)
    # Beside traces of a group Plotly stacks all those without one in the legend.
    laid = [trace.to_plotly_json() | {"showlegend": False, "legendgroup": ""} for trace in over]
    figure = lay_map([*traces, *laid], labels, theme)
    kept = {"constrain": "domain"}
    figure.update_layout(
        images=[
            {
                "source": _png(pixels), "xref": "x", "yref": "y", "x": x0, "y": y1,
                "sizex": x1 - x0, "sizey": y1 - y0, "sizing": "stretch", "layer": "below",
            }
        ],
        xaxis=kept | {"range": [x0, x1]}, yaxis=kept | {"range": [y0, y1]},
        legend={"itemclick": False, "itemdoubleclick": False},
    )  # fmt: skip
    return figure


def _rgba(image: Any) -> Pixels:
    packed = np.ascontiguousarray(image.to_numpy())
    pixels: Pixels = packed.view(np.uint8).reshape(*packed.shape, 4).copy()
    return pixels


def _opaque(pixels: Pixels, total: npt.NDArray[np.uint32]) -> Pixels:
    """Let opacity rise with the logarithm of the points in a cell."""
    most = max(1, int(total.max(initial=0)))
    share = np.log(np.maximum(total, 1)) / np.log(most) if most > 1 else np.ones(total.shape)
    pixels[..., 3] = np.where(total > 0, np.rint(_FAINTEST + (255 - _FAINTEST) * share), 0)
    return pixels


def _png(pixels: Pixels) -> str:
    from datashader import transfer_functions as tf

    sharp = np.repeat(np.repeat(pixels, _SHARP, axis=0), _SHARP, axis=1)
    packed = np.ascontiguousarray(sharp).view(np.uint32)[..., 0]
    file = io.BytesIO()
    tf.Image(packed, dims=["y", "x"]).to_pil(origin="lower").save(file, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _entry(name: str, color: str) -> Trace:
    marker = {"color": color, "size": 8}
    entry = gl([None], [None], name, marker=marker)
    return entry | {"name": plain(short(name, 24)), "showlegend": True}
