"""Figures from totals over users against the same figures from plain events."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from ruie_core.analysis.calibration import Pairs, calibration_figures
from ruie_core.errors import UserError
from ruie_core.experiments.summaries.calibration import (
    METRICS,
    calibration_block,
    calibration_statistic,
    make_cell,
)
from ruie_core.experiments.summaries.per_user import correlation, rank_block
from ruie_core.experiments.summaries.placements import auc, placement_block
from ruie_core.experiments.summaries.registry import summarise
from tests import fake_experiments as fake
from tests.ruie_core.experiments.test_leaderboard import only


@pytest.fixture(scope="module")
def table():
    return fake.make_transitions(fake.fake_dataset(), "temporal", 1.2, 1)


@pytest.fixture(scope="module")
def summary():
    frame = fake.read_summary("fake")[0]
    return frame[frame["experiment"] == "calibration"]


def test_the_figures_are_those_of_the_analysis(table):
    """The analysis computes them on events, this summary from totals; both bin by ten."""
    cell = make_cell({"single Q": [table]}, np.ones(len(table), bool))
    block = calibration_block(cell, cell.q["single Q"][0])
    found = calibration_statistic(block.sum(0, keepdims=True))[0]
    sound = table[~table["truncated"]]
    pairs = Pairs(
        sound["user"].to_numpy(), np.ones(len(sound), np.int32), np.zeros(len(sound), bool),
        sound["q_taken"].to_numpy(np.float64), sound["return"].to_numpy(np.float64),
    )  # fmt: skip
    expected = calibration_figures(pairs, ("any",), 10)["all"]
    for (name, _), value in zip(METRICS, found, strict=True):
        assert value == pytest.approx(expected[name]), name


def test_constant_q_has_no_slope_and_no_order():
    table = fake.make_transitions(fake.fake_dataset(), "temporal", 1.0, 1).assign(q_taken=2.0)
    cell = make_cell({"any": [table]}, np.ones(len(table), bool))
    block = calibration_block(cell, cell.q["any"][0])
    slope, spearman, ece, over = calibration_statistic(block.sum(0, keepdims=True))[0]
    assert np.isnan([slope, spearman]).all()
    came = table.loc[~table["truncated"], "return"].astype(float).mean()
    assert (ece, over) == pytest.approx((abs(2 - came), 2 - came))


def test_rank_correlation_is_scipys():
    rng = np.random.default_rng(0)
    a, b = np.round(rng.normal(size=(2, 300)), 1)  # with ties
    b = b + a
    found = correlation(rank_block(a, b).sum(0, keepdims=True))
    assert found[0, 0] == pytest.approx(stats.spearmanr(a, b).statistic)
    assert np.isnan(correlation(rank_block(a, np.ones(300)).sum(0, keepdims=True))[0, 0])


def test_auc_is_sklearns():
    rng = np.random.default_rng(0)
    wanted = rng.random(300) < 0.7
    score = np.round(rng.normal(size=300) + wanted, 1)
    found = auc(placement_block(score, wanted).sum(0, keepdims=True))[0, 0]
    assert found == pytest.approx(roc_auc_score(wanted, score))


def test_auc_of_other_weights_moves_as_the_weighted_auc_does():
    """Events doubled by weight against the same events written twice."""
    rng = np.random.default_rng(1)
    wanted = np.arange(400) % 2 == 0
    score = rng.normal(size=400) + wanted
    weights = np.where(np.arange(400) < 40, 2.0, 1.0)
    found = auc((weights @ placement_block(score, wanted))[None])[0, 0]
    expected = roc_auc_score(wanted, score, sample_weight=weights)
    assert found == pytest.approx(expected, abs=0.002)
    assert abs(expected - roc_auc_score(wanted, score)) > 0.002  # or nothing would be tested
    one_kind = auc(placement_block(score, np.ones(400, bool)).sum(0, keepdims=True))
    assert np.isnan(one_kind[0, 0])


def test_single_q_over_estimates_and_double_does_not(summary):
    rows = summary[(summary["scenario"] == "all") & (summary["metric"] == "overestimation")]
    single, double = (
        only(rows, panel="calibration", variant=name) for name in ("single Q", "double Q")
    )
    assert single["low"] > 0
    assert double["low"] < 0 < double["high"]
    gap = only(rows, panel="difference", variant="single Q", reference="double Q")
    assert gap["value"] == pytest.approx(single["value"] - double["value"])
    assert gap["p"] < 0.01


def test_held_out_and_training_events_are_apart(summary, table):
    complete = table[~table["truncated"]]
    train = complete["split"] == "train"
    for panel, n in (("calibration", (~train).sum()), ("calibration-training", train.sum())):
        row = only(summary, panel=panel, variant="double Q", scenario="all", metric="slope")
        assert row["n_events"] == n


def test_reliability_bins_hold_all_events_and_rise(summary):
    rows = summary[(summary["panel"] == "reliability-training") & (summary["scenario"] == "all")]
    rows = rows[rows["variant"] == "double Q"].sort_values("x")
    whole = only(
        summary, panel="calibration-training", scenario="all", variant="double Q", metric="ece"
    )
    assert len(rows) == 10
    assert rows["n_events"].sum() == pytest.approx(whole["n_events"], abs=5)
    assert np.corrcoef(rows["x"], rows["value"])[0, 1] > 0.9


def test_an_interval_of_ece_holds_its_estimate(summary):
    rows = summary[summary["metric"] == "ece"]
    assert ((rows["low"] <= rows["value"]) & (rows["value"] <= rows["high"])).all()


def test_transitions_of_other_events_are_refused(tmp_path):
    dataset = fake.fake_dataset()
    fake.write_calibration(tmp_path / "k", dataset)
    path = next(tmp_path.glob("k/calibration/single_Q-2-*/transitions.parquet"))
    pd.read_parquet(path).iloc[1:].to_parquet(path, index=False)
    with pytest.raises(UserError, match="has other events"):
        summarise(tmp_path / "k", dataset, tmp_path / "out")


def test_too_few_events_say_nothing(table):
    few = np.arange(len(table)) < 10
    assert make_cell({"any": [table]}, few) is None
