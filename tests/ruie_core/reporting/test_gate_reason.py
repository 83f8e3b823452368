"""Why a gate is what it is: every gate has words, and the figures in them are computed by hand."""

import numpy as np
import pandas as pd
import pytest

from ruie_core.figures.numbers import THIN
from ruie_core.objectives.gate import GATES
from ruie_core.reporting.gate_reason import ASKS, SAW, gate_line, why
from ruie_core.reporting.moments import gate_collapses
from ruie_core.reporting.walk import Walk, walk


def made(gates: list[float | None], gate_name: str, rank: float | None = 12.0) -> Walk:
    n = len(gates)
    steps = pd.DataFrame(
        {
            "t": range(1, n + 1), "scenario": "feed", "split": "train", "reward": 1.0,
            "gate": gates, "rank": rank, "category": None, "actions": [["click"]] * n,
            "q_feed": 1.0, "p_feed": 1.0,
        }
    )  # fmt: skip
    return walk(steps, ("feed",), gate_name)


def test_every_gate_says_what_it_asks() -> None:
    assert set(ASKS) == set(GATES)
    assert set(SAW) <= set(GATES)


def test_a_likelihood_gate_is_read_back_as_odds() -> None:
    """Odds 1/9 against 9/1 at the median: 81 times less; 0.99 against 0.9: 11 times more."""
    path = made([None, 0.9, 0.9, 0.9, 0.1, 0.99, 0.9], "likelihood")
    assert "fitted this person 81 times less than at their median event" in why(path, 5)
    assert "fitted this person 11 times more than at their median event" in why(path, 6)
    assert "as at their median event" in why(path, 7)
    said = gate_line(path, 5, 1_437)
    assert "median is 0.90 (n = 6 events)" in said
    assert said.endswith(f"The model had ranked what came 12 of 1{THIN}437.")


def test_a_gate_at_the_edge_claims_no_digits_it_lost() -> None:
    path = made([None, 0.5, 0.5, 0.5, 0.0], "likelihood", rank=None)
    assert f"at least 1{THIN}000{THIN}000 times less" in why(path, 5)
    assert "ranked" not in gate_line(path, 5, 40)


@pytest.mark.parametrize(("name", "what"), [("q", "Q of feed"), ("target", "Its reward")])
def test_a_standardised_gate_is_read_back_as_deviations(name: str, what: str) -> None:
    low = 1 / (1 + np.exp(1.5))
    said = why(made([None, low, 0.5], name), 2)
    assert said.startswith(what)
    assert "lay 1.5 standard deviations under the run's mean" in said
    assert "was as the run's mean" in why(made([None, low, 0.5], name), 3)


def test_what_is_not_known_is_not_told() -> None:
    path = made([None, 0.9, 0.1], "likelihood")
    assert why(path, 3) == "", "two gates are no usual one"
    assert gate_line(path, 1, 40) == "Nothing is known before a first event: it has no gate."
    assert gate_line(path, 4, 40).startswith("Nothing has come yet")
    assert gate_line(made([None, 0.9, 0.1], ""), 3, 40) == ""
    told = gate_line(made([None, 1.0, 1.0, 1.0, 1.0], "constant"), 3, 40)
    assert told == "This run was trained without a gate: every event counts alike."


def test_a_collapse_carries_its_reason() -> None:
    gates = [None, *[0.9] * 8, 0.1, 0.9]
    [moment] = gate_collapses(made(gates, "likelihood"))
    assert moment.evidence.endswith(
        "over 10 events. Beyond its popularity, what came fitted this person 81 times less than at "
        "their median event."
    )
    [silent] = gate_collapses(made(gates, ""))
    assert silent.evidence.endswith("over 10 events.")
