"""Pieces of a map: the ground of density, coloured points, honest labels, frame and axes.

Traces are plain mappings, since Plotly's validation of twenty thousand texts takes longer than
everything else; the tests validate the whole figure instead.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from scipy.ndimage import gaussian_filter

from ruie_core.errors import UserError
from ruie_core.figures.hover import spoken
from ruie_core.figures.legible import legible, ramp
from ruie_core.figures.numbers import plain, short
from ruie_core.figures.shared import shared
from ruie_core.figures.theme import OTHER_COLOR, Theme, finish, translucent

Trace = dict[str, Any]

HEIGHT = 600
"""Height of a map, px."""
_GRID = 24
"""Cells per axis in which a label looks for its place."""
_EVERYWHERE = 0.7
"""Share of the points beyond which a group is no place on the map."""
_MUTED = (
    "#332288", "#CC6677", "#117733", "#DDCC77", "#88CCEE",
    "#882255", "#44AA99", "#999933", "#AA4499",
)  # fmt: skip
"""Paul Tol's muted colours, for categories: scenario keeps its own colours to itself."""
_FEW = 500
"""Points up to which a map does without WebGL, whose contexts take longer to open than so few
points to draw; and a page has room for few of them."""
_PLAIN: Trace = {"type": "scatter"}
REST, NONE = "other categories", "no category"


def known_color(color: str, known: Sequence[str]) -> None:
    """Refuse a colouring that does not exist.

    Raises:
        UserError: names those that do.
    """
    if color not in known:
        raise UserError(f"A map cannot be coloured by {color!r}: choose one of {list(known)}.")


def point_size(n: int) -> float:
    """Return a marker size (px) that lets n points be told apart."""
    return next((px for most, px in ((800, 8.0), (3000, 6.0), (10_000, 4.5)) if n <= most), 3.5)


def category_colors(order: Sequence[str], theme: Theme) -> dict[str, str]:
    """Return a colour per category group; what is left over is grey."""
    named = [name for name in order if name not in (REST, NONE)]
    least = 2.4 if theme.name == "light" else 3.6
    colors = {
        name: legible(_MUTED[place % len(_MUTED)], theme, least) for place, name in enumerate(named)
    }
    return colors | dict.fromkeys((REST, NONE), OTHER_COLOR)


def gl(x: object, y: object, name: str, **settings: Any) -> Trace:
    """Return a WebGL scatter trace that a click does not pale."""
    still = {"marker": {"opacity": settings.get("marker", {}).get("opacity", 1)}}
    x, y = (shared(values, "float32") for values in (x, y))
    return {
        "type": "scattergl", "x": x, "y": y, "name": name,
        "mode": "markers", "showlegend": False, "hoverinfo": "skip",
        "selected": still, "unselected": still,
    } | settings  # fmt: skip


def density_ground(density: pd.DataFrame, theme: Theme) -> Trace:
    """Draw where points are dense as faint steps of the ground, whatever is sampled above.

    Args:
        density: ``x``, ``y`` and ``n`` of grid cells.
        theme: colours of the ground.
    """
    x, y = (np.sort(density[name].unique()) for name in ("x", "y"))
    x, y = _padded(x), _padded(y)
    counts = np.zeros((len(y), len(x)))
    rows, columns = (
        np.abs(grid[:, None] - density[name].to_numpy()).argmin(axis=0)
        for grid, name in ((y, "y"), (x, "x"))
    )
    counts[rows, columns] = density["n"]
    smooth = gaussian_filter(np.log1p(counts), 1.2)
    shades = ramp(theme.ground, theme.faint, 9)[:5]
    return {
        "type": "contour", "x": x, "y": y, "z": smooth, "ncontours": 7, "showscale": False,
        "colorscale": [[place / 4, color] for place, color in enumerate(shades)],
        "line": {"width": 0.5, "color": theme.line, "smoothing": 1}, "hoverinfo": "skip",
        "contours": {"coloring": "fill"},
    }  # fmt: skip


def _padded(values: np.ndarray) -> np.ndarray:
    """Fill the gaps of a regular grid and add two cells on either side, so that contours close."""
    step = np.diff(values).min() if len(values) > 1 else 1.0
    low, high = values[0] - 2 * step, values[-1] + 2 * step
    return np.linspace(low, high, round((high - low) / step) + 1)


def grouped_points(
    points: pd.DataFrame,
    groups: "pd.Series[Any]",
    colors: Mapping[str, str],
    *,
    opacity: float,
    text: "pd.DataFrame | pd.Series[Any] | None" = None,
    ids: "pd.Series[Any] | None" = None,
) -> list[Trace]:
    """Draw points in WebGL, one trace per group, so that a click in the legend hides it."""
    traces = []
    for name, color in colors.items():
        chosen = (groups == name).to_numpy()
        if not chosen.any():
            continue
        marker = {"color": color, "size": point_size(len(points)), "opacity": opacity}
        inside = points[chosen]
        hover = {} if text is None or ids is None else spoken(text[chosen], ids[chosen])
        label = {"name": plain(short(name, 24)), "legendgroup": name, "showlegend": True}
        traces.append(gl(inside["x"], inside["y"], name, marker=marker) | label | hover)
    return traces


def group_labels(
    points: pd.DataFrame,
    groups: "pd.Series[Any]",
    colors: Mapping[str, str],
    theme: Theme,
    weights: "np.ndarray | None" = None,
) -> list[dict[str, Any]]:
    """Name a group where it is dense and the majority; elsewhere a label would mislead.

    Args:
        points: ``x, y``.
        groups: the group of each.
        colors: groups with their colours.
        theme: colours of the ground.
        weights: points that each row stands for; None: one.
    """
    if len(points) < 2:
        return []
    x, y = points["x"].to_numpy(), points["y"].to_numpy()
    names = [name for name in colors if name not in (REST, NONE)]
    edges = [np.linspace(values.min(), values.max() + 1e-6, _GRID + 1) for values in (x, y)]
    n = np.ones(len(x)) if weights is None else np.asarray(weights, float)
    every = gaussian_filter(np.histogram2d(x, y, bins=edges, weights=n)[0], 1)
    labels: list[dict[str, Any]] = []
    taken: list[tuple[int, int]] = []
    for name in names:
        chosen = (groups == name).to_numpy()
        if n[chosen].sum() > _EVERYWHERE * n.sum():
            continue
        part = np.histogram2d(x[chosen], y[chosen], bins=edges, weights=n[chosen])[0]
        own = gaussian_filter(part, 1)
        own = np.where((own > 0.5 * every) & (own > 0.4 * own.max()), own, 0.0)
        i, j = np.unravel_index(int(own.argmax()), own.shape)
        crowded = any(abs(i - a) < 5 and abs(j - b) < 2 for a, b in taken)
        if own[i, j] <= 0 or crowded:
            continue
        taken.append((int(i), int(j)))
        labels.append(
            {
                "x": (edges[0][i] + edges[0][i + 1]) / 2,
                "y": (edges[1][j] + edges[1][j + 1]) / 2,
                "text": f"<b>{plain(short(name, 18))}</b>", "showarrow": False,
                "font": {"size": 13, "color": legible(colors[name], theme)},
                "bgcolor": translucent(theme.ground, 0.72), "borderpad": 1,
            }
        )  # fmt: skip
    return labels


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as mappings, columns by their names."""
    columns = {str(name): frame[name].tolist() for name in frame.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def item_name(row: Mapping[str, Any], limit: int = 48) -> str:
    """Return an item's title, or its id where it has none, safe for Plotly."""
    title = row["item_id"] if pd.isna(row["title"]) else row["title"]
    return plain(short(title, limit))


def lay_map(traces: Sequence[Trace], notes: Sequence[Trace], theme: Theme) -> go.Figure:
    """Make a figure without axes, which would mean nothing, and with equal scales.

    Args:
        traces: from the ground upwards.
        notes: annotations, the uppermost last.
        theme: colours of the ground.
    """
    bare = {"visible": False, "showgrid": False, "zeroline": False}
    layout = {
        "xaxis": bare,
        "yaxis": bare | {"scaleanchor": "x", "scaleratio": 1},
        "margin": {"l": 0, "r": 0, "t": 34, "b": 0},
        "dragmode": "zoom",
        "hovermode": "closest",
        "legend": {"itemsizing": "constant", "font": {"size": 12, "color": theme.text}},
        "annotations": list(notes),
    }
    figure = go.Figure(data=list(traces), layout=layout, _validate=False)
    return finish(figure, theme, HEIGHT)


def over(
    figure: go.Figure, traces: Sequence[Trace], below: Sequence[Trace], above: Sequence[Trace]
) -> go.Figure:
    """Return a new figure with more on top; the given one, which may be shared, stays as it is.

    Args:
        figure: a map.
        traces: to be drawn over its own.
        below: annotations under those that name its groups.
        above: annotations over them.
    """
    layout = figure.layout.to_plotly_json()
    layout["annotations"] = [*below, *layout.get("annotations", ()), *above]
    drawn = [*(trace.to_plotly_json() for trace in figure.data), *traces]
    if sum(len(trace["x"]) for trace in drawn if trace["type"] == "scattergl") <= _FEW:
        drawn = [trace | _PLAIN if trace["type"] == "scattergl" else trace for trace in drawn]
    return go.Figure(data=drawn, layout=layout, _validate=False)


def looked_at(
    figure: go.Figure,
    *,
    window: Sequence[float] | None = None,
    area: tuple[Sequence[float], Sequence[float]] | None = None,
    drag: str = "zoom",
    theme: Theme,
) -> go.Figure:
    """Return a new figure that shows a part of a map and outlines an area.

    Args:
        figure: a map.
        window: x0, x1, y0, y1 to show; None shows all.
        area: x and y of the corners of a polygon.
        drag: Plotly's ``dragmode``.
        theme: colours of the outline.
    """
    traces = [] if area is None else [_outline(area, theme)]
    shown = over(figure, traces, [], [])
    shown.layout.dragmode = drag
    # What the app's charts would set anyway, after a first drawing and before a second one.
    shown.layout.clickmode = "event" if drag in ("select", "lasso") else "event+select"
    if window is not None:
        shown.layout.xaxis.range, shown.layout.yaxis.range = list(window[:2]), list(window[2:])
        notes = [_cut(note.to_plotly_json(), window) for note in shown.layout.annotations]
        shown.layout.annotations = [note for note in notes if note is not None]
    return shown


def _cut(note: Trace, window: Sequence[float]) -> Trace | None:
    """Let an arrow begin at the window's border, where Plotly would draw it far beyond the map."""
    if not note.get("showarrow"):
        return note
    share = 1.0
    for head, tail, low, high in (
        (note["x"], note["ax"], *window[:2]),
        (note["y"], note["ay"], *window[2:]),
    ):
        if not low <= head <= high:
            return None
        border = high if tail > high else low
        if not low <= tail <= high:
            share = min(share, (border - head) / (tail - head))
    reached = {
        f"a{axis}": note[axis] + share * (note[f"a{axis}"] - note[axis]) for axis in ("x", "y")
    }
    return note | reached


def _outline(area: tuple[Sequence[float], Sequence[float]], theme: Theme) -> Trace:
    x, y = ([*corners, corners[0]] for corners in area)
    return {
        "type": "scatter", "x": x, "y": y, "mode": "lines", "name": "area", "showlegend": False,
        "hoverinfo": "skip", "line": {"color": theme.text, "width": 1.5, "dash": "dot"},
        "fill": "toself", "fillcolor": translucent(theme.accent, 0.08),
    }  # fmt: skip
