"""Tables outlive their trials: a lost folder must not take a committed figure with it."""

import shutil

import pandas as pd
import pytest

from ruie_core.experiments.summaries.registry import summarise
from tests import fake_experiments as fake


@pytest.fixture
def place(tmp_path):
    """Trials of two experiments, summed up once."""
    dataset = fake.fake_dataset()
    fake.write_leaderboard(tmp_path / "k", dataset)
    fake.write_ablation(tmp_path / "k", dataset)
    summarise(tmp_path / "k", dataset, tmp_path / "out")
    return tmp_path


def tables(place):
    return [
        pd.read_parquet(place / "out" / "k" / f"{name}.parquet") for name in ("summary", "runs")
    ]


def part(frame, experiment):
    return frame[frame["experiment"] == experiment].reset_index(drop=True)


def test_a_table_stays_where_one_of_its_trials_is_gone(place):
    summary, runs = tables(place)
    shutil.rmtree(next((place / "k" / "leaderboard").glob("ruie*/row.json")).parent)
    summed = summarise(place / "k", fake.fake_dataset(), place / "out")
    assert summed.kept == {"leaderboard": 1}
    again, runs_again = tables(place)
    for name in ("leaderboard", "scenario-split", "ablation"):
        pd.testing.assert_frame_equal(part(again, name), part(summary, name))
    assert len(part(runs_again, "leaderboard")) == len(part(runs, "leaderboard"))


def test_what_is_complete_is_summed_up_anew_beside_what_is_kept(place):
    _, runs = tables(place)
    shutil.rmtree(place / "k" / "leaderboard")
    for path in (place / "k" / "ablation").glob("triplet*/ranks.parquet"):
        ranks = pd.read_parquet(path)
        ranks.assign(rank=60).to_parquet(path)
    summed = summarise(place / "k", fake.fake_dataset(), place / "out")
    assert summed.kept == {"leaderboard": len(part(runs, "leaderboard"))}
    summary, _ = tables(place)
    at_60 = part(summary, "ablation").query("variant == 'triplet' and metric == 'ndcg' and k == 10")
    assert (at_60.loc[at_60["reference"].isna(), "value"] == 0).all()


def test_force_leaves_out_what_is_gone(place):
    shutil.rmtree(place / "k" / "leaderboard")
    summed = summarise(place / "k", fake.fake_dataset(), place / "out", fresh=True)
    assert summed.kept == {}
    summary, runs = tables(place)
    assert set(summary["experiment"]) == {"ablation"} == set(runs["experiment"])


def test_nothing_is_kept_of_another_content(place):
    _, runs = tables(place)
    runs["dataset_hash"] = "another"
    runs.to_parquet(place / "out" / "k" / "runs.parquet")
    shutil.rmtree(place / "k" / "leaderboard")
    assert summarise(place / "k", fake.fake_dataset(), place / "out").kept == {}
    assert set(tables(place)[0]["experiment"]) == {"ablation"}
