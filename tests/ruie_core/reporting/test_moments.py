"""Moments that matter: each rule finds what was planted, and nothing in a flat path."""

import numpy as np
import pandas as pd
import pytest

from ruie_core.reporting.moments import (
    EXPOSURE,
    WHY,
    Moment,
    category_moments,
    find_moments,
    gate_collapses,
    jumps_in_q,
    moments_frame,
    unexpected_switches,
)
from tests.walks import made

NOTHING = pd.DataFrame({"t": [], "category": []})


@pytest.mark.parametrize("n", [0, 1, 2, 3, 30])
def test_a_flat_path_has_no_moment(n: int) -> None:
    path = made([0] * n, category=["a"] * n)
    assert find_moments(path, NOTHING) == []


def test_a_switch_counts_only_where_the_model_did_not_expect_it() -> None:
    scenario = [0] * 6 + [1] * 6
    p = np.tile([0.85, 0.1, 0.05], (13, 1))
    found = unexpected_switches(made(scenario, p=p))
    assert [m.first for m in found] == [7]
    assert found[0].evidence == (
        "search came at p = 0.10 while the model expected feed (0.85); "
        "of the 6 events from here, 6 are in search."
    )
    assert found[0].scenario == "search"
    expected = np.tile([0.2, 0.75, 0.05], (13, 1))
    assert unexpected_switches(made(scenario, p=expected)) == []
    middling = np.tile([0.5, 0.3, 0.2], (13, 1))
    assert unexpected_switches(made(scenario, p=middling)) == []


def test_a_tiny_probability_is_not_written_as_zero() -> None:
    p = np.tile([0.998, 0.001, 0.001], (4, 1))
    found = unexpected_switches(made([0, 0, 1], p=p))
    assert "at p < 0.01" in found[0].evidence
    assert "events from here" not in found[0].evidence, "two events are too few to count"


def test_a_lasting_switch_outweighs_a_visit() -> None:
    scenario = [0] * 5 + [1] + [0] * 5 + [2] * 10
    p = np.tile([0.9, 0.05, 0.05], (len(scenario) + 1, 1))
    visit, move = (m for m in unexpected_switches(made(scenario, p=p)) if m.first in (6, 12))
    assert move.strength > visit.strength


def test_a_jump_in_q_follows_an_unusual_reward() -> None:
    n = 12
    rng = np.random.default_rng(0)
    q = 1.5 + rng.normal(0, 0.02, (n + 1, 3))
    q[7:, 1] += 0.9  # the estimate right after event 7
    reward = [1.0] * n
    reward[6] = 4.0
    actions = [["click"]] * n
    actions[6] = ["click", "follow"]
    path = made([1] * n, q=q, reward=reward, actions=actions)
    found = jumps_in_q(path)
    assert [m.first for m in found] == [7]
    assert "after follow (reward 4)" in found[0].evidence
    assert f"rose from {q[6, 1]:.3f} to {q[7, 1]:.3f}" in found[0].evidence, "as fine as its step"
    assert jumps_in_q(made([1] * n, q=q)) == [], "no reward above the usual one"
    assert jumps_in_q(made([1] * 4, q=q[:5], reward=reward[:4])) == [], "too short"
    flat = np.full((n + 1, 3), 1.0)
    assert jumps_in_q(made([1] * n, q=flat, reward=reward)) == []


def test_a_low_gate_and_a_stray_event() -> None:
    gate = [0.6, 0.61, 0.59, 0.6, 0.62, 0.18, 0.6, 0.58, 0.61, 0.6, 0.59]
    scenario = [1] * 5 + [0] + [1] * 5
    found = gate_collapses(made(scenario, gate=gate))
    assert [m.first for m in found] == [6]
    assert found[0].evidence == (
        "The gate fell to 0.18 from a median of 0.60 over 10 events: "
        "a single feed event between search events."
    )
    alone = gate_collapses(made([1] * 11, gate=gate))
    assert "single" not in alone[0].evidence
    assert alone[0].strength < found[0].strength
    assert gate_collapses(made([1] * 11, gate=[1.0] * 11)) == [], "a constant gate is never low"
    assert gate_collapses(made([1] * 6, gate=gate[:6])) == [], "too few gates to know the usual one"


def test_an_interest_shift_and_a_ranking_that_lags() -> None:
    category = ["comedy"] * 10 + ["sport"] * 10
    ranked = pd.DataFrame(
        {
            "t": np.repeat(np.arange(2, 22), 10),
            "category": (["comedy"] * 7 + ["sport"] * 3) * 20,
        }
    )
    shift, lag = category_moments(made([0] * 20, category=category), ranked)
    assert (shift.kind, shift.first) == ("interest shift", 11)
    assert shift.evidence == (
        "comedy was 10 of the 10 events before and 0 of the 10 from here; sport went from 0 to 10."
    )
    assert (lag.kind, lag.first, lag.last) == ("exposure bias", 12, 15)
    assert lag.evidence == (
        "Interest had moved from comedy to sport, yet of the 40 items ranked first over these "
        "4 events 28 are comedy and 12 sport."
    )
    fresh = ranked.assign(category="sport")
    found = category_moments(made([0] * 20, category=category), fresh)
    assert [m.kind for m in found] == ["interest shift"], "the ranking moved along"
    assert [m.kind for m in category_moments(made([0] * 20, category=category), NOTHING)] == [
        "interest shift"
    ]


def test_at_most_five_in_order_and_no_rule_fills_the_list() -> None:
    scenario = ([0] * 4 + [1] * 4) * 8
    n = len(scenario)
    p = np.tile([0.5, 0.1, 0.1], (n + 1, 1))
    p[np.arange(n)[np.array(scenario) == 0]] = [0.1, 0.5, 0.1]
    gate = np.full(n, 0.6) + np.tile([0.01, -0.01], n // 2)
    gate[[20, 41, 57]] = 0.05
    found = find_moments(made(scenario, p=p, gate=gate), NOTHING)
    assert len(found) == 4, "two of either rule, though five have room"
    assert [m.first for m in found] == sorted(m.first for m in found)
    assert (
        max(sum(m.kind == kind for m in found) for kind in ("scenario switch", "gate collapse"))
        == 2
    )


def test_moments_that_touch_are_told_once() -> None:
    scenario = [0] * 10 + [1] + [0] * 4
    p = np.tile([0.9, 0.05, 0.05], (16, 1))
    gate = [0.6] * 10 + [0.1] + [0.6] * 4
    found = find_moments(made(scenario, p=p, gate=gate), NOTHING)
    assert len([m for m in found if m.first == 11]) == 1


def test_the_frame_numbers_from_one_and_keeps_its_columns_when_empty() -> None:
    assert list(moments_frame([])["number"]) == []
    frame = moments_frame([Moment("gate collapse", 3, 3, "x", None, 0.5)] * 2)
    assert list(frame["number"]) == [1, 2]
    assert {"kind", "first", "last", "evidence", "scenario"} <= set(frame.columns)


def test_every_kind_says_why_it_matters_and_its_evidence_is_one_sentence() -> None:
    scenario = [0] * 10 + [1] + [0] * 9
    n = len(scenario)
    rng = np.random.default_rng(0)
    q = 1.5 + rng.normal(0, 0.02, (n + 1, 3))
    q[16:, 0] += 0.9
    reward = [1.0] * n
    reward[15] = 4.0
    gate = [0.6 + 0.001 * k for k in range(n)]
    gate[3] = 0.05
    category = ["comedy"] * 10 + ["sport"] * 10
    ranked = pd.DataFrame({"t": np.repeat(np.arange(2, n + 2), 10), "category": "comedy"})
    path = made(
        scenario, p=np.tile([0.9, 0.05, 0.05], (n + 1, 1)), q=q, gate=gate, reward=reward,
        category=category,
    )  # fmt: skip
    found = [*unexpected_switches(path), *gate_collapses(path), *jumps_in_q(path)]
    found += category_moments(path, ranked)
    assert {moment.kind for moment in found} == set(WHY)
    for moment in found:
        assert moment.evidence.endswith(".")
        assert ". " not in moment.evidence, "one sentence"
        assert any(letter.isdigit() for letter in moment.evidence), "with its numbers"


@pytest.mark.parametrize(("olds", "found"), [(39, False), (40, True), (60, True)])
def test_exposure_is_biased_from_a_share_of_the_old_interest_on(olds: int, found: bool) -> None:
    category = ["comedy"] * 10 + ["sport"] * 10
    served = ["comedy"] * olds + ["sport"] * 30 + ["music"] * (70 - olds)
    ranked = pd.DataFrame({"t": np.tile(np.arange(12, 16), 25), "category": served})
    kinds = {m.kind for m in category_moments(made([0] * 20, category=category), ranked)}
    assert (EXPOSURE in kinds) == found


def test_no_exposure_bias_without_a_shift_and_none_where_the_new_interest_leads() -> None:
    ranked = pd.DataFrame({"t": np.repeat(np.arange(2, 22), 10), "category": "comedy"})
    assert category_moments(made([0] * 20, category=["comedy"] * 20), ranked) == []
    mixed = ["comedy"] * 4 + ["sport"] * 5 + ["music"]
    led = ranked.assign(category=mixed * 20)
    moved = made([0] * 20, category=["comedy"] * 10 + ["sport"] * 10)
    assert [m.kind for m in category_moments(moved, led)] == ["interest shift"]


def test_a_small_usual_step_of_q_is_not_written_as_zero() -> None:
    q = 2.0 + 0.002 * np.tile([[0.0], [1.0]], (7, 3))[:13]
    q[7:] += 0.02
    reward = [1.0] * 12
    reward[6] = 4.0
    (found,) = jumps_in_q(made([0] * 12, q=q, reward=reward))
    assert "its usual step is 0.0020" in found.evidence
