"""``steps``: the one convention, against the model read event by event."""

import math
from itertools import pairwise
from unittest.mock import patch

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from ruie_core.analysis import steps as steps_module
from ruie_core.analysis.ranked import ranked_training_steps
from ruie_core.analysis.states import user_blocks
from ruie_core.config import TrainConfig
from ruie_core.data.split import TEST, TRAIN, split_events
from ruie_core.models.types import SequenceBatch
from tests.factories import make_dataset
from tests.ruie_core.analysis.analyzed import SETTINGS, analyze, small
from tests.small_run import small_run

ESTIMATES = ["q_taken", "q_target_taken", "p_taken", "gate"]


@pytest.fixture(scope="module")
def steps():
    return small().table("steps")


def after(run, dataset, user, events):
    """Outputs from the state after the user's first ``events`` events, and those of the target."""
    own = slice(dataset.offsets[user], dataset.offsets[user] + events)
    batch = SequenceBatch(
        torch.from_numpy(dataset.items[own]).long()[None],
        torch.from_numpy(dataset.scenarios[own]).long()[None],
    )
    with torch.inference_mode():
        outputs = run.model(batch)
        q_target = run.model.target_estimates(outputs)[0, -1]
        return (
            outputs.estimates().q[0, -1],
            q_target,
            outputs.estimates().logits[0, -1].softmax(-1),
            run.model.item_table[1:] @ outputs.intent[0, -1],
        )


def test_each_user_has_a_row_per_event_and_a_forecast(steps):
    dataset = small().dataset
    assert steps.groupby("user").size().tolist() == (dataset.lengths + 1).tolist()
    for user, rows in steps.groupby("user"):
        assert rows["t"].tolist() == list(range(1, len(rows) + 1))
        events = rows.iloc[:-1]
        own = slice(dataset.offsets[user], dataset.offsets[user + 1])
        assert events["item"].tolist() == dataset.items[own].tolist()
        names = np.array(dataset.vocabulary.scenarios)[dataset.scenarios[own] - 1]
        assert events["scenario"].tolist() == names.tolist()
        assert events["reward"].tolist() == dataset.rewards[own].tolist()
        assert (events["time"].astype("int64") == dataset.times[own]).all()


def test_the_first_event_has_no_estimate_and_the_forecast_no_event(steps):
    first, forecast = steps[steps["t"] == 1], steps[steps["split"] == "forecast"]
    model = [c for c in steps if c[:2] in {"q_", "p_"}] + ["gate", "rank", "score", "top_items"]
    assert first[model].isna().all(axis=None)
    event = ["time", "item", "scenario", "category", "actions", "reward", "return", "truncated"]
    assert forecast[[*event, *ESTIMATES, "rank", "score"]].isna().all(axis=None)
    scenario = [c for c in model if "scenario" in c]
    assert forecast[[*scenario, "top_items"]].notna().all(axis=None)
    between = steps[(steps["t"] > 1) & (steps["split"] != "forecast")]
    assert between[[*model, *ESTIMATES]].notna().all(axis=None)


def test_row_t_is_seen_from_the_state_before_it(steps):
    run, dataset, _ = small()
    names = dataset.vocabulary.scenarios
    for user in (3, 11, 25):
        for row in steps[(steps["user"] == user) & (steps["t"] > 1)].itertuples():
            q, q_target, p, scores = after(run, dataset, user, row.t - 1)
            record = steps.loc[row.Index]
            assert [record[f"q_{n}"] for n in names] == pytest.approx(q.tolist(), abs=1e-4)
            assert [record[f"p_{n}"] for n in names] == pytest.approx(p.tolist(), abs=1e-4)
            best = scores.topk(4)
            assert record["top_scores"].tolist() == pytest.approx(best.values.tolist(), abs=1e-4)
            assert record["top_items"].tolist() == (best.indices + 1).tolist()
            if record["split"] == "forecast":
                continue
            taken = names.index(record["scenario"])
            assert record["q_taken"] == pytest.approx(q[taken].item(), abs=1e-4)
            assert record["q_target_taken"] == pytest.approx(q_target[taken].item(), abs=1e-4)
            assert record["p_taken"] == pytest.approx(p[taken].item(), abs=1e-4)
            item = int(record["item"])
            fit = scores.log_softmax(-1)[item - 1].item()
            share = run.model.signal_share.item()
            wanted = share * math.exp(fit)
            stray = (1 - share) * math.exp(run.model.log_popularity[item].item())
            assert record["gate"] == pytest.approx(wanted / (wanted + stray), abs=1e-4)
            own = scores[int(record["item"]) - 1]
            assert record["score"] == pytest.approx(own.item(), abs=1e-4)
            assert record["rank"] == int((scores >= own).sum())


@pytest.mark.parametrize("split", ["leave-one-out", "temporal"])
@pytest.mark.parametrize("exclude_seen", [False, True])
def test_held_out_ranks_are_those_of_the_metrics(split, exclude_seen):
    made = small(split, exclude_seen)
    ranks = made.table("ranks")
    own = ranks[(ranks["model"] == "ruie") & (ranks["request_scenario"] == "unknown")]
    steps = made.table("steps").set_index(["user", "t"])
    shown = steps[(steps["split"] == "test") & (steps.index.get_level_values("t") > 1)]
    assert len(own) == len(shown)
    assert own.set_index(["user", "t"])["rank"].to_dict() == shown["rank"].astype(int).to_dict()


def test_split_column_is_the_split():
    for split in ("leave-one-out", "temporal"):
        made = small(split)
        parts = split_events(made.dataset, TrainConfig(split=split))
        steps = made.table("steps")
        events = steps[steps["split"] != "forecast"]
        expected = np.array(["train", "validation", "test"])[parts]
        assert events["split"].tolist() == expected.tolist()


def test_exclude_seen_leaves_the_history_out_of_every_list():
    dataset, steps = small(exclude_seen=True).dataset, small(exclude_seen=True).table("steps")
    for row in steps[steps["top_items"].notna()].itertuples():
        first = dataset.offsets[row.user]
        seen = set(dataset.items[first : first + row.t - 1].tolist()) - {row.item}
        assert not seen & set(row.top_items.tolist())


@pytest.mark.parametrize(("group", "longest"), [(100, 200), (5, 8)])
def test_row_groups_change_no_number_and_hold_whole_users(tmp_path, group, longest):
    run, dataset, folder = small()
    sizes = {"ROW_GROUP": group, "_LONGEST_GROUP": longest}
    with patch.multiple(steps_module, **sizes):
        analyze(dataset, run, tmp_path / "analysis")
    file = pq.ParquetFile(tmp_path / "analysis/steps.parquet")
    assert file.num_row_groups > 5
    groups = range(file.num_row_groups)
    assert max(file.metadata.row_group(g).num_rows for g in groups) <= max(group, longest)
    if group > dataset.lengths.max():  # else a user of more rows than a group holds is spread
        users = [set(file.read_row_group(g, ["user"])["user"].to_pylist()) for g in groups]
        assert all(not a & b for a, b in pairwise(users))
    cut, whole = file.read(), pq.read_table(folder / "steps.parquet")
    for name in whole.column_names:
        left, right = (table[name].to_pandas() for table in (cut, whole))
        if left.dtype == np.float32:
            np.testing.assert_allclose(left, right, rtol=1e-4, atol=1e-5)
        elif name not in {"top_scores", "top_items"}:
            assert left.equals(right)


def test_user_blocks_cover_all_users():
    offsets = np.concatenate([[0], np.cumsum(np.random.default_rng(0).integers(1, 30, 50))])
    blocks = list(user_blocks(offsets, 64))
    assert [b for block in blocks for b in range(*block)] == list(range(50))
    assert all(
        last - first == 1 or offsets[last] - offsets[first] + last - first <= 64
        for first, last in blocks
    )


def test_too_many_training_steps_are_ranked_in_part_and_evenly():
    dataset = make_dataset(n_users=30, length=(1, 60), seed=1)
    split = split_events(dataset, TrainConfig())
    chosen, rule = ranked_training_steps(dataset, split, 200)
    every, all_of = ranked_training_steps(dataset, split, 10**9)
    assert chosen.sum() == rule["training_steps"] == 200
    assert all_of == {
        "training_steps": every.sum(),
        "of": rule["of"],
        "rule": "every training step",
    }
    assert not (chosen & ~every).any()
    user = dataset.user_of_event()
    share = 200 / every.sum()
    kept, had = (np.bincount(user[mask], minlength=30) for mask in (chosen, every))
    assert (np.abs(kept - share * had) <= 1).all()


def test_a_step_that_is_not_ranked_has_neither_rank_nor_list(tmp_path):
    dataset = make_dataset(n_users=20, n_items=30, length=(3, 20), seed=3)
    settings = SETTINGS | {"analyze": SETTINGS["analyze"] | {"ranked_steps": 40}}
    made = analyze(dataset, small_run(dataset, **settings), tmp_path / "analysis")
    steps = made.table("steps")
    train = steps[(steps["split"] == "train") & (steps["t"] > 1)]
    assert train["rank"].notna().sum() == 40
    assert (train["rank"].isna() == train["top_items"].isna()).all()
    assert (train["rank"].isna() == train["score"].isna()).all()
    assert steps[steps["split"] == "test"]["rank"].notna().all()
    assert made.health["ranked"] == {
        "training_steps": 40,
        "of": len(train),
        "rule": "the same share of every user's training steps, evenly spaced",
    }


def test_parts_that_are_not_trained_on_are_never_chosen():
    dataset = small().dataset
    split = split_events(dataset, TrainConfig())
    chosen, _ = ranked_training_steps(dataset, split, 10**9)
    assert (split[chosen] == TRAIN).all()
    assert (split == TEST).any()


def test_the_papers_gate_is_that_of_q_in_running_deviations():
    made = small(gate="q")
    model, steps = made.run.model, made.table("steps")
    moved = steps[steps["gate"].notna()]
    z = (moved["q_taken"] - model.q_mean.item()) / model.q_std.item()
    assert len(moved) == made.dataset.n_events - made.dataset.n_users
    np.testing.assert_allclose(moved["gate"], 1 / (1 + np.exp(-z)), atol=1e-4)
