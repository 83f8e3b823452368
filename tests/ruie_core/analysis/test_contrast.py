"""Two ratios and their difference: by hand, against resampling, and where nothing can be said."""

import numpy as np
import pandas as pd
import pytest

from ruie_core.analysis.contrast import Z, contrasted, ratios
from ruie_core.analysis.frames import sides as frames
from ruie_core.analysis.frames import spread
from ruie_core.analysis.sides import cohort_sides, user_sides
from ruie_core.analysis.store import RunStore
from tests.tiny_store import tiny_store

TIME = pd.Timestamp("2026-05-01", tz="UTC")


def store_of(rows: list[tuple[int, int, str]], **columns: object) -> RunStore:
    frame = pd.DataFrame(rows, columns=["user", "t", "scenario"]).assign(time=TIME, **columns)
    return tiny_store(frame)


def cells(store: RunStore, rows: list[tuple[int, bool, float, float]]) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=["user", "side", "y", "x"])
    store._connection.register("made", made)
    store._connection.execute("CREATE TABLE given AS SELECT * FROM made")
    return ratios(store, 'SELECT "user", side, 1 AS cell, y, x FROM given')


@pytest.fixture
def store() -> RunStore:
    return store_of([(0, 1, "feed")])


def test_paired_means_have_the_interval_of_the_mean_of_differences(store: RunStore) -> None:
    first, second = [3.0, 1.0, 4.0, 1.0, 5.0], [2.0, 1.0, 1.0, 0.0, 5.0]
    rows = [(u, True, y, 1.0) for u, y in enumerate(first)]
    rows += [(u, False, y, 1.0) for u, y in enumerate(second)]
    row = contrasted(cells(store, rows), few_events=5).iloc[0]
    assert row["value_1"] == pytest.approx(14 / 5)
    assert row["value_2"] == pytest.approx(9 / 5)
    # differences 1, 0, 3, 1, 0: mean 1, sum of squares about it 6, s² = 6/4, s²/n = 0.3
    assert row["difference"] == pytest.approx(1.0)
    assert row["difference_high"] - row["difference"] == pytest.approx(Z * np.sqrt(0.3))
    assert row["difference"] - row["difference_low"] == pytest.approx(Z * np.sqrt(0.3))
    # values 3, 1, 4, 1, 5 about 2.8: 0.04 + 3.24 + 1.44 + 3.24 + 4.84 = 12.8; /4/5 = 0.64
    assert row["high_1"] - row["value_1"] == pytest.approx(Z * 0.8)


def test_sides_without_a_common_user_add_their_variances(store: RunStore) -> None:
    rng = np.random.default_rng(1)
    rows = [(u, u < 40, float(rng.integers(0, 4)), float(rng.integers(1, 9))) for u in range(90)]
    found = cells(store, rows)
    assert found["cov"].tolist() == [0.0]
    row = contrasted(found, few_events=1).iloc[0]
    half = row["difference_high"] - row["difference"]
    assert half == pytest.approx(Z * np.hypot(found["se_1"], found["se_2"])[0])


def test_the_interval_of_a_paired_difference_is_near_that_of_resampled_users(
    store: RunStore,
) -> None:
    rng = np.random.default_rng(0)
    n = 400
    habit = rng.beta(2, 3, n)
    x = rng.integers(1, 20, (n, 2)).astype(float)
    y = rng.binomial(x.astype(int), habit[:, None]).astype(float)
    rows = [(u, side == 0, y[u, side], x[u, side]) for u in range(n) for side in (0, 1)]
    row = contrasted(cells(store, rows)).iloc[0]
    drawn = rng.integers(0, n, (4_000, n))
    totals_y, totals_x = y[drawn].sum(1), x[drawn].sum(1)
    gaps = (totals_y / totals_x)[:, 0] - (totals_y / totals_x)[:, 1]
    half = row["difference_high"] - row["difference"]
    assert half == pytest.approx(1.96 * gaps.std(), rel=0.06)
    unpaired = Z * np.hypot(*(row[f"high_{i}"] - row[f"value_{i}"] for i in (1, 2))) / Z
    assert half < 0.8 * unpaired, "the same people are alike on both sides"


def test_the_same_events_on_both_sides_differ_by_nothing(store: RunStore) -> None:
    rows = [(u, side, float(u % 3), 2.0) for u in range(30) for side in (True, False)]
    row = contrasted(cells(store, rows)).iloc[0]
    assert row["difference"] == pytest.approx(0.0)
    assert row["difference_high"] == pytest.approx(0.0, abs=1e-7)


@pytest.mark.parametrize(("users", "events"), [(4, 20.0), (6, 4.0)])
def test_few_users_or_events_have_no_interval(store: RunStore, users: int, events: float) -> None:
    rows = [(u, side, 1.0, events) for u in range(users) for side in (True, False)]
    row = contrasted(cells(store, rows)).iloc[0]
    assert row[["low_1", "high_2", "difference_low", "difference_high"]].isna().all()
    assert bool(row["small"]) is (users * events < 30)


def test_the_mix_counts_people_without_an_event_in_a_scenario() -> None:
    rows = [(0, 1, "feed"), (0, 2, "search"), (1, 1, "feed"), (2, 1, "search"), (2, 2, "search")]
    store = store_of(rows)
    among = store.keep_users('SELECT "user" FROM users WHERE "user" < 2', {})
    frame = frames.mix(store, cohort_sides(store, among)).set_index("scenario")
    assert frame["value_1"].to_dict() == pytest.approx({"feed": 2 / 3, "search": 1 / 3})
    assert frame["value_2"].to_dict() == {"feed": 0.0, "search": 1.0}
    assert frame["n_1"].tolist() == [3, 3]
    assert frame["users_1"].tolist() == [2, 2]


def test_means_masses_and_gaps_by_hand() -> None:
    rows = [(0, 1, "feed"), (0, 2, "feed"), (0, 3, "search"), (1, 1, "feed"), (1, 2, "search")]
    store = store_of(
        rows, gate=[None, 0.02, 0.98, None, 0.6], q_taken=[None, 2.0, 3.0, None, 1.0],
        **{"return": [1.0, 1.5, 5.0, 1.0, 1.0]},
    )  # fmt: skip
    table = user_sides(store, 0, 1)
    gate = frames.means(store, table, "gate").set_index("scenario")
    assert gate.loc["all", ["value_1", "value_2"]].tolist() == pytest.approx([0.5, 0.6])
    assert gate.loc["feed", "value_1"] == pytest.approx(0.02)
    assert np.isnan(gate.loc["feed", "value_2"])
    mass = spread.mass(store, table).set_index("scenario")
    assert mass.loc["search", "value_1"] == pytest.approx(0.98 / 0.5)
    assert mass.loc["search", ["mass_1", "traffic_1"]].tolist() == pytest.approx([0.98, 0.5])
    gaps = frames.gaps(store, table, "all").set_index("scenario")
    assert gaps.loc["all", ["value_1", "value_2"]].tolist() == pytest.approx([-0.75, 0.0])
    ends = frames.ends(store, table).set_index("scenario")
    assert ends.loc["all", ["value_1", "value_2"]].tolist() == [1.0, 0.0]


def test_histograms_and_curves_hold_every_event() -> None:
    rng = np.random.default_rng(2)
    rows = [(u, t, "feed") for u in range(12) for t in range(1, 11)]
    q = rng.normal(2, 1, len(rows))
    store = store_of(rows, gate=rng.random(len(rows)), q_taken=q, **{"return": q + 0.5})
    among = store.keep_users('SELECT "user" FROM users WHERE "user" < 6', {})
    table = cohort_sides(store, among)
    for measure in ("gate", "q"):
        frame = spread.histogram(store, table, measure)
        assert frame.groupby("side")["n"].sum().tolist() == [60, 60]
        assert frame.groupby("side")["share"].sum().tolist() == pytest.approx([1.0, 1.0])
    curve = spread.calibration(store, table, "all")
    assert curve.groupby("side")["n"].sum().tolist() == [60, 60]
    assert (curve["return_mean"] - curve["q_mean"]).tolist() == pytest.approx([0.5] * len(curve))
    assert spread.calibration(store, table, "heldout").empty
