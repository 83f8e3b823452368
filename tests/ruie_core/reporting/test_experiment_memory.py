"""Sentences over the memories: each part is said where it was measured, no to yes."""

from typing import Any

import pandas as pd
import pytest

from ruie_core.analysis.frames import experiment_tables as tables
from ruie_core.analysis.frames.experiments import Choice, narrowed
from ruie_core.experiments.plans import memory as plan
from ruie_core.figures.experiments_names import has_memory
from ruie_core.figures.numbers import THIN
from ruie_core.reporting import experiments as words
from ruie_core.reporting import experiments_memory as told
from ruie_core.reporting import experiments_readings as readings
from ruie_core.reporting import experiments_trust as trust
from tests.fake_summaries import make_noise_summary, make_summary


def memory(**more: Any) -> pd.DataFrame:
    """The invented memory experiment, with other values in some columns."""
    frame = make_summary().assign(reference=lambda made: made["reference"].fillna(""))
    return tables.ablation(narrowed(frame, Choice()), "ruie", "memory").assign(**more)


def test_variants_are_found_by_the_names_that_the_plan_gives_them() -> None:
    assert {told.NO_MEMORY, told.UNGATED} <= set(plan.OWN)
    assert told.COUNTS == (plan.RULES, plan.RECENT)
    assert set(told.HALVES) == set(plan.HALVES)
    assert all(has_memory(f"{model}, memory") for model in plan.OTHERS)
    assert not any(has_memory(variant) for variant in plan.OWN)


def test_the_memory_is_read_part_by_part() -> None:
    assert told.memory(memory()) == (
        "Without its memories **RUIE** loses NDCG: −0.0042 [−0.0051, −0.0033], p = 0.008 after "
        "Holm; **trend alone, no transitions** is not told apart from it: −0.0004 [−0.0013, "
        "0.0005]; **transitions alone, no trend** lies below it: −0.0031 [−0.0040, −0.0022]; the "
        "best counts alone, **Recent popularity**, lies below it: −0.0058 [−0.0067, −0.0049]; to "
        "trust every event alike (gate = 1) makes no difference that can be shown: −0.0003 "
        "[−0.0012, 0.0006]; the best of 2 other models given the same memories, **SASRec with "
        "memories**, is not told apart from it: −0.0006 [−0.0015, 0.0003]. "
        f"n = 7{THIN}452 users, 5 seeds; lines: 95{THIN}% intervals over users and seeds."
    )


@pytest.mark.parametrize(
    ("value", "clear", "said"),
    [
        (0.002, True, ("gains NDCG: +0.0020", "rules**, lies above it", "improves it")),
        (-0.002, True, ("loses NDCG: −0.0020", "rules**, lies below it", "costs it NDCG")),
        (
            -0.002, False,
            ("is not shown to lose NDCG", "rules**, is not", "no difference", "**, is not"),
        ),
    ],
)  # fmt: skip
def test_the_memory_is_not_praised_for_what_is_not_shown(
    value: float, clear: bool, said: tuple[str, ...]
) -> None:
    text = told.memory(memory(value=value, clear=clear))
    assert all(part in text for part in said)


def test_what_was_not_tried_with_the_memory_is_passed_over() -> None:
    frame = memory()
    alone = frame[frame["variant"] == "no memory"]
    assert "; " not in told.memory(alone).split(". n =")[0]
    others = frame[frame["variant"] == "sasrec"]
    assert told.memory(others).startswith("What **RUIE** is without its memories is not in the tab")
    assert told.without_memory(others) == ""


def test_the_verdict_names_the_memory_only_where_it_was_measured() -> None:
    none = pd.DataFrame()
    text = words.verdict(none, none, none, "unknown", 10, memory())
    assert text == (
        "Without its memories **RUIE** loses NDCG: −0.0042 [−0.0051, −0.0033], p = 0.008 after "
        "Holm; the best of 2 other models given the same memories, **SASRec with memories**, is "
        "not told apart from it: −0.0006 [−0.0015, 0.0003] "
        f"(n = 7{THIN}452 users, 5 seeds)."
    )
    assert words.verdict(none, none, none, "unknown", 10, memory().iloc[:0]) == ""


def test_noise_with_the_memory_is_read_as_noise_is() -> None:
    frame = make_noise_summary().assign(reference="")
    shares = tables.noise(narrowed(frame, Choice()), "share_of_ceiling", "trust")
    text = trust.noise(shares, "share_of_ceiling").replace(THIN, " ")
    assert text.startswith("With 55 % noise in a generated log the best of 3 gates, **gate from ")
    assert "**gate from likelihood**, reaches 29 % [24 %, 34 %]" in text


def test_what_is_of_training_alone_says_so() -> None:
    alone = (
        readings.ABLATION_HELP, readings.REWARD_HELP, readings.TRANSFER_HELP, trust.NOISE_HELP,
        trust.WATCHED_HELP,
    )  # fmt: skip
    assert all(readings.TRAINING_ONLY in text for text in alone)
    assert readings.TRAINING_ONLY not in trust.TRUST_HELP + told.MEMORY_HELP
