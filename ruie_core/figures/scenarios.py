"""Figures of the Scenarios view: NDCG per scenario, and head against tail over the cut-offs."""

import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.numbers import THIN, count, interval, number, plain, short
from ruie_core.figures.overview import model_name
from ruie_core.figures.rows import Record, records
from ruie_core.figures.theme import LIGHT, Theme, finish, scenario_colors

GROUP_NAMES = {"all": "All events", "head": "Head scenarios", "tail": "Tail scenarios"}
"""What groups of scenarios are called, by ``group``."""
_BASELINE_SYMBOLS = {"popularity": "line-ns", "scenario-popularity": "x-thin"}
_SHIFTS = {"scenario-popularity": 0.2, "popularity": 0.36}
"""Baselines stand this far under the model, in rows."""


def ndcg_by_scenario(
    frame: pd.DataFrame,
    scenarios: tuple[str, ...],
    k: int = 10,
    theme: Theme = LIGHT,
    selected: str | None = None,
) -> go.Figure:
    """Draw NDCG@k per scenario as dots with intervals, baselines as grey marks under them.

    Args:
        frame: scenario, group, code, model, value, low, high, n_events, n_users, baseline, small.
        scenarios: all scenarios by code, which fixes the colours.
        k: cut-off.
        theme: colours.
        selected: scenario that stands out; none: all alike.

    A click on a dot carries the scenario's code as the second of its ``customdata``.

    Example:
        >>> frame = pd.DataFrame({
        ...     "scenario": "feed", "group": "scenario", "code": 1,
        ...     "model": ["ruie", "popularity"], "value": [0.2, 0.05], "low": [0.1, 0.02],
        ...     "high": [0.3, 0.08], "n_events": 90, "n_users": 80, "baseline": [False, True],
        ...     "small": False})
        >>> figure = ndcg_by_scenario(frame, ("feed",))
        >>> [trace.name for trace in figure.data]
        ['RUIE', 'Popularity']
    """
    colors = scenario_colors(scenarios)
    cells = frame.drop_duplicates(["group", "scenario"])
    # A gap of half a row sets the groups off from the scenarios.
    rows = {
        (row["group"], row["scenario"]): place + (0.5 if row["group"] == "scenario" else 0.0)
        for place, row in enumerate(records(cells))
    }
    figure, codes = go.Figure(), {name: code for code, name in enumerate(scenarios, start=1)}
    lines = []
    for model in dict.fromkeys(frame["model"]):
        part = records(frame[frame["model"] == model])
        own = not part[0]["baseline"]
        paint = [_paint(row, colors, theme, own=own, selected=selected) for row in part]
        shift = 0.0 if own else _SHIFTS.get(model, 0.28)
        figure.add_trace(_dots(part, rows, paint, shift, model, k, codes, theme))
        for row, color in zip(part, paint, strict=True):
            if row["low"] is not None:
                place = rows[row["group"], row["scenario"]] + shift
                lines.append({
                    "type": "line", "x0": row["low"], "x1": row["high"], "y0": place, "y1": place,
                    "line": {"color": color, "width": 2.5 if own else 1.2}, "layer": "between",
                })  # fmt: skip
    top = float(frame[["value", "high"]].max().max()) if len(frame) else 1.0
    notes = [
        {
            "x": 1, "xref": "paper", "xanchor": "right", "y": rows[row["group"], row["scenario"]],
            "text": _n(row),
            "font": {"size": 12, "color": theme.faint if row["small"] else theme.muted},
        }
        for row in records(cells)
    ]  # fmt: skip
    figure.update_xaxes(
        title_text=f"NDCG@{k}",
        range=[0, max(top, 1e-3) * 1.06],
        domain=[0, 0.84],
        showgrid=True,
        nticks=7,
    )
    figure.update_layout(clickmode="event+select", shapes=lines, annotations=notes)
    figure.update_yaxes(
        tickvals=list(rows.values()),
        ticktext=[_label(row, colors, theme, selected) for row in records(cells)],
        range=[max(rows.values(), default=0) + 0.7, -0.6],
        showgrid=False,
        ticklabelstandoff=8,
        tickfont={"color": theme.text, "size": 13},
    )
    return finish(figure, theme, 110 + 48 * max(1, len(rows)))


def head_and_tail(frame: pd.DataFrame, theme: Theme = LIGHT) -> go.Figure:
    """Draw NDCG over the cut-offs, head solid and tail dashed; the lines carry their names.

    Args:
        frame: group, model, k, value, low, high, n_events, baseline.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({
        ...     "group": "head", "model": "ruie", "k": [5, 10], "value": [0.1, 0.2],
        ...     "low": [0.05, 0.1], "high": [0.2, 0.3], "n_events": 90, "baseline": False})
        >>> head_and_tail(frame).data[0].line.dash
        'solid'
    """
    figure = go.Figure()
    cutoffs = sorted(int(k) for k in frame["k"].unique())
    lines = list(frame.groupby(["model", "group"], sort=False))
    spread = 0.012 * (max(cutoffs, default=1) - min(cutoffs, default=0) + 1)
    for place, ((model, group), part) in enumerate(lines):
        rows = records(part)
        own = not rows[0]["baseline"]
        color = theme.text if own else theme.muted
        moved = (place - (len(lines) - 1) / 2) * spread
        figure.add_trace(
            go.Scatter(
                x=[row["k"] + moved for row in rows],
                y=[row["value"] for row in rows],
                mode="lines+markers",
                line={"color": color, "width": 2 if own else 1.2, "dash": _DASH[str(group)]},
                marker={"size": 7 if own else 5, "color": color},
                error_y=_bars(rows, color),
                customdata=[
                    f"<b>{plain(model_name(str(model)))}, {group}</b><br>"
                    f"NDCG@{row['k']} {number(row['value'], 3)} "
                    f"({interval(row['low'], row['high'])})<br>n = {count(row['n_events'])}"
                    for row in rows
                ],
                hovertemplate="%{customdata}<extra></extra>",
                showlegend=False,
            )
        )
    notes = []
    for (model, group), height in _label_heights(frame).items():
        own = not frame.loc[frame["model"] == model, "baseline"].iloc[0]
        notes.append({
            "x": 1, "xref": "paper", "xanchor": "left", "y": height, "xshift": 6,
            "text": f"{model_name(model)}, {group}",
            "font": {"size": 12, "color": theme.text if own else theme.muted},
        })  # fmt: skip
    figure.update_xaxes(title_text="K", tickvals=cutoffs)
    if cutoffs:
        step = spread * len(lines)
        figure.update_xaxes(range=[cutoffs[0] - step, cutoffs[-1] + step])
    figure.update_yaxes(title_text="NDCG@K", rangemode="tozero", nticks=6)
    figure.update_layout(margin={"r": 180, "t": 12}, annotations=notes)
    return finish(figure, theme, 400)


_DASH = {"head": "solid", "tail": "dot"}


def _dots(
    part: list[Record],
    rows: dict[tuple[str, str], float],
    paint: list[str],
    shift: float,
    model: str,
    k: int,
    codes: dict[str, int],
    theme: Theme,
) -> go.Scatter:
    own = shift == 0
    return go.Scatter(
        x=[row["value"] for row in part],
        y=[rows[row["group"], row["scenario"]] + shift for row in part],
        name=model_name(model),
        mode="markers+text" if own else "markers",
        cliponaxis=False,
        text=[number(row["value"], 3) for row in part] if own else None,
        textposition="top center",
        textfont={
            "size": 12,
            "color": [theme.faint if row["small"] else theme.text for row in part],
        },
        marker={
            "size": 12 if own else 9,
            "color": paint,
            "symbol": "circle" if own else _BASELINE_SYMBOLS.get(model, "line-ns"),
            "line": {"width": 0 if own else 2, "color": paint},
        },
        customdata=[
            [_hover(row, k), codes.get(row["scenario"], 0) if row["group"] == "scenario" else 0]
            for row in part
        ],
        hovertemplate="%{customdata[0]}<extra></extra>",
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        legendrank=1 if own else 2,
    )


def _paint(
    row: Record, colors: dict[str, str], theme: Theme, *, own: bool, selected: str | None
) -> str:
    aside = row["group"] == "scenario" and selected not in {None, row["scenario"]}
    if row["small"] or aside:
        return theme.faint
    if not own:
        return theme.muted
    return colors[row["scenario"]] if row["group"] == "scenario" else theme.text


def _label(row: Record, colors: dict[str, str], theme: Theme, selected: str | None) -> str:
    if row["group"] != "scenario":
        return f"<b>{GROUP_NAMES[row['group']]}</b>"
    color = theme.faint if row["small"] else colors[row["scenario"]]
    name = plain(short(row["scenario"], 24))
    name = f"<b>{name}</b>" if row["scenario"] == selected else name
    return f'<span style="color:{color}">■</span> {name}'


def _n(row: Record) -> str:
    mark = " · too few" if row["small"] else ""
    return f"n = {count(row['n_events'])}{mark}"


def _hover(row: Record, k: int) -> str:
    name = GROUP_NAMES.get(row["group"], row["scenario"])
    known = row["low"] is not None
    return (
        f"<b>{plain(name)} · {plain(model_name(row['model']))}</b><br>"
        f"NDCG@{k} {number(row['value'], 3)}"
        + (f" (95{THIN}% interval {interval(row['low'], row['high'])})" if known else "")
        + f"<br>{count(row['n_events'])} held-out events of {count(row['n_users'])} users"
    )


def _bars(rows: list[Record], color: str) -> dict[str, object]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [(row["high"] or row["value"]) - row["value"] for row in rows],
        "arrayminus": [
            row["value"] - (row["value"] if row["low"] is None else row["low"]) for row in rows
        ],
        "thickness": 1,
        "width": 0,
        "color": color,
    }


def _label_heights(frame: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return where each line's name stands: at its end, pushed apart where two would collide."""
    if frame.empty:
        return {}
    last = frame[frame["k"] == frame["k"].max()].sort_values("value")
    least = float(frame[["value", "high"]].max().max()) * 0.065
    heights: dict[tuple[str, str], float] = {}
    below = float("-inf")
    for row in records(last):
        below = max(row["value"], below + least)
        heights[row["model"], row["group"]] = below
    return heights
