"""What a memory brings to each model, in a family of its own."""

import numpy as np
import pytest

from ruie_core.evaluation.multiple import holm
from ruie_core.experiments.summaries.registry import SUMMARIES
from ruie_core.experiments.summaries.trials import read_trials
from ruie_core.reporting.experiment_tables import tables
from tests import fake_experiments as fake


@pytest.fixture(scope="module")
def made():
    return fake.read_summary("fake")


def headline(made, panel):
    frame = made[0]
    rows = frame[(frame["experiment"] == "memory") & (frame["panel"] == panel)]
    rows = rows[(rows["metric"] == "ndcg") & (rows["k"] == 10) & (rows["scenario"] == "all")]
    return rows[rows["request"] == "unknown"]


def test_a_gain_is_the_level_with_the_memory_less_the_level_without(made):
    level = headline(made, "level").set_index("variant")["value"]
    gains = headline(made, "gain")
    found = {(row.variant, row.reference): row.value for row in gains.itertuples()}
    assert set(found) == {("ruie", "no memory"), ("sasrec, memory", "sasrec")}
    for (with_it, without), value in found.items():
        assert value == pytest.approx(level[with_it] - level[without])
        assert value > 0


def test_gains_are_adjusted_among_themselves(made):
    gains, others = headline(made, "gain"), headline(made, "difference")
    np.testing.assert_allclose(gains["p_holm"], holm(gains["p"].to_numpy()))
    np.testing.assert_allclose(others["p_holm"], holm(others["p"].to_numpy()))
    assert set(others["reference"]) == {"ruie"}


def test_the_table_has_a_line_per_variant_and_one_per_gain(made):
    text = tables(*made)["memory"]
    assert "| sasrec, memory |" in text
    assert "| ruie − no memory |" in text
    assert "| sasrec, memory − sasrec |" in text


def test_gates_are_compared_with_the_memory_and_without_it(tmp_path):
    dataset = fake.fake_dataset()
    variants = ("ruie", "gate constant", "no memory")
    fake.write_ablation(tmp_path / "k", dataset, experiment="memory", variants=variants)
    rows = SUMMARIES["memory"](read_trials(tmp_path / "k", dataset))
    pairs = {(row.variant, row.reference) for row in rows if row.panel == "gain"}
    assert pairs == {("ruie", "no memory"), ("ruie", "gate constant")}
