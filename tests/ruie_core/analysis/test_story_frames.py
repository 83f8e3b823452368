"""Frames under the storyboard: categories, sessions, seeds, and what other models ranked first."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruie_core.analysis.frames.beside import POPULARITY, first_choices
from ruie_core.analysis.frames.story import (
    USUAL_PAUSE_HOURS,
    category_path,
    pause_hours,
    q_of_user,
    seed_band,
    session_breaks,
)
from ruie_core.analysis.runs import list_runs
from ruie_core.analysis.seeds import other_seeds
from ruie_core.analysis.store import RunStore
from tests.fake_run import fabricate


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints")
    fabricate(folder / "steady", users=40, events=1_200, items=120, seed=1)
    fabricate(folder / "other", users=40, events=1_200, items=120, seed=2)
    return folder


@pytest.fixture(scope="module")
def store(folder: Path) -> RunStore:
    return RunStore(folder / "steady")


def longest(store: RunStore) -> tuple[int, str, int]:
    row = store.sql('SELECT "user", user_id, n_events FROM users ORDER BY n_events DESC').iloc[0]
    return int(row["user"]), str(row["user_id"]), int(row["n_events"])


def test_shares_are_those_of_the_last_ten_events(store: RunStore) -> None:
    user, _, n = longest(store)
    found = category_path(store, user)
    assert len(found) == n + 1
    shares = [name for name in found.columns if name.startswith("share_")]
    last = found["category"].iloc[n - 10 : n]
    for name in shares:
        wanted = (last == name.removeprefix("share_")).mean()
        assert found[name].iloc[n - 1] == pytest.approx(wanted)
    assert found[shares].iloc[n - 1].sum() == pytest.approx(1)
    assert found["drift"].between(0, 1)[found["drift"].notna()].all()
    assert found["served_gap"].notna().any()
    assert np.isnan(found["drift"].iloc[n]), "the forecast has no event"


def test_sessions_begin_after_a_pause_of_half_an_hour(store: RunStore) -> None:
    user, _, _ = longest(store)
    assert pause_hours(store) == USUAL_PAUSE_HOURS
    times = store.sql('SELECT t, time FROM steps WHERE "user" = ? AND item IS NOT NULL', [user])
    times = times.sort_values("t")
    pauses = times["time"].diff().dt.total_seconds() / 3600
    found = session_breaks(store, user)
    assert found["t"].tolist() == times["t"][pauses > 0.5].tolist()


def frame(q: float, item: str = "a") -> pd.DataFrame:
    return pd.DataFrame({"t": [1, 2], "item_id": [item, "b"], "q_feed": [np.nan, q]})


def test_the_band_runs_from_the_lowest_to_the_highest_seed() -> None:
    band = seed_band([frame(2.0), frame(1.5), frame(3.0)], ("feed",))
    assert band["seeds"].tolist() == [3, 3]
    assert band["low_feed"].tolist()[1] == 1.5
    assert band["high_feed"].tolist()[1] == 3.0
    assert seed_band([frame(2.0), frame(9.0, "other")], ("feed",)).empty, "other events"
    assert seed_band([frame(2.0)], ("feed",)).empty, "one seed is no band"


def test_seeds_are_runs_that_differ_by_the_seed_alone(store: RunStore, folder: Path) -> None:
    assert other_seeds(store, list_runs(folder)) == (folder / "other",)
    file = folder / "other" / "config.json"
    settings = json.loads(file.read_text())
    settings["objective"]["discount"] = 0.9
    whole = file.read_text()
    file.write_text(json.dumps(settings))
    assert other_seeds(store, list_runs(folder)) == (), "another discount is another model"
    file.write_text(whole)


def test_q_is_found_by_the_logs_own_id(store: RunStore) -> None:
    user, user_id, n = longest(store)
    found = q_of_user(store, user_id)
    assert len(found) == n + 1
    own = store.sql('SELECT * FROM steps WHERE "user" = ? ORDER BY t', [user])
    name = store.scenarios[0]
    np.testing.assert_array_equal(found[f"q_{name}"], own[f"q_{name}"])


def test_first_choices_set_models_beside_what_came(store: RunStore, folder: Path) -> None:
    user, user_id, n = longest(store)
    found = first_choices(store, user_id, n, RunStore(folder / "other"))
    assert found["model"].tolist() == ["steady", "other", POPULARITY]
    step = store.sql('SELECT * FROM steps WHERE "user" = ? AND t = ?', [user, n]).iloc[0]
    assert found["rank"].iloc[0] == step["rank"]
    first = store.sql("SELECT item_id FROM items WHERE item = ?", [int(step["top_items"][0])])
    assert found["item_id"].iloc[0] == first["item_id"].iloc[0]
    assert found["problem"].iloc[1] in ("user", "event"), "its log is another one"
    counts = store.sql("SELECT item, count(*) AS n FROM steps WHERE split = 'train' GROUP BY 1")
    n_of = counts.set_index("item")["n"]
    items = len(store.sql("SELECT item FROM items"))
    mine = int(n_of.get(step["item"], 0))
    wanted = items if mine == 0 else int((n_of >= mine).sum())
    assert found["rank"].iloc[2] == wanted, "ties count against it"


def test_the_forecast_has_choices_but_nothing_came(store: RunStore) -> None:
    _, user_id, n = longest(store)
    found = first_choices(store, user_id, n + 1)
    assert found["model"].tolist() == ["steady", POPULARITY]
    assert found["rank"].isna().all()
    assert found["item_id"].notna().all()
