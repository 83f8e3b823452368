"""The arithmetic of the population views against naive loops and independent libraries."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from ruie_core.analysis.frames import gate, metrics, overview, transitions
from ruie_core.analysis.store import RunStore
from tests.fake_run import fabricate, seal_analysis


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    return RunStore(
        fabricate(tmp_path_factory.mktemp("runs") / "one", users=40, events=1_500, items=120)
    )


@pytest.fixture(scope="module")
def steps(store: RunStore) -> pd.DataFrame:
    return store.sql('SELECT * FROM steps ORDER BY "user", t').query("split != 'forecast'")


def test_glance_counts_what_is_there(store: RunStore, steps: pd.DataFrame) -> None:
    row = overview.glance(store).iloc[0]
    assert row["users"] == 40
    assert row["events"] == len(steps)
    assert row["items"] == 120
    assert row["scenarios"] == 5
    assert row["reward_mean"] == pytest.approx(steps["reward"].mean(), rel=1e-5)
    assert row["heldout"] == (steps["split"] == "test").sum()
    assert row["events_median"] == steps.groupby("user").size().median()


def test_traffic_is_every_event_once(store: RunStore, steps: pd.DataFrame) -> None:
    frame = overview.traffic(store)
    assert tuple(frame["scenario"]) == store.scenarios
    assert dict(zip(frame["scenario"], frame["events"], strict=True)) == (
        steps["scenario"].value_counts().to_dict()
    )
    assert frame["share"].sum() == pytest.approx(1)


def test_lights_and_curves_keep_their_columns(store: RunStore) -> None:
    lights = overview.lights(store)
    assert list(lights["light"]) == ["gate", "dominance", "calibration"]
    assert not lights["on"].any()
    curves = overview.curves(store)
    assert curves["kept"].sum() == 1
    assert (curves["q_low"] <= curves["q_high"]).all()


def test_a_user_s_transitions_are_those_of_a_loop(store: RunStore, steps: pd.DataFrame) -> None:
    one = steps[steps["user"] == 0].reset_index(drop=True)
    counts: dict[tuple[str, str], int] = {}
    chances: dict[tuple[str, str], list[float]] = {}
    for before, row in zip(one["scenario"][:-1], one[1:].to_dict("records"), strict=True):
        pair = (before, str(row["scenario"]))
        counts[pair] = counts.get(pair, 0) + 1
        for name in store.scenarios:
            chances.setdefault((before, name), []).append(float(row[f"p_{name}"]))
    frame = transitions.of_user(store, 0)
    assert len(frame) == 25
    for row in frame.to_dict("records"):
        pair = (row["from_scenario"], row["to_scenario"])
        assert row["n"] == counts.get(pair, 0)
        if row["n_from"]:
            assert row["p_model"] == pytest.approx(np.mean(chances[pair]), rel=1e-5)
            assert row["p_observed"] == pytest.approx(row["n"] / row["n_from"])
        else:
            assert np.isnan(row["p_observed"])


def test_everyone_is_the_sum_of_users(store: RunStore) -> None:
    alone = [transitions.of_user(store, user) for user in range(40)]
    whole = transitions.everyone(store)
    assert (whole["n"].to_numpy() == sum(frame["n"].to_numpy() for frame in alone)).all()
    rows = whole.groupby("from_scenario")["p_observed"].sum()
    assert np.allclose(rows, 1)


def test_intervals_of_shares_are_exact(store: RunStore) -> None:
    for row in transitions.of_user(store, 0).query("n_from > 0").to_dict("records"):
        known = binomtest(row["n"], row["n_from"]).proportion_ci(0.95, method="exact")
        assert row["p_low"] == pytest.approx(known.low, abs=1e-9)
        assert row["p_high"] == pytest.approx(known.high, abs=1e-9)


def test_log_lift_of_a_user_is_against_the_population(store: RunStore) -> None:
    frame, whole = transitions.of_user(store, 0), transitions.everyone(store)
    assert np.allclose(frame["p_reference"], whole["p_observed"])
    seen = frame[frame["n"] > 0]
    assert np.allclose(seen["log_lift"], np.log(seen["p_observed"] / seen["p_reference"]))
    assert (seen["log_lift_low"] <= seen["log_lift"]).all()
    assert frame.loc[frame["n"] == 0, "log_lift"].isna().all()


def test_gate_mass_is_share_of_gates_over_share_of_events(
    store: RunStore, steps: pd.DataFrame
) -> None:
    gated = steps[steps["gate"].notna()]
    frame = gate.mass(store).set_index("scenario")
    assert list(frame.index) == [name for name in store.scenarios if name in set(gated["scenario"])]
    for name, part in gated.groupby("scenario"):
        row = frame.loc[name]
        assert row["n"] == len(part)
        assert row["mass"] == pytest.approx(part["gate"].sum() / gated["gate"].sum(), rel=1e-4)
        assert row["ratio"] == pytest.approx(row["mass"] / row["traffic"], rel=1e-6)
        sums = part.groupby("user")["gate"].agg(["sum", "size"])
        residuals = sums["sum"] - part["gate"].mean() * sums["size"]
        spread = (residuals**2).sum() * len(sums) / (len(sums) - 1)
        half = 1.96 * np.sqrt(spread) / len(part) / gated["gate"].mean()
        assert row["high"] - row["ratio"] == pytest.approx(half, rel=1e-3)


def test_the_gate_s_histogram_holds_every_gate(store: RunStore, steps: pd.DataFrame) -> None:
    frame = gate.distribution(store)
    assert frame["n"].sum() == steps["gate"].notna().sum()
    assert np.allclose(frame.groupby("scenario")["share"].sum(), 1)
    assert frame["left"].ge(0).all()
    assert frame["right"].le(1).all()


def test_promises_average_the_bins_by_events(store: RunStore) -> None:
    bins = store.sql("SELECT * FROM calibration WHERE split = 'train' AND scenario = 'feed'")
    gap = np.average(bins["q_mean"] - bins["return_mean"], weights=bins["n"])
    frame = gate.promises(store, "train").set_index("scenario")
    assert frame.loc["feed", "gap"] == pytest.approx(gap, rel=1e-4)
    assert frame.loc["feed", "low"] < gap < frame.loc["feed", "high"]
    assert gate.promises(store, "nothing").empty


def test_ndcg_tables_put_the_model_first_and_groups_before_scenarios(store: RunStore) -> None:
    frame = metrics.ndcg_by_model(store, 10, exclude_seen=False)
    assert list(frame["model"].unique()) == ["ruie", "scenario-popularity", "popularity"]
    cells = metrics.ndcg_by_scenario(store, 10, "unknown", exclude_seen=False)
    order = list(dict.fromkeys(zip(cells["group"], cells["scenario"], strict=True)))
    assert order[:3] == [("all", "all"), ("head", "head"), ("tail", "tail")]
    names = [name for group, name in order if group == "scenario"]
    assert names == [name for name in store.scenarios if name in names]
    assert (cells["small"] == (cells["n_events"] < 30)).all()
    assert metrics.usual_cutoff(store) == 10


def test_a_scenario_that_is_called_like_a_group_stays_a_scenario(tmp_path: Path) -> None:
    run = fabricate(tmp_path / "named", users=20, events=300, items=40, scenarios=("all", "head"))
    path = run / "analysis/ndcg.parquet"
    table = pd.read_parquet(path).drop_duplicates(
        ["model", "request_scenario", "metric", "k", "scenario"]
    )
    marked = table[table["scenario"] == "all"].assign(scenario="all (scenario)", n_events=7)
    pd.concat([table, marked]).to_parquet(path, index=False)
    seal_analysis(run)
    cells = metrics.ndcg_by_scenario(RunStore(run), 10, "known", exclude_seen=False)
    own = cells[(cells["group"] == "scenario") & ~cells["baseline"]]
    assert dict(zip(own["scenario"], own["code"], strict=True))["all"] == 1
    assert own.loc[own["scenario"] == "all", "n_events"].tolist() == [7]
