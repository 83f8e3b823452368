"""Which column of an unknown log plays which role: a guess from names and values."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from ruie_core.config import DEFAULT_REWARDS

_NAMES: Final[Mapping[str, Sequence[str]]] = {
    "user": ("user_id", "userid", "user", "uid", "customer_id", "customer", "visitor_id",
             "visitorid", "member_id", "account_id", "reviewer_id", "client_id"),
    "item": ("item_id", "itemid", "item", "iid", "video_id", "product_id", "article_id", "news_id",
             "movie_id", "photo_id", "track_id", "asin", "sku", "goods_id", "product", "video"),
    "scenario": ("scenario", "scene", "scenario_id", "scene_id", "surface", "channel", "tab",
                 "placement", "domain", "page", "section", "source", "entrance", "department"),
    "timestamp": ("timestamp", "time_ms", "timestamp_ms", "ts", "event_time", "time", "datetime",
                  "unixtime", "unix_review_time", "created_at", "event_timestamp", "date"),
    "order": ("order", "position", "place", "sequence", "seq", "step", "event_index"),
    "actions": ("actions", "action", "event_type", "event", "behavior_type", "behaviour_type",
                "behavior", "behaviour", "interaction", "action_type", "type"),
    "title": ("title", "item_title", "name", "item_name", "product_name", "caption"),
    "category": ("category", "item_category", "category_id", "cate", "genre", "genres", "brand",
                 "topic", "category_code"),
}  # fmt: skip
"""Names that logs give to a role, the likeliest first, in lower case with underscores."""

_ACTIONS: Final = {
    **{name: name for name in DEFAULT_REWARDS},
    "clicked": "click", "liked": "like", "followed": "follow", "shared": "share",
    "forward": "share", "comment": "comment", "favorite": "favorite", "favourite": "favourite",
    "cart": "cart", "purchase": "purchase", "buy": "buy", "collect": "collect",
}  # fmt: skip
"""Names of a 0/1 column, without ``is_``, and the action that it tells of."""

_BITS: Final = frozenset({"0", "1", "0.0", "1.0", "true", "false", ""})
_SECONDS_UNDER: Final = 1e11
"""A time under it counts seconds: as milliseconds it would lie before 1973."""

TimeUnit = Literal["s", "ms", "iso"]


@dataclass(frozen=True)
class Guess:
    """A mapping to begin with; a person looks at it before anything is done.

    Attributes:
        columns: role to column, for the roles that a column was found for.
        timestamp_unit: unit of the time, where there is one.
        action_columns: 0/1 columns as ``action=column``.
        separator: between several names in the column of actions.
    """

    columns: Mapping[str, str]
    timestamp_unit: TimeUnit | None
    action_columns: tuple[str, ...]
    separator: str


def guess_roles(rows: pd.DataFrame) -> Guess:
    """Guess the roles of a log's columns.

    Args:
        rows: first rows, every value as text.

    Example:
        >>> rows = pd.DataFrame({"uid": ["a"], "Video ID": ["7"], "tab": ["1"],
        ...                      "time_ms": ["1650800000000"], "is_click": ["1"]})
        >>> found = guess_roles(rows)
        >>> found.columns["item"], found.timestamp_unit, found.action_columns
        ('Video ID', 'ms', ('click=is_click',))
    """
    free = {_normal(name): str(name) for name in reversed(rows.columns)}
    columns: dict[str, str] = {}
    for role, names in _NAMES.items():
        if role == "order" and "timestamp" in columns:
            continue
        if role == "timestamp":
            names = [name for name in names if name in free and unit_of(rows[free[name]])]
        for name in names:
            if name in free and not (role == "actions" and _is_flag(rows[free[name]])):
                columns[role] = free.pop(name)
                break
    flags = _flags(rows, set(columns.values()))
    if "actions" in columns:
        flags = ()
    time = columns.get("timestamp")
    unit = None if time is None else unit_of(rows[time])
    separator = _separator(rows[columns["actions"]]) if "actions" in columns else "|"
    return Guess(columns, unit, flags, separator)


def unit_of(values: "pd.Series[str]") -> TimeUnit | None:
    """Return the unit that times look as if they had; none: they are no times.

    >>> unit_of(pd.Series(["1650800000"])), unit_of(pd.Series(["2024-05-01 10:00:00"]))
    ('s', 'iso')
    """
    filled = values[values != ""]
    if filled.empty:
        return None
    numbers = pd.to_numeric(filled, errors="coerce")
    if numbers.notna().all():
        return "s" if float(numbers.abs().max()) < _SECONDS_UNDER else "ms"
    dates = filled.str.fullmatch(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")
    return "iso" if dates.all() else None


def _flags(rows: pd.DataFrame, taken: set[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for column in map(str, rows.columns):
        name = _normal(column)
        bare = name.removeprefix("is_")
        known = bare in _ACTIONS or name.startswith("is_")
        if column not in taken and known and _is_flag(rows[column]):
            found.setdefault(_ACTIONS.get(bare, bare), column)
    return tuple(f"{action}={column}" for action, column in found.items())


def _is_flag(values: "pd.Series[str]") -> bool:
    present = set(values.str.lower())
    return present <= _BITS and present != {""}


def _separator(values: "pd.Series[str]") -> str:
    return next((mark for mark in "|;," if values.str.contains(mark, regex=False).any()), "|")


def _normal(name: object) -> str:
    """``"Video ID"``, ``"videoId"`` -> ``"video_id"``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(name).strip())
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
