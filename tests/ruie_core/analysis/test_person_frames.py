"""The queries of the User and Embeddings views against pandas on the same tables."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruie_core.analysis.behaviour.form import Fields
from ruie_core.analysis.frames import embeddings, maps, people, user
from ruie_core.analysis.frames.people import Place
from ruie_core.analysis.store import RunStore
from ruie_core.errors import UserError
from tests.fake_run import fabricate


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    folder = tmp_path_factory.mktemp("runs") / "one"
    return RunStore(fabricate(folder, users=60, events=2_000, items=150, seed=3))


@pytest.fixture(scope="module")
def users(store: RunStore) -> pd.DataFrame:
    return store.sql("SELECT * FROM users")


def test_without_a_behaviour_everybody_matches_in_order(
    store: RunStore, users: pd.DataFrame
) -> None:
    found = people.matching_users(store, None)
    assert found["user"].tolist() == sorted(users["user"])
    assert found["t"].isna().all()


@pytest.mark.parametrize(
    ("chosen", "query"),
    [
        (Fields(min_events=30), "n_events >= 30"),
        (Fields(min_switches=8), "n_switches >= 8"),
        (Fields(main_scenario='related "more"'), "main_scenario == 'related \"more\"'"),
        (Fields(max_rank=20), "rank_test <= 20"),
        (Fields(ndcg="over"), "ndcg_10 > ndcg_10.median()"),
        (Fields(min_events=20, min_switches=4, max_rank=60),
         "n_events >= 20 and n_switches >= 4 and rank_test <= 60"),
    ],
)  # fmt: skip
def test_fields_match_pandas(
    store: RunStore, users: pd.DataFrame, chosen: Fields, query: str
) -> None:
    found = people.matching_users(store, chosen.behaviour())
    assert sorted(found["user"]) == sorted(users.query(query)["user"])


def test_a_match_comes_with_the_first_event_at_which_it_is_met(store: RunStore) -> None:
    found = people.matching_users(store, Fields(max_gate=0.3).behaviour())
    steps = store.sql("SELECT * FROM steps WHERE gate < 0.3 AND split <> 'forecast'")
    assert found.set_index("user")["t"].to_dict() == steps.groupby("user")["t"].min().to_dict()


def test_empty_fields_ask_for_nothing() -> None:
    assert Fields().behaviour() is None
    assert Fields(source="feed").behaviour() is None
    full = Fields("a", "b", 3, "rises", 1.0, 0.2, 100, "like", 5, 2, "a", "under", 9).behaviour()
    assert full is not None
    assert [each.kind for each in full.conditions] == [
        "move", "change", "event", "event", "action", "person", "person", "mostly", "person",
        "person",
    ]  # fmt: skip


@pytest.mark.parametrize("sort", list(people.SORTS))
@pytest.mark.parametrize("fields", [Fields(), Fields(max_gate=1.1), Fields(min_events=1)])
def test_every_order_keeps_everybody(
    store: RunStore, users: pd.DataFrame, sort: str, fields: Fields
) -> None:
    found = people.matching_users(store, fields.behaviour(), sort)
    moved = users[users["n_events"] > 1] if fields.max_gate else users
    assert sorted(found["user"]) == sorted(moved["user"])
    if sort == "most events":
        events = users.set_index("user")["n_events"].loc[found["user"]]
        assert events.is_monotonic_decreasing


def test_only_those_of_a_set_are_asked(store: RunStore) -> None:
    among = store.keep_users('SELECT "user" FROM users WHERE "user" < $n', {"n": 5})
    assert people.size(store, among) == 5
    assert people.matching_users(store, None, "id", among)["user"].tolist() == [0, 1, 2, 3, 4]
    found = people.matching_users(store, Fields(min_events=20).behaviour(), "id", among)
    assert set(found["user"]) < {0, 1, 2, 3, 4}
    assert user.telling_user(store, among)["user"].iloc[0] < 5


def test_an_unknown_order_is_refused(store: RunStore) -> None:
    with pytest.raises(UserError, match="choose one of"):
        people.matching_users(store, None, "n_events; DROP TABLE users")


def test_walking_through_the_matches() -> None:
    matches = pd.DataFrame({"user": [4, 9, 2]})
    assert people.place_among(matches, 4) == Place(1, None, 9)
    assert people.place_among(matches, 2) == Place(3, 9, None)
    assert people.place_among(matches, 77) == Place(None, None, 4)
    assert people.place_among(matches, None) == Place(None, None, 4)
    assert people.place_among(matches.iloc[:0], 4) == Place(None, None, None)


def test_finding_a_user_by_id(store: RunStore) -> None:
    assert people.find_user(store, " u10007 ") == 1
    with pytest.raises(UserError, match=r"ids that begin so: u10000, u10007, u10014, u10021\."):
        people.find_user(store, "U100")
    with pytest.raises(UserError, match="an id looks like u10000"):
        people.find_user(store, "' OR 1=1 --")


def test_a_person_s_row_and_the_population(store: RunStore, users: pd.DataFrame) -> None:
    row = user.user_row(store, 5).iloc[0]
    events = users.loc[users["user"] == 5, "n_events"].iloc[0]
    assert row["share_with_events"] == pytest.approx((users["n_events"] >= events).mean())
    usual = user.population(store).iloc[0]
    steps = store.sql("SELECT gate, reward FROM steps WHERE item IS NOT NULL")
    assert usual["gate"] == pytest.approx(steps["gate"].mean(), rel=1e-5)
    assert usual["reward"] == pytest.approx(steps["reward"].mean(), rel=1e-5)
    assert usual["rank"] == users["rank_test"].median()
    assert usual["users"] == 60
    assert usual["items"] == 150
    with pytest.raises(UserError, match="no user with the number 999"):
        user.user_row(store, 999)


def test_somebody_worth_opening_on(store: RunStore, users: pd.DataFrame) -> None:
    code = user.telling_user(store)["user"].iloc[0]
    row = users[users["user"] == code].iloc[0]
    assert 30 <= row["n_events"] <= 100
    assert row["n_scenarios"] > 1


def test_steps_of_a_person_end_in_the_forecast(store: RunStore) -> None:
    steps = user.user_steps(store, 5)
    assert steps["t"].tolist() == list(range(1, len(steps) + 1))
    assert steps["split"].iloc[-1] == "forecast"
    assert steps["item_id"].iloc[:-1].notna().all()
    assert pd.isna(steps["item_id"].iloc[-1])
    assert "top_items" not in steps.columns


def test_the_ranking_holds_the_first_and_what_came(store: RunStore) -> None:
    raw = store.sql('SELECT * FROM steps WHERE "user" = 5 ORDER BY t')
    for t in range(2, len(raw)):
        found = user.ranking_at(store, 5, t)
        step = raw[raw["t"] == t].iloc[0]
        came = found[found["came"]]
        assert came["rank"].tolist() == [step["rank"]]
        assert came["score"].iloc[0] == pytest.approx(step["score"])
        assert found["rank"].is_monotonic_increasing
    assert user.ranking_at(store, 5, 1).empty
    forecast = user.ranking_at(store, 5, len(raw))
    assert forecast["rank"].tolist() == list(range(1, 11))
    assert not forecast["came"].any()


def test_categories_of_what_was_ranked(store: RunStore) -> None:
    found = user.ranked_categories(store, 5)
    events = len(user.user_steps(store, 5))
    assert found.groupby("t").size().to_dict() == dict.fromkeys(range(2, events + 1), 10)


def test_agreement_is_that_of_a_loop(store: RunStore) -> None:
    found = embeddings.agreement(store).set_index("trait")
    items = store.sql("SELECT item, category FROM item_map").set_index("item")["category"]
    near = store.sql("SELECT * FROM neighbors WHERE position <= 10")
    shares = [
        np.mean([items[other] == items[item] for other in part["neighbor"]])
        for item, part in near.groupby("item")
    ]
    row = found.loc["category"]
    assert row["share"] == pytest.approx(np.mean(shares))
    half = 1.96 * np.std(shares, ddof=1) / np.sqrt(len(shares))
    assert row["high"] - row["share"] == pytest.approx(half)
    pairs = [(a == b) for k, a in enumerate(items) for j, b in enumerate(items) if k != j]
    assert row["chance"] == pytest.approx(np.mean(pairs))
    assert row["items"] == 150


def test_agreement_without_categories_speaks_of_scenarios(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RunStore(fabricate(tmp_path / "bare", users=20, events=400, items=60))
    with store._connection.cursor() as cursor:
        cursor.execute("UPDATE item_map SET category = NULL")
    assert embeddings.agreement(store)["trait"].tolist() == ["scenario"]


def test_a_sample_is_fixed_stratified_and_keeps_the_small(store: RunStore) -> None:
    sizes = store.sql("SELECT scenario, count(*) AS n FROM state_map GROUP BY 1")
    whole = maps.map_points(store, maps.STATES)
    assert len(whole) == sizes["n"].sum()
    part = maps.map_points(store, maps.STATES, limit=500)
    pd.testing.assert_frame_equal(part, maps.map_points(store, maps.STATES, limit=500))
    kept = part["scenario"].value_counts()
    share = (kept / sizes.set_index("scenario")["n"]).to_dict()
    assert all(0.1 < value <= 1 for value in share.values())
    assert len(part) < 0.6 * len(whole)
    assert len(maps.map_points(store, maps.ITEMS)) == 150


@pytest.mark.parametrize("table", ["item_map", "state_map"])
def test_the_density_counts_every_point(store: RunStore, table: str) -> None:
    found = maps.map_density(store, table)
    rows = store.sql(f"SELECT count(*) AS n, min(x) AS low, max(x) AS high FROM {table}").iloc[0]
    assert found["n"].sum() == rows["n"]
    assert rows["low"] <= found["x"].min() <= found["x"].max() <= rows["high"]
    with pytest.raises(UserError, match="no map 'steps'"):
        maps.map_density(store, "steps")


def test_searching_items(store: RunStore) -> None:
    items = store.sql("SELECT * FROM items")
    wanted = items["title"].str.contains("noodles", case=False, na=False)
    found = embeddings.search_items(store, " NOODLES ")
    assert sorted(found["item"]) == sorted(items.loc[wanted, "item"])
    assert found["count"].is_monotonic_decreasing
    assert (found["matches"] == wanted.sum()).all()
    assert len(embeddings.search_items(store, "noodles", limit=3)) == 3
    by_id = embeddings.search_items(store, items["item_id"].iloc[7])
    assert by_id["item"].iloc[0] == items["item"].iloc[7]
    assert embeddings.search_items(store, "%_nothing").empty


def test_what_lies_around_an_item(store: RunStore) -> None:
    found = embeddings.around_item(store, 7)
    near = store.sql("SELECT * FROM neighbors WHERE item = 7 AND position <= 10 ORDER BY position")
    assert found["position"].tolist() == list(range(11))
    assert found["item"].tolist() == [7, *near["neighbor"]]
    assert np.allclose(found["cosine"].iloc[1:], near["cosine"])
    assert embeddings.frequent_item(store)["item"].tolist() == [1]


def test_a_person_s_path_is_in_order(store: RunStore) -> None:
    path = embeddings.user_path(store, 5)
    steps = user.user_steps(store, 5)
    assert path["t"].tolist() == steps["t"].tolist()[:-1]
    assert path["item_id"].tolist() == steps["item_id"].tolist()[:-1]
    assert embeddings.user_path(store, 999).empty


def test_rows_read_by_row_group_are_those_of_the_table(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [user.user_steps(store, code) for code in (0, 31, 59, 4_000)]
    monkeypatch.setattr("ruie_core.analysis.store._IN_MEMORY", 0)
    on_disk = RunStore(store.path)
    assert "steps" in on_disk.large
    for expected, code in zip(kept, (0, 31, 59, 4_000), strict=True):
        pd.testing.assert_frame_equal(user.user_steps(on_disk, code), expected)


def test_a_file_that_changed_while_a_person_was_read_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ruie_core.analysis.store._IN_MEMORY", 0)
    broken = RunStore(fabricate(tmp_path / "one", users=9, events=200, items=50, seed=3))
    (broken.path / "analysis/steps.parquet").write_bytes(b"PAR1 no longer")
    with pytest.raises(UserError, match="could not be read"):
        user.user_steps(broken, 1)
