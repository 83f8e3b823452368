"""The metrics file: its shape, its arithmetic, its groups and its edges."""

import dataclasses

import numpy as np
import pytest
import torch

from ruie_core.config import EvaluateConfig, TrainConfig
from ruie_core.data.split import TEST, TRAIN, split_events
from ruie_core.errors import UserError
from ruie_core.evaluation.evaluate import evaluate_run, head_scenarios, summarise
from ruie_core.evaluation.metrics import ndcg, reciprocal_rank
from ruie_core.evaluation.protocols import target_ranks
from ruie_core.evaluation.ranking import Targets
from tests.factories import make_dataset
from tests.small_run import small_run

CONFIG = EvaluateConfig(resamples=100)
MODELS = {"ruie", "popularity", "scenario-popularity"}


@pytest.fixture(scope="module")
def dataset():
    return make_dataset(n_users=60, n_items=40, n_scenarios=4, length=(2, 20), seed=3)


@pytest.fixture(scope="module")
def run(dataset):
    return small_run(dataset)


@pytest.fixture(scope="module")
def metrics(run, dataset):
    return evaluate_run(run, dataset, CONFIG)


def pick(rows, **wanted):
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def test_every_model_stands_beside_popularity_under_both_requests(metrics):
    cells = {(row["model"], row["request_scenario"]) for row in metrics["rows"]}
    assert cells == {(model, request) for model in MODELS for request in ("unknown", "known")}
    for request in ("unknown", "known"):
        assert set(metrics["protocols"][request]) == MODELS
    assert metrics["validation"]["split"] == "validation"
    assert {row["k"] for row in pick(metrics["rows"], metric="ndcg")} == {5, 10, 15, 20}
    assert {row["k"] for row in pick(metrics["rows"], metric="mrr")} == {None}


def test_rows_are_means_over_the_ranks_that_are_handed_out(run, dataset, metrics):
    split = split_events(dataset, run.config.train)
    frame = target_ranks(run, dataset, split, CONFIG)
    assert len(frame) == 6 * metrics["n_events"] == 6 * (split == TEST).sum()
    for (model, request), part in frame.groupby(["model", "request_scenario"], observed=True):
        for scenario, inside in [("all", part), *part.groupby("scenario", observed=True)]:
            ranks = inside["rank"].to_numpy()
            found = {"model": model, "request_scenario": request, "scenario": scenario}
            (row,) = pick(metrics["rows"], **found, metric="ndcg", k=10)
            assert row["value"] == pytest.approx(ndcg(ranks, 10).mean())
            assert (row["n_events"], row["n_users"]) == (len(inside), inside["user"].nunique())
            (row,) = pick(metrics["rows"], **found, metric="mrr")
            assert row["value"] == pytest.approx(reciprocal_rank(ranks).mean())
    assert (frame["t"].to_numpy()[: len(frame) // 6] == dataset.lengths[dataset.lengths >= 3]).all()


def test_intervals_hold_their_value(metrics):
    for row in metrics["rows"]:
        if row["low"] is not None:
            assert row["low"] <= row["value"] <= row["high"]
            assert row["n_users"] > 1


def test_head_and_tail_share_out_the_events(metrics):
    of = {
        group: pick(metrics["rows"], scenario=group, model="ruie", metric="mrr")[0]["n_events"]
        for group in ("all", "head", "tail")
    }
    assert of["head"] + of["tail"] == of["all"]
    assert metrics["head"] == ["scenario 1", "scenario 2"][: len(metrics["head"])]


@pytest.mark.parametrize(
    ("traffic", "share", "expected"),
    [
        ([90, 10], 0.8, [True, False]),  # the first is head even where it has more
        ([50, 30, 20], 0.8, [True, True, False]),
        ([100], 0.8, [True]),
        ([0, 0], 0.8, [True, True]),
    ],
)
def test_head_scenarios(traffic, share, expected):
    assert head_scenarios(np.array(traffic), share).tolist() == expected


def test_seen_items_left_out_never_worsen_a_rank(run, dataset):
    split = split_events(dataset, run.config.train)
    plain = target_ranks(run, dataset, split, CONFIG)
    strict = target_ranks(run, dataset, split, CONFIG.model_copy(update={"exclude_seen": True}))
    assert (strict["rank"] <= plain["rank"]).all()
    assert (strict["rank"] < plain["rank"]).any()


def test_popularity_is_the_same_under_both_requests(metrics):
    of = metrics["protocols"]
    assert of["known"]["popularity"] == of["unknown"]["popularity"]
    assert of["known"]["ruie"] != of["unknown"]["ruie"]


def summary(sequences, split, ranks, **settings):
    dataset = make_dataset(sequences)
    split = np.array(split, np.uint8)
    positions = np.flatnonzero(split == TEST)
    users = np.searchsorted(dataset.offsets, positions, side="right") - 1
    targets = Targets(torch.from_numpy(users), torch.from_numpy(positions))
    config = EvaluateConfig(resamples=100, **settings)
    return summarise(dataset, split, targets, {("ruie", "unknown"): np.array(ranks)}, config)


def test_one_held_out_user_has_values_and_no_interval():
    made = summary([[(1, 1), (2, 1), (3, 1)]], [TRAIN, TRAIN, TEST], [3])
    (row,) = pick(made["rows"], scenario="all", metric="ndcg", k=5)
    assert row["value"] == pytest.approx(0.5)
    assert (row["low"], row["high"], row["n_users"]) == (None, None, 1)


def test_a_scenario_unseen_in_training_is_counted():
    made = summary([[(1, 1), (2, 1), (3, 2)]], [TRAIN, TRAIN, TEST], [3])
    assert made["scenarios_unseen_in_training"] == {"scenario 2": 1}
    assert pick(made["rows"], scenario="scenario 2")


def test_a_scenario_called_all_keeps_rows_of_its_own():
    dataset = make_dataset(n_users=20, n_items=10, n_scenarios=2, length=4)
    vocabulary = dataclasses.replace(dataset.vocabulary, scenarios=("all", "feed"))
    dataset = dataclasses.replace(dataset, vocabulary=vocabulary)
    made = evaluate_run(small_run(dataset), dataset, CONFIG)
    n = {row["scenario"]: row["n_events"] for row in made["rows"]}
    assert set(n) == {"all", "all (scenario)", "feed", "head", "tail"}
    assert n["all"] == n["all (scenario)"] + n["feed"]


def test_another_dataset_is_refused(run, dataset):
    other = dataclasses.replace(dataset, manifest=dataset.manifest | {"dataset_hash": "x" * 64})
    with pytest.raises(UserError, match="was trained on"):
        evaluate_run(run, other, CONFIG)


def test_nothing_to_rank_is_one_sentence():
    dataset = make_dataset([[(1, 1), (2, 1)], [(2, 1)]])
    with pytest.raises(UserError, match=r"no .* event"):
        evaluate_run(small_run(dataset), dataset, CONFIG)


def test_a_temporal_split_scores_several_events_of_a_user(dataset):
    run = small_run(dataset, train=TrainConfig(split="temporal").model_dump())
    made = evaluate_run(run, dataset, CONFIG)
    assert made["n_events"] > made["n_users"]
    held_out = (split_events(dataset, run.config.train) == TEST).sum()
    assert made["n_events"] + made["first_events_left_out"] == held_out
