"""The maps' frames on hand-made points: counts per cell, areas, cohorts, mean places per window."""

import datashader
import numpy as np
import pandas as pd
import pytest

from ruie_core.analysis.frames import areas, maps, raster, trajectories
from ruie_core.analysis.frames.maps import ITEMS, STATES, Window
from ruie_core.analysis.store import RunStore
from ruie_core.errors import UserError
from ruie_core.evaluation.bootstrap import total_resamples
from tests.fake_run import fabricate


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    folder = tmp_path_factory.mktemp("runs") / "one"
    return RunStore(fabricate(folder, users=60, events=2_000, items=150, seed=4))


@pytest.fixture
def tiny(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    """Two users with four and two states at known places, and three items."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    store = RunStore(fabricate(folder, users=6, events=60, items=12, seed=1))
    states = "(0,1,0,0),(0,2,2,0),(0,3,4,2),(0,4,4,4),(1,1,0,2),(1,2,4,0)"
    with store._connection.cursor() as cursor:
        cursor.execute("DELETE FROM state_map")
        cursor.execute(
            'INSERT INTO state_map ("user", t, x, y, scenario, gate) SELECT a, b, c, d, '
            f"'feed', 0.5 FROM (VALUES {states}) AS v(a, b, c, d)"
        )
    return store


def test_cells_add_up_to_the_points_in_view(tiny: RunStore) -> None:
    window = Window(0, 4, 0, 4)
    cells = raster.group_cells(tiny, STATES, window, "scenario", ("feed",), shape=(2, 2))
    found = {(row["column"], row["row"]): row["n"] for row in cells.to_dict("records")}
    # (0,0) lower left; (2,0) (4,0) lower right; (0,2) upper left; (4,2) (4,4) upper right
    assert found == {(0, 0): 1, (1, 0): 2, (0, 1): 1, (1, 1): 2}
    assert cells["n"].sum() == maps.in_view(tiny, STATES, window)["n"].iloc[0] == 6
    part = Window(1, 4, 0, 1)
    assert maps.in_view(tiny, STATES, part)["n"].iloc[0] == 2
    assert raster.group_cells(tiny, STATES, part, "scenario", ("feed",))["n"].sum() == 2


@pytest.mark.parametrize("table", [ITEMS, STATES])
def test_cells_are_those_of_datashader(store: RunStore, table: str) -> None:
    points = maps.map_points(store, table)
    x, y = points["x"].to_numpy(float), points["y"].to_numpy(float)
    window = Window(*np.quantile(x, [0.1, 0.8]), *np.quantile(y, [0.2, 0.9]))
    frame = points.assign(scenario=pd.Categorical(points["scenario"], store.scenarios))
    canvas = datashader.Canvas(40, 30, x_range=window[:2], y_range=window[2:])
    peer = canvas.points(frame, "x", "y", agg=datashader.count_cat("scenario"))
    cells = raster.group_cells(store, table, window, "scenario", store.scenarios, shape=(40, 30))
    own = np.zeros((30, 40, len(store.scenarios)), int)
    own[cells["row"], cells["column"], cells["code"]] = cells["n"]
    assert own.sum() == peer.to_numpy().sum() > 50
    assert np.abs(own - peer.to_numpy()).sum() <= 4, "but for points on a border between cells"


def test_groups_and_values_hold_every_point(store: RunStore) -> None:
    row = maps.map_extent(store, ITEMS).iloc[0]
    window = raster.framed(Window(*row[["x0", "x1", "y0", "y1"]].astype(float)))
    points = maps.map_points(store, ITEMS)
    leading = tuple(maps.leading_categories(store, ITEMS, 3)["category"])
    assert list(leading) == points["category"].value_counts().index[:3].tolist()
    cells = raster.group_cells(store, ITEMS, window, "category", leading).groupby("code")["n"].sum()
    assert cells.sum() == len(points) == row["n"]
    for code, name in enumerate(leading):
        assert cells[code] == (points["category"] == name).sum()
    assert cells[3] == (points["category"].notna() & ~points["category"].isin(leading)).sum()
    gates = raster.value_cells(store, ITEMS, window, "gate", shape=(1, 1)).iloc[0]
    assert gates["n"] == len(points)
    assert gates["value"] == pytest.approx(points["gate"].mean(), rel=1e-5)
    steps = store.sql("SELECT item, gate FROM steps WHERE gate IS NOT NULL")
    mean = steps.groupby("item")["gate"].mean()
    assert np.allclose(points.set_index("id")["gate"].dropna(), mean.sort_index(), atol=1e-6)
    events = raster.value_cells(store, ITEMS, window, "popularity", shape=(1, 1)).iloc[0]
    assert events["value"] == pytest.approx(np.log10(points["count"].clip(lower=1)).mean())
    with pytest.raises(UserError, match="cannot count by 'taste'"):
        raster.group_cells(store, ITEMS, window, "taste")
    with pytest.raises(UserError, match="cannot average 'taste'"):
        raster.value_cells(store, ITEMS, window, "taste")


def test_members_are_the_cohort_s(store: RunStore) -> None:
    among = store.keep_users('SELECT "user" FROM users WHERE "user" < 4', {})
    states, items = (maps.map_points(store, table, among) for table in (STATES, ITEMS))
    assert (states["member"] == (states["user"] < 4)).all()
    met = store.sql('SELECT DISTINCT item FROM steps WHERE "user" < 4 AND item IS NOT NULL')["item"]
    assert set(items.loc[items["member"], "id"]) == set(met)
    reach = maps.reach(store, among).iloc[0]
    assert reach["items"] == len(met)
    assert reach["states"] == (states["user"] < 4).sum()
    assert (reach["users"], reach["all_states"]) == (4, len(states))
    whole = Window(-99, 99, -99, 99)
    cells = raster.group_cells(store, STATES, whole, "cohort", (), among, shape=(1, 1))
    assert dict(zip(cells["code"], cells["n"], strict=True))[1] == reach["states"]


def test_an_area_holds_what_lies_inside(tiny: RunStore) -> None:
    triangle = areas.Area((-1.0, 5.0, -1.0), (-1.0, -1.0, 5.0))  # under x + y = 4
    found = areas.area_page(tiny, STATES, triangle)
    assert sorted(zip(found["x"], found["y"], strict=True)) == [(0, 0), (0, 2), (2, 0)]
    row = areas.area_summary(tiny, STATES, triangle).iloc[0]
    assert (row["n"], row["of"], row["scenario"], row["leading"], row["users"]) == (
        3,
        6,
        "feed",
        3,
        2,
    )
    assert areas.area_users(tiny, STATES, triangle)["user"].tolist() == [0, 1]
    right = areas.box(5, 3, -1, 1)
    assert areas.area_users(tiny, STATES, right)["user"].tolist() == [1]
    assert areas.area_summary(tiny, STATES, areas.box(9, 8, 9, 8))["n"].iloc[0] == 0


def test_pages_are_parts_of_the_whole(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = areas.box(-99, 99, -99, 99)
    whole = areas.area_page(store, STATES, everything, page=None)
    assert len(whole) == maps.map_extent(store, STATES)["n"].iloc[0]
    second = areas.area_page(store, STATES, everything, page=2)
    pd.testing.assert_frame_equal(second, whole.iloc[100:200].reset_index(drop=True))
    items = areas.area_page(store, ITEMS, everything, page=None)
    assert items["count"].is_monotonic_decreasing
    met = store.sql('SELECT count(DISTINCT "user") AS n FROM steps WHERE item IS NOT NULL')
    assert len(areas.area_users(store, ITEMS, everything)) == met["n"].iloc[0]


def test_only_the_latest_areas_are_kept(store: RunStore) -> None:
    for side in range(20):
        areas.area_table(store, ITEMS, areas.box(0, side + 1, 0, 1))
    kept = store.sql("SELECT 1 FROM duckdb_tables() WHERE starts_with(table_name, 'area_')")
    assert len(kept) == 16


def test_mean_places_by_hand(tiny: RunStore) -> None:
    found = trajectories.centroids(tiny, 2)
    # user 0: (1, 0) then (4, 3); user 1: (0, 2) then (4, 0); each counts once
    assert found["side"].tolist() == ["everyone"] * 2
    assert found["users"].tolist() == [2, 2]
    assert found["states"].tolist() == [3, 3]
    assert found[["x", "y"]].to_numpy().tolist() == [[0.5, 1.0], [4.0, 1.5]]
    assert found["major"].isna().all(), "two users say little"
    four = trajectories.centroids(tiny, 4)
    assert four["users"].tolist() == [1, 1, 1, 1], "user 1 has two states and is left out"
    assert trajectories.left_out(tiny, 4).iloc[0].to_dict() == {"users": 1, "of": 2, "outside": 4}
    moved = trajectories.drift(tiny, 2).iloc[0]
    assert (moved["x"], moved["y"]) == (3.5, 0.5)
    assert pd.isna(moved["moved"])
    among = tiny.keep_users('SELECT "user" FROM users WHERE "user" = 0', {})
    sides = trajectories.centroids(tiny, 2, among=among)
    assert sides["side"].tolist() == ["the cohort"] * 2 + ["the rest"] * 2
    assert sides["x"].tolist() == [1.0, 4.0, 0.0, 4.0]
    gap = trajectories.drift(tiny, 2, among=among).iloc[2]
    assert (gap["side"], gap["x"], gap["y"]) == ("difference", -1.0, 5.0)
    with pytest.raises(UserError, match="cannot be cut by"):
        trajectories.centroids(tiny, 2, "moon")


def test_calendar_windows_count_who_is_there(store: RunStore) -> None:
    found = trajectories.centroids(store, 3, trajectories.CALENDAR)
    steps = store.sql("SELECT * FROM steps WHERE time IS NOT NULL")
    low, high = steps["time"].min(), steps["time"].max()
    share = (steps["time"] - low) / (high - low)
    window = np.minimum((share * 3).astype(int), 2) + 1
    users = steps.groupby(window)["user"].nunique()
    assert found["users"].tolist() == users.tolist()
    assert found["states"].sum() == len(steps)
    assert found["end"].iloc[-1] == pytest.approx(high, abs=pd.Timedelta("1s"))
    assert bool(trajectories.has_clock(store)["clock"].iloc[0])


def test_the_ellipse_is_that_of_resampled_users(store: RunStore) -> None:
    states = store.sql('SELECT "user", t, x, y FROM state_map ORDER BY "user", t')
    held = states.groupby("user")["t"].transform("size")
    states = states[held >= 2]
    rank = states.groupby("user").cumcount()
    first = states[rank * 2 // held[held >= 2] == 0].groupby("user")[["x", "y"]].mean()
    columns = np.column_stack([first.to_numpy(float), np.ones(len(first))])
    drawn = total_resamples(columns, lambda t: t[:, :2] / t[:, 2:], resamples=4_000, seed=0)
    row = trajectories.centroids(store, 2).iloc[0]
    assert row["users"] == len(first)
    assert (row["x"], row["y"]) == pytest.approx(tuple(first.mean()), rel=1e-5)
    values, vectors = np.linalg.eigh(np.cov(drawn))
    assert row["major"] == pytest.approx(np.sqrt(5.991 * values[1]), rel=0.07)
    assert row["minor"] == pytest.approx(np.sqrt(5.991 * values[0]), rel=0.07)
    direction = np.array([np.cos(row["angle"]), np.sin(row["angle"])])
    assert abs(direction @ vectors[:, 1]) > 0.9
