"""Spans of a hand-made log: which events lie inside, in which zone, and what is refused."""

from datetime import date

import pandas as pd
import pytest

from ruie_core.analysis.frames import sides as frames
from ruie_core.analysis.periods import (
    Clock,
    Period,
    Share,
    clock,
    halves,
    parse_period,
    parse_spans,
    write,
)
from ruie_core.analysis.sides import cohort_sides, span_sides, two_spans
from ruie_core.analysis.store import RunStore
from ruie_core.analysis.tally import sided
from ruie_core.errors import UserError
from tests.tiny_store import tiny_store

ZONE = "Asia/Shanghai"
EVENTS = [
    # user, time in UTC, scenario; in Shanghai it is eight hours later
    (0, "2026-05-01 10:00", "feed"),
    (0, "2026-05-01 15:59", "feed"),  # 23:59 on the 1st
    (0, "2026-05-01 16:00", "search"),  # 00:00 on the 2nd
    (0, "2026-05-03 01:00", "search"),
    (1, "2026-05-02 02:00", "feed"),
    (1, "2026-05-04 15:00", "feed"),
]


def log(time_kind: str = "clock") -> RunStore:
    frame = pd.DataFrame(EVENTS, columns=["user", "time", "scenario"])
    frame["time"] = pd.to_datetime(frame["time"], utc=True)
    frame["t"] = frame.groupby("user").cumcount() + 1
    return tiny_store(frame, time_kind=time_kind, zone=ZONE)


def events(store: RunStore, table: str) -> dict[bool, set[tuple[int, int]]]:
    found = store.sql(f'SELECT s."user", s.t, side FROM {sided(store, table)}')
    sides: dict[bool, set[tuple[int, int]]] = {True: set(), False: set()}
    for user, t, side in found.itertuples(index=False):
        sides[bool(side)].add((int(user), int(t)))
    return sides


def test_the_clock_counts_days_in_the_log_s_own_zone() -> None:
    assert clock(log()) == Clock(date(2026, 5, 1), date(2026, 5, 4), ZONE)
    assert clock(log("order")) is None


def test_a_period_ends_at_midnight_of_the_log_s_zone() -> None:
    store = log()
    table = span_sides(store, Period(date(2026, 5, 2), date(2026, 5, 2), ZONE))
    assert events(store, table) == {
        True: {(0, 3), (1, 1)},
        False: {(0, 1), (0, 2), (0, 4), (1, 2)},
    }


def test_a_cohort_in_a_period_is_set_against_the_rest_in_it() -> None:
    store = log()
    among = store.keep_users('SELECT 0::INT AS "user"', {})
    table = cohort_sides(store, among, Period(date(2026, 5, 2), date(2026, 5, 3), ZONE))
    assert events(store, table) == {True: {(0, 3), (0, 4)}, False: {(1, 1)}}


def test_two_spans_hold_each_event_once() -> None:
    store = log()
    early, late = halves(clock(store))
    assert [write(early), write(late)] == ["2026-05-01..2026-05-02", "2026-05-03..2026-05-04"]
    found = events(store, two_spans(store, early, late))
    assert found == {True: {(0, 4), (1, 2)}, False: {(0, 1), (0, 2), (0, 3), (1, 1)}}
    mix = frames.mix(store, two_spans(store, early, late)).set_index("scenario")
    assert mix["value_1"].to_dict() == {"feed": 0.5, "search": 0.5}
    assert mix["value_2"].to_dict() == {"feed": 0.75, "search": 0.25}


def test_shares_are_of_everybody_s_own_events() -> None:
    store = log("order")
    found = events(store, two_spans(store, Share(0, 50), Share(50, 100)))
    assert found == {True: {(0, 3), (0, 4), (1, 2)}, False: {(0, 1), (0, 2), (1, 1)}}
    only = two_spans(store, Share(0, 50), Share(50, 100), store.keep_users(
        'SELECT 1::INT AS "user"', {}))  # fmt: skip
    assert events(store, only) == {True: {(1, 2)}, False: {(1, 1)}}


def test_a_transition_lies_where_it_arrives() -> None:
    store = log()
    table = span_sides(store, Period(date(2026, 5, 2), date(2026, 5, 4), ZONE))
    found = frames.transitions(store, table).set_index(["from_scenario", "to_scenario"])
    assert found["n"].to_dict() == {
        ("feed", "feed"): 1, ("feed", "search"): 1, ("search", "feed"): 0, ("search", "search"): 1,
    }  # fmt: skip
    assert found.loc[("feed", "feed"), "p_reference"] == 1.0, "0's first move, on the 1st"


def test_a_link_comes_back() -> None:
    found = Clock(date(2026, 5, 1), date(2026, 5, 4), ZONE)
    text = "2026-05-01..2026-05-02,2026-05-03..2026-05-04"
    assert ",".join(map(write, parse_spans(text, found))) == text
    assert parse_spans("0-20,80-100", None) == (Share(0, 20), Share(80, 100))
    wide = parse_period("2026-04-01..2026-05-02", found)
    assert wide.first == found.first, "what lies outside of the log is cut off"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-05-03..2026-05-02", "is no period"),
        ("2026-05-32..2026-06-02", "is no period"),
        ("yesterday", "is no period: write two days, such as 2026-05-01..2026-05-04"),
        ("2025-05-01..2025-05-02", "lies outside of the log, which runs from 2026-05-01"),
    ],
)
def test_what_is_no_period_is_said(text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        parse_period(text, Clock(date(2026, 5, 1), date(2026, 5, 4), ZONE))


@pytest.mark.parametrize("text", ["0-60,50-100", "50-100,0-50", "0-50", "0-50,50-101", "a,b"])
def test_shares_that_overlap_or_are_none_are_refused(text: str) -> None:
    with pytest.raises(UserError):
        parse_spans(text, None)


def test_a_log_without_a_clock_has_no_period() -> None:
    with pytest.raises(UserError, match="an order of events but no clock"):
        parse_period("2026-05-01..2026-05-02", None)
