"""Rewards, scenarios, transfer and noise: what each summary says of invented trials."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ruie_core.errors import UserError
from ruie_core.evaluation.metrics import ndcg
from ruie_core.evaluation.multiple import holm
from ruie_core.evaluation.statistics import Figure
from ruie_core.experiments.summaries.registry import SUMMARIES, summarise
from ruie_core.experiments.summaries.table import rows_of
from ruie_core.experiments.summaries.trials import read_trials
from tests import fake_experiments as fake
from tests.ruie_core.experiments.test_leaderboard import only


@pytest.fixture(scope="module")
def summary():
    return fake.read_summary("fake")[0]


@pytest.fixture(scope="module")
def generated():
    return fake.read_summary("generated")[0]


def panel(frame: pd.DataFrame, experiment: str, name: str) -> pd.DataFrame:
    return frame[(frame["experiment"] == experiment) & (frame["panel"] == name)]


def test_a_summary_says_nothing_without_trials(tmp_path):
    dataset = fake.fake_dataset()
    fake.write_ablation(tmp_path / "k", dataset)
    trials = read_trials(tmp_path / "k", dataset)
    assert {name for name, summary in SUMMARIES.items() if summary(trials)} == {"ablation"}


# Rewards


def test_mean_q_and_gate_are_those_of_the_transitions(summary):
    dataset = fake.fake_dataset()
    tables = [fake.make_transitions(dataset, "leave-one-out", 1.5, seed) for seed in (1, 2, 3)]
    level = only(
        panel(summary, "rewards", "level"), variant="like 5", metric="q_mean", scenario="all"
    )
    assert level["value"] == pytest.approx(np.mean([table["q_taken"].mean() for table in tables]))
    gap = only(panel(summary, "rewards", "difference"), variant="like 5", metric="q_mean")
    assert gap["low"] > 0.9  # expected return is 2 and Q is half as much higher
    assert gap["reference"] == "defaults"


def test_rank_change_is_spearman_over_users_run_by_run(summary):
    events = fake.held_out(fake.fake_dataset())
    found = []
    for seed in (1, 2, 3):
        pair = [
            fake.make_ranks(events, skill, name, seed).query("request == 'known'")["rank"]
            for name, skill in (("like 5", 1.1), ("defaults", 1.2))
        ]
        found.append(stats.spearmanr(*pair).statistic)  # one test event a user: ranks order alike
    row = only(
        panel(summary, "rewards", "rank-change"), variant="like 5", metric="ndcg_spearman",
        request="known",
    )  # fmt: skip
    assert row["value"] == pytest.approx(np.mean(found))
    assert np.isnan(row["p"])


def test_the_yardstick_of_a_rank_change_is_another_seed(summary):
    rows = panel(summary, "rewards", "rank-change")
    same = only(rows, variant="defaults", reference="defaults", metric="gate_spearman")
    assert 0.9 < same["value"] < 1
    copied = only(rows, variant="random", metric="gate_spearman")  # the same Q, seed by seed
    assert copied["value"] == pytest.approx(1.0)


# Per scenario


def test_scenarios_compare_with_the_ungated_and_with_every_model(summary):
    rows = panel(summary, "scenario-split", "difference")
    assert set(rows["variant"]) == {"ruie"}
    assert set(rows["reference"]) == (set(fake.SKILL) - {"ruie"}) | {"gate constant"}
    assert set(panel(summary, "scenario-split", "difference-temporal")["reference"]) == (
        set(fake.SKILL) - {"ruie"}
    )


def test_holm_goes_over_the_scenarios_of_one_reference(summary):
    rows = panel(summary, "scenario-split", "difference")
    rows = rows[(rows["reference"] == "sasrec") & (rows["request"] == "known")]
    rows = rows.set_index("scenario")
    named = rows.loc[["scenario 1", "scenario 2", "scenario 3"]]
    assert named["p_holm"].to_numpy() == pytest.approx(holm(named["p"].to_numpy()))
    pooled = rows.loc[["head", "tail"]]
    assert pooled["p_holm"].to_numpy() == pytest.approx(holm(pooled["p"].to_numpy()))
    assert np.isnan(rows.loc["all", "p_holm"])


# Transfer


def test_only_events_that_both_ranked_are_compared(summary):
    """The single-scenario trials leave out three test events of their scenario."""
    dataset = fake.fake_dataset()
    events = fake.held_out(dataset)
    inside = events["scenario"] == "scenario 1"
    row = only(
        panel(summary, "transfer", "matrix"), variant="joint", scenario="scenario 1",
        request="unknown",
    )  # fmt: skip
    assert row["reference"] == "only scenario 1"
    assert row["n_events"] == inside.sum() - 3
    kept = events[inside].iloc[3:]
    expected = []
    for seed in (1, 2, 3):
        joint = fake.make_ranks(events, 1.0, "joint None", seed).query("request == 'unknown'")
        joint = joint.merge(kept[["user", "t"]])
        alone = fake.make_ranks(kept.reset_index(drop=True), 1.8, "scenario 1 None", seed)
        alone = alone.query("request == 'unknown'")
        means = [ndcg(one["rank"].to_numpy(np.int64), 10).mean() for one in (joint, alone)]
        expected.append(means[0] - means[1])
    assert row["value"] == pytest.approx(np.mean(expected))
    assert row["high"] < 0  # negative transfer, as invented


def test_scarcity_has_the_shares_of_the_scarce_scenario_and_all_of_it(summary):
    rows = panel(summary, "transfer", "scarcity")
    assert set(rows["scenario"]) == {"scenario 2"}
    assert set(rows["x"]) == {0.2, 1.0}
    whole = only(
        panel(summary, "transfer", "matrix"), variant="joint", scenario="scenario 2",
        request="known",
    )  # fmt: skip
    again = only(rows, variant="joint", x=1.0, request="known")
    assert (again["value"], again["low"]) == (whole["value"], whole["low"])
    assert only(rows, variant="joint", x=0.2, request="known")["value"] > whole["value"]


def test_gating_compares_joint_training_with_itself(summary):
    rows = panel(summary, "transfer", "gating")
    assert set(zip(rows["variant"], rows["reference"], strict=True)) == {
        ("joint", "joint, gate constant")
    }


# Noise


def test_the_ceiling_is_what_the_oracle_gains(generated):
    rows = panel(generated, "gate-oracle", "noise-wanted")
    rows = rows[(rows["x"] == 0.5) & (rows["request"] == "known")]
    level = rows[rows["metric"] == "ndcg"].set_index("variant")["value"]
    share = only(rows, metric="share_of_ceiling", variant="gate engaged")
    gain, most = (level[name] - level["gate constant"] for name in ("gate engaged", "gate oracle"))
    assert share["value"] == pytest.approx(gain / most)
    assert 0 < share["low"] < share["value"] < share["high"] < 1
    assert set(rows.loc[rows["metric"] == "share_of_ceiling", "variant"]) == {
        "gate q", "gate engaged",
    }  # fmt: skip


def test_wanted_events_leave_the_noise_out(generated):
    sizes = {
        name: set(panel(generated, "gate-oracle", name).query("x == 0.5 and metric == 'ndcg'")[
            "n_events"
        ])
        for name in ("noise", "noise-wanted")
    }  # fmt: skip
    dataset = fake.fake_dataset()
    noise = np.random.default_rng(50).random(dataset.n_events) < 0.5
    last = dataset.offsets[1:] - 1
    assert sizes == {"noise": {200}, "noise-wanted": {int((~noise[last]).sum())}}


@pytest.mark.parametrize("experiment", ["gate-oracle", "trust"])
def test_a_gate_that_knows_has_auc_one_and_the_constant_has_none(generated, experiment):
    rows = panel(generated, experiment, "noise").query("metric == 'auc'")
    by_gate = rows[rows["x"] == 0.25].set_index("variant")
    assert by_gate.loc["gate oracle", "value"] == 1.0
    assert set(by_gate.index) == {"gate q", "gate engaged", "gate oracle"}
    assert by_gate.loc["gate q", "high"] < 1


def test_a_real_log_is_summed_up_alike(summary):
    rows = panel(summary, "watched", "noise-wanted-difference")
    gain = only(rows, variant="gate oracle", request="unknown")
    assert gain["reference"] == "gate constant"
    assert gain["low"] > 0
    auc = summary[(summary["experiment"] == "watched") & (summary["metric"] == "auc")]
    assert set(auc["x"]) == {0.3}
    assert auc.set_index("variant").loc["gate oracle", "value"] == 1.0


def test_ranks_without_noise_flags_are_refused(tmp_path):
    dataset = fake.fake_dataset()
    ranks = fake.make_ranks(fake.held_out(dataset), 1.0, "g", 1)
    for gate in ("gate constant", "gate q"):
        fake.write_trial(tmp_path / "generated", "gate-oracle", gate, 1, {"ranks": ranks}, x=0.5)
    with pytest.raises(UserError, match="does not say which test events are noise"):
        summarise(tmp_path / "generated", None, tmp_path / "out")


def test_an_interval_from_few_seeds_ends_where_its_metric_does():
    wide = [Figure(value, value - 2, value + 2, None) for value in (0.9, 0.9, 3.0)]
    metrics = [("spearman", None), ("ndcg", 10), ("slope", None)]
    columns = {
        "experiment": "e", "panel": "p", "variant": "v", "n_users": 2, "n_events": 2, "seeds": 2,
        "command": "c",
    }  # fmt: skip
    level = rows_of(metrics, wide, tested=False, **columns)
    assert [(row.low, row.high) for row in level] == [(-1, 1), (0, 1), (1, 5)]
    difference = rows_of(metrics[:2], wide[:2], tested=True, reference="r", **columns)
    assert [row.low for row in difference] == pytest.approx([-1.1, -1])
    assert [row.high for row in difference] == [2, 1]
