"""Two models over several trainings each: means, single trainings and intervals, by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruie_core.analysis.frames.paired import _SEED, RESAMPLES, paired_ndcg
from ruie_core.analysis.runs import list_runs
from ruie_core.analysis.seeds import other_seeds, same_model, trainings
from ruie_core.analysis.store import RunStore
from ruie_core.evaluation.statistics import differences, figures, sample
from tests.fake_run import fabricate

SIZE = {"users": 90, "events": 2_500, "items": 60, "split": "temporal", "seed": 7}
OWN = {"a1": 1, "a2": 2, "a3": 3}
OTHER = {"b1": 1, "b2": 2}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("trainings")
    for place, (name, seed) in enumerate(OWN.items()):
        fabricate(made / name, **SIZE, model_seed=place, trained=seed)
    for place, (name, seed) in enumerate(OTHER.items()):
        fabricate(made / name, **SIZE, model_seed=9 + place, trained=seed, gate="constant")
    return made


@pytest.fixture(scope="module")
def store(folder: Path) -> RunStore:
    return RunStore(folder / "a1")


@pytest.fixture(scope="module")
def sides(folder: Path, store: RunStore) -> tuple[tuple[str, ...], tuple[str, ...]]:
    own, its = (
        tuple(store.beside(RunStore(folder / name)) for name in names) for names in (OWN, OTHER)
    )
    return own, its


def gains(folder: Path, name: str) -> pd.DataFrame:
    """NDCG@10 of every event, request unknown, of a run's model."""
    asked = "SELECT * FROM ranks WHERE model = 'ruie' AND request_scenario = 'unknown'"
    found = RunStore(folder / name).sql(asked).sort_values(["user", "t"], ignore_index=True)
    return found.assign(gain=np.where(found["rank"] <= 10, 1 / np.log2(1 + found["rank"]), 0.0))


def test_seeds_of_either_model_are_found(folder: Path, store: RunStore) -> None:
    runs, other = list_runs(folder), RunStore(folder / "b1")
    assert [path.name for path in other_seeds(store, runs)] == ["a2", "a3"]
    assert [path.name for path in other_seeds(other, runs)] == ["b2"]
    assert same_model(store, RunStore(folder / "a2"))
    assert not same_model(store, other)
    assert not same_model(store, store), "a run is no other training of its own"
    counts = {
        name: (len(found.own), len(found.its), found.same)
        for name in ("b1", "a2")
        for found in [trainings(store, RunStore(folder / name), runs)]
    }
    assert counts == {"b1": (3, 2, False), "a2": (1, 1, True)}
    few = [run for run in runs if run.name != "b2"]
    alone = trainings(store, other, few)
    assert (len(alone.own), len(alone.its)) == (1, 1), "of one side only, seeds say nothing of both"


@pytest.mark.parametrize("scenario", ["all", "feed"])
def test_means_and_intervals_are_over_people_and_trainings(
    folder: Path,
    store: RunStore,
    sides: tuple[tuple[str, ...], tuple[str, ...]],
    scenario: str,
) -> None:
    frame = paired_ndcg(store, *sides, 10)
    row = frame[frame["request_scenario"] == "unknown"].set_index("scenario").loc[scenario]
    blocks: dict[str, list[np.ndarray]] = {}
    users = sorted(gains(folder, "a1")["user"].unique())
    for side, names in (("1", OWN), ("2", OTHER)):
        tables = [gains(folder, name) for name in names]
        inside = [one if scenario == "all" else one[one["scenario"] == scenario] for one in tables]
        assert row[f"each_{side}"] == pytest.approx([one["gain"].mean() for one in inside])
        assert row[f"value_{side}"] == pytest.approx(np.mean(row[f"each_{side}"]))
        assert row[f"n_{side}"] == len(inside[0])
        each = [one.groupby("user")["gain"].agg(["sum", "count"]) for one in inside]
        blocks[side] = [table.reindex(users, fill_value=0).to_numpy() for table in each]
    wanted = sample(
        blocks, lambda totals: totals[:, :1] / totals[:, 1:], resamples=RESAMPLES, seed=_SEED
    )
    for side in ("1", "2"):
        assert row[f"value_{side}"] == pytest.approx(figures(wanted[side])[0].value)
    apart = differences(wanted["1"], wanted["2"])[0]
    assert row["difference"] == pytest.approx(apart.value)
    # The noise of trainings is drawn per cell, so its draws are others in a table of one cell.
    width = row["difference_high"] - row["difference_low"]
    assert width == pytest.approx(apart.high - apart.low, rel=0.15)


def test_an_interval_over_trainings_knows_more_than_users(
    store: RunStore, sides: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    own, its = sides
    pair = paired_ndcg(store, own[:1], its[:1], 10).iloc[0]
    assert pair["each_1"] == (pytest.approx(pair["value_1"]),)
    many = paired_ndcg(store, own, its, 10).iloc[0]
    assert (len(many["each_1"]), len(many["each_2"])) == (3, 2)
    assert many["value_1"] != pytest.approx(pair["value_1"])


def test_only_events_that_every_training_ranked_count(
    folder: Path, store: RunStore, sides: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    fabricate(folder / "loo", **{**SIZE, "split": "leave-one-out"}, trained=5)
    other = store.beside(RunStore(folder / "loo"))
    own, its = sides
    whole = paired_ndcg(store, own, its, 10).iloc[0]
    fewer = paired_ndcg(store, (*own, other), its, 10).iloc[0]
    keys = [
        set(zip(table["user"], table["t"], strict=True))
        for table in (gains(folder, "a1"), gains(folder, "loo"))
    ]
    assert fewer["n_1"] == len(keys[0] & keys[1]) < whole["n_1"] == len(keys[0])
