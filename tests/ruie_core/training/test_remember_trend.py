"""What is met lately is remembered by moment and scenario; a request is answered at its time."""

import dataclasses

import numpy as np
import pytest
import torch

from ruie_core.analysis.edits import Event
from ruie_core.analysis.whatif import respond
from ruie_core.data.dataset import load_dataset
from ruie_core.data.lately import HALF_LIVES, cut_moments, lately
from ruie_core.data.split import TEST, VALIDATION, split_events
from ruie_core.evaluation.model_scorer import ModelScorer
from ruie_core.evaluation.ranking import rank_targets
from ruie_core.evaluation.validation import held_out_targets, validation_metrics
from ruie_core.models.registry import MODELS
from ruie_core.runs import load_run
from ruie_core.runs.folder import read_tensors
from ruie_core.training.display import SilentWatcher
from ruie_core.training.loop import train
from tests.factories import HOUR_MS, START_MS, make_dataset, write_dataset
from tests.ruie_core.training.test_remember import ALONE, CPU, config

TREND = {"trend": 20, "trend_moments": 64}
DAYS = 60


def fashions():
    """Return a log in whose scenarios five items each are in fashion, for ten days.

    Users come and go within six: what is held out has been met by others before.
    """
    random = np.random.default_rng(0)
    sequences, times = [], []
    for _ in range(200):
        first = random.integers(0, DAYS - 6)
        hours = np.sort(24 * first + random.integers(0, 24 * 6, 7))
        scenarios = random.integers(1, 3, 7)
        sequences.append(
            [
                (fashionable(hour // 240, scenario) + int(random.integers(5)), int(scenario))
                for hour, scenario in zip(hours, scenarios, strict=True)
            ]
        )
        times.append([int(START_MS + HOUR_MS * hour) for hour in hours])
    return make_dataset(sequences, times=times, n_items=DAYS, n_scenarios=2)


def fashionable(period, scenario):
    """Lowest code of the five items."""
    return int(1 + 5 * period + DAYS // 2 * (scenario - 1))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_dataset(fashions(), tmp_path_factory.mktemp("data") / "fashions")


@pytest.fixture(scope="module")
def path(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "run"
    train(config(epochs=1, **TREND), load_dataset(data), data, out, ALONE, SilentWatcher())
    return out


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_model_ranks_better_by_it_where_fashions_change(name, data, tmp_path):
    dataset = load_dataset(data)
    split = split_events(dataset, config().train)
    wanted = config(name, gate="constant" if name == "sac" else "auto", epochs=1, **TREND)
    train(wanted, dataset, data, tmp_path / "run", ALONE, SilentWatcher())
    model = load_run(tmp_path / "run", "cpu").model
    assert float(model.trend.half_life) in HALF_LIVES
    lifted = validation_metrics(model, dataset, split, CPU)["ndcg@10"]
    model.trend.set(0.0, 1.0)
    assert lifted > validation_metrics(model, dataset, split, CPU)["ndcg@10"] + 0.1


def test_its_rows_are_the_counts_of_training_events_before_each_moment(data, path):
    dataset = load_dataset(data)
    split = split_events(dataset, config().train)
    trend = load_run(path, "cpu").model.trend
    moments = cut_moments(dataset, split, 64)
    assert (int(trend.first), int(trend.step)) == (moments.first, moments.step)
    if not trend.trusted:
        table = lately(dataset, split, moments, float(trend.half_life), 20).toarray()
        kept = -np.sort(-table, axis=1)[:, :20]
        np.testing.assert_allclose(trend.strength, kept, rtol=1e-5)
    assert not trend.strength[:3].any()  # before the first moment nobody met anything


def test_what_is_held_out_is_not_remembered(data, path, tmp_path):
    dataset = load_dataset(data)
    split = split_events(dataset, config().train)
    held_out = (split == VALIDATION) | (split == TEST)
    dataset.items[held_out] = 1 + dataset.items[held_out] % DAYS
    out = tmp_path / "run"
    settings = config(gate="constant", epochs=1, **TREND)
    train(settings, dataset, data, out, ALONE, SilentWatcher())
    trend = load_run(out, "cpu").model.trend
    clean = load_dataset(data)
    moments = cut_moments(clean, split, 64)
    table = lately(clean, split, moments, float(trend.half_life) or 4.0, 20).toarray()
    np.testing.assert_allclose(trend.strength, -np.sort(-table, axis=1)[:, :20], rtol=1e-5)


def test_a_log_without_a_clock_leaves_it_empty(data, tmp_path):
    dataset = load_dataset(data)
    manifest = dataset.manifest | {"time": {"kind": "order"}}
    dataset = dataclasses.replace(dataset, manifest=manifest)
    train(config(epochs=1, **TREND), dataset, data, tmp_path / "run", ALONE, SilentWatcher())
    weights = read_tensors(tmp_path / "run" / "weights.safetensors")
    assert not weights["trend.strength"].any()
    assert weights["trend.weight"] == 0


@torch.inference_mode()
def test_one_history_is_answered_at_its_time_as_in_the_ranking(data, path):
    dataset = load_dataset(data)
    run = load_run(path, "cpu")
    split = split_events(dataset, config().train)
    targets, _ = held_out_targets(dataset, split, TEST)
    whole = rank_targets(ModelScorer(run.model, dataset, False, CPU), dataset, targets, top_k=5)
    blocks = rank_targets(
        ModelScorer(run.model, dataset, False, CPU), dataset, targets, top_k=5, block=7
    )
    assert torch.equal(whole.ranks, blocks.ranks)
    ids = dataset.vocabulary.items["item_id"].to_numpy()
    names = dataset.vocabulary.scenarios
    moved = 0
    for row in range(20):
        at = int(targets.positions[row])
        seen = slice(dataset.offsets[targets.users[row]], at)
        items = [str(ids[item - 1]) for item in dataset.items[seen]]
        scenarios = [names[code - 1] for code in dataset.scenarios[seen]]
        forecast = run.score(items, scenarios, top_k=5, time=int(dataset.times[at]))
        found = [item["item_id"] for item in forecast.items]
        assert found == [str(ids[item - 1]) for item in whole.top_items[row].tolist()]
        later = run.score(items, scenarios, top_k=5)
        moved += [item["item_id"] for item in later.items] != found
    assert moved > 5  # unless a time is named, what is met at the end of the log counts


def test_a_named_scenario_brings_its_own_fashion(data, path):
    dataset = load_dataset(data)
    run = load_run(path, "cpu")
    split = split_events(dataset, config().train)
    targets, _ = held_out_targets(dataset, split, VALIDATION)
    rows = {
        known: ModelScorer(run.model, dataset, known, CPU).encode(targets)[:, -1].long()
        for known in (False, True)
    }
    named = torch.from_numpy(dataset.scenarios[targets.positions.numpy()]).long()
    assert torch.equal(rows[True], rows[False] + named)
    assert (rows[False] % 3 == 0).all()


def test_a_changed_history_is_asked_for_when_its_last_event_came(data, path):
    dataset = load_dataset(data)
    run = load_run(path, "cpu")
    history = [
        Event(key=at + 1, item=int(dataset.items[at]), scenario=int(dataset.scenarios[at]),
              actions=1, time=int(dataset.times[at]))
        for at in range(4)
    ]  # fmt: skip
    ids = dataset.vocabulary.items["item_id"].to_numpy()
    names = dataset.vocabulary.scenarios
    forecast = run.score(
        [str(ids[event.item - 1]) for event in history],
        [names[event.scenario - 1] for event in history],
        time=history[-1].time,
    )
    expected = [row["item_id"] for row in forecast.items]
    assert respond(run, history).top["item_id"].tolist() == expected
    later = int(dataset.times.max())
    assert respond(run, history, time=later).top["item_id"].tolist() != expected
