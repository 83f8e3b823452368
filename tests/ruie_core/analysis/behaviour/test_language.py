"""The sentence language of behaviours: what is read, what is written back, what is refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ruie_core.analysis.behaviour.conditions import (
    KINDS,
    Action,
    Behaviour,
    Change,
    Condition,
    Event,
    HeldOut,
    Mostly,
    Move,
    Person,
    Taken,
    resolved,
)
from ruie_core.analysis.behaviour.language import UNDERSTOOD, conditions_of, parse, write
from ruie_core.errors import UserError

SCENARIOS = ("feed", "search", "shop, front page", 'related "more"', "Live Shows", "rank", "and")
ACTIONS = ("click", "like", "long view")


def read(sentence: str) -> tuple[Condition, ...]:
    return parse(sentence, SCENARIOS, ACTIONS).conditions


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("feed → search", Move(source="feed", target="search")),
        ("FEED->Search within 3 events", Move(source="feed", target="search", within=3)),
        ("feed to search within 3", Move(source="feed", target="search", within=3)),
        ("feed → live shows within 1 event", Move(source="feed", target="Live Shows")),
        ('"shop, front page" → feed', Move(source="shop, front page", target="feed")),
        ("“related \"more\"” → feed", Move(source='related "more"', target="feed")),
        ('"related ""more""" → rank', Move(source='related "more"', target="rank")),
        ("rank → feed", Move(source="rank", target="feed")),
        ("Q drops > 0.5", Change(direction="drops", by=0.5)),
        ("q falls by more than .5 after the move", Change(direction="drops", by=0.5)),
        ("Q of feed rises > 1e-3 before that move within 4 events",
         Change(direction="rises", by=0.001, scenario="feed", side="before", within=4)),
        ("Q drops by 2 of search", Change(direction="drops", by=2, scenario="search")),
        ("Q rises", Change(direction="rises")),
        ("gate < 0.2", Event(measure="gate", comparison="<", value=0.2)),
        ("rank of next > 100", Event(measure="rank", comparison=">", value=100)),
        ("rank over 100", Event(measure="rank", comparison=">", value=100)),
        ("Q > 2", Event(measure="q", comparison=">", value=2)),
        ("Q of search >=-1", Event(measure="q", comparison="≥", value=-1, scenario="search")),
        ("p of search at most 0.1",
         Event(measure="p", comparison="≤", value=0.1, scenario="search")),
        ("in search", Taken(scenario="search")),
        ("action LIKE", Action(action="like")),
        ("action 'long view'", Action(action="long view")),
        ("held-out", HeldOut()),
        ("≥ 4 switches", Person(measure="switches", comparison="≥", value=4)),
        ("at least 4 scenario switches", Person(measure="switches", comparison="≥", value=4)),
        ("switches >= 4", Person(measure="switches", comparison="≥", value=4)),
        ("event count ≥ 20", Person(measure="events", comparison="≥", value=20)),
        ("NDCG under median", Person(measure="ndcg", comparison="<", value="median")),
        ("ndcg@10 above the median", Person(measure="ndcg", comparison=">", value="median")),
        ("mean gate > 0.5", Person(measure="gate", comparison=">", value=0.5)),
        ("held-out rank ≤ 10", Person(measure="held_out_rank", comparison="≤", value=10)),
        ("mostly in FEED", Mostly(scenario="feed")),
        ("mostly feed", Mostly(scenario="feed")),
        ('mostly in "and"', Mostly(scenario="and")),
    ],
)  # fmt: skip
def test_a_condition_is_read(sentence: str, expected: Condition) -> None:
    assert read(sentence) == (expected,)


def test_conditions_are_joined_by_and_or_a_comma_outside_of_quotes() -> None:
    text = 'feed → "shop, front page" within 3 events, Q drops > 0.5 AND ≥ 4 switches;in rank'
    assert [type(each) for each in read(text)] == [Move, Change, Person, Taken]
    assert list(conditions_of("a, b and c & d")) == ["a", "b", "c", "d"]
    assert list(conditions_of("in brand and gate > 0,5,in x")) == ["in brand", "gate > 0,5", "in x"]


@pytest.mark.parametrize("example", UNDERSTOOD)
def test_every_example_is_understood(example: str) -> None:
    assert write(parse(example, ("feed", "search"), ("like",)))


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("jumps around", "“jumps around” is not understood; a condition looks like one of: "),
        ("gate < low", "“gate < low” is not understood"),
        ("gate of feed < 0.2", "“gate of feed < 0.2” is not understood"),
        ("feed → search within 0 events", "“within” takes 1 to 1000 events"),
        ("gate < 0.2 and feed -> serch", "no scenario “serch”; it has “feed”, “search”"),
        ("action dance", "no action “dance”; it has “click”, “like”"),
        ("in se", "“search” begins so: write se* for all that do"),
        ("Q of s* drops > 1", "“s*” names several scenarios"),
        ("", "Describe a behaviour, such as feed → "),
        (" , and ", "Describe a behaviour"),
        (", ".join(["in feed"] * 21), "21 conditions are too many"),
        ("'; DROP TABLE users; --", "is not understood"),
        ("Q > 1e999", "is not understood"),
    ],
)
def test_what_is_not_understood_is_said_in_one_sentence(sentence: str, said: str) -> None:
    with pytest.raises(UserError) as refused:
        read(sentence)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_examples_in_an_error_name_what_the_run_has() -> None:
    with pytest.raises(UserError) as refused:
        parse("?", ("main feed", "hot"), ("share",))
    assert '"main feed" → hot within 3 events' in str(refused.value)
    assert "action share" in str(refused.value)


def test_a_beginning_stands_for_all_scenarios_that_begin_so() -> None:
    found = parse("feed → SEARCH* within 2", ("feed", "search: hot", "search: own"), ())
    assert found.conditions == (Move(source="feed", target="SEARCH*", within=2),)
    with pytest.raises(UserError, match=r"No scenario is called “search” here, but “search: hot”"):
        parse("in search", ("feed", "search: hot", "search: own"), ())


def test_an_exact_name_wins_over_the_same_in_another_case() -> None:
    names = ("Feed", "feed")
    assert parse("in feed", names, ()).conditions == (Taken(scenario="feed"),)
    with pytest.raises(UserError, match="write it as it is"):
        parse("in FEED", names, ())


def test_a_stored_description_is_checked_against_another_run() -> None:
    stored = Behaviour.model_validate_json(
        '{"conditions": [{"kind": "taken", "scenario": "SEARCH"}]}'
    )
    assert resolved(stored, SCENARIOS, ACTIONS).conditions == (Taken(scenario="search"),)
    with pytest.raises(UserError, match="no scenario"):
        resolved(stored, ("feed",), ())


@pytest.mark.parametrize(
    "text",
    [
        '{"conditions": []}',
        '{"conditions": [{"kind": "dance"}]}',
        '{"conditions": [{"kind": "held_out", "sql": "1"}]}',
        '{"conditions": [{"kind": "event", "measure": "gate", "comparison": "OR", "value": 1}]}',
    ],
)
def test_a_damaged_description_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        Behaviour.model_validate_json(text)


places = st.sampled_from(SCENARIOS)
numbers = st.floats(allow_nan=False, allow_infinity=False)
lengths = st.integers(1, 1_000)
comparisons = st.sampled_from(("<", "≤", "=", "≥", ">"))
steps = st.sampled_from(("gate", "rank", "reward", "q", "p"))
people = st.sampled_from(
    ("events", "switches", "scenarios", "ndcg", "held_out_rank", "gate", "reward")
)
conditions = st.one_of(
    st.builds(Move, source=places, target=places, within=lengths),
    st.builds(
        Change, direction=st.sampled_from(("drops", "rises")), by=st.floats(0, 1e6),
        scenario=st.none() | places, side=st.sampled_from(("after", "before")), within=lengths,
    ),
    st.builds(Event, measure=steps, comparison=comparisons, value=numbers),
    st.builds(Event, measure=st.sampled_from(("q", "p")), comparison=comparisons, value=numbers,
              scenario=places),
    st.builds(Taken, scenario=places),
    st.builds(Action, action=st.sampled_from(ACTIONS)),
    st.just(HeldOut()),
    st.builds(Person, measure=people, comparison=comparisons, value=numbers | st.just("median")),
    st.builds(Mostly, scenario=places),
)  # fmt: skip


@given(st.lists(conditions, min_size=1, max_size=4))
def test_what_is_written_is_read_back(chosen: list[Condition]) -> None:
    behaviour = Behaviour(conditions=tuple(chosen))
    assert parse(write(behaviour), SCENARIOS, ACTIONS) == behaviour
    assert Behaviour.model_validate_json(behaviour.model_dump_json()) == behaviour


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(UserError):
        assert parse(text, SCENARIOS, ACTIONS).conditions


def test_every_kind_is_tried_above() -> None:
    built = {type(read(text)[0]) for text in ("feed → search", "Q drops", "gate < 1", "in feed",
             "action like", "held out", "NDCG > 0", "mostly in feed")}  # fmt: skip
    assert built == set(KINDS)
