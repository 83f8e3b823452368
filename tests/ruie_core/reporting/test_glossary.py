"""The glossary: every word is found where it is written, explained once, and in plain words."""

import re

import pytest

from ruie_core.reporting.glossary import GLOSSARY, explained, hover, meaning, terms_in
from ruie_core.reporting.tour import STEPS
from ruie_core.reporting.user import STORY_TERMS


@pytest.mark.parametrize("name", GLOSSARY)
def test_a_word_is_found_by_its_own_name_and_explained_in_sentences(name: str) -> None:
    assert name in terms_in(name) or name == "Head and tail" or name == "Held out"
    assert meaning(name).endswith(".")
    assert len(meaning(name)) < 300


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("NDCG@10 beside popularity", ("NDCG", "Popularity")),
        ("Gate and Q", ("Q", "Gate")),
        ("gate mass / traffic", ("Gate mass",)),
        ("Queue", ()),
        ("held-out rank", ("Rank of what came",)),
        ("Log-lift by scenario", ("Scenario", "Log-lift")),
        ("Where this person walked", ()),
    ],
)
def test_headings_give_their_words(label: str, words: tuple[str, ...]) -> None:
    assert terms_in(label) == words


def test_a_hover_adds_what_the_heading_lacks_and_repeats_nothing() -> None:
    assert hover("users") is None
    assert hover("users", "Counted once.") == "Counted once."
    assert hover("mean gate") == explained("Gate")
    assert hover("mean gate", explained("Gate")) == explained("Gate")
    both = hover("Gate by scenario", "Its own words.")
    assert both is not None
    assert both.startswith("Its own words.")
    assert both.count("**Gate**") == both.count("**Scenario**") == 1


def test_the_words_of_the_storyboard_are_in_the_glossary() -> None:
    assert set(STORY_TERMS) <= set(GLOSSARY)


def test_the_required_words_are_there() -> None:
    wanted = {
        "Gate", "Q", "NDCG", "Scenario", "Event", "Next-scenario probability",
        "Rank of what came", "Interval", "Log-lift", "Calibration", "Category drift",
    }  # fmt: skip
    assert wanted <= set(GLOSSARY)


def test_the_tour_is_short() -> None:
    assert 5 <= len(STEPS) <= 6
    for title, said in STEPS:
        assert len(title) < 40
        assert len(re.sub(r"[*`]", "", said)) < 400
