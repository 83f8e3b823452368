"""Tables outlive their trials: a lost folder must not take a committed figure with it."""

import json
import shutil

import pandas as pd
import pytest

from ruie_core.analysis.frames.experiments import SPLITS
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


@pytest.mark.parametrize("split", SPLITS)
def test_a_table_stays_where_one_of_its_trials_is_gone(place, split):
    summary, runs = tables(place)
    paths = sorted((place / "k" / "leaderboard").glob("ruie-[0-9]*/row.json"))
    shutil.rmtree(next(p for p in paths if json.loads(p.read_text())["split"] == split).parent)
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


def test_one_split_of_a_leaderboard_is_summed_up_without_the_other(place):
    summary, runs = tables(place)
    for row in (place / "k" / "leaderboard").glob("*/row.json"):
        if json.loads(row.read_text())["split"] == "leave-one-out":
            shutil.rmtree(row.parent)
        elif row.parent.name.startswith("ruie-"):
            ranks = pd.read_parquet(row.parent / "ranks.parquet")
            ranks.assign(rank=60).to_parquet(row.parent / "ranks.parquet")
    summed = summarise(place / "k", fake.fake_dataset(), place / "out")
    before, again = part(summary, "leaderboard"), part(tables(place)[0], "leaderboard")
    later, later_again = (
        frame["panel"].str.endswith("-temporal") for frame in (before, again)
    )  # fmt: skip
    pd.testing.assert_frame_equal(
        again[~later_again].reset_index(drop=True), before[~later].reset_index(drop=True)
    )
    own = again[later_again].query("variant == 'ruie' and panel == 'level-temporal'")
    assert (own.query("metric == 'ndcg'")["value"] == 0).all()
    assert len(part(tables(place)[1], "leaderboard")) == len(part(runs, "leaderboard"))
    lost = (part(runs, "leaderboard")["split"] == "leave-one-out").sum()
    assert summed.kept == {"leaderboard": lost}
    gaps, same = part(tables(place)[0], "scenario-split"), part(summary, "scenario-split")
    pd.testing.assert_frame_equal(
        gaps[gaps["panel"] == "difference"], same[same["panel"] == "difference"]
    )
    assert (gaps.query("panel == 'difference-temporal'")["variant"] == "ruie").all()
