"""What each experiment plans: valid trials, told apart, and trained once where they are alike."""

import dataclasses
from pathlib import Path

import pytest
import torch

from ruie_core.config import ModelConfig
from ruie_core.data.beside import noise_of
from ruie_core.data.sample.settings import SampleConfig
from ruie_core.data.sample.truth import read_events
from ruie_core.data.settings import KuaiRandSettings
from ruie_core.errors import UserError
from ruie_core.experiments.agreed import FILE, Agreed, Length, read_agreed
from ruie_core.experiments.chosen import Chosen
from ruie_core.experiments.context import Context
from ruie_core.experiments.plans import ablation, calibration, gate_oracle, transfer, watched
from ruie_core.experiments.plans.rewards import weights
from ruie_core.experiments.registry import EXPERIMENTS
from ruie_core.experiments.settings import ExperimentSettings
from ruie_core.models.q_estimator import ContextualQ
from ruie_core.presets import PRESETS
from tests.factories import make_dataset
from tests.ruie_core.data.logs import plain_rows, write_kuairand
from tests.ruie_core.data.reading import read

ON_DATA = [name for name in EXPERIMENTS if name not in (gate_oracle.NAME, watched.NAME)]


def context_of(dataset=None, chosen=None, **settings):
    dataset = make_dataset(n_users=400, length=(4, 15)) if dataset is None else dataset
    options = ExperimentSettings(**settings)
    return Context("tiny", Path("data/tiny"), dataset, Chosen(chosen or {}), options)


def plan(name, context):
    return list(EXPERIMENTS[name](context))


@pytest.mark.parametrize("name", ON_DATA)
def test_trials_of_an_experiment_have_places_of_their_own(name):
    trials = plan(name, context_of(seeds=2))
    assert len({trial.name for trial in trials}) == len(trials)
    assert {trial.seed for trial in trials} == {1, 2}
    places = {(trial.experiment, trial.variant, trial.seed, trial.config.train.split, trial.x)
              for trial in trials}  # fmt: skip
    assert len(places) == len(trials)


def test_every_part_of_the_ablation_changes_what_is_trained():
    trials = plan("ablation", context_of(seeds=1))
    keys = {trial.variant: trial.key for trial in trials}
    alike = [variant for variant in keys if keys[variant] == keys["ruie"]]
    gate = f"gate {PRESETS['ruie'].get('objective.gate')}"
    assert alike in (["ruie"], ["ruie", gate])
    assert {"ruie", "gate constant", "no RL", "no attention", "ruie-paper"} < keys.keys()


def test_what_other_experiments_train_is_not_trained_again():
    context = context_of(seeds=2)
    keys = {name: {trial.key for trial in plan(name, context)} for name in ON_DATA}
    own = [trial for trial in plan("scenario-split", context) if trial.variant == "gate constant"]
    assert {trial.config.train.split for trial in own} == {"leave-one-out", "temporal"}
    assert keys["scenario-split"] - {trial.key for trial in own} == keys["leaderboard"]
    known = {trial.key for trial in own if trial.config.train.split == "leave-one-out"}
    assert known <= keys["memory"]  # trained as long as there, it is not trained again
    assert keys["cross-domain"] <= keys["leaderboard"]


def test_a_counted_baseline_has_one_trial_and_a_trained_model_one_per_seed():
    trials = plan("leaderboard", context_of(seeds=3, split=None))
    of_split = [t for t in trials if t.config.train.split == "temporal"]
    count = {model: sum(t.model == model for t in of_split) for model in ("popularity", "ruie")}
    assert count == {"popularity": 1, "ruie": 3}


def test_options_reach_every_trial():
    context = context_of(seeds=1, epochs=7, patience=3, users=50, batch_slots=640)
    command = context.settings.command("ablation", Path("data/tiny"))
    assert command == (
        "ruie experiment ablation data/tiny --seeds 1 --users 50 --epochs 7 --patience 3 "
        "--batch-slots 640"
    )
    for trial in plan("ablation", context):
        settings = trial.config.train
        assert (settings.epochs, settings.patience, settings.batch_slots) == (7, 3, 640)
        assert [each.model_dump()["users"] for each in trial.transforms] == [50]


def test_only_the_experiment_that_reads_the_watched_log_names_it():
    settings = ExperimentSettings(watched=(Path("logs/log.csv.gz"),))
    for name in ("watched", "all"):
        command = settings.command(name, Path("tiny"))
        assert command == f"ruie experiment {name} tiny --watched log.csv.gz"
    assert settings.command("ablation", Path("tiny")) == "ruie experiment ablation tiny"


def test_what_is_agreed_holds_where_the_options_say_nothing():
    agreed = Agreed(
        lengths={
            "tiny": {
                "all": Length(epochs=9),
                "leaderboard": Length(seeds=2, users=50),
                "leaderboard/temporal": Length(seeds=1),
            }
        }
    )
    context = dataclasses.replace(context_of(), agreed=agreed)
    seeds = {(t.config.train.split, t.seed) for t in plan("leaderboard", context) if not t.counted}
    assert seeds == {("leave-one-out", 1), ("leave-one-out", 2), ("temporal", 1)}
    assert {t.config.train.epochs for t in plan("leaderboard", context) if not t.counted} == {9}
    ablation_trials = plan("ablation", context)
    assert {t.seed for t in ablation_trials} == {1, 2, 3, 4, 5}
    assert not any(t.transforms for t in ablation_trials)
    asked = dataclasses.replace(context, settings=ExperimentSettings(seeds=1, epochs=3))
    trained = [t for t in plan("leaderboard", asked) if not t.counted]
    assert {(t.seed, t.config.train.epochs) for t in trained} == {(1, 3)}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[kuairand\n", "is not valid TOML"),
        ("[kuairand]\nleaderboard = { epoch = 3 }\n", "epoch"),
        ("[kuairand]\nleaderboard = { seeds = 0 }\n", "seeds"),
    ],
)
def test_a_plan_that_cannot_be_read_is_one_sentence(tmp_path, text, sentence):
    path = tmp_path / FILE
    path.write_text(text)
    with pytest.raises(UserError, match=sentence):
        read_agreed(path)


def test_the_repository_s_own_plan_can_be_read():
    known = read_agreed(Path(__file__).parents[3] / "experiments" / FILE).lengths
    assert {"kuairand", "douban", "generated"} <= known.keys()
    names = {name.partition("/")[0] for dataset in known.values() for name in dataset}
    assert names <= {"all", *EXPERIMENTS}


def test_tuned_settings_come_after_the_preset_and_before_the_variant():
    tuned = {"objective.gate": "target", "objective.q_weight": 0.7, "model.dropout": 0.1}
    context = context_of(chosen={"leave-one-out": {"ruie": {"overrides": tuned}}}, seeds=1)
    configs = {trial.variant: trial.config for trial in plan("ablation", context)}
    assert configs["ruie"].objective.gate == "target"
    assert configs["no RL"].objective.gate == "scenario_prob"
    assert configs["no RL"].objective.q_weight == 0
    assert configs["no RL"].model.dropout == 0.1
    assert configs["ruie-paper"].model.dropout != 0.1
    temporal = next(iter(plan(calibration.NAME, context)))
    assert temporal.config.objective.q_weight == 0.7  # not tuned there: leave-one-out's choice


def test_a_log_without_a_clock_has_no_temporal_split():
    dataset = make_dataset(n_users=50)
    ordered = dataclasses.replace(dataset, manifest=dataset.manifest | {"time": {"kind": "order"}})
    context = context_of(ordered)
    assert {t.config.train.split for t in plan("leaderboard", context)} == {"leave-one-out"}
    assert plan("calibration", context) == []


@pytest.mark.parametrize("name", ["leaderboard", "memory"])
def test_what_is_recent_is_planned_where_there_is_a_clock(name):
    dataset = make_dataset(n_users=50)
    ordered = dataclasses.replace(dataset, manifest=dataset.manifest | {"time": {"kind": "order"}})
    clock, none = ({t.variant for t in plan(name, context_of(log))} for log in (dataset, ordered))
    halves = {"trend alone", "transitions alone"} if name == "memory" else set()
    assert clock - none == {"recent-popularity"} | halves
    assert none < clock


def test_rewards_that_are_all_alike_are_not_varied():
    every = make_dataset(n_users=50, rewards={"click": 1.0})
    assert plan("rewards", context_of(every)) == []
    assert weights({"click": 1.0, "like": 3.0, "share": 2.0}) == {
        "like 5": {"click": 1.0, "like": 5.0, "share": 2.0},
        "share 4": {"click": 1.0, "like": 3.0, "share": 4.0},
        "all ones": {"click": 1.0, "like": 1.0, "share": 1.0},
        "click only": {"click": 1.0, "like": 0.0, "share": 0.0},
    }


def test_transfer_compares_each_scenario_that_can_be_trained_alone():
    trials = plan("transfer", context_of(seeds=1))
    alone = {trial.variant for trial in trials if trial.x is None}
    assert alone == {"joint", "joint, gate constant", *(f"only scenario {c}" for c in (1, 2, 3))}
    scarce = {(trial.variant, trial.x) for trial in trials if trial.x is not None}
    variants = ("joint", "joint, gate constant", "only scenario 2")
    assert scarce == {(variant, x) for variant in variants for x in transfer.SHARES}
    few = plan("transfer", context_of(make_dataset(n_users=20), seeds=1))
    assert {trial.variant for trial in few} == set(transfer.JOINT)


def test_gates_are_judged_on_generated_logs_with_their_truth(tmp_path, monkeypatch):
    def small(noise):
        return SampleConfig(users=60, items=400, rec_events=2000, search_events=600, noise=noise)

    monkeypatch.setattr(gate_oracle, "SampleConfig", small)
    monkeypatch.setattr(gate_oracle, "NOISE", (0.25,))
    context = context_of(seeds=1, artefacts=tmp_path / "artefacts" / "experiments")
    trials = plan("gate-oracle", context)
    assert [trial.variant for trial in trials] == [f"gate {gate}" for gate in gate_oracle.GATES]
    for trial in trials:
        assert (trial.dataset, trial.x) == ("generated", 0.25)
        assert trial.dataset_hash != context.dataset.hash
        assert (trial.truth / "truth" / "events.parquet").exists()
        assert trial.data.is_relative_to(tmp_path / "artefacts" / "generated")


def test_gates_are_judged_by_what_a_real_log_says_was_watched(tmp_path):
    assert plan(watched.NAME, context_of(seeds=1)) == []
    rows = [row | {"long_view": n % 3 == 0} for n, row in enumerate(plain_rows())]
    log = write_kuairand(tmp_path / "log.csv", rows)
    dataset = read(KuaiRandSettings(log=(log,)), tmp_path / "data")
    settings = {"seeds": 1, "watched": (log,), "artefacts": tmp_path / "artefacts" / "experiments"}
    context = context_of(dataset, **settings)
    trials = plan(watched.NAME, context)
    assert [trial.variant for trial in trials] == [f"gate {gate}" for gate in watched.GATES]
    assert {trial.x for trial in trials} == {round(2 / 3, 3)}
    noise = noise_of(context.dataset, read_events(trials[0].truth))
    assert noise.mean() == pytest.approx(2 / 3)
    assert [trial.key for trial in plan(watched.NAME, context)] == [trial.key for trial in trials]


@pytest.mark.parametrize("attention", [True, False])
def test_without_attention_the_estimator_reads_the_present_event_alone(attention):
    torch.manual_seed(0)
    config = ModelConfig(width=8, heads=2, attention=attention)
    estimator = ContextualQ(config, 3).eval()
    embedded, hidden = torch.randn(1, 5, 16), torch.randn(1, 5, 8)
    changed = embedded.clone()
    changed[:, 1] += 1
    before, after = estimator(embedded, hidden).q, estimator(changed, hidden).q
    assert not torch.equal(before[:, 1], after[:, 1])
    assert torch.equal(before[:, 2:], after[:, 2:]) is not attention


def test_variants_of_the_ablation_say_what_they_change():
    assert all(overrides for name, overrides in ablation.VARIANTS.items() if name != "ruie")
