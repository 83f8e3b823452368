"""What the cursor says: one card per row of the storyboard, all for the same event."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from ruie_core.figures.numbers import count, number, plain, short
from ruie_core.figures.rows import records
from ruie_core.figures.user_layers import Layers
from ruie_core.figures.user_rows import Story, Trace

MOST = 5
"""Scenarios at most that a card lists."""

COVER = "y9"
"""Axis over all rows that carries the events' cards and takes the clicks; its range is 0 to 1."""

_SPLITS = {"train": "training step, in-sample", "validation": "validation", "test": "test"}


def hover_traces(
    story: Story,
    layers: Layers,
    axes: Mapping[str, str],
    domains: Mapping[str, tuple[float, float]],
    zone: str,
    selected: int | None = None,
) -> list[Trace]:
    """Return invisible points, one per event and row, that carry the text of the cursor.

    Those of the event's own card lie on an axis over the whole height (``COVER``), so that a click
    in any row selects the event: Plotly looks for what was clicked on the uppermost axis only.

    Args:
        story: what is drawn.
        layers: its categories and seeds.
        axes: y axis of each row, by its name.
        domains: each row's share of the height.
        zone: IANA name of the zone in which times are written.
        selected: event that is looked at; every point carries it, so that a second click on a
            point differs from the first once something else was looked at.
    """
    steps = story.steps
    lane = {name: float(place) for place, name in enumerate(story.lanes)}
    times = local_times(steps["time"], zone)
    rows = records(steps)
    bottom, top = domains["lanes"]
    places = np.array([lane.get(str(row["scenario"]), 0.0) for row in rows])
    known = story.q[np.isfinite(story.q)]
    middle = float(np.median(known)) if known.size else 0.0
    taken = steps["q_taken"].to_numpy(dtype="float64", na_value=np.nan)
    rank = steps["rank"].to_numpy(dtype="float64", na_value=np.nan)
    heights = {
        "lanes": bottom + (top - bottom) * (places + 0.6) / (len(lane) + 0.2),
        "q": np.where(np.isfinite(taken), taken, middle),
        "gate": np.full(len(steps), 0.5),
        "next": np.full(len(steps), 0.5),
        "rank": np.where(np.isfinite(rank), rank, 30.0),
    }
    texts = {
        "lanes": [_event(row, time, zone) for row, time in zip(rows, times, strict=True)],
        "q": [_listing(row, "q", story) for row in rows],
        "gate": [_gate(row) for row in rows],
        "next": [_listing(row, "p", story) for row in rows],
        "rank": [_rank(row, story) for row in rows],
    }
    if layers.names:
        heights["mix"] = np.full(len(steps), (len(layers.names) - 1) / 2)
        texts["mix"] = _categories(steps["t"].tolist(), layers)
    hidden = {"marker": {"opacity": 0}}
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": steps["t"].to_numpy(),
            "y": heights[name],
            "yaxis": COVER if name == "lanes" else axes[name],
            "text": texts[name],
            "customdata": np.full(len(steps), selected or 0),
            "hovertemplate": "%{text}<extra></extra>",
            "marker": {"opacity": 0, "size": 12},
            "selected": hidden,
            "unselected": hidden,
            "showlegend": False,
        }
        for name in texts
    ]


def known_zone(zone: str) -> str:
    """Return a zone's name where it is known, else UTC: what ``local_times`` writes times in.

    >>> known_zone("Asia/Shanghai"), known_zone("Nowhere/Land")
    ('Asia/Shanghai', 'UTC')
    """
    try:
        return ZoneInfo(zone).key
    except (KeyError, ValueError, OSError):
        return "UTC"


def local_times(times: "pd.Series[Any]", zone: str) -> "pd.Series[Any]":
    """Return times in a zone; an unknown zone falls back to UTC."""
    return pd.to_datetime(times, utc=True).dt.tz_convert(known_zone(zone))


def _event(row: Mapping[str, Any], time: pd.Timestamp, zone: str) -> str:
    when = "" if pd.isna(time) else f" · {time.day} {time:%b %Y, %H:%M} {plain(known_zone(zone))}"
    if row["split"] == "forecast":
        return f"<b>forecast</b>, after event {count(row['t'] - 1)}<br>nothing has come yet"
    title = row.get("title")
    item = "item without a title" if _missing(title) else plain(short(title, 48))
    identity = "" if _missing(row.get("item_id")) else f" ({plain(row['item_id'])})"
    actions = row["actions"]
    names = list(actions) if isinstance(actions, list | tuple | np.ndarray) else []
    facts = [plain(row["scenario"])]
    facts += [] if _missing(row["category"]) else [plain(row["category"])]
    facts += [" + ".join(plain(name) for name in names)] if names else []
    facts += [] if _missing(row["reward"]) else [f"reward {row['reward']:g}"]
    return f"<b>event {count(row['t'])}</b>{when}<br>{item}{identity}<br>{' · '.join(facts)}"


def _listing(row: Mapping[str, Any], kind: str, story: Story) -> str:
    """List the largest values of a step, the taken scenario in bold."""
    title = {"q": "Q, reward units", "p": "next scenario, probability"}[kind]
    values = [(name, row[f"{kind}_{name}"]) for name in story.scenarios]
    known = [(name, float(value)) for name, value in values if not _missing(value)]
    if not known:
        return f"{title}<br>nothing is known before a first event"
    order = sorted(known, key=lambda pair: -pair[1])
    taken = None if row["split"] == "forecast" else str(row["scenario"])
    shown = [pair for place, pair in enumerate(order) if place < MOST or pair[0] == taken]
    lines = [_line(name, value, name == taken, story) for name, value in shown]
    if len(order) > len(shown):
        lines.append(f"and {len(order) - len(shown)} lower")
    if kind == "q" and not _missing(row.get("q_target_taken")):
        lines.append(f"– {number(float(row['q_target_taken']))} target network, taken")
    return f"{title}<br>" + "<br>".join(lines)


def _line(name: str, value: float, taken: bool, story: Story) -> str:
    dot, written = story.cards[name]
    text = f"{number(value)} {written}"
    return f"{dot} <b>{text}</b> (taken)" if taken else f"{dot} {text}"


def _categories(events: Sequence[int], layers: Layers) -> list[str]:
    """List the largest shares among the last events, and how far they have drifted."""
    frame = layers.categories
    rows = {} if frame is None else {row["t"]: row for row in records(frame)}
    texts = []
    for t in events:
        row = rows.get(t)
        shares = [] if row is None else _shares(row)
        if row is None or not shares:
            texts.append("categories: nothing known yet")
            continue
        parts = [f"{number(share)} {plain(short(name, 20))}" for name, share in shares[:3]]
        lines = [f"category mix of the last {count(row['n'])}", *parts]
        lines += [f"drift {number(row['drift'])}"] if not _missing(row["drift"]) else []
        if not _missing(row["served_gap"]):
            lines.append(f"ranked ↔ watched {number(row['served_gap'])}")
        texts.append("<br>".join(lines))
    return texts


def _shares(row: Mapping[Any, Any]) -> list[tuple[str, float]]:
    known = [
        (str(name).removeprefix("share_"), float(value))
        for name, value in row.items()
        if str(name).startswith("share_") and not _missing(value) and value > 0
    ]
    return sorted(known, key=lambda pair: -pair[1])


def _gate(row: Mapping[str, Any]) -> str:
    return "no gate" if _missing(row["gate"]) else f"gate {number(float(row['gate']))}"


def _rank(row: Mapping[str, Any], story: Story) -> str:
    if row["split"] == "forecast":
        return "nothing to rank yet"
    if _missing(row["rank"]):
        return "not ranked"
    kind = _SPLITS.get(str(row["split"]), "")
    return f"rank {count(row['rank'])} of {count(story.n_items)}<br>{kind}"


def _missing(value: object) -> bool:
    """Say whether a single value is none: ``pd.isna`` asks first whether it is an array."""
    return value is None or value is pd.NA or value != value
