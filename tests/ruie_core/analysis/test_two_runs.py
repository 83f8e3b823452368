"""Two runs on one log: paired by event, against plain loops; other data is refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruie_core.analysis.frames import two_runs as frames
from ruie_core.analysis.frames.paired import _SEED, RESAMPLES, paired_ndcg
from ruie_core.analysis.periods import Period, clock
from ruie_core.analysis.sides import span_sides
from ruie_core.analysis.store import RunStore
from ruie_core.errors import UserError
from ruie_core.evaluation.bootstrap import difference_intervals
from tests.fake_run import fabricate

SIZE = {"users": 120, "events": 4_000, "items": 90, "split": "temporal", "seed": 7}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("runs")
    fabricate(made / "one", **SIZE)
    fabricate(made / "two", **SIZE, model_seed=8)
    fabricate(made / "else", users=10, events=200, items=60, dataset="other" * 10)
    return made


@pytest.fixture(scope="module")
def one(folder: Path) -> RunStore:
    return RunStore(folder / "one")


@pytest.fixture(scope="module")
def two(folder: Path) -> RunStore:
    return RunStore(folder / "two")


@pytest.fixture(scope="module")
def beside(one: RunStore, two: RunStore) -> str:
    return one.beside(two)


@pytest.fixture(scope="module")
def pairs(one: RunStore, two: RunStore) -> pd.DataFrame:
    asked = "SELECT * FROM ranks WHERE model = 'ruie' AND request_scenario = 'unknown'"
    both = one.sql(asked).merge(two.sql(asked), on=["user", "t", "scenario"])
    for side in ("x", "y"):
        rank = both[f"rank_{side}"]
        both[f"gain_{side}"] = np.where(rank <= 10, 1 / np.log2(1 + rank), 0.0)
    return both


def test_other_data_is_refused_in_one_sentence(folder: Path, one: RunStore) -> None:
    with pytest.raises(UserError) as refused:
        frames.check_comparable(one, RunStore(folder / "else"))
    said = str(refused.value)
    assert said.startswith("Run “else” was trained on other data than run “one” (dataset otheroth…")
    assert said.endswith("choose a run that was trained on the same prepared data.")


def test_differences_are_those_of_the_same_events(
    one: RunStore, beside: str, pairs: pd.DataFrame
) -> None:
    frame = paired_ndcg(one, (one.beside(one),), (beside,), 10)
    own = frame[frame["request_scenario"] == "unknown"].set_index("scenario")
    assert set(frame["request_scenario"]) == {"unknown", "known"}
    for name in ("all", *one.scenarios):
        chosen = pairs if name == "all" else pairs[pairs["scenario"] == name]
        row = own.loc[name]
        assert row["n_1"] == len(chosen)
        assert row["users_1"] == chosen["user"].nunique()
        assert row["value_1"] == pytest.approx(chosen["gain_x"].mean())
        assert row["difference"] == pytest.approx((chosen["gain_x"] - chosen["gain_y"]).mean())
    head = one.metrics["head"]
    for name, chosen in (
        ("head", pairs[pairs["scenario"].isin(head)]),
        ("tail", pairs[~pairs["scenario"].isin(head)]),
    ):
        row = own.loc[name]
        assert (row["group"], row["code"]) == (name, 0)
        assert row["n_1"] == len(chosen) > 0
        assert row["users_1"] == chosen["user"].nunique()
        assert row["difference"] == pytest.approx((chosen["gain_x"] - chosen["gain_y"]).mean())
        assert row["difference_low"] < row["difference"] < row["difference_high"]
    wanted = difference_intervals(
        pairs["user"].to_numpy(), pairs[["gain_x"]].to_numpy(), pairs[["gain_y"]].to_numpy(),
        resamples=RESAMPLES, seed=_SEED,
    )  # fmt: skip
    assert own.loc["all", "difference_low"] == pytest.approx(wanted.low[0])
    assert own.loc["all", "difference_high"] == pytest.approx(wanted.high[0])


def test_a_run_beside_itself_differs_by_nothing(one: RunStore) -> None:
    frame = paired_ndcg(one, (one.beside(one),), (one.beside(one),), 10)
    assert frame["difference"].abs().max() == 0
    assert frame.loc[~frame["small"], "difference_high"].abs().max() == 0
    assert frames.overlap(one, one.beside(one), 10)["mean"].iloc[0] == 1
    assert frames.moved_users(one, one.beside(one), 10, "unknown", True, 0).empty
    assert frames.changed_settings(one, one).empty


def test_people_are_paged_from_the_largest_gain(
    one: RunStore, beside: str, pairs: pd.DataFrame
) -> None:
    each = pairs.assign(gap=pairs["gain_x"] - pairs["gain_y"]).groupby("user")["gap"].mean()
    counted = frames.moved_count(one, beside, 10, "unknown").iloc[0]
    assert counted["up"] == (each > 0).sum()
    assert counted["down"] == (each < 0).sum()
    pages = [
        frames.moved_users(one, beside, 10, "unknown", True, page)
        for page in range(-(-int(counted["up"]) // frames.PAGE))
    ]
    found = pd.concat(pages)
    assert found["user"].is_unique
    assert len(found) == counted["up"] == pages[0]["of"].iloc[0]
    assert np.allclose(found["difference"], np.sort(each[each > 0])[::-1])
    worst = frames.moved_users(one, beside, 10, "unknown", False, 0)
    assert worst["difference"].iloc[0] == pytest.approx(each.min())


def test_the_nearest_items_are_counted_one_by_one(
    one: RunStore, two: RunStore, beside: str
) -> None:
    asked = "SELECT item, neighbor FROM neighbors WHERE position <= 5"
    own, its = (run.sql(asked).groupby("item")["neighbor"].agg(set) for run in (one, two))
    common = pd.Series({item: len(own[item] & its[item]) for item in own.index})
    sizes = pd.Series({item: min(len(own[item]), len(its[item])) for item in own.index})
    found = frames.changed_items(one, beside, 5, 0)
    assert len(found) == frames.PAGE
    assert found["of"].iloc[0] == len(own)
    overlap = common / sizes
    assert found["overlap"].tolist() == pytest.approx(overlap.sort_values().iloc[:10].tolist())
    row = frames.overlap(one, beside, 5).iloc[0]
    assert row["items"] == len(own)
    assert row["none"] == pytest.approx((common == 0).mean())
    assert row["mean"] == pytest.approx(overlap.mean())


def test_a_period_keeps_the_events_in_it(one: RunStore, beside: str) -> None:
    log = clock(one)
    assert log is not None
    table = span_sides(one, Period(log.first, log.first, log.zone))
    inside = paired_ndcg(one, (one.beside(one),), (beside,), 10, table)
    whole = paired_ndcg(one, (one.beside(one),), (beside,), 10)
    assert inside["n_1"].sum() < whole["n_1"].sum()


def test_runs_that_hold_out_other_events_have_few_pairs(folder: Path, one: RunStore) -> None:
    fabricate(folder / "loo", **{**SIZE, "split": "leave-one-out"})
    other = RunStore(folder / "loo")
    held = frames.heldout(one, one.beside(other)).iloc[0]
    assert held["paired"] < held["own"]
    changed = frames.changed_settings(one, other)
    assert changed.set_index("setting").loc["train.split"].tolist() == ["temporal", "leave-one-out"]
