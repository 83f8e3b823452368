"""Sentences about a cohort against the rest."""

import pandas as pd

from ruie_core.analysis.behaviour.language import parse
from ruie_core.reporting import transitions

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


def test_days_are_named_and_set_against_other_times() -> None:
    said = transitions.of_days(MOVES, "1 May – 2 May 2026")
    assert said.startswith("On **1 May – 2 May 2026** everybody stays in 25")
    assert "the other times, leaving the same scenarios" in said
    assert transitions.of_user(MOVES, "7", "2 May 2026").startswith(
        "User **7** on 2 May 2026 stays"
    )
