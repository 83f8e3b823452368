"""What-if by hand: a shorter history is the shorter history's forecast, rewards move no Q."""

import dataclasses

import numpy as np
import pytest
import torch

from ruie_core.analysis.comparison import compare
from ruie_core.analysis.edits import Event, History, changes, insert, move
from ruie_core.analysis.whatif import open_model, respond
from ruie_core.errors import UserError
from ruie_core.models.types import SequenceBatch
from ruie_core.runs import Run
from tests.factories import ACTIONS, make_dataset
from tests.small_run import small_run

HOUR_MS = 3_600_000
CLICK, FOLLOW = 1, 2
"""Bits of the factory's actions; click weighs 1, follow 3."""


def run_with(gate: str = "auto", **objective: object) -> Run:
    dataset = make_dataset(n_users=6, n_items=30, n_scenarios=3, length=(20, 40), seed=3)
    run = small_run(dataset, objective={"gate": gate, "discount": 0.5} | objective)
    return dataclasses.replace(run, manifest={"dataset_manifest": dataset.manifest})


def history(n: int, seed: int = 0) -> History:
    rng = np.random.default_rng(seed)
    return tuple(
        Event(t, int(rng.integers(1, 31)), int(rng.integers(1, 4)), CLICK, t * HOUR_MS)
        for t in range(1, n + 1)
    )


def forecast_of(run: Run, events: History, request: str | None = None):
    names = run.vocabulary.scenarios
    return run.score(
        [f"i{event.item}" for event in events],
        [names[event.scenario - 1] for event in events],
        request,
    )


@pytest.mark.parametrize("request_", [None, "scenario 2"])
@pytest.mark.parametrize("n", [1, 5, 40])
def test_a_response_is_the_runs_own_forecast(n: int, request_: str | None) -> None:
    run, events = run_with(), history(n)
    found, expected = respond(run, events, request_), forecast_of(run, events, request_)
    np.testing.assert_allclose(found.forecast["q"], list(expected.q.values()), rtol=1e-5)
    np.testing.assert_allclose(found.forecast["p"], list(expected.p.values()), rtol=1e-5)
    assert found.top["item_id"].tolist() == [row["item_id"] for row in expected.items]
    np.testing.assert_allclose(found.top["score"], [row["score"] for row in expected.items])
    assert [found.rank(item) for item in found.top["item"]] == list(range(1, 11))


def test_taking_an_event_out_scores_the_shorter_history() -> None:
    run, events = run_with(), history(8)
    without = (*events[:5], *events[6:])
    compared = compare(respond(run, events), respond(run, without))
    longer, shorter = forecast_of(run, events), forecast_of(run, without)
    for row in compared.scenarios.itertuples():
        change = shorter.q[row.scenario] - longer.q[row.scenario]
        assert row.q_change == pytest.approx(change, abs=1e-6)
        assert abs(change) > 1e-4, "an event that is read must count"
    gone = compared.events.set_index("key").loc[6]
    assert gone["mark"] == "removed"
    assert gone["place_before"] == 6
    assert np.isnan([gone["place_after"], gone["gate_after"], gone["y_after"]]).all()
    later = compared.events.set_index("key").loc[8]
    assert (later["mark"], later["place_before"], later["place_after"]) == ("kept", 8, 7)
    assert compared.lines.query("key == 8")["slot"].tolist() == [8, 8], "the same event, one slot"


def test_actions_move_target_and_return_but_no_q() -> None:
    run, events = run_with(), history(6)
    edited = (*events[:3], dataclasses.replace(events[3], actions=CLICK | FOLLOW), *events[4:])
    before, after = respond(run, events), respond(run, edited)
    compared = compare(before, after)
    assert (compared.scenarios[["q_change", "p_change"]] == 0).all(axis=None)
    np.testing.assert_array_equal(before.scores, after.scores)
    rows = compared.events.set_index("key")
    assert rows["mark"].tolist() == ["kept"] * 3 + ["changed"] + ["kept"] * 2
    # Six clicks at a discount of 1/2: 1 + 1/2 + 1/4 from event 4 on; a follow adds 3 there,
    # half of it one event earlier, an eighth at event 1.
    np.testing.assert_allclose(rows["return_before"], [1.96875, 1.9375, 1.875, 1.75, 1.5, 1.0])
    added = rows["return_after"] - rows["return_before"]
    np.testing.assert_allclose(added, [0.375, 0.75, 1.5, 3.0, 0.0, 0.0])
    moved = (rows["y_after"] - rows["y_before"]).iloc[1:]
    np.testing.assert_allclose(moved, [0, 0, 3.0, 0, 0], atol=1e-5)
    np.testing.assert_allclose(rows["gate_after"].iloc[1:], rows["gate_before"].iloc[1:])
    assert np.isnan(rows.loc[1, ["gate_before", "y_before"]].astype(float)).all()


def test_a_target_is_the_reward_and_the_discounted_value_of_the_state_after() -> None:
    run, events = run_with(), history(4)
    found = respond(run, events)
    states = run.model(
        SequenceBatch(
            torch.tensor([[event.item for event in events]]),
            torch.tensor([[event.scenario for event in events]]),
        )
    )
    online, target = states.estimates().q[0], run.model.target_estimates(states)[0]
    best = target[torch.arange(4), online.argmax(-1)].detach().numpy()
    np.testing.assert_allclose(found.events["y"][1:], 1.0 + 0.5 * best[1:], rtol=1e-5)


def test_a_gate_that_looks_at_the_target_follows_it() -> None:
    run, events = run_with("target"), history(6)
    edited = (*events[:3], dataclasses.replace(events[3], actions=CLICK | FOLLOW), *events[4:])
    rows = compare(respond(run, events), respond(run, edited)).events.set_index("key")
    expected = 1 / (1 + np.exp(-rows["y_after"]))  # fresh statistics: mean 0, deviation 1
    np.testing.assert_allclose(rows["gate_after"].iloc[1:], expected.iloc[1:], rtol=1e-5)
    assert rows.loc[4, "gate_after"] > rows.loc[4, "gate_before"]


def test_order_matters_and_a_moved_event_keeps_its_name() -> None:
    run, events = run_with(), history(6)
    edited = move(events, {2: 5})
    assert [event.key for event in edited] == [1, 3, 4, 5, 2, 6]
    compared = compare(respond(run, events), respond(run, edited))
    assert (compared.scenarios["q_change"].abs() > 1e-5).any()
    row = compared.events.set_index("key").loc[2]
    assert (row["mark"], row["place_before"], row["place_after"]) == ("moved", 2, 5)
    assert compared.lines.query("key == 2")["slot"].nunique() == 2


def test_an_inserted_event_has_no_before() -> None:
    run, events = run_with(), history(5)
    edited = insert(events, 3, item=7, scenario=2, actions=CLICK)
    rows = compare(respond(run, events), respond(run, edited)).events.set_index("key")
    assert rows.loc[-1, "mark"] == "inserted"
    assert rows.loc[-1, "place_after"] == 3
    assert np.isnan(rows.loc[-1, "return_before"])


def test_only_the_context_is_read_and_said() -> None:
    run, events = run_with(), history(60)
    context = run.model.context
    assert context < 30
    far = (dataclasses.replace(events[0], item=events[0].item % 30 + 1), *events[1:])
    before, after = respond(run, events), respond(run, far)
    assert before.read == context
    assert before.events["place"].tolist() == list(range(61 - context, 61))
    assert (compare(before, after).scenarios["q_change"] == 0).all()
    near = (*events[:-1], dataclasses.replace(events[-1], item=events[-1].item % 30 + 1))
    assert (compare(before, respond(run, near)).scenarios["q_change"] != 0).any()


def test_reported_estimates_are_those_of_the_whole_history() -> None:
    run, events = run_with(), history(60)
    found = respond(run, events)
    for row in found.events.iloc[[0, 4, -1]].itertuples():
        expected = forecast_of(run, events[: row.place - 1]).q
        assert found.events.loc[row.Index, "q_scenario 1"] == pytest.approx(
            expected["scenario 1"], abs=1e-5
        )


def test_a_pause_ends_the_episode_at_the_place_of_the_edit() -> None:
    run = run_with(session_gap_hours=2.0)
    events = tuple(
        dataclasses.replace(event, time=event.time + (event.key > 2) * 5 * HOUR_MS)
        for event in history(4)
    )
    # Events 1 and 2, five hours, events 3 and 4: each episode is a click and half a click.
    np.testing.assert_allclose(respond(run, events).events["return"], [1.5, 1.0, 1.5, 1.0])
    edited = insert(events, 3, item=7, scenario=2, actions=CLICK)
    found = respond(run, edited).events["return"]
    np.testing.assert_allclose(found, [1.75, 1.5, 1.0, 1.5, 1.0])


@pytest.mark.parametrize(
    ("events", "request_", "said"),
    [
        ((), None, "at least one event"),
        ((Event(1, 31, 1, 1),), None, "Item 31 is not in the vocabulary"),
        ((Event(1, 1, 4, 1),), None, "Scenario 4 is unknown"),
        ((Event(1, 1, 1, 1),), "nowhere", "choose one of scenario 1"),
    ],
)
def test_what_the_run_does_not_know_is_one_sentence(events, request_, said) -> None:
    with pytest.raises(UserError, match=said):
        respond(run_with(), events, request_)


def test_a_model_that_ignores_requests_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_with()
    monkeypatch.setattr(type(run.model), "uses_request", False)
    with pytest.raises(UserError, match="ignores the next scenario"):
        respond(run, history(3), "scenario 1")


def test_a_model_without_q_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    run = run_with()
    monkeypatch.setattr(type(run.model), "estimates_q", False)
    monkeypatch.setattr("ruie_core.analysis.whatif.load_run", lambda *_: run)
    with pytest.raises(UserError, match="estimates no Q"):
        open_model(tmp_path)


def test_items_of_either_top_have_both_ranks() -> None:
    run, events = run_with(), history(8)
    before, after = respond(run, events), respond(run, events[:4])
    items = compare(before, after).items
    assert set(items["item"]) == set(before.top["item"]) | set(after.top["item"])
    assert sorted(items["rank_before"])[:10] == list(range(1, 11))
    for row in items.itertuples():
        assert row.rank_after == 1 + (after.scores > after.scores[row.item - 1]).sum()


def test_changes_name_each_edit_once() -> None:
    events = history(6)
    edited = list(move(events, {2: 5}))
    del edited[0]
    edited[0] = dataclasses.replace(edited[0], scenario=events[2].scenario % 3 + 1)
    found = changes(events, insert(tuple(edited), 6, 9, 1, FOLLOW))
    assert sorted((change.kind, change.place) for change in found) == [
        ("changed", 1), ("inserted", 6), ("moved", 4), ("removed", 1),
    ]  # fmt: skip
    assert ACTIONS[1] == "follow"
