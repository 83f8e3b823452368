"""What is said about an edit: one sentence with its numbers, names escaped."""

import dataclasses

import pytest

from ruie_core.analysis.comparison import Comparison, compare
from ruie_core.analysis.edits import History, changes, insert, move
from ruie_core.reporting import whatif as words
from ruie_core.reporting.whatif_figures import concerned, figures
from tests.compared import NAMES, history, response

EVENTS = history(12)


def said(edited: History, compared: Comparison, request: str | None = None) -> str:
    return words.answer(compared, changes(EVENTS, edited), request, NAMES)


def test_taking_an_event_out_is_told_with_q_and_the_item_that_moved() -> None:
    edited = EVENTS[:11]
    after = response(edited, q=(1.5, 1.63, 1.0), first=(2, 3, 4, 5, 6, 7, 8, 9, 1))
    assert said(edited, compare(response(EVENTS), after)) == (
        "Without event 12 (<b\\>Knives</b\\>, search\\: a\\_b), the model expects 0.31 less "
        "engagement in **search\\: a\\_b** (1.94 → 1.63) and puts Wok basics from 1st to 9th."
    ).replace("<b", "\\<b").replace("</b", "\\</b")


def test_another_likeliest_scenario_is_told() -> None:
    edited = EVENTS[1:]
    after = response(edited, p=(0.2, 0.7, 0.1))
    text = said(edited, compare(response(EVENTS), after))
    assert "thinks **search\\: a\\_b** likeliest next (30\u202f% → 70\u202f%) instead of" in text
    assert "engagement" not in text, "Q is as it was"


def test_an_action_moves_the_target_alone() -> None:
    edited = (*EVENTS[:4], dataclasses.replace(EVENTS[4], actions=3), *EVENTS[5:])
    text = said(edited, compare(response(EVENTS), response(edited, y={5: 5.0})))
    assert text == (
        "With event 5 (Noodle \\*pulling\\*, feed) with click and like instead of click, the "
        "model's forecast stays as it was; the target y of event 5 goes from 2.00 to 5.00."
    )


@pytest.mark.parametrize(
    ("edited", "text"),
    [
        (move(EVENTS, {2: 9}), "event 2 (Noodle \\*pulling\\*, search\\: a\\_b) moved to place 9"),
        (insert(EVENTS, 3, 1, 3, 1), "With Wok basics (shop) inserted as event 3"),
        (
            (dataclasses.replace(EVENTS[0], scenario=3), *EVENTS[1:]),
            "event 1 (Wok basics, feed) in shop instead,",
        ),
        (EVENTS[:9], "With 3 edits,"),
    ],
)
def test_every_edit_has_its_words(edited: History, text: str) -> None:
    assert text in said(edited, compare(response(EVENTS), response(edited)))


def test_many_edits_are_listed_apart() -> None:
    listed = words.edits_line(changes(EVENTS, EVENTS[:9]), NAMES)
    assert listed.startswith("Edits: event 10 (Wok basics, search\\: a\\_b) taken out; event 11")
    assert words.edits_line(changes(EVENTS, EVENTS[:11]), NAMES) == ""


def test_a_forced_scenario_and_nothing_at_all() -> None:
    same = compare(response(EVENTS), response(EVENTS))
    assert said(EVENTS, same).startswith("Nothing is edited yet: after the last event the model")
    forced = compare(response(EVENTS), response(EVENTS, first=(12,)))
    assert said(EVENTS, forced, "shop") == (
        "With the next event forced into **shop**, the model puts i12 from 12th to 1st."
    )


def test_the_figures_are_of_the_event_that_an_edit_concerns() -> None:
    gone = compare(response(EVENTS), response((*EVENTS[:4], *EVENTS[5:]), q=(1.5, 1.5, 1.0)))
    assert concerned(gone)["key"] == 6, "the event after the one that was taken out"
    shown = figures(gone)
    assert (shown[0].value, shown[0].reference) == ("1.50", "search\\: a\\_b, was 1.94")
    assert shown[1].reference.endswith(", unchanged")
    assert shown[3].reference == "event 6, unchanged"
    new = compare(response(EVENTS), response(insert(EVENTS, 3, 1, 3, 1)))
    assert figures(new)[2].reference == "the inserted event, was –"
    same = compare(response(EVENTS), response(EVENTS))
    assert concerned(same)["key"] == 12
    assert figures(same)[0].value == "1.94", "the largest Q where none moved"


def test_how_much_is_read_is_said() -> None:
    assert words.reads_line(43, 64).startswith("The forecast reads the last 43 of 64 events")
    assert words.reads_line(5, 5) == "The forecast reads all 5 events."
    assert words.reads_line(1, 1) == "The forecast reads the only event."


@pytest.mark.parametrize("looks", [True, False])
def test_what_an_edit_of_actions_changes_is_what_the_gate_declares(looks: bool) -> None:
    said = words.rewards_line("engaged", looks)
    assert ("changes with it" in said) == looks
    assert ("does not look at the target" in said) == (not looks)
