"""The Sankey of the Transitions view, with handles that take clicks, which a Sankey does not."""

from collections import Counter
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from ruie_core.figures.numbers import count, percent, plain, short
from ruie_core.figures.rows import Record, records
from ruie_core.figures.theme import LIGHT, Theme, finish, scenario_colors, translucent
from ruie_core.figures.transitions import MOST_WRITTEN

_MARGIN: Final = 12
"""Pixels over and under the streams."""

_GUTTER: Final = 0.03
"""Share of the width at each side that the handles have."""


def sankey(
    frame: pd.DataFrame,
    scenarios: tuple[str, ...],
    moves_only: bool = True,
    theme: Theme = LIGHT,
    selected: str | None = None,
) -> go.Figure:
    """Draw the transitions as streams, in the colour of the scenario that they leave.

    Args:
        frame: from_scenario, to_scenario, n, n_from.
        scenarios: all scenarios by code.
        moves_only: leave out the events that stay in their scenario.
        theme: colours.
        selected: scenario whose streams stand out; none: all alike.

    Beside each node is a handle at its height; the second of its ``customdata`` is the code of the
    scenario: what a click selects. A scenario without events has no node.

    Example:
        >>> frame = pd.DataFrame({"from_scenario": ["a", "a", "b", "b"],
        ...                       "to_scenario": ["a", "b", "a", "b"], "n": [3, 1, 1, 1],
        ...                       "n_from": [4, 4, 2, 2]})
        >>> figure = sankey(frame, ("a", "b"))
        >>> figure.data[0].link.value
        (1, 1)
        >>> [code for _, code in figure.data[1].customdata]  # left, then right, from the top
        [1, 2, 1, 2]
    """
    colors = scenario_colors(scenarios)
    moved = frame["from_scenario"] != frame["to_scenario"]
    drawn = records(frame[(frame["n"] > 0) & (moved | (not moves_only))])
    height = 160 + 42 * min(max(2, len(scenarios)), 12)
    pad = 18 if len(scenarios) <= MOST_WRITTEN else 8
    left, right = (_sizes(drawn, side, scenarios) for side in ("from_scenario", "to_scenario"))
    tall = height - 2 * _MARGIN
    places = [*_places(left, right, tall, pad), *_places(right, left, tall, pad)]
    names = [*left, *right]
    strength = 0.45 if theme.name == "light" else 0.55
    figure = go.Figure(
        go.Sankey(
            arrangement="fixed",  # the handles beside the nodes have to stay beside them
            domain={"x": [_GUTTER, 1 - _GUTTER], "y": [0, 1]},
            node={
                "x": [0.001] * len(left) + [0.999] * len(right),
                "y": places,
                "label": [plain(short(name, 24)) for name in names],
                "color": [colors[name] for name in names],
                "pad": pad,
                "thickness": 14,
                "line": {"width": 0},
                "hovertemplate": "%{label}<br>%{value:,d} events<extra></extra>",
            },
            link={
                "source": [list(left).index(row["from_scenario"]) for row in drawn],
                "target": [len(left) + list(right).index(row["to_scenario"]) for row in drawn],
                "value": [row["n"] for row in drawn],
                "color": [
                    translucent(colors[row["from_scenario"]], strength)
                    if selected in {None, row["from_scenario"], row["to_scenario"]}
                    else translucent(theme.faint, 0.25)
                    for row in drawn
                ],
                "customdata": [_flow(row) for row in drawn],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
            textfont={"color": theme.text, "size": 13, "shadow": "none"},
        )
    )
    figure.add_trace(_handles(left, right, places, scenarios, theme, selected))
    bare = {"visible": False, "fixedrange": True}
    figure.update_layout(
        margin={"t": _MARGIN, "b": _MARGIN, "l": 4, "r": 4},
        xaxis=bare | {"range": [0, 1], "domain": [0, 1]},
        yaxis=bare | {"range": [1, 0], "domain": [0, 1]},
        dragmode=False,
        clickmode="event+select",
        hovermode="closest",
    )
    return finish(figure, theme, height)


def _sizes(drawn: list[Record], side: str, scenarios: tuple[str, ...]) -> dict[str, int]:
    """Return the events of each scenario that has some, in the order of the codes."""
    sizes: Counter[str] = Counter()
    for row in drawn:
        sizes[row[side]] += row["n"]
    return {name: sizes[name] for name in scenarios if sizes[name]}


def _places(
    sizes: dict[str, int], across: dict[str, int], height: float, pad: float
) -> list[float]:
    """Return where the middles of one side's nodes stand, 0 on top to 1.

    Plotly makes nodes as tall as the fuller side allows: pixels of ``height`` that are left by
    ``pad`` between its nodes, over the events. The other side's nodes are as tall, with wider gaps.

    >>> _places({"a": 3, "b": 1}, {"a": 4}, 110, 10)  # 75 and 25 pixels, 10 between them
    [0.3409..., 0.8863...]
    >>> _places({"a": 4}, {"a": 3, "b": 1}, 110, 10)
    [0.5]
    """
    fullest = max(len(sizes), len(across))
    scale = (height - (fullest - 1) * pad) / max(1, sum(sizes.values()))
    free = height - scale * sum(sizes.values())
    gap = free / (len(sizes) - 1) if len(sizes) > 1 else 0.0
    top = 0.0 if len(sizes) > 1 else free / 2
    middles = []
    for size in sizes.values():
        middles.append((top + size * scale / 2) / height)
        top += size * scale + gap
    return middles


def _handles(
    left: dict[str, int],
    right: dict[str, int],
    places: list[float],
    scenarios: tuple[str, ...],
    theme: Theme,
    selected: str | None,
) -> go.Scatter:
    """Return a mark beside each node: a Sankey tells nobody that it was clicked."""
    colors, names = scenario_colors(scenarios), [*left, *right]
    hovers = [
        f"<b>{plain(name)}</b><br>{count(size)} events {word}<br>"
        f"a click {'lets go of' if name == selected else 'selects'} it"
        for sizes, word in ((left, "leave it"), (right, "arrive in it"))
        for name, size in sizes.items()
    ]
    still: dict[str, Any] = {"marker": {"opacity": 1}}
    return go.Scatter(
        x=[_GUTTER / 3] * len(left) + [1 - _GUTTER / 3] * len(right),
        y=places,
        mode="markers",
        marker={
            "size": 13 if len(scenarios) <= MOST_WRITTEN else 9,
            "color": [theme.ground if selected not in {None, name} else colors[name]
                      for name in names],
            "line": {"width": 2, "color": [theme.text if name == selected else colors[name]
                                           for name in names]},
        },
        selected=still,
        unselected=still,
        cliponaxis=False,
        customdata=[[text, scenarios.index(name) + 1]
                    for text, name in zip(hovers, names, strict=True)],
        hovertemplate="%{customdata[0]}<extra></extra>",
        showlegend=False,
    )  # fmt: skip


def _flow(row: Record) -> str:
    return (
        f"<b>{plain(row['from_scenario'])} → {plain(row['to_scenario'])}</b><br>"
        f"{count(row['n'])} of {count(row['n_from'])} transitions "
        f"({percent(row['n'] / row['n_from'], 1)})"
    )
