"""Summaries find variants by the names that the plans give them."""

from ruie_core.experiments import registry
from ruie_core.experiments.plans import (
    ablation,
    calibration,
    gate_oracle,
    leaderboard,
    rewards,
    transfer,
)
from ruie_core.experiments.summaries import ablation as ablation_summary
from ruie_core.experiments.summaries import calibration as calibration_summary
from ruie_core.experiments.summaries import gate_oracle as noise_summary
from ruie_core.experiments.summaries import leaderboard as leaderboard_summary
from ruie_core.experiments.summaries import rewards as rewards_summary
from ruie_core.experiments.summaries import scenario_split
from ruie_core.experiments.summaries import transfer as transfer_summary
from ruie_core.experiments.summaries.registry import SUMMARIES
from ruie_core.experiments.transforms import OnlyScenario, SubsampleScenario


def test_every_experiment_has_a_summary():
    assert set(SUMMARIES) == set(registry.EXPERIMENTS)


def test_references_are_planned():
    assert ablation_summary.WHOLE in ablation.VARIANTS
    assert {*leaderboard_summary.PRESETS, scenario_split.MODEL} <= set(leaderboard.MODELS)
    assert calibration_summary.REFERENCE in calibration.VARIANTS
    assert rewards_summary.DEFAULTS == rewards.DEFAULTS
    assert set(transfer_summary.JOINT) == set(transfer.JOINT)
    gates = {f"gate {name}" for name in gate_oracle.GATES}
    assert {noise_summary.GATE_OFF, noise_summary.CEILING} <= gates


def test_transforms_are_known_by_their_kind():
    kinds = {
        OnlyScenario.model_fields["kind"].default,
        SubsampleScenario.model_fields["kind"].default,
    }
    assert kinds == {transfer_summary.ALONE, transfer_summary.FEWER}
