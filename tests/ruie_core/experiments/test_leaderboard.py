"""From trial folders to the tidy table: values by hand, families, and what is refused."""

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from ruie_core.errors import UserError
from ruie_core.evaluation.metrics import ndcg
from ruie_core.evaluation.multiple import holm
from ruie_core.experiments.summaries.registry import summarise
from ruie_core.experiments.summaries.table import SCHEMA
from ruie_core.experiments.summaries.trials import read_trials
from tests import fake_experiments as fake
from tests.factories import make_dataset


@pytest.fixture(scope="module")
def dataset():
    return fake.fake_dataset()


@pytest.fixture(scope="module")
def written(tmp_path_factory, dataset):
    folder = tmp_path_factory.mktemp("experiments")
    root = folder / "artefacts" / "kuairand"
    fake.write_leaderboard(root, dataset)
    fake.write_ablation(root, dataset)
    return root, summarise(root, dataset, folder / "experiments").folder


@pytest.fixture(scope="module")
def summary(written):
    return pd.read_parquet(written[1] / "summary.parquet")


def only(frame: pd.DataFrame, **columns) -> pd.Series:
    for name, value in columns.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def headline(frame, **columns):
    return only(frame, metric="ndcg", k=10, **({"scenario": "all"} | columns))


def test_the_table_is_written_with_its_schema(written):
    table = pq.read_table(written[1] / "summary.parquet")
    assert table.schema.names == SCHEMA.names
    assert [field.type for field in table.schema] == [field.type for field in SCHEMA]
    assert {path.name for path in written[1].iterdir()} == {"summary.parquet", "runs.parquet"}


def test_runs_hold_a_row_per_trial(written):
    runs = pd.read_parquet(written[1] / "runs.parquet")
    assert len(runs) == 2 * (2 + 4 * 3) + 4 * 3
    row = runs[(runs["variant"] == "ruie") & (runs["experiment"] == "ablation")].iloc[0]
    folder = next((written[0] / "ablation").glob("ruie-1-*"))
    ranks = pd.read_parquet(folder / "ranks.parquet")
    known = ranks.loc[ranks["request"] == "known", "rank"].to_numpy()
    assert row["ndcg@10 known"] == pytest.approx(ndcg(known, 10).mean())
    assert json.loads(row["config"])["objective"]["gate"] == "likelihood"


def test_a_level_is_the_mean_over_seeds_of_the_mean_over_events(written, summary, dataset):
    events = fake.held_out(dataset)
    seeds = [fake.make_ranks(events, fake.SKILL["sasrec"], "sasrec", seed) for seed in (1, 2, 3)]
    unknown = [one[one["request"] == "unknown"] for one in seeds]
    expected = np.mean([ndcg(one["rank"].to_numpy(np.int64), 10).mean() for one in unknown])
    row = headline(
        summary, experiment="leaderboard", panel="level", variant="sasrec", request="unknown"
    )
    assert row["value"] == pytest.approx(expected)
    assert row["low"] < expected < row["high"]
    assert (row["n_events"], row["n_users"], row["seeds"]) == (len(events), len(events), 3)
    assert row["command"] == "ruie experiment leaderboard data/kuairand"
    assert np.isnan(row["p"])


def test_differences_are_of_the_presets_against_each_other_model(summary):
    rows = summary[(summary["experiment"] == "leaderboard") & (summary["panel"] == "difference")]
    pairs = set(zip(rows["variant"], rows["reference"], strict=True))
    others = {name: set(fake.SKILL) - {name} for name in ("ruie", "ruie-paper")}
    assert pairs == {(name, other) for name, models in others.items() for other in models}
    row = headline(rows, variant="ruie", reference="sasrec", request="known")
    level = summary[(summary["panel"] == "level") & (summary["experiment"] == "leaderboard")]
    mine, other = (
        headline(level, variant=name, request="known")["value"] for name in ("ruie", "sasrec")
    )
    assert row["value"] == pytest.approx(mine - other)
    assert row["low"] > 0
    assert row["p"] < 0.01


def test_a_family_is_one_preset_under_one_request_and_split(summary):
    rows = summary[(summary["experiment"] == "leaderboard") & summary["p_holm"].notna()]
    assert set(rows["scenario"]) == {"all"}
    assert set(zip(rows["metric"], rows["k"], strict=True)) == {("ndcg", 10)}
    families = rows.groupby(["panel", "request", "variant"])
    assert len(families) == 2 * 2 * 2
    for _, family in families:
        assert len(family) == 5
        assert family["p_holm"].to_numpy() == pytest.approx(holm(family["p"].to_numpy()))


def test_head_tail_and_scenarios_add_up(summary, dataset):
    rows = summary[(summary["panel"] == "level-temporal") & (summary["variant"] == "ruie")]
    rows = rows[(rows["metric"] == "ndcg") & (rows["k"] == 10) & (rows["request"] == "known")]
    rows = rows.set_index("scenario")
    assert set(rows.index) == {"all", "head", "tail", *dataset.vocabulary.scenarios}
    total = rows["value"] * rows["n_events"]
    assert total["head"] + total["tail"] == pytest.approx(total["all"])
    assert total[list(dataset.vocabulary.scenarios)].sum() == pytest.approx(total["all"])


def test_a_counted_model_has_one_seed_and_lowers_no_ones(summary):
    rows = summary[summary["experiment"] == "leaderboard"]
    level = headline(rows, panel="level", variant="popularity", request="known")
    gap = headline(
        rows, panel="difference", variant="ruie", reference="popularity", request="known"
    )
    assert (level["seeds"], gap["seeds"]) == (1, 3)


def test_fewer_seeds_are_used_and_said(tmp_path, dataset):
    root = tmp_path / "kuairand"
    fake.write_ablation(root, dataset)
    next((root / "ablation").glob("triplet-2-*/row.json")).unlink()
    frame = pd.read_parquet(summarise(root, dataset, tmp_path / "out").folder / "summary.parquet")
    row = headline(frame, panel="difference", variant="triplet", request="known")
    assert row["seeds"] == 2
    assert headline(frame, panel="level", variant="ruie", request="known")["seeds"] == 3


def test_ablation_compares_with_the_whole(summary):
    rows = summary[(summary["experiment"] == "ablation") & (summary["panel"] == "difference")]
    assert set(rows["reference"]) == {"ruie"}
    assert set(rows["variant"]) == set(fake.ABLATION) - {"ruie"}
    assert headline(rows, variant="triplet", request="unknown")["high"] < 0


def test_an_ablation_has_no_differences_before_the_whole_is_there(tmp_path, dataset):
    fake.write_ablation(tmp_path / "k", dataset)
    for path in (tmp_path / "k" / "ablation").glob("ruie-*/row.json"):
        path.unlink()
    frame = pd.read_parquet(
        summarise(tmp_path / "k", dataset, tmp_path / "out").folder / "summary.parquet"
    )
    assert set(frame["panel"]) == {"level"}
    assert set(frame["variant"]) == set(fake.ABLATION) - {"ruie"}


def test_trials_of_another_content_are_passed_over(tmp_path, dataset):
    fake.write_ablation(tmp_path / "k", dataset)
    with pytest.raises(UserError, match="no finished trial of this dataset"):
        read_trials(tmp_path / "k", make_dataset(seed=1))
    assert len(read_trials(tmp_path / "k", None).finished) == 12


def test_one_place_claimed_twice_is_refused(tmp_path, dataset):
    fake.write_ablation(tmp_path / "k", dataset)
    ranks = fake.make_ranks(fake.held_out(dataset), 1.0, "ruie", 1)
    fake.write_trial(tmp_path / "k", "ablation", "ruie", 1, {"ranks": ranks})
    with pytest.raises(UserError, match="same variant and seed with different settings"):
        read_trials(tmp_path / "k", dataset)


def test_other_test_events_are_refused(tmp_path, dataset):
    fake.write_ablation(tmp_path / "k", dataset)
    path = next((tmp_path / "k" / "ablation").glob("triplet-2-*")) / "ranks.parquet"
    pd.read_parquet(path).iloc[1:].to_parquet(path, index=False)
    with pytest.raises(UserError, match="ranked different test events"):
        summarise(tmp_path / "k", dataset, tmp_path / "out")


def test_an_event_ranked_twice_is_refused(tmp_path, dataset):
    fake.write_ablation(tmp_path / "k", dataset)
    path = next((tmp_path / "k" / "ablation").glob("triplet-2-*")) / "ranks.parquet"
    table = pd.read_parquet(path)
    pd.concat([table, table.iloc[:1]]).to_parquet(path, index=False)
    with pytest.raises(UserError, match="ranks a test event twice"):
        summarise(tmp_path / "k", dataset, tmp_path / "out")


def test_the_order_of_rows_in_a_file_is_of_no_consequence(tmp_path, dataset, summary):
    fake.write_ablation(tmp_path / "kuairand", dataset)
    for path in (tmp_path / "kuairand").glob("ablation/*-2-*/ranks.parquet"):
        pd.read_parquet(path).sample(frac=1, random_state=0).to_parquet(path, index=False)
    again = pd.read_parquet(
        summarise(tmp_path / "kuairand", dataset, tmp_path / "o").folder / "summary.parquet"
    )
    first = summary[summary["experiment"] == "ablation"].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, again)
