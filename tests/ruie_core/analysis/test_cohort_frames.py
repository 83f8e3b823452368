"""A cohort against the rest: figures against plain loops, intervals against resampling."""

import numpy as np
import pandas as pd
import pytest

from ruie_core.analysis.contrast import standard_error
from ruie_core.analysis.frames import cohorts, metrics, transitions
from ruie_core.analysis.store import RunStore
from ruie_core.evaluation.bootstrap import mean_intervals
from tests.fake_run import fabricate


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    folder = tmp_path_factory.mktemp("runs") / "one"
    return RunStore(fabricate(folder, users=300, events=9_000, items=120, split="temporal", seed=4))


@pytest.fixture(scope="module")
def among(store: RunStore) -> str:
    return store.keep_users('SELECT "user" FROM users WHERE "user" % 3 = 0', {})


def test_both_sides_add_up_to_everyone(store: RunStore, among: str) -> None:
    own = cohorts.transitions(store, among)
    others = store.keep_users('SELECT "user" FROM users WHERE "user" % 3 <> 0', {})
    rest, whole = cohorts.transitions(store, others), transitions.everyone(store)
    assert (own["n"] + rest["n"]).tolist() == whole["n"].tolist()
    assert np.allclose(own["p_reference"], rest["p_observed"], equal_nan=True)
    mixed = own["p_model"].fillna(0) * own["n_from"] + rest["p_model"].fillna(0) * rest["n_from"]
    assert np.allclose(mixed / whole["n_from"], whole["p_model"], atol=1e-6)
    assert (own["log_lift"] + rest["log_lift"]).dropna().abs().max() < 1e-12
    assert list(own.columns) == list(whole.columns)


def test_one_user_s_counts_are_that_user_s(store: RunStore) -> None:
    alone = store.keep_users('SELECT "user" FROM users WHERE "user" = 7', {})
    own, person = cohorts.transitions(store, alone), transitions.of_user(store, 7)
    assert own["n"].tolist() == person["n"].tolist()
    assert np.allclose(own["p_model"], person["p_model"], equal_nan=True, atol=1e-6)
    assert own["p_low"].isna().all(), "one user says nothing about how users differ"


def test_an_empty_cohort_has_no_transitions(store: RunStore) -> None:
    nobody = store.keep_users('SELECT "user" FROM users WHERE "user" < 0', {})
    assert cohorts.transitions(store, nobody)["n"].sum() == 0
    assert cohorts.ndcg_by_scenario(store, nobody, 10, "unknown").query("not baseline").empty


def test_the_standard_error_is_near_that_of_resampled_users() -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(1, 30, 400).astype(float)
    y = rng.binomial(x.astype(int), rng.beta(2, 5, 400)).astype(float)
    one = np.ones(1)
    found = standard_error(
        y.sum() * one, x.sum() * one, (y * y).sum() * one, (y * x).sum() * one,
        (x * x).sum() * one, 400 * one,
    )[0]  # fmt: skip
    drawn = rng.integers(0, 400, (4_000, 400))
    resampled = (y[drawn].sum(1) / x[drawn].sum(1)).std()
    assert found == pytest.approx(resampled, rel=0.06)
    naive = np.sqrt((p := y.sum() / x.sum()) * (1 - p) / x.sum())
    assert found > 1.5 * naive, "events of one user are alike"


def test_ndcg_is_that_of_a_loop_with_intervals_near_the_bootstrap(
    store: RunStore, among: str
) -> None:
    ranks = store.sql("SELECT * FROM ranks WHERE model = 'ruie' AND request_scenario = 'unknown'")
    gain = np.where(ranks["rank"] <= 10, 1 / np.log2(1 + ranks["rank"]), 0.0)
    member = (ranks["user"] % 3 == 0).to_numpy()
    frame = cohorts.ndcg_by_scenario(store, among, 10, "unknown")
    for baseline, mask in ((False, member), (True, ~member)):
        for name in ("all", *store.scenarios):
            chosen = mask & ((ranks["scenario"] == name).to_numpy() | (name == "all"))
            row = frame[(frame["baseline"] == baseline) & (frame["scenario"] == name)].iloc[0]
            assert row["value"] == pytest.approx(gain[chosen].mean())
            assert row["n_events"] == chosen.sum()
            assert row["n_users"] == ranks["user"][chosen].nunique()
    own = frame[frame["scenario"] == "all"].iloc[0]
    users, values = ranks["user"].to_numpy()[member], gain[member][:, None]
    booted = mean_intervals(users, values, resamples=1_000, seed=0)
    width = float(booted.high[0] - booted.low[0])
    assert own["high"] - own["low"] == pytest.approx(width, rel=0.12)
    rest = frame[frame["baseline"] & (frame["scenario"] == "all")].iloc[0]
    assert own["difference"] == pytest.approx(own["value"] - rest["value"])
    assert own["difference_low"] < own["difference"] < own["difference_high"]
    assert np.isnan(rest["difference"])


def test_a_handful_of_events_has_no_interval(store: RunStore) -> None:
    alone = store.keep_users('SELECT "user" FROM users WHERE "user" = 7', {})
    frame = cohorts.ndcg_by_scenario(store, alone, 10, "unknown")
    own = frame[~frame["baseline"]]
    assert own["small"].all()
    assert own[["low", "high", "difference_low", "difference_high"]].isna().all(axis=None)
    assert own["difference"].notna().any()


def test_the_cohort_s_frame_is_drawn_by_the_same_figure(store: RunStore, among: str) -> None:
    from ruie_core.figures.scenarios import ndcg_by_scenario

    frame = cohorts.ndcg_by_scenario(store, among, 10, "unknown")
    wanted = metrics.ndcg_by_scenario(store, 10, "unknown", metrics.exclusions(store)[0])
    assert set(wanted.columns) <= set(frame.columns)
    names = [trace.name for trace in ndcg_by_scenario(frame, store.scenarios).data]
    assert names == ["The cohort", "The rest"]
    assert isinstance(frame, pd.DataFrame)
