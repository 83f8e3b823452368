"""Spans of a log: by dates where it has a clock, by share of everybody's events where it has none.

A span is written in links: ``2026-05-01..2026-05-14`` (both days inside), ``0-50`` (percent), and
two of them that are compared as ``first,second``.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ruie_core.analysis.once import once
from ruie_core.analysis.store import RunStore
from ruie_core.errors import UserError

_DATES = re.compile(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)")
_SHARES = re.compile(r"(\d{1,3})-(\d{1,3})")


class Query(NamedTuple):
    """SQL and its values."""

    sql: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Clock:
    """When a log begins and ends.

    Attributes:
        first: day of the first event.
        last: day of the last event.
        zone: IANA name of the zone that days are counted in.
    """

    first: date
    last: date
    zone: str


@dataclass(frozen=True)
class Period:
    """Days of a log's clock, both inside.

    Attributes:
        first: the first day.
        last: the last day.
        zone: zone that days are counted in.
    """

    first: date
    last: date
    zone: str

    def stretches(self) -> Query:
        """Return the query of each person's events inside: ``user, first, last``."""
        after = self.last + timedelta(days=1)
        ends = [datetime.combine(day, time(), ZoneInfo(self.zone)) for day in (self.first, after)]
        return Query(
            'SELECT "user", min(t) AS first, max(t) AS last FROM steps '
            "WHERE split <> 'forecast' AND time >= to_timestamp($since) AND time < to_timestamp("
            '$until) GROUP BY "user"',
            {"since": ends[0].timestamp(), "until": ends[1].timestamp()},
        )


@dataclass(frozen=True)
class Share:
    """A part of everybody's events in their order, for logs without a clock.

    Attributes:
        first: percent of a person's events that lie before it.
        last: percent of a person's events up to its end.
    """

    first: int
    last: int

    def stretches(self) -> Query:
        """Return the query of each person's events inside: ``user, first, last``."""
        return Query(
            'SELECT * FROM (SELECT "user", n_events * $since // 100 + 1 AS first, '
            "n_events * $until // 100 AS last FROM users) WHERE first <= last",
            {"since": self.first, "until": self.last},
        )


Span = Period | Share


def write(span: Span) -> str:
    """Return a span as it stands in a link.

    >>> write(Period(date(2026, 5, 1), date(2026, 5, 14), "UTC")), write(Share(0, 50))
    ('2026-05-01..2026-05-14', '0-50')
    """
    return f"{span.first}-{span.last}" if isinstance(span, Share) else f"{span.first}..{span.last}"


@once
def clock(store: RunStore) -> Clock | None:
    """Return when a run's log begins and ends; none where it has an order but no clock."""
    told = dict(store.manifest.get("dataset_manifest", {}).get("time", {}))
    found = store.sql(
        "SELECT epoch_ms(min(first_time)) AS first, epoch_ms(max(last_time)) AS last FROM users"
    ).dropna()
    if told.get("kind", "clock") != "clock" or found.empty:
        return None
    zone = str(store.health.get("time_zone", "UTC"))
    first, last = (
        datetime.fromtimestamp(int(found[name].iloc[0]) / 1000, ZoneInfo(zone)).date()
        for name in ("first", "last")
    )
    return Clock(first, last, zone)


def parse_period(text: str, found: Clock | None) -> Period:
    """Return the days that a text names.

    Args:
        text: as ``write`` writes it.
        found: when the log begins and ends.

    Raises:
        UserError: the log has no clock, the text is no period, or nothing of it is in the log.
    """
    if found is None:
        raise UserError(
            f"The link names the period “{text}”, and this log has an order of events but no clock."
        )
    match = _DATES.fullmatch(text)
    try:
        first, last = (date.fromisoformat(day) for day in match.groups()) if match else (None, None)
    except ValueError:
        first, last = None, None
    if first is None or last is None or first > last:
        raise UserError(
            f"“{text}” is no period: write two days, such as {found.first}..{found.last}."
        )
    if last < found.first or first > found.last:
        raise UserError(
            f"The period {text} lies outside of the log, which runs from {found.first} to "
            f"{found.last} ({found.zone})."
        )
    return Period(max(first, found.first), min(last, found.last), found.zone)


def parse_spans(text: str, found: Clock | None) -> tuple[Span, Span]:
    """Return the two spans that a text names, the earlier one first.

    Args:
        text: two spans as ``write`` writes them, with a comma between.
        found: when the log begins and ends; none: shares are expected.

    Raises:
        UserError: it is not two spans of this log, or they overlap.
    """
    parts = text.split(",")
    if len(parts) != 2:
        raise UserError(f"“{text}” names no two periods: write them as first,second.")
    one = _share if found is None else lambda part: parse_period(part, found)
    spans: tuple[Span, Span] = (one(parts[0]), one(parts[1]))
    early, late = spans
    apart = (
        early.last <= late.first
        if isinstance(early, Share) and isinstance(late, Share)
        else write(early)[-10:] < write(late)[:10]
    )
    if not apart:
        raise UserError(
            f"The periods {parts[0]} and {parts[1]} overlap or stand in the wrong order: end the "
            "first before the second begins."
        )
    return spans


def _share(text: str) -> Share:
    match = _SHARES.fullmatch(text)
    if match is None or not 0 <= int(match[1]) < int(match[2]) <= 100:
        raise UserError(
            f"“{text}” is no share of events, and this log has no clock: write percents, such as "
            "0-50."
        )
    return Share(int(match[1]), int(match[2]))


def halves(found: Clock | None) -> tuple[Span, Span]:
    """Return the first and the second half of a log.

    >>> [write(span) for span in halves(Clock(date(2026, 5, 1), date(2026, 5, 4), "UTC"))]
    ['2026-05-01..2026-05-02', '2026-05-03..2026-05-04']
    """
    if found is None:
        return Share(0, 50), Share(50, 100)
    middle = found.first + (found.last - found.first + timedelta(days=1)) // 2
    end = max(found.first, middle - timedelta(days=1))
    start = min(found.last, max(middle, end + timedelta(days=1)))
    return Period(found.first, end, found.zone), Period(start, found.last, found.zone)
