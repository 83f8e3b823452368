"""Sentences about a cohort against the rest."""

import pandas as pd

from ruie_core.analysis.behaviour.language import parse
from ruie_core.reporting import scenarios, transitions


def cells(**changes: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "scenario": ["all", "all", "feed", "feed"],
            "group": ["all", "all", "scenario", "scenario"],
            "value": [0.2, 0.1, 0.3, 0.1],
            "low": [0.15, 0.05, 0.2, 0.05],
            "high": [0.25, 0.15, 0.4, 0.15],
            "n_events": [90, 800, 60, 500],
            "baseline": [False, True, False, True],
            "small": False,
            "difference": [0.1, None, 0.2, None],
            "difference_low": [0.02, None, 0.1, None],
            "difference_high": [0.18, None, 0.3, None],
        }
    )
    return frame.assign(**changes)


def test_a_difference_is_told_with_its_interval_and_n() -> None:
    said = scenarios.cohort_verdict(cells(), "Movers")
    assert said.startswith("For cohort **Movers** NDCG@10 is 0.200 (0.150 to 0.250), n = 90 events")
    assert "0.100 above the rest (95" in said
    assert "interval of the difference 0.020 to 0.180)" in said
    assert "It differs most in **feed**: 0.200 above the rest" in said


def test_chance_is_named_and_too_few_events_too() -> None:
    said = scenarios.cohort_verdict(cells(difference_low=-0.05), "Movers")
    assert "which chance could do" in said
    assert said.endswith("No single scenario differs beyond chance.")
    small = cells(small=True, difference_low=None, difference_high=None)
    assert scenarios.cohort_verdict(small, "Movers").endswith(
        "None of its scenarios has 30 held-out events."
    )
    nobody = cells().query("baseline")
    assert scenarios.cohort_verdict(nobody, "A_b").startswith(
        r"No held-out event of cohort **A\_b**"
    )


MOVES = pd.DataFrame(
    {
        "from_scenario": ["a", "a"], "to_scenario": ["a", "b"], "n": [10, 30], "n_from": 40,
        "p_observed": [0.25, 0.75], "p_reference": [0.75, 0.25], "log_lift": [-1.1, 1.1],
        "log_lift_low": [-1.5, 0.8], "log_lift_high": [-0.7, 1.4],
    }
)  # fmt: skip


def test_a_cohort_chosen_by_a_move_says_what_is_by_construction() -> None:
    moved = parse("a → b", ["a", "b"], [])
    said = transitions.of_cohort(MOVES, "Movers", 12, moved)
    assert said.startswith("Cohort **Movers** (12 users) stays in 25")
    assert "the rest, leaving the same scenarios, in 75" in said
    assert said.endswith("so part of the difference is by construction.")
    listed = transitions.of_cohort(MOVES, "Movers", 12, None)
    assert "by construction" not in listed
    empty = MOVES.assign(n=0, n_from=0)
    assert "no user with two events" in transitions.of_cohort(empty, "Movers", 1, None)
