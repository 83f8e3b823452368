"""Figures of the What-if view: the original history's response beside the edited one's."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.legible import legible
from ruie_core.figures.numbers import MINUS, count, number, percent, plain, short
from ruie_core.figures.rows import Record, records
from ruie_core.figures.theme import GATE_COLOR, LIGHT, Theme, finish, scenario_colors, translucent

TOP = 10
"""Ranks that the movers show; beyond, the rank is written."""
DRAWN = 3
"""Scenarios whose Q is drawn over time, at most: those that changed most."""
_TELLS = 0.005
"""Changes of Q or p below this are written in grey."""
_Q_ROW, _GATE_ROW, _GAP = 72, 46, 26
"""Heights of the trajectories' rows and of the gaps where their titles stand, px."""
_HOVER = "%{customdata}<extra></extra>"
_MARKS = {"removed": "✕", "inserted": "+", "changed": "△", "moved": "◇"}


def scenario_shift(frame: pd.DataFrame, theme: Theme = LIGHT) -> go.Figure:
    """Draw Q and the next-scenario probability of each scenario, hollow before and filled after.

    Args:
        frame: ``Comparison.scenarios``.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({"scenario": ["feed", "search"], "q_before": [1.0, 2.0],
        ...     "q_after": [1.0, 1.5], "q_change": [0.0, -0.5], "p_before": [0.5, 0.5],
        ...     "p_after": [0.75, 0.25], "p_change": [0.25, -0.25]})
        >>> [trace.name for trace in scenario_shift(frame).data]
        ['q before', 'q after', 'p before', 'p after']
    """
    rows = records(frame)
    colors = scenario_colors(list(frame["scenario"]))
    paint = [colors[row["scenario"]] for row in rows]
    hover = [_shift_hover(row) for row in rows]
    traces, shapes, notes = [], [], []
    for name, side in (("q", "x"), ("p", "x2")):
        for when in ("before", "after"):
            fill = theme.ground if when == "before" else paint
            traces.append(
                {
                    "type": "scatter", "xaxis": side,
                    "x": frame[f"{name}_{when}"].to_numpy(), "y": list(range(len(rows))),
                    "mode": "markers", "name": f"{name} {when}", "cliponaxis": False,
                    "marker": {"size": 11, "color": fill, "line": {"color": paint, "width": 2}},
                    "customdata": hover, "hovertemplate": _HOVER,
                }
            )  # fmt: skip
        for place, row in enumerate(rows):
            ends = row[f"{name}_before"], row[f"{name}_after"]
            shapes.append(
                {"type": "line", "x0": ends[0], "x1": ends[1], "y0": place, "y1": place,
                 "xref": side, "yref": "y", "line": {"color": paint[place], "width": 3},
                 "layer": "below"}
            )  # fmt: skip
            color = theme.text if abs(row[f"{name}_change"]) >= _TELLS else theme.muted
            notes.append(
                {"x": max(ends), "y": place, "xref": side, "yref": "y", "xanchor": "left",
                 "xshift": 10, "text": _signed(row[f"{name}_change"], name), "showarrow": False,
                 "font": {"size": 12, "color": color}}
            )  # fmt: skip
    q = frame[["q_before", "q_after"]].to_numpy()
    room = max(float(q.max() - q.min()), 0.1)
    axis: dict[str, Any] = {"showgrid": True, "fixedrange": True, "anchor": "y"}
    layout: dict[str, Any] = {
        "xaxis": axis | {
            "domain": [0, 0.46], "title": {"text": "Q, reward units"}, "nticks": 5,
            "range": [float(q.min()) - 0.12 * room, float(q.max()) + 0.42 * room],
        },
        "xaxis2": axis | {
            "domain": [0.56, 1], "title": {"text": "p, next scenario"}, "range": [-0.04, 1.3],
            "tickformat": ".0%", "tickvals": [0, 0.5, 1],
        },
        "yaxis": {
            "tickvals": list(range(len(rows))), "range": [len(rows) - 0.4, -0.6],
            "ticktext": [plain(short(row["scenario"], 22)) for row in rows],
            "showgrid": False, "tickfont": {"color": theme.text}, "ticklabelstandoff": 8,
            "fixedrange": True,
        },
        "shapes": shapes, "annotations": notes, "margin": {"t": 8},
    }  # fmt: skip
    return _figure(traces, layout, theme, 70 + 34 * len(rows))


def drawn_scenarios(frame: pd.DataFrame) -> list[str]:
    """Return the scenarios whose Q changed most, in the order of their codes.

    >>> frame = pd.DataFrame({"scenario": list("abcd"), "q_change": [0.1, -0.5, 0.0, 0.2]})
    >>> drawn_scenarios(frame)
    ['a', 'b', 'd']
    """
    order = frame["q_change"].abs().sort_values(ascending=False, kind="stable").index[:DRAWN]
    return [str(name) for name in frame.loc[sorted(order), "scenario"]]


def trajectories(
    lines: pd.DataFrame, drawn: list[str], scenarios: tuple[str, ...], theme: Theme = LIGHT
) -> go.Figure:
    """Draw Q of some scenarios and the gate over the events, original grey under edited colour.

    Args:
        lines: ``Comparison.lines``.
        drawn: scenarios to draw.
        scenarios: all of them by code, which fixes the colours.
        theme: colours.

    Example:
        >>> lines = pd.DataFrame({
        ...     "slot": [1, 1, 2, 3, 3], "version": ["edited", "original", "original", "edited",
        ...     "original"], "key": pd.array([1, 1, 2, None, None], "Int64"), "place": 1,
        ...     "mark": ["kept", "kept", "removed", "kept", "kept"], "scenario": "feed",
        ...     "gate": 0.5, "q_feed": [1.0, 1.0, 2.0, 1.5, 1.7]})
        >>> figure = trajectories(lines, ["feed"], ("feed",))
        >>> [trace.x.tolist() for trace in figure.data[:2]]
        [[1, 2, 3], [1, 3]]
    """
    colors = scenario_colors(scenarios)
    rows = [(f"q_{name}", f"Q of {name}", colors[name]) for name in drawn]
    rows.append(("gate", "gate", GATE_COLOR))
    heights = [_Q_ROW] * len(drawn) + [_GATE_ROW]
    inside = sum(heights) + _GAP * (len(rows) - 1)
    versions = (("original", theme.faint, 4), ("edited", None, 2))
    parts = {version: lines[lines["version"] == version] for version, _, _ in versions}
    told = {version: records(part) for version, part in parts.items()}
    layout: dict[str, Any] = {}
    traces, notes, top = [], [], inside
    for place, (column, title, color) in enumerate(rows):
        axis = f"y{place + 1}" if place else "y"
        for version, paint, width in versions:
            traces.append(
                {
                    "type": "scatter", "mode": "lines", "yaxis": axis,
                    "x": parts[version]["slot"].to_numpy(),
                    "y": parts[version][column].to_numpy(float),
                    "name": version, "line": {"color": paint or color, "width": width},
                    "customdata": [_line_hover(row, column, title) for row in told[version]],
                    "hovertemplate": _HOVER,
                }
            )  # fmt: skip
        domain = [(top - heights[place]) / inside, top / inside]
        top -= heights[place] + _GAP
        layout["yaxis" + axis[1:]] = {"domain": domain, "nticks": 4, "fixedrange": True}
        notes.append(
            {"x": 0, "xref": "paper", "xanchor": "left", "y": domain[1], "yref": "paper",
             "yanchor": "bottom", "text": plain(short(title, 34)), "showarrow": False,
             "font": {"color": legible(color, theme), "size": 12}}
        )  # fmt: skip
    shapes, marks = _marked_slots(lines, theme)
    layout |= {
        "xaxis": _ticks(lines) | {
            "title": {"text": "event of the original history, in order"}, "anchor": axis,
            "range": [float(lines["slot"].min()) - 0.6, float(lines["slot"].max()) + 0.9],
            "fixedrange": True,
        },
        "shapes": shapes, "annotations": [*notes, *marks], "margin": {"t": 40},
    }  # fmt: skip
    return _figure(traces, layout, theme, inside + 96)


def movers(items: pd.DataFrame, theme: Theme = LIGHT) -> go.Figure:
    """Draw the first ten before (left) and after (right); risen blue, fallen orange.

    Args:
        items: ``Comparison.items``.
        theme: colours.

    Example:
        >>> items = pd.DataFrame({"item": [1, 2], "item_id": ["a", "b"], "title": ["A", None],
        ...     "category": None, "rank_before": [1, 40], "rank_after": [12, 1],
        ...     "score_before": 0.1, "score_after": 0.2})
        >>> [list(trace.y) for trace in movers(items).data]
        [[1.0, 11.4], [11.4, 1.0]]
    """
    rows = records(items)
    left, right = (_heights(rows, f"rank_{when}") for when in ("before", "after"))
    traces = []
    for row in sorted(rows, key=lambda row: row["rank_before"] != row["rank_after"]):
        change = row["rank_before"] - row["rank_after"]
        color = theme.muted if not change else theme.accent if change > 0 else theme.bad
        name = plain(short(row["title"] or row["item_id"], 20))
        traces.append(
            {
                "type": "scatter", "mode": "lines+markers+text",
                "x": [0, 1], "y": [left[row["item"]], right[row["item"]]],
                "line": {"color": color, "width": 2 if change else 1.2},
                "marker": {"size": 7, "color": color},
                "text": [f"{name}  {count(row['rank_before'])}  ",
                      f"  {count(row['rank_after'])}  {name}"],
                "textposition": ["middle left", "middle right"],
                "textfont": {"size": 12, "color": theme.text if change else theme.muted},
                "customdata": [_item_hover(row)] * 2, "hovertemplate": _HOVER, "cliponaxis": False,
            }
        )  # fmt: skip
    lowest = max([TOP, *left.values(), *right.values()])
    layout = {
        "xaxis": {
            "range": [-1.6, 2.6], "tickvals": [0, 1], "ticktext": ["original", "edited"],
            "side": "top", "fixedrange": True, "showgrid": False,
        },
        "yaxis": {"visible": False, "range": [lowest + 0.6, 0.3], "fixedrange": True},
        "margin": {"t": 36},
    }  # fmt: skip
    return _figure(traces, layout, theme, round(60 + 29 * lowest))


def _figure(
    traces: list[dict[str, Any]], layout: dict[str, Any], theme: Theme, height: int
) -> go.Figure:
    """Put a figure together unchecked, which takes a tenth of the time; tests check."""
    whole = layout | {"showlegend": False, "dragmode": False}
    return finish(go.Figure(data=traces, layout=whole, _validate=False), theme, height)


def _heights(rows: list[Record], column: str) -> dict[int, float]:
    """Ranks up to ten stand at their place; those beyond follow under a gap, best first."""
    beyond = sorted((row for row in rows if row[column] > TOP), key=lambda row: row[column])
    places = {row["item"]: float(row[column]) for row in rows}
    return places | {row["item"]: TOP + 1.4 + place for place, row in enumerate(beyond)}


def _marked_slots(
    lines: pd.DataFrame, theme: Theme
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Bands where something was edited, and the signs over them."""
    marked = records(lines[lines["mark"] != "kept"].drop_duplicates("slot"))
    bands: list[dict[str, Any]] = [
        {"type": "rect", "x0": row["slot"] - 0.5, "x1": row["slot"] + 0.5, "xref": "x", "y0": 0,
         "y1": 1, "yref": "paper", "line": {"width": 0}, "layer": "below",
         "fillcolor": translucent(theme.accent, 0.12)}
        for row in marked
    ]  # fmt: skip
    signs: list[dict[str, Any]] = [
        {"x": row["slot"], "xref": "x", "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 14,
         "text": _MARKS[row["mark"]], "showarrow": False,
         "font": {"color": theme.text, "size": 14}}
        for row in marked
    ]  # fmt: skip
    return bands, signs


def _ticks(lines: pd.DataFrame) -> dict[str, Any]:
    """About eight original event numbers, and the forecast."""
    known = lines[(lines["version"] == "original") & lines["key"].notna()]
    last = int(lines["slot"].max())
    step = max(1, round(len(known) / 8))
    chosen = [row for row in records(known) if row["key"] % step == 0 and row["slot"] <= last - 3]
    return {
        "tickvals": [*(row["slot"] for row in chosen), last],
        "ticktext": [*(count(row["key"]) for row in chosen), "forecast"],
    }


def _signed(change: float, name: str) -> str:
    text = number(abs(change)) if name == "q" else percent(abs(change))
    sign = "+" if change > 0 else MINUS
    return f"{sign}{text}" if text.strip("0.\u202f %") else "±0"


def _shift_hover(row: Record) -> str:
    return (
        f"<b>{plain(row['scenario'])}</b><br>Q {number(row['q_before'], 3)} → "
        f"{number(row['q_after'], 3)}<br>p {percent(row['p_before'], 1)} → "
        f"{percent(row['p_after'], 1)}"
    )


def _line_hover(row: Record, column: str, title: str) -> str:
    if row["key"] is None:
        who = "forecast"
    else:
        who = f"event {row['key']}" if row["key"] > 0 else "inserted event"
        who += f", {plain(row['scenario'])}"
    mark = "" if row["mark"] == "kept" else f"<br>{row['mark']}"
    return f"<b>{row['version']}, {who}</b><br>{plain(title)} {number(row[column], 3)}{mark}"


def _item_hover(row: Record) -> str:
    category = f"<br>{plain(row['category'])}" if row["category"] else ""
    return (
        f"<b>{plain(row['title'] or row['item_id'])}</b>{category}<br>rank "
        f"{count(row['rank_before'])} → {count(row['rank_after'])}<br>score "
        f"{number(row['score_before'])} → {number(row['score_after'])}"
    )
