"""What is said about a path: every branch, with figures that can be counted by hand."""

import numpy as np
import pytest

from ruie_core.reporting.path import FEW, follow_event, summary
from ruie_core.reporting.shift import interest_shifts, lasting_move
from ruie_core.reporting.walk import TAIL
from tests.walks import leaning, made

MOVED = [0] * 12 + [1] * 8


def test_no_event_and_one_event() -> None:
    assert summary(made([])) == "No event, so there is no path yet."
    assert summary(made([1])) == "One event only, in **search**, so there is no path yet."


def test_two_events_speak_of_one_estimate_only() -> None:
    p = np.array([[0, 0, 0], [0.7, 0.2, 0.1], [0.6, 0.3, 0.1]])
    assert summary(made([0, 1], p=p)) == (
        "2 events, too few to speak of a move: 1 in **feed** and 1 in **search**. "
        "Before event 2 the model gave its scenario 0.20."
    )


def test_two_events_in_one_scenario() -> None:
    assert summary(made([1, 1])).startswith("Both events are in **search**.")


def test_few_events_never_speak_of_a_move() -> None:
    short = [0] * 5 + [1] * (FEW - 6)
    text = summary(made(short))
    assert text.startswith(f"{FEW - 1} events, too few to speak of a move: 5 in **feed** and 4")
    assert "moved" not in text


def test_one_scenario() -> None:
    p = np.tile([0.9, 0.05, 0.05], (13, 1))
    assert summary(made([0] * 12, p=p)) == (
        "All 12 events are in **feed**. The model gave that 0.90 on average before each of them."
    )


def test_mostly_in_one_with_visits_elsewhere() -> None:
    scenario = ([0] * 4 + [1]) * 4
    text = summary(made(scenario))
    assert text.startswith(
        "Mostly in **feed** throughout (16 of 20 events), with visits elsewhere: 4 in **search**."
    )
    # argmax of flat probabilities is feed: right at 15 of 19; the same again at 12 of 19
    assert text.endswith(
        "The model's likeliest next scenario came 15 of 19 times; guessing “the same again” would "
        "have been right 12 times."
    )


def test_divided_without_a_lasting_move() -> None:
    text = summary(made([0, 1, 2] * 6))
    assert text.startswith(
        "Divided between scenarios, without one lasting move: 6 in **feed**, 6 in **search** and "
        "6 in **related**, with 17 switches in 18 events."
    )


def test_a_move_that_the_model_saw_late() -> None:
    text = summary(made(MOVED, p=leaning(MOVED, late=2)))
    assert text.startswith(
        "In **feed** at every event until event 12, then moved to **search**: all of the 8 events "
        "since. The model saw it 2 events late: from event 15 on it gave **search** more than "
        "**feed** (0.60 against 0.30)."
    )


@pytest.mark.parametrize(
    ("late", "said"),
    [
        (0, "The model saw it coming: at event 13 **search** was already ahead, 0.60 against"),
        (1, "The model saw it 1 event late: from event 14"),
        (-3, "The model was ahead of it by 3 events: from event 10 on"),
        (-11, "The model had **search** ahead of **feed** well before the move."),
    ],
)
def test_when_the_model_noticed(late: int, said: str) -> None:
    assert said in summary(made(MOVED, p=leaning(MOVED, late=late)))


def test_a_move_that_the_model_never_followed() -> None:
    p = np.tile([0.8, 0.15, 0.05], (len(MOVED) + 1, 1))
    text = summary(made(MOVED, p=p))
    assert (
        "The model did not follow: since then it has given **search** 0.15 on average and "
        "**feed** 0.80." in text
    )


def test_noticing_has_to_last() -> None:
    p = np.tile([0.8, 0.15, 0.05], (len(MOVED) + 1, 1))
    p[14] = [0.1, 0.8, 0.1]  # one lucky estimate
    path = made(MOVED, p=p)
    move = lasting_move(path.scenario, 3)
    assert move is not None
    assert follow_event(path, move) is None


def test_equal_to_two_digits_is_written_with_three() -> None:
    p = np.tile([0.402, 0.404, 0.194], (len(MOVED) + 1, 1))
    p[:14, 1] = 0.3
    assert "0.404 against 0.402" in summary(made(MOVED, p=p))


def test_what_q_did_is_told_at_the_printed_precision() -> None:
    n = len(MOVED)
    q = np.tile([2.3, 1.4, 0.0], (n + 1, 1))
    q[13:] = [2.3, 2.7, 0.0]
    text = summary(made(MOVED, p=leaning(MOVED, 0), q=q))
    assert text.endswith(
        "Expected engagement in **search** rose from 1.4 to 2.7 and in **feed** stayed at about "
        "2.3 (reward units, mean of the 10 estimates before the move and of the last 8)."
    )
    falling = np.tile([2.3, 1.4, 0.0], (n + 1, 1))
    falling[13:, 0] = 1.6
    assert "in **feed** fell from 2.3 to 1.6" in summary(made(MOVED, q=falling))


def test_small_q_gets_more_digits_and_missing_q_says_nothing() -> None:
    n = len(MOVED)
    q = np.tile([0.31, 0.32, 0.0], (n + 1, 1))
    q[13:, 1] = 0.36
    assert "rose from 0.32 to 0.36" in summary(made(MOVED, q=q))
    q[15] = np.nan
    assert "Expected engagement" not in summary(made(MOVED, q=q))


def test_a_move_out_of_a_mixture_says_most_often() -> None:
    scenario = [0, 1, 0, 2, 0, 1, 2, 0, 2, 0, 1, 0, 2] + [1] * 14
    text = summary(made(scenario))
    assert text.startswith("Most often in **feed** until event ")
    assert "of the " in text


def test_a_scenario_unknown_to_the_run_is_not_named() -> None:
    assert "a scenario that this run does not know" in summary(made([-1, 0]))


def test_unordered_events_hardly_ever_move() -> None:
    rng = np.random.default_rng(0)
    found = [lasting_move(rng.choice(3, 60, p=[0.5, 0.3, 0.2]), 3) for _ in range(200)]
    assert sum(move is not None for move in found) <= 6
    planted = [
        lasting_move(np.append(rng.choice(2, 40, p=[0.9, 0.1]), rng.choice(2, 20, p=[0.1, 0.9])), 2)
        for _ in range(50)
    ]
    hits = [move for move in planted if move is not None and abs(move.start - 40) <= 3]
    assert len(hits) >= 48


def test_a_shift_needs_both_sides_and_known_categories() -> None:
    assert interest_shifts(np.array(["a"] * 8 + ["b"] * 5)) == []
    assert interest_shifts(np.array(["a", "b"] * 12)) == []
    gaps = np.array(["a", ""] * 8 + ["b", ""] * 8)
    shift = interest_shifts(gaps)
    assert [(s.start, s.old_before, s.new_after) for s in shift] == [(16, 8, 8)]
    assert shift[0].strength == pytest.approx(1.0)
    assert TAIL == 10
