"""A behaviour in plain English."""

import pytest

from ruie_core.analysis.behaviour.conditions import KINDS
from ruie_core.analysis.behaviour.language import UNDERSTOOD, parse
from ruie_core.reporting.behaviour import IN_SAMPLE, explained

SCENARIOS, ACTIONS = ("feed", "search", "a_b"), ("like",)


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("feed → search", "People with an event in **search** and one in **feed** right before "
         "it."),
        ("feed → s* within 3 events and gate < 0.2",
         "People with an event in any scenario that begins with **s** and one in **feed** at most "
         "3 events before it; with gate of the event under 0.2."),
        ("Q drops > 0.5", "People with an event for which Q of the scenario it took fell by more "
         "than 0.5 reward units right after it."),
        ("Q of feed rises > 1 before the move within 4 events",
         "People with an event for which Q of **feed** rose by more than 1 reward units within the "
         "4 events before it."),
        ("≥ 4 switches, mostly in a_b",
         r"People with at least 4 scenario switches, who are mostly in **a\_b**."),
        ("NDCG under median and held out", "People with NDCG@10 over held-out events under the "
         "median of all users, with an event that was held out of training."),
        ("rank > 100", f"People with an event with rank of what came over 100. {IN_SAMPLE}"),
        ("rank > 100, held out", "People with an event with rank of what came over 100; that was "
         "held out of training."),
    ],
)  # fmt: skip
def test_what_was_understood_is_said(sentence: str, said: str) -> None:
    assert explained(parse(sentence, SCENARIOS, ACTIONS)) == said


def test_there_are_words_for_every_kind() -> None:
    told = [parse(example, SCENARIOS, ACTIONS) for example in UNDERSTOOD]
    assert {type(each.conditions[0]) for each in told} == set(KINDS)
    assert all(explained(each).endswith(".") for each in told)
