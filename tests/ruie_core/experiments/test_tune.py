"""The search: the same budget and draws for every model, on validation events and nothing else."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from ruie_core.data.dataset import load_dataset
from ruie_core.data.split import TEST, leave_one_out
from ruie_core.errors import UserError
from ruie_core.experiments.chosen import Chosen, read_chosen
from ruie_core.experiments.context import Context
from ruie_core.experiments.settings import ExperimentSettings
from ruie_core.experiments.store import Store
from ruie_core.experiments.tune import Range, Ranges, candidates, choose, plan, read_ranges
from ruie_core.experiments.worker import Job, run_job
from ruie_core.files import write_json
from ruie_core.presets import PRESETS
from tests.factories import make_dataset, write_dataset
from tests.trials import make_trial

RANGES = Ranges.model_validate(
    {
        "all": {"train.learning_rate": {"log_uniform": (1e-3, 1e-1)}},
        "ruie": {"objective.q_weight": {"choice": (0.1, 0.3)}},
    }
)


def context_of(tmp_path, trials=4):
    settings = ExperimentSettings(results=tmp_path, trials=trials, epochs=3, users=9)
    return Context("tiny", Path("data/tiny"), make_dataset(), Chosen(), settings)


def test_draws_depend_on_the_setting_and_the_trial_alone():
    ruie, sasrec = candidates(RANGES.of("ruie"), 6), candidates(RANGES.of("sasrec"), 6)
    rates = [tried.get("train.learning_rate") for tried in ruie]
    assert rates == [tried.get("train.learning_rate") for tried in sasrec]
    assert ruie[0] == {}
    assert len(set(rates)) == 6
    assert candidates(RANGES.of("ruie"), 3) == ruie[:3]
    assert {tried["objective.q_weight"] for tried in ruie[1:]} == {0.1, 0.3}


def test_a_range_is_drawn_as_it_says():
    rng = np.random.default_rng(0)
    logs = np.array([Range(log_uniform=(1e-4, 1e-2)).draw(rng) for _ in range(500)])
    assert logs.min() >= 1e-4
    assert logs.max() <= 1e-2
    assert 0.4 < (logs < 1e-3).mean() < 0.6
    flat = np.array([Range(uniform=(0.0, 1.0)).draw(rng) for _ in range(500)])
    assert 0.4 < (flat < 0.5).mean() < 0.6


def test_every_model_gets_as_many_trials_and_one_seed_that_final_runs_do_not_have(tmp_path):
    trials = list(plan(context_of(tmp_path), RANGES, "leave-one-out"))
    assert {model: sum(t.model == model for t in trials) for model in PRESETS} == dict.fromkeys(
        PRESETS, 4
    )
    assert {trial.seed for trial in trials} == {0}
    assert all(trial.tuning for trial in trials)
    assert all(trial.config.train.epochs == 3 for trial in trials)


def test_the_repositorys_own_ranges_give_each_model_two_settings_of_its_own():
    ranges = read_ranges(Path(__file__).parents[3] / "experiments" / "search.toml")
    assert ranges.root.keys() == {"all", *PRESETS}
    own = {model: len(ranges.of(model)) - len(ranges.root["all"]) for model in PRESETS}
    assert own == dict.fromkeys(PRESETS, 2) | {"caser": 3}  # whether it has a user's part, too
    context = Context("tiny", Path("tiny"), make_dataset(), Chosen(), ExperimentSettings())
    assert len(list(plan(context, ranges, "leave-one-out"))) == 20 * len(PRESETS)


def finish(store, trial, score):
    folder = store.folder(trial)
    folder.mkdir(parents=True)
    config = trial.config.model_dump(mode="json")
    write_json(folder / "row.json", {"config": config, "validation_ndcg10": score})


def test_the_best_on_validation_is_chosen_and_other_entries_stay(tmp_path):
    context = context_of(tmp_path)
    trials = [t for t in plan(context, RANGES, "leave-one-out") if t.model in ("ruie", "sasrec")]
    store = Store(tmp_path / "artefacts")
    scores = {"ruie": [0.02, 0.05, 0.04, 0.01], "sasrec": [0.03, None, 0.02, 0.01]}
    for trial in trials:
        score = scores[trial.model][int(trial.variant)]
        if score is not None:  # sasrec's trial 1 broke
            finish(store, trial, score)
    (tmp_path / "tiny").mkdir()
    other = {"leave-one-out": {"caser": {"overrides": {"model.width": 32}}}}
    write_json(tmp_path / "tiny" / "chosen.json", other)
    choose(context, store, trials, "leave-one-out")
    chosen = read_chosen(tmp_path / "tiny" / "chosen.json")
    best = candidates(RANGES.of("ruie"), 4)[1]
    expected = {
        name: value for name, value in best.items() if (name, value) != ("objective.q_weight", 0.3)
    }
    assert chosen.overrides("ruie", "leave-one-out") == expected
    assert chosen.overrides("sasrec", "temporal") == {}
    assert chosen.overrides("caser", "leave-one-out") == {"model.width": 32}
    entry = chosen.splits["leave-one-out"]["sasrec"]
    assert (entry["trials"], entry["trials_broken"], entry["best_trial"]) == (4, 1, 0)
    assert (entry["seed"], entry["users"], entry["validation_ndcg10"]) == (0, 9, 0.03)


def test_tuning_cannot_see_a_test_event(tmp_path):
    dataset = make_dataset(n_users=60)
    test = leave_one_out(dataset.offsets) == TEST
    other = dataclasses.replace(
        dataset,
        items=np.where(test, dataset.items % 30 + 1, dataset.items).astype(np.int32),
        scenarios=np.where(test, dataset.scenarios % 3 + 1, dataset.scenarios).astype(np.int32),
        rewards=np.where(test, 99, dataset.rewards).astype(np.float32),
        actions=np.where(test, 15, dataset.actions).astype(np.int32),
    )
    scores = {}
    for name, each in {"as it was": dataset, "changed": other}.items():
        data = write_dataset(each, tmp_path / name / "data")
        for tuning in (True, False):
            trial = make_trial(data, tuning=tuning)
            folder = tmp_path / name / str(tuning)
            row = run_job(Job(trial, folder, "ruie experiment tune", "c0ffee", "cpu"))
            scores[name, tuning] = row["validation_ndcg10"]
            assert (folder / "ranks.parquet").exists() is not tuning
    assert load_dataset(tmp_path / "changed" / "data").items.tolist() != dataset.items.tolist()
    assert len(set(scores.values())) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, r"search\.toml is missing"),
        ("[all", r"is not valid TOML"),
        ('[all]\n"train.learning_rate" = { normal = [1, 2] }', r"Extra inputs are not permitted"),
        ('[all]\n"train.learning_rate" = {}', r"give one of log_uniform, uniform, choice"),
    ],
)
def test_wrong_ranges_are_one_sentence(tmp_path, text, sentence):
    if text is not None:
        (tmp_path / "search.toml").write_text(text)
    with pytest.raises(UserError, match=sentence):
        read_ranges(tmp_path / "search.toml")


def test_chosen_settings_are_json_that_a_person_can_read(tmp_path):
    context = context_of(tmp_path)
    trials = [t for t in plan(context, RANGES, "temporal") if t.model == "ruie"]
    store = Store(tmp_path / "artefacts")
    for number, trial in enumerate(trials):
        finish(store, trial, number / 100)
    path = choose(context, store, trials, "temporal")
    entry = json.loads(path.read_text())["temporal"]["ruie"]
    assert entry["best_trial"] == 3
    assert entry["command"] == "ruie experiment tune data/tiny --users 9 --epochs 3 --trials 4"
