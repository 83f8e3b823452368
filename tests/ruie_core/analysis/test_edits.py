"""Edits: the text of a link gives back what was written, the table what was meant."""

import dataclasses
import string

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruie_core.analysis.editor import edited_of, rows_of
from ruie_core.analysis.edits import (
    Event,
    History,
    align,
    decode,
    encode,
    insert,
    mask_of,
    move,
    read_history,
)
from ruie_core.errors import UserError

NAMES, ACTIONS = ("feed", "search", "shop"), ("click", "like")
LIMITS = {"items": 50, "scenarios": 3, "actions": 2}


def history(n: int) -> History:
    return tuple(Event(t, 10 + t, 1 + t % 3, 1, 1000 * t) for t in range(1, n + 1))


@st.composite
def edits(draw: st.DrawFn) -> tuple[History, History, int | None]:
    original = history(draw(st.integers(1, 30)))
    edited = [
        dataclasses.replace(
            event, scenario=draw(st.integers(1, 3)), actions=draw(st.integers(0, 3))
        )
        if draw(st.booleans())
        else event
        for event in draw(st.permutations(original))
    ]
    edited = edited[: draw(st.integers(1, len(edited)))]
    for number in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(edited)))
        edited.insert(place, Event(-9 - number, draw(st.integers(1, 50)), 2, 1))
    return original, tuple(edited), draw(st.none() | st.integers(1, 3))


@given(edits())
def test_a_link_gives_back_the_edit(made: tuple[History, History, int | None]) -> None:
    original, edited, request = made
    text = encode(original, edited, request)
    assert set(text) <= set(string.ascii_lowercase + string.digits + "-.")
    found, forced = decode(text, original, **LIMITS)
    assert forced == request
    assert [event.item for event in found] == [event.item for event in edited]
    assert [event.key for event in found if event.key > 0] == [
        event.key for event in edited if event.key > 0
    ]
    assert encode(original, found, forced) == text


def test_what_a_link_looks_like() -> None:
    events = history(14)
    edited = [*events[:11], dataclasses.replace(events[12], scenario=1), events[13]]
    assert encode(events, insert(tuple(edited), 14, 34, 1, 1), 2) == "1-11.13s1.14.i34s1a1.n2"
    assert encode(events, events) == ""


@pytest.mark.parametrize(
    "text",
    [
        "1-9",
        "3-2",
        "0",
        "x",
        "1..2",
        "1-2.2",
        "1s4",
        "1a4",
        "i51s1a1",
        "i5",
        "i5s1",
        "n4",
        "n1",
        ".",
    ],
)
def test_a_damaged_link_is_one_sentence(text: str) -> None:
    with pytest.raises(UserError, match="edit in the link"):
        decode(text, history(4), **LIMITS)


def test_alignment_meets_every_event_once_and_keeps_both_orders() -> None:
    pairs = list(align([1, 2, 3, 4], [1, 4, 2, -1]))
    assert [i for i, _ in pairs if i is not None] == [0, 1, 2, 3]
    assert [j for _, j in pairs if j is not None] == [0, 1, 2, 3]


def test_moving_several_puts_each_at_its_place() -> None:
    moved = move(history(6), {1: 6, 5: 2})
    assert [event.key for event in moved] == [2, 5, 3, 4, 6, 1]


def test_a_frame_becomes_a_history() -> None:
    frame = pd.DataFrame(
        {
            "t": [1, 2], "item": [4, 5], "scenario": ["search", "feed"],
            "actions": [np.array(["like", "click"]), np.array(["click"])],
            "time": pd.to_datetime([1_500, 2_500], unit="ms", utc=True),
        }
    )  # fmt: skip
    assert read_history(frame, NAMES, ACTIONS) == (Event(1, 4, 2, 3, 1500), Event(2, 5, 1, 1, 2500))


def table(original: History, edited: History, shown: int) -> pd.DataFrame:
    return rows_of(original, edited, shown, {11: "Noodles"}, NAMES, ACTIONS)


@given(edits(), st.integers(1, 40))
def test_a_table_that_nobody_touched_changes_nothing(made, shown) -> None:
    original, edited, _ = made
    rows = table(original, edited, shown)
    assert edited_of(original, edited, rows, shown, NAMES, ACTIONS) == edited


def test_the_table_shows_the_last_events_and_what_was_taken_out() -> None:
    events = history(5)
    rows = table(events, (*events[:3], events[4]), 3)
    assert rows["event"].tolist() == ["5", "4", "3"]
    assert rows["keep"].tolist() == [True, False, True]
    assert rows["place"].fillna(0).tolist() == [4, 0, 3]
    assert rows.loc[5, "scenario"] == "shop"


def test_unticked_moved_and_changed_rows_are_read() -> None:
    events = history(6)
    rows = table(events, events, 4)
    rows.loc[6, "keep"] = False
    rows.loc[5, "place"] = 3
    rows.loc[4, "scenario"] = "shop"
    rows["actions"] = [["like"] if key == 4 else done for key, done in rows["actions"].items()]
    edited = edited_of(events, events, rows, 4, NAMES, ACTIONS)
    assert [event.key for event in edited] == [1, 2, 5, 3, 4]
    assert edited[-1] == dataclasses.replace(events[3], scenario=3, actions=2)
    back = table(events, edited, 4)
    back.loc[6, "keep"] = True
    assert [event.key for event in edited_of(events, edited, back, 4, NAMES, ACTIONS)][-1] == 6


def test_a_mask_ignores_unknown_names() -> None:
    assert mask_of(["like", "swipe"], ACTIONS) == 2
