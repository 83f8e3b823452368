"""Readable logs that mean nothing: each gives one clear sentence and leaves nothing behind."""

from pathlib import Path

import pytest

from tests.ruie_core.data.logs import START
from tests.ruie_core.data.refusals import ROWS, changed, generic, refused


def test_mixed_units_of_time(tmp_path: Path) -> None:
    sentence = refused(generic(tmp_path, changed(8, "timestamp", START // 1000)), tmp_path)
    assert "log.csv: column timestamp mixes units: row 8 holds '1650800000'" in sentence
    assert "row 1 holds '1650800000000', which looks like milliseconds" in sentence
    seconds = [[*row[:3], row[3] // 1000, 1] for row in ROWS]
    seconds[2][3] = START
    sentence = refused(generic(tmp_path, seconds, timestamp_unit="s"), tmp_path)
    assert "row 1 holds '1650800000', which looks like seconds, and row 3 holds" in sentence


def test_another_unit_of_time_than_stated(tmp_path: Path) -> None:
    sentence = refused(generic(tmp_path, ROWS, timestamp_unit="s"), tmp_path)
    assert "is read as seconds but looks like milliseconds" in sentence
    seconds = [[*row[:3], row[3] // 1000, 1] for row in ROWS]
    sentence = refused(generic(tmp_path, seconds), tmp_path)
    assert "is read as milliseconds but looks like seconds" in sentence


@pytest.mark.parametrize(
    "value", ["2023-13-01 00:00:00", "yesterday", "1684742000", "2023-05-22T9"]
)
def test_a_time_that_is_not_iso(tmp_path: Path, value: str) -> None:
    rows = [[*row[:3], "2023-05-22 15:53:20", 1] for row in ROWS]
    rows[4][3] = value
    sentence = refused(generic(tmp_path, rows, timestamp_unit="iso"), tmp_path)
    assert f"row 5: {value!r} is not an ISO 8601 time" in sentence


def test_an_unknown_action(tmp_path: Path) -> None:
    rows = changed(1, "click", "click|like")
    for row in rows[1:]:
        row[4] = "click"
    rows[20][4] = "like|cilck"
    source = generic(tmp_path, rows, action_columns=None, actions="click")
    sentence = refused(source, tmp_path)
    assert "column click, row 21: action 'cilck' is not known (known: click, follow" in sentence


def test_actions_without_a_weight(tmp_path: Path) -> None:
    sentence = refused(generic(tmp_path, ROWS, action_columns=("buy=click",)), tmp_path)
    assert "None of the actions buy has a reward weight" in sentence
    sentence = refused(generic(tmp_path, ROWS), tmp_path, rewards={"clik": 1})
    assert "None of the actions click" in sentence
    sentence = refused(generic(tmp_path, ROWS), tmp_path, rewards={"click": 1, "likes": 2})
    assert "Reward weight for action 'likes', which the log does not have: use click" in sentence
    sentence = refused(generic(tmp_path, ROWS, positive=("buy",)), tmp_path)
    assert "Positive action 'buy' is not an action of the log" in sentence


def test_a_column_that_is_no_column_of_actions(tmp_path: Path) -> None:
    rows = [[u, i, "s", START, f"a{u * 200 + i}"] for u in range(60) for i in range(200)]
    source = generic(tmp_path, rows, action_columns=None, actions="click")
    assert "too many to be names of actions" in refused(source, tmp_path)


def test_a_column_that_is_no_scenario(tmp_path: Path) -> None:
    rows = [[u, i, f"s{u * 200 + i}", START, 1] for u in range(60) for i in range(200)]
    sentence = refused(generic(tmp_path, rows), tmp_path)
    assert "more than 10000 different values: map another column" in sentence


def test_no_positive_event(tmp_path: Path) -> None:
    rows = [[*row[:4], 0] for row in ROWS]
    assert "No event of the log has a positive action" in refused(generic(tmp_path, rows), tmp_path)


def test_one_scenario_only(tmp_path: Path) -> None:
    rows = [[*row[:2], "feed", *row[3:]] for row in ROWS]
    sentence = refused(generic(tmp_path, rows), tmp_path)
    assert "Only one scenario is left (feed)" in sentence
    assert "allow_single_scenario" in sentence


def test_one_user_only(tmp_path: Path) -> None:
    rows = [[1, *row[1:]] for row in ROWS]
    assert "The log has one user only" in refused(generic(tmp_path, rows), tmp_path)


def test_nothing_left_by_the_core(tmp_path: Path) -> None:
    sentence = refused(generic(tmp_path, ROWS), tmp_path, min_item_events=7)
    assert "Nothing is left of 36 events, 6 users and 6 items when every user needs 5" in sentence
    rows = [*ROWS[:6], *([2, 9, "s1", START + k, 1] for k in range(3))]
    sentence = refused(generic(tmp_path, rows), tmp_path, min_item_events=1)
    assert "Only one user is left of 9 events, 2 users and 7 items" in sentence


def test_roles_mapped_twice(tmp_path: Path) -> None:
    for twice in (
        {"timestamp": "timestamp", "order": "timestamp"},
        {"scenario": "scenario", "scenario_name": "x"},
        {"actions": "click"},
    ):
        assert "give one of them" in refused(generic(tmp_path, ROWS, **twice), tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('user = "a"\nusr = "b"\n', "setting usr"),
        ("user = \n", "is not valid TOML"),
        ('timestamp_unit = "minutes"\n', "setting timestamp_unit"),
    ],
)
def test_a_bad_mapping_file(tmp_path: Path, content: str, message: str) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(content)
    assert message in refused(generic(tmp_path, ROWS, mapping=mapping), tmp_path)
    mapping.unlink()
    assert "(mapping file) does not exist" in refused(
        generic(tmp_path, ROWS, mapping=mapping), tmp_path
    )
