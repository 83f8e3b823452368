"""Sentences of comparisons: numbers with n and interval, chance named, nothing said of nothing."""

import pandas as pd
import pytest

from ruie_core.figures.numbers import THIN
from ruie_core.reporting import compare, gate, scenarios, two_runs
from ruie_core.reporting import sides as said
from ruie_core.reporting.walk import Walk, walk

NAMES = said.cohort_names("Mov_ers", None)


def contrast(**changes: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "group": ["all", "scenario"], "scenario": ["all", "feed"], "code": [0, 1],
            "value_1": [0.2, 0.3], "low_1": [0.15, 0.2], "high_1": [0.25, 0.4],
            "n_1": [90, 60], "users_1": 50, "y_1": [18.0, 18.0], "value_2": [0.1, 0.1],
            "low_2": 0.05, "high_2": 0.15, "n_2": [800, 500], "users_2": 300, "y_2": [80.0, 50.0],
            "difference": [0.1, 0.2], "difference_low": [0.02, 0.1],
            "difference_high": [0.18, 0.3], "small": False,
        }
    )  # fmt: skip
    return frame.assign(**changes)


def path(*scenarios_: str) -> Walk:
    names = ("feed", "search")
    frame = pd.DataFrame({"t": range(1, len(scenarios_) + 1), "scenario": scenarios_})
    frame = frame.assign(split="train", reward=1.0, gate=0.5, rank=None, category=None)
    frame["actions"] = [["click"]] * len(frame)
    for name in names:
        frame[f"q_{name}"], frame[f"p_{name}"] = 1.0, 0.5
    return walk(frame, names)


def test_a_difference_is_told_with_its_interval_and_n() -> None:
    text = scenarios.sides_verdict(contrast(), NAMES)
    assert text.startswith("NDCG@10 is 0.200 for cohort **Mov\\_ers** (0.150 to 0.250, n = 90)")
    assert "0.100 for the rest (0.050 to 0.150, n = 800)" in text
    assert f"a difference of +0.100 (95{THIN}% interval +0.020 to +0.180)" in text
    assert "It differs most in **feed**: 0.300 for" in text


def test_chance_is_named_and_too_few_events_too() -> None:
    assert "which chance could do" in scenarios.sides_verdict(contrast(difference_low=-0.1), NAMES)
    none = contrast(small=True, difference_low=None, difference_high=None)
    text = scenarios.sides_verdict(none, NAMES)
    assert "too few events or users for an interval" in text
    assert text.endswith("No scenario has 30 held-out events on both sides.")
    nobody = contrast(n_1=0, value_1=None)
    assert scenarios.sides_verdict(nobody, NAMES).startswith("No held-out event of cohort")


def test_shares_differ_by_points() -> None:
    row = said.whole(contrast())
    assert row is not None
    text = said.compared(row, NAMES, said.MIX)
    assert f"20.0{THIN}%" in text
    assert "a difference of +10.0 points" in text


def test_where_two_people_part() -> None:
    names = said.user_names("User 1", "User 2")
    one, two = path("feed", "feed", "search"), path("feed", "feed", "feed")
    assert compare.parting(one, two) == 3
    assert compare.parted(one, two, names) == (
        "They part at event 3: from **feed**, **User 1** goes to **search**, **User 2** stays "
        "there."
    )
    assert compare.parted(path("feed"), path("search"), names).startswith("They begin apart")
    assert compare.parted(one, path("feed", "feed"), names) == (
        "Their first 2 events lie in the same scenarios; there the path of **User 2** ends."
    )
    text = compare.users_verdict(one, two, contrast(), contrast(), names)
    assert text.endswith("Mean gate 0.20 against 0.10 and mean Q 0.20 against 0.10 (reward units).")


def test_runs_are_better_only_beyond_chance() -> None:
    names = said.run_names("demo", "nogate")
    frame = contrast().assign(request_scenario="unknown")
    assert two_runs.runs_verdict(frame, names, 10).startswith(
        "Run **demo** is better than run **nogate** on the same events (next scenario not given)."
    )
    even = two_runs.runs_verdict(frame.assign(difference_low=-0.1), names, 10)
    assert "is no better than" in even
    assert "train both with the same split" in two_runs.runs_verdict(frame.iloc[:0], names, 10)


def test_several_trainings_of_each_are_one_answer() -> None:
    names = said.run_names("demo", "nogate")
    frame = contrast().assign(request_scenario="unknown")
    frame["each_1"] = [(0.3, 0.1, 0.2)] * len(frame)
    even = frame.assign(each_2=[(0.1, 0.12, 0.08)] * len(frame))
    text = two_runs.runs_verdict(even, names, 10)
    assert text.startswith("Over 3 trainings of each, run **demo** is better than run **nogate**")
    assert text.endswith(
        "Single trainings reach 0.100 to 0.300 and 0.080 to 0.120: intervals are over people and "
        "trainings."
    )
    assert two_runs.ONE_TRAINING not in text
    odd = frame.assign(each_2=[(0.1, 0.12)] * len(frame))
    assert two_runs.runs_verdict(odd, names, 10).startswith(
        "Over 3 trainings of run **demo** and 2 of run **nogate**, run **demo** is"
    )
    lone = frame.assign(each_2=[(0.1,)] * len(frame))
    text = two_runs.runs_verdict(lone, names, 10, note=two_runs.ONE_OF_SEVERAL)
    assert text.startswith("Run **demo** is better than")
    assert text.endswith("Choose *all trainings* to count the others.")
    held = {"own": 20, "other": 20, "paired": 20}
    assert "strokes: single trainings" in two_runs.pairs_reading(held, even, names)
    assert "strokes" not in two_runs.pairs_reading(held, lone, names)
    assert "Answer and charts: 3 trainings of each" in two_runs.trainings_line(3, 3, names)


def test_runs_are_compared_under_both_requests() -> None:
    names = said.run_names("demo", "nogate")
    frame = contrast().assign(request_scenario="unknown")
    assert "given:" not in two_runs.runs_verdict(frame, names, 10)
    told = frame.assign(
        request_scenario="known", difference=-0.02, difference_low=-0.03, difference_high=-0.01
    )
    text = two_runs.runs_verdict(pd.concat([frame, told]), names, 10)
    assert text.startswith("Run **demo** is better than")
    assert (
        f"With the next scenario given: a difference of −0.020 (95{THIN}% interval −0.030 to "
        "−0.010)."
    ) in text
    assert text.endswith(two_runs.ONE_TRAINING), "a seed's luck must not pass for a model's merit"


def test_runs_are_compared_in_the_tail_too() -> None:
    names = said.run_names("demo", "nogate")
    frame = contrast().assign(request_scenario="unknown")
    assert "tail" not in two_runs.runs_verdict(frame, names, 10, ["feed"])
    tail = frame.iloc[:1].assign(
        group="tail", scenario="tail", n_1=40, difference=0.05, difference_low=-0.01,
        difference_high=0.11,
    )  # fmt: skip
    text = two_runs.runs_verdict(pd.concat([frame, tail]), names, 10, ["feed"])
    assert (
        f"In the tail, every scenario but **feed**: a difference of +0.050 (95{THIN}% interval "
        "−0.010 to +0.110, which chance could do), n = 40."
    ) in text


def test_pairs_say_what_is_left_out() -> None:
    names = said.run_names("a", "b")
    text = two_runs.pairs_reading({"own": 90, "other": 80, "paired": 70}, contrast(), names)
    assert "Run **a** held out 90 events, run **b** 80" in text
    assert "held out" not in two_runs.pairs_reading(
        {"own": 70, "other": 70, "paired": 70}, contrast(), names
    ).replace("held-out", "")


def test_tables_are_laid_out_to_be_read() -> None:
    people = pd.DataFrame(
        {
            "user_id": ["7"], "scenario": ["feed"], "n": [1], "rank_1": [3], "rank_2": [1_200],
            "difference": [0.5],
        }
    )  # fmt: skip
    assert two_runs.user_rows(people).iloc[0].tolist() == [
        "7", "feed", "1", "3", f"1{THIN}200", "+0.500",
    ]  # fmt: skip
    items = pd.DataFrame(
        {"item_id": ["x"], "title": [None], "category": [None], "count": [9], "common": [2]}
    )
    assert two_runs.item_rows(items, 10).iloc[0].tolist() == ["x", "", "9", "2"]
    settings = pd.DataFrame({"setting": ["objective.gate"], "this": ["q"], "other": ["constant"]})
    assert two_runs.settings_line(settings) == "One setting differs: **objective\\.gate**."
    assert two_runs.settings_line(settings.iloc[:0]) == "Both runs have the same settings."


def test_the_gate_of_two_sides_is_told() -> None:
    text = gate.sides_verdict(contrast(), contrast(), NAMES)
    assert text.startswith("Mean gate is 0.200 for cohort")
    assert "Q minus what came in reward units is 0.200" in text
    figures = gate.sides_figures(contrast(), contrast(), contrast(), NAMES)
    assert [label for label, *_ in figures] == ["mean gate", "gates at an end", "Q minus what came"]
    assert "n = 90" in figures[0][2]
    assert "the rest: 0.100, n = 800" in figures[0][2]


@pytest.mark.parametrize("frame", [contrast().iloc[:0], contrast(n_2=0, value_2=None)])
def test_an_empty_side_is_said(frame: pd.DataFrame) -> None:
    assert compare.sides_verdict(frame, frame, NAMES, 10)
    assert gate.sides_verdict(frame, frame, NAMES)
