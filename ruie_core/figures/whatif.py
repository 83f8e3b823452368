"""Figures of the What-if view: the original history's response beside the edited one's."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ruie_core.figures.legible import legible
from ruie_core.figures.numbers import MINUS, count, number, percent, plain, short
from ruie_core.figures.rows import Record, records
from ruie_core.figures.theme import GATE_COLOR, LIGHT, Theme, finish, scenario_colors, translucent

TOP = 10
"""Ranks that the movers show; beyond, the rank is written."""
DRAWN = 3
"""Scenarios whose Q is drawn over time, at most: those that changed most."""
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
    places = list(range(len(rows)))
    figure = make_subplots(rows=1, cols=2, shared_yaxes=True, horizontal_spacing=0.13)
    for column, name in enumerate(("q", "p"), start=1):
        for when in ("before", "after"):
            paint = [colors[row["scenario"]] for row in rows]
            figure.add_trace(
                go.Scatter(
                    x=frame[f"{name}_{when}"], y=places, mode="markers", name=f"{name} {when}",
                    marker={
                        "size": 11,
                        "color": theme.ground if when == "before" else paint,
                        "line": {"color": paint, "width": 2},
                    },
                    customdata=[_shift_hover(row) for row in rows],
                    hovertemplate="%{customdata}<extra></extra>",
                    cliponaxis=False,
                ),
                row=1, col=column,
            )  # fmt: skip
        for place, row in zip(places, rows, strict=True):
            figure.add_shape(
                type="line", x0=row[f"{name}_before"], x1=row[f"{name}_after"], y0=place, y1=place,
                line={"color": colors[row["scenario"]], "width": 3}, layer="below",
                row=1, col=column,
            )  # fmt: skip
            figure.add_annotation(
                x=max(row[f"{name}_before"], row[f"{name}_after"]), y=place, xanchor="left",
                xshift=10, text=_signed(row[f"{name}_change"], name), row=1, col=column,
                font={"size": 12, "color": theme.text if _tells(row, name) else theme.muted},
            )  # fmt: skip
    figure.update_yaxes(
        tickvals=places, ticktext=[plain(short(row["scenario"], 22)) for row in rows],
        range=[len(rows) - 0.4, -0.6], showgrid=False, tickfont={"color": theme.text},
        ticklabelstandoff=8, fixedrange=True,
    )  # fmt: skip
    q = frame[["q_before", "q_after"]].to_numpy()
    room = max(float(q.max() - q.min()), 0.1)
    figure.update_xaxes(showgrid=True, fixedrange=True, nticks=5)
    figure.update_xaxes(
        title_text="Q, reward units",
        range=[float(q.min()) - 0.12 * room, float(q.max()) + 0.42 * room], row=1, col=1,
    )  # fmt: skip
    figure.update_xaxes(
        title_text="p, next scenario", range=[-0.04, 1.3], tickformat=".0%",
        tickvals=[0, 0.5, 1], row=1, col=2,
    )  # fmt: skip
    figure.update_layout(showlegend=False, dragmode=False, margin={"t": 8})
    return finish(figure, theme, 70 + 34 * len(rows))


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
    figure = make_subplots(
        rows=len(rows), cols=1, shared_xaxes=True, vertical_spacing=0.09,
        row_heights=[1.0] * len(drawn) + [0.7],
    )  # fmt: skip
    for place, (column, title, color) in enumerate(rows, start=1):
        for version, paint, width in (("original", theme.faint, 4), ("edited", color, 2)):
            part = lines[lines["version"] == version]
            if column == "gate":
                part = part[part["key"].notna()]
            figure.add_trace(
                go.Scatter(
                    x=part["slot"], y=part[column], mode="lines", name=version,
                    line={"color": paint, "width": width},
                    customdata=[_line_hover(row, column, title) for row in records(part)],
                    hovertemplate="%{customdata}<extra></extra>",
                ),
                row=place, col=1,
            )  # fmt: skip
        y = "y domain" if place == 1 else f"y{place} domain"
        figure.add_annotation(
            x=0, xref="x domain", xanchor="left", y=1, yref=y, yanchor="bottom",
            text=plain(short(title, 34)), font={"color": legible(color, theme), "size": 12},
        )  # fmt: skip
    _mark_slots(figure, lines, theme)
    bounds = [float(lines["slot"].min()) - 0.6, float(lines["slot"].max()) + 0.9]
    figure.update_xaxes(fixedrange=True, range=bounds, **_ticks(lines))
    figure.update_xaxes(title_text="event of the original history, in order", row=len(rows), col=1)
    figure.update_yaxes(fixedrange=True, nticks=4)
    figure.update_layout(showlegend=False, dragmode=False, margin={"t": 40})
    return finish(figure, theme, 130 + 92 * len(rows))


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
    figure = go.Figure()
    for row in sorted(rows, key=lambda row: row["rank_before"] != row["rank_after"]):
        change = row["rank_before"] - row["rank_after"]
        color = theme.muted if not change else theme.accent if change > 0 else theme.bad
        name = plain(short(row["title"] or row["item_id"], 18))
        figure.add_trace(
            go.Scatter(
                x=[0, 1], y=[left[row["item"]], right[row["item"]]], mode="lines+markers+text",
                line={"color": color, "width": 2 if change else 1.2},
                marker={"size": 7, "color": color},
                text=[f"{name}  {count(row['rank_before'])}  ",
                      f"  {count(row['rank_after'])}  {name}"],
                textposition=["middle left", "middle right"],
                textfont={"size": 12, "color": theme.text if change else theme.muted},
                customdata=[_item_hover(row)] * 2,
                hovertemplate="%{customdata}<extra></extra>",
                cliponaxis=False,
            )
        )  # fmt: skip
    lowest = max([TOP, *left.values(), *right.values()])
    figure.update_xaxes(
        range=[-1.6, 2.6], tickvals=[0, 1], ticktext=["original", "edited"], side="top",
        fixedrange=True, showgrid=False,
    )  # fmt: skip
    figure.update_yaxes(visible=False, range=[lowest + 0.6, 0.3], fixedrange=True)
    figure.update_layout(showlegend=False, dragmode=False, margin={"t": 36})
    return finish(figure, theme, round(60 + 29 * lowest))


def _heights(rows: list[Record], column: str) -> dict[int, float]:
    """Ranks up to ten stand at their place; those beyond follow under a gap, best first."""
    beyond = sorted((row for row in rows if row[column] > TOP), key=lambda row: row[column])
    places = {row["item"]: float(row[column]) for row in rows}
    return places | {row["item"]: TOP + 1.4 + place for place, row in enumerate(beyond)}


def _mark_slots(figure: go.Figure, lines: pd.DataFrame, theme: Theme) -> None:
    for row in records(lines[lines["mark"] != "kept"].drop_duplicates("slot")):
        figure.add_vrect(
            x0=row["slot"] - 0.5, x1=row["slot"] + 0.5, line_width=0, layer="below",
            fillcolor=translucent(theme.accent, 0.12), row="all", col=1,
        )  # fmt: skip
        figure.add_annotation(
            x=row["slot"], xref="x", y=1, yref="paper", yanchor="bottom", yshift=14,
            text=_MARKS[row["mark"]], font={"color": theme.text, "size": 14},
        )  # fmt: skip


def _ticks(lines: pd.DataFrame) -> dict[str, object]:
    """About eight original event numbers, and the forecast."""
    known = lines[(lines["version"] == "original") & lines["key"].notna()]
    last = int(lines["slot"].max())
    step = max(1, round(len(known) / 8))
    chosen = [row for row in records(known) if row["key"] % step == 0 and row["slot"] <= last - 2]
    return {
        "tickvals": [*(row["slot"] for row in chosen), last],
        "ticktext": [*(count(row["key"]) for row in chosen), "forecast"],
    }


def _tells(row: Record, name: str) -> bool:
    return bool(abs(row[f"{name}_change"]) >= 0.005)


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
