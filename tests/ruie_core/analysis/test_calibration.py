"""Calibration and health: known truth in, the right figure and the right lamp out."""

import dataclasses

import numpy as np
import pytest

from ruie_core.analysis.calibration import (
    Pairs,
    calibration_figures,
    calibration_table,
    quantile_bins,
)
from ruie_core.analysis.health import dominance, gate_health, miscalibrated
from tests.ruie_core.analysis.analyzed import small

NAMES = ("feed", "shop")


def make_pairs(n=4000, slope=1.0, shift=0.0, seed=0):
    generator = np.random.default_rng(seed)
    q = generator.gamma(4.0, 0.5, n)
    return Pairs(
        user=generator.integers(0, 300, n).astype(np.int32),
        scenario=generator.integers(1, 3, n).astype(np.int32),
        heldout=generator.random(n) < 0.2,
        q=q,
        value=slope * q - shift + generator.normal(0, 0.5, n),
    )


def test_a_calibrated_estimate_passes():
    figures = calibration_figures(make_pairs(), NAMES, 10)
    assert set(figures) == {"all", "feed", "shop"}
    of = figures["all"]
    assert of["slope"] == pytest.approx(1, abs=0.05)
    assert of["spearman"] > 0.8
    assert of["ece"] < 0.06
    assert abs(of["overestimation"]) < 0.05
    assert not miscalibrated(figures)


@pytest.mark.parametrize(("slope", "shift"), [(0.2, 0.0), (1.0, 1.0), (3.0, 4.0)])
def test_a_wrong_slope_or_level_is_seen(slope, shift):
    figures = calibration_figures(make_pairs(slope=slope, shift=shift), NAMES, 10)
    assert figures["all"]["slope"] == pytest.approx(slope, abs=0.05)
    assert miscalibrated(figures)


def test_over_estimation_is_in_reward_units():
    pairs = make_pairs(shift=0.7)
    figures = calibration_figures(pairs, NAMES, 10)
    assert figures["all"]["overestimation"] == pytest.approx(0.7, abs=0.05)
    assert figures["all"]["ece"] == pytest.approx(0.7, abs=0.1)


def test_bins_hold_equal_counts_and_their_means():
    pairs = make_pairs()
    table = calibration_table(pairs, NAMES, 10, resamples=100, seed=1)
    cell = table[(table["scenario"] == "all") & (table["split"] == "all")]
    assert cell["bin"].tolist() == list(range(1, 11))
    assert cell["n"].tolist() == [400] * 10
    order = np.argsort(pairs.q)
    assert cell["q_mean"].tolist() == pytest.approx(pairs.q[order].reshape(10, 400).mean(1))
    assert cell["return_mean"].tolist() == pytest.approx(
        pairs.value[order].reshape(10, 400).mean(1)
    )
    assert (cell["return_low"] < cell["return_mean"]).all()
    assert (cell["return_mean"] < cell["return_high"]).all()
    counts = table.groupby(["scenario", "split"])["n"].sum()
    for name in ("all", *NAMES):
        assert counts[name, "train"] + counts[name, "heldout"] == counts[name, "all"]


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    """Events of a user share their noise; 95 % intervals over users still hold the true mean."""
    covered = []
    for seed in range(40):
        generator = np.random.default_rng(seed)
        user = np.repeat(np.arange(80), 10)
        value = 2 + generator.normal(0, 1, 80)[user] + generator.normal(0, 0.3, 800)
        one = np.ones(800)
        pairs = Pairs(user.astype(np.int32), one.astype(np.int32), one < 0, one, value)
        table = calibration_table(pairs, ("feed",), 10, resamples=200, seed=seed)
        cell = table[(table["scenario"] == "all") & (table["split"] == "all")].iloc[0]
        covered.append(cell["return_low"] <= 2 <= cell["return_high"])
    assert np.mean(covered) > 0.85


def test_equal_values_share_a_bin():
    assert set(quantile_bins(np.zeros(100), 10)) == {0}
    flat = dataclasses.replace(make_pairs(), q=np.ones(4000))
    figures = calibration_figures(flat, NAMES, 10)
    assert figures["all"]["slope"] is None
    assert figures["all"]["spearman"] is None


def test_too_few_events_say_nothing():
    pairs = make_pairs(n=15)
    assert calibration_table(pairs, NAMES, 10, resamples=100, seed=1).empty
    assert calibration_figures(pairs, NAMES, 10) == {}
    assert not miscalibrated({})


def test_only_complete_returns_are_compared():
    made = small()
    steps, table = made.table("steps"), made.table("calibration")
    sound = steps[steps["q_taken"].notna() & (steps["truncated"] == False)]  # noqa: E712
    cell = table[(table["scenario"] == "all") & (table["split"] == "all")]
    assert cell["n"].sum() == len(sound) == made.health["calibration"]["all"]["n"]
    mean = np.average(cell["return_mean"], weights=cell["n"])
    assert mean == pytest.approx(sound["return"].mean(), rel=1e-4)


@pytest.mark.parametrize(
    ("gates", "mode", "collapsed"),
    [
        ([0.3, 0.5, 0.7, 0.6], "q", False),
        ([0.01, 0.5, 0.6, 0.7], "q", True),  # a quarter is under 0.05
        ([0.99, 0.97, 0.5, 0.5], "scenario_prob", True),
        ([1.0, 1.0, 1.0, 1.0], "constant", False),
    ],
)
def test_gate_collapse(gates, mode, collapsed):
    assert gate_health(np.array(gates, np.float32), mode)["collapsed"] is collapsed


def test_no_gates_are_no_collapse():
    assert gate_health(np.zeros(0, np.float32), "q")["collapsed"] is False


def test_dominance_needs_a_large_ratio_and_a_large_gap():
    gates = np.array([0.9] * 20 + [0.1] * 80, np.float32)
    scenarios = np.array([2] * 20 + [1] * 80)
    shares, dominant = dominance(gates, scenarios, NAMES)
    assert dominant
    assert shares["shop"]["mass_share"] == pytest.approx(18 / 26)
    assert shares["shop"]["ratio"] == pytest.approx(18 / 26 / 0.2)
    # a scenario of one event in a thousand may have a large ratio and still no weight
    gates = np.array([0.9] + [0.1] * 999, np.float32)
    _, dominant = dominance(gates, np.array([2] + [1] * 999), NAMES)
    assert not dominant
    assert not dominance(np.full(10, 0.5, np.float32), np.ones(10, int), NAMES)[1]
