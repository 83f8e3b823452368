"""Sentences of the population views: the judgement follows the intervals, names are escaped."""

from typing import Any

import pandas as pd
import pytest

from ruie_core.figures.numbers import THIN, count, interval, number, percent
from ruie_core.reporting import gate, overview, scenarios, transitions
from ruie_core.reporting.text import escape, listed, strong

CALM = pd.DataFrame({"light": ["gate", "dominance", "calibration"], "on": False})


def ndcg(
    low: float | None, high: float | None, rival_low: float, rival_high: float
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "model": ["ruie", "popularity"],
            "request_scenario": "unknown",
            "value": [0.1, (rival_low + rival_high) / 2],
            "low": [low, rival_low],
            "high": [high, rival_high],
            "n_events": 1_234,
            "n_users": 1_000,
            "baseline": [False, True],
        }
    )


@pytest.mark.parametrize(
    ("frame", "start"),
    [
        (ndcg(0.08, 0.12, 0.02, 0.04), "**Worth looking at**"),
        (ndcg(0.08, 0.12, 0.07, 0.09), "**Not told apart from popularity**"),
        (ndcg(0.08, 0.12, 0.2, 0.3), "**Not worth it yet: popularity does better**"),
        (ndcg(None, None, 0.02, 0.04), "**Too few held-out events to judge**"),
        (ndcg(1, 1, 0, 0).assign(n_events=1), "**Too few held-out events to judge**"),
        (ndcg(0.08, 0.12, 0.02, 0.04).iloc[:1], "**No baseline to compare with**"),
        (ndcg(0.08, 0.12, 0.02, 0.04).iloc[1:], "**Not evaluated yet**"),
    ],
)
def test_the_verdict_follows_the_intervals(frame: pd.DataFrame, start: str) -> None:
    assert overview.verdict(frame, CALM).startswith(start)


def test_the_verdict_quotes_value_interval_and_n() -> None:
    text = overview.verdict(ndcg(0.08, 0.12, 0.02, 0.04), CALM)
    assert f"0.100 (0.080 to 0.120, n = 1{THIN}234 held-out events)" in text
    assert "0.030 (0.020 to 0.040) for popularity" in text


def test_the_verdict_names_what_is_wrong() -> None:
    lit = CALM.assign(on=[True, False, True])
    text = overview.verdict(ndcg(0.08, 0.12, 0.02, 0.04), lit)
    assert "look at **gate collapse and the calibration of Q**" in text


def cells(**change: Any) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "scenario": ["a_b", "a_b", "c", "c"],
            "group": "scenario",
            "model": ["ruie", "popularity"] * 2,
            "value": [0.3, 0.1, 0.2, 0.1],
            "low": [0.2, 0.05, 0.15, 0.05],
            "high": [0.4, 0.15, 0.25, 0.14],
            "n_events": 90,
            "baseline": [False, True] * 2,
            "small": False,
        }
    )
    return frame.assign(**change)


def test_scenarios_are_told_best_least_and_where_it_does_not_win() -> None:
    text = scenarios.verdict(cells())
    assert text.startswith("It works best in **a\\_b** (NDCG@10 0.300, 0.200 to 0.400, n = 90)")
    assert "least in **c**" in text
    assert text.endswith("beyond chance in 2 of 2 scenarios.")
    weak = scenarios.verdict(cells(low=[0.2, 0.05, 0.1, 0.05]))
    assert weak.endswith("in 1 of 2 scenarios, not in **c**.")


def test_small_cells_are_not_judged() -> None:
    assert scenarios.verdict(cells(small=True)).startswith("No scenario has 30 held-out events")


@pytest.mark.parametrize(
    ("tail", "words"),
    [((0.1, 0.05, 0.15), "served worse"), ((0.5, 0.45, 0.55), "served better"),
     ((0.25, 0.15, 0.35), "intervals overlap")],
)  # fmt: skip
def test_head_and_tail_are_compared_by_interval(
    tail: tuple[float, float, float], words: str
) -> None:
    frame = pd.DataFrame(
        [
            {"group": "head", "value": 0.3, "low": 0.2, "high": 0.4},
            dict(zip(("value", "low", "high"), tail, strict=True), group="tail"),
        ]
    ).assign(model="ruie", k=10, n_events=90, baseline=False)
    assert words in scenarios.head_and_tail(frame, ["a_b"])
    assert "Head: **a\\_b**." in scenarios.head_and_tail(frame, ["a_b"])


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.25, 0.32, "more than the model"), (0.04, 0.09, "less than the model"),
     (0.15, 0.25, "an interval that overlaps the model's")],
)  # fmt: skip
def test_the_tail_is_set_against_the_better_popularity(low: float, high: float, words: str) -> None:
    rows = [
        {"group": group, "model": model, "value": value, "low": start, "high": end,
         "baseline": model != "ruie"}
        for group, model, value, start, end in (
            ("head", "ruie", 0.3, 0.2, 0.4), ("tail", "ruie", 0.15, 0.1, 0.2),
            ("tail", "popularity", 0.01, 0.0, 0.02),
            ("tail", "scenario-popularity", (low + high) / 2, low, high),
        )
    ]  # fmt: skip
    text = scenarios.head_and_tail(pd.DataFrame(rows).assign(k=10, n_events=90), ["feed"])
    assert "NDCG@10 0.300 (0.200 to 0.400, n = 90) in head scenarios" in text
    assert "In the tail popularity in scenario reaches 0." in text
    assert words in text


def test_a_tail_of_one_event_is_not_compared() -> None:
    frame = pd.DataFrame(
        {"group": ["head", "tail"], "value": [0.3, 0.0], "low": [0.2, 0.0], "high": [0.4, 0.0]}
    ).assign(model="ruie", k=10, n_events=[90, 1], baseline=False)
    assert "too few events to tell them apart" in scenarios.head_and_tail(frame, list("abcde"))
    assert "**c** and 2 more." in scenarios.head_and_tail(frame, list("abcde"))


def pairs(**change: Any) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "from_scenario": ["a", "a", "b", "b"],
            "to_scenario": ["a", "b", "a", "b"],
            "n": [60, 40, 10, 90],
            "n_from": 100,
            "p_observed": [0.6, 0.4, 0.1, 0.9],
            "p_low": [0.5, 0.3, 0.05, 0.83],
            "p_high": [0.7, 0.5, 0.17, 0.95],
            "p_model": [0.55, 0.45, 0.5, 0.5],
            "p_reference": [0.8, 0.2, 0.1, 0.9],
            "log_lift": [-0.3, 0.7, 0.0, 0.0],
            "log_lift_low": [-0.5, 0.4, -0.5, -0.1],
            "log_lift_high": [-0.1, 0.9, 0.5, 0.1],
        }
    )
    return frame.assign(**change)


def test_transitions_name_the_commonest_move_and_the_worst_misreading() -> None:
    text = transitions.everyone(pairs()).replace(THIN, " ")
    assert text.startswith("People stay where they are in 75 % of 200 transitions")
    assert "the commonest move is **a** → **b** (40, 40 % of what leaves a)" in text
    assert "The model misreads **b** → **a** most: it expects 50 %, and 10 % happen" in text
    right = transitions.everyone(pairs(p_model=[0.6, 0.4, 0.1, 0.9]))
    assert "lie within the interval of every observed share" in right


def test_a_user_is_set_against_the_population() -> None:
    text = transitions.of_user(pairs(), "u_1").replace(THIN, " ")
    assert text.startswith("User **u\\_1** stays in 75 % of 200 transitions; the population")
    assert "in 85 %" in text
    assert "Most unlike the others: **a** → " in text
    same = transitions.of_user(pairs(log_lift_low=-1.0, log_lift_high=1.0), "u_1")
    assert same.endswith("No single move differs from the population beyond chance.")


def test_no_transition_is_said() -> None:
    nothing = pairs(n=0, n_from=0)
    assert transitions.everyone(nothing).startswith("No user has two events")
    assert "one event only" in transitions.of_user(nothing, "u1")


def health(**change: Any) -> dict[str, Any]:
    return {
        "ends": 0.01, "collapsed": False, "dominant_scenario": "feed", "ratio": 1.1,
        "dominant": False, "slope": 0.9, "spearman": 0.6, "overestimation": 0.1, "n": 500,
        "miscalibrated": False,
    } | change  # fmt: skip


def test_confidence_is_believed_only_if_all_lights_are_off() -> None:
    assert gate.verdict(health()).startswith("**Yes**, by all three health checks. Q overstates")
    blunt = gate.verdict(health(spearman=0.08))
    assert blunt.startswith("**On average yes, event by event hardly**")
    text = gate.verdict(health(collapsed=True, dominant=True, overestimation=-0.2))
    assert text.startswith("**With care**: its gates collapse to the ends and **feed** dominates")
    assert "Q understates what came by 0.20 reward units" in text
    assert "Too few returns" in gate.verdict(health(slope=None))


def test_promises_without_intervals_are_not_judged() -> None:
    frame = pd.DataFrame({"scenario": ["a"], "gap": [0.5], "low": [None], "high": [None]})
    assert gate.promises(frame).startswith("In no scenario is Q off beyond chance")


def test_numbers_have_thin_spaces_true_minus_and_no_false_digits() -> None:
    assert count(7452) == f"7{THIN}452"
    assert count(-1234.4) == f"−1{THIN}234"
    assert number(0.18449, 3) == "0.184"
    assert number(-0.0004, 3) == "0.000"
    assert number(float("nan")) == "–"
    assert percent(0.123) == f"12{THIN}%"
    assert interval(None, None) == "– to –"


def test_markdown_from_the_data_is_inert() -> None:
    assert escape("a*b_[c](d) `e` $f$ <g> :h:") == (
        "a\\*b\\_\\[c\\]\\(d\\) \\`e\\` \\$f\\$ \\<g\\> \\:h\\:"
    )
    assert escape("two\nlines") == "two lines"
    assert strong("x") == "**x**"
    assert listed(["a"]) == "a"
    assert listed([]) == ""
