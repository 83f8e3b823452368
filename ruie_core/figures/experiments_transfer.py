"""Joint against single-scenario training, as a matrix."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.experiments_names import experiment_name, metric_name, row_label
from ruie_core.figures.numbers import THIN, bracket, count, plain, signed
from ruie_core.figures.rows import Record, records
from ruie_core.figures.theme import LIGHT, Theme, finish

MOST_WRITTEN = 12
"""With more columns the cells have no letters; the hover has them."""


def matrix(frame: pd.DataFrame, k: int | None = 10, theme: Theme = LIGHT) -> go.Figure:
    """Draw NDCG of joint minus single-scenario training: a row per training, a column per scenario.

    Bold and outlined: the 95 % interval excludes zero.

    Args:
        frame: variant, reference, scenario, value, low, high, clear, small, n_users, n_events,
            seeds. Small cells have no colour.
        k: cut-off.
        theme: colours.

    Example:
        >>> frame = pd.DataFrame({
        ...     "variant": "joint", "reference": "alone", "scenario": ["feed", "search"],
        ...     "value": [0.0012, -0.0003], "low": [0.0002, -0.001], "high": [0.002, 0.0005],
        ...     "clear": [True, False], "small": False, "n_users": 99, "n_events": 99, "seeds": 5})
        >>> figure = matrix(frame)
        >>> figure.data[0].z.tolist(), figure.data[0].text.tolist()
        ([[0.0012, -0.0003]], [['<b>+0.0012</b>', '−0.0003']])
        >>> len(figure.layout.shapes)
        1
    """
    rows, columns = (list(dict.fromkeys(frame[name])) for name in ("variant", "scenario"))
    telling = frame.loc[~frame["small"], "value"].abs()
    furthest = float(telling.max()) if len(telling) else 1.0
    events = frame.groupby("scenario")["n_events"].max()
    cells = records(frame)

    def table(values: list[Any]) -> Any:
        by = pd.MultiIndex.from_frame(frame[["variant", "scenario"]])
        whole = pd.MultiIndex.from_product([rows, columns])
        return pd.Series(values, by).reindex(whole).to_numpy().reshape(len(rows), len(columns))

    figure = go.Figure(
        go.Heatmap(
            # A small cell has the colour of zero: its number is noise.
            z=table([0.0 if cell["small"] else cell["value"] for cell in cells]),
            x=list(range(len(columns))),
            y=list(range(len(rows))),
            colorscale=[[place, color] for place, color in theme.diverging],
            zmin=-furthest or -1.0,
            zmax=furthest or 1.0,
            text=table([_text(cell, theme) for cell in cells]),
            texttemplate="%{text}" if len(columns) <= MOST_WRITTEN else None,
            textfont={"size": 13},
            customdata=table([_hover(cell, k) for cell in cells]),
            hovertemplate="%{customdata}<extra></extra>",
            hoverongaps=False,
            xgap=3,
            ygap=3,
            showscale=False,
        )
    )
    frames = []
    for cell in cells:
        if cell["clear"]:
            x, y = columns.index(cell["scenario"]), rows.index(cell["variant"])
            frames.append({
                "type": "rect", "x0": x - 0.47, "x1": x + 0.47, "y0": y - 0.45, "y1": y + 0.45,
                "line": {"color": theme.text, "width": 1.5},
            })  # fmt: skip
    figure.update_xaxes(
        tickvals=list(range(len(columns))),
        ticktext=[
            f"{row_label(_scenario(name))}<br>"
            f'<span style="color:{theme.muted};font-size:12px">n = {count(events[name])}</span>'
            for name in columns
        ],
        side="top",
        tickfont={"color": theme.text, "size": 13},
        showgrid=False,
    )
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=[row_label(experiment_name(name)) for name in rows],
        autorange="reversed",
        tickfont={"color": theme.text, "size": 13},
        ticklabelstandoff=8,
        showgrid=False,
    )
    figure.update_layout(margin={"t": 8, "b": 8}, shapes=frames)
    return finish(figure, theme, 84 + 52 * max(1, len(rows)))


def _scenario(name: str) -> str:
    return experiment_name(name) if name in ("all", "head", "tail") else name


def _text(cell: Record, theme: Theme) -> str:
    text = signed(cell["value"])
    if cell["small"]:
        return f'<span style="color:{theme.faint}">{text}</span>'
    return f"<b>{text}</b>" if cell["clear"] else text


def _hover(cell: Record, k: int | None) -> str:
    return (
        f"<b>{plain(experiment_name(cell['variant']))} → {plain(_scenario(cell['scenario']))}</b>"
        f"<br>{metric_name('ndcg', k)} {signed(cell['value'])} "
        f"{bracket(cell['low'], cell['high'])} (95{THIN}%)<br>against "
        f"{plain(experiment_name(cell['reference']) or 'none')}; {count(cell['n_events'])} events "
        f"of {count(cell['n_users'])} users, {count(cell['seeds'])} seeds"
    )
