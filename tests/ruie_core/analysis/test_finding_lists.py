"""Lists of findings: kept beside the sealed files, checked when they are read."""

import json
from pathlib import Path

import pytest

from ruie_core.analysis.findings import (
    MOST_CAPTION,
    MOST_PICKS,
    ChangedMeanwhileError,
    Pick,
    captioned,
    change_findings,
    checked_findings,
    delete_findings,
    list_findings,
    moved,
    new_list,
    read_findings,
    rename_findings,
    save_findings,
    toggled,
)
from ruie_core.analysis.folder import fingerprint
from ruie_core.analysis.store import RunStore
from ruie_core.errors import UserError
from tests.fake_run import fabricate

PICKS = (Pick(finding="skill", caption="so what"), Pick(finding="cohort-move", cohort="busy"))


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(fabricate(tmp_path / "one", users=30, events=600, items=80, seed=2))


def test_a_list_is_read_as_it_was_saved_and_changed(store: RunStore) -> None:
    sealed = fingerprint(store.path)
    assert save_findings(store, new_list(store, "For Monday", PICKS)) == "for-monday"
    assert list_findings(store.path) == {"for-monday": "For Monday"}
    assert read_findings(store, "for-monday").picks == PICKS
    change_findings(store, "for-monday", moved(PICKS, 1, -1))
    assert [pick.finding for pick in read_findings(store, "for-monday").picks] == [
        "cohort-move", "skill",
    ]  # fmt: skip
    assert fingerprint(store.path) == sealed, "the run stays what it is"
    assert not list((store.path / "findings").glob("*.tmp*"))
    delete_findings(store, "for-monday")
    delete_findings(store, "for-monday")
    assert list_findings(store.path) == {}


def test_a_list_holds_no_numbers(store: RunStore) -> None:
    save_findings(store, new_list(store, "Mine", PICKS))
    kept = json.loads((store.path / "findings" / "mine.json").read_text())
    assert kept["picks"] == [
        {"finding": "skill", "caption": "so what"},
        {"finding": "cohort-move", "cohort": "busy", "caption": ""},
    ]


def test_a_change_of_another_state_is_refused(store: RunStore) -> None:
    save_findings(store, new_list(store, "Mine", PICKS))
    seen = read_findings(store, "mine").revision
    first = change_findings(store, "mine", PICKS[:1], seen)
    assert first.revision == read_findings(store, "mine").revision != seen
    with pytest.raises(ChangedMeanwhileError, match="“Mine” was changed elsewhere"):
        change_findings(store, "mine", PICKS[1:], seen)
    assert read_findings(store, "mine").picks == PICKS[:1]
    change_findings(store, "mine", PICKS[:1], seen)  # the same change twice is none
    assert change_findings(store, "mine", PICKS[1:], first.revision).picks == PICKS[1:]


def test_a_list_keeps_its_id_under_another_name(store: RunStore) -> None:
    save_findings(store, new_list(store, "Mine", PICKS))
    save_findings(store, new_list(store, "Yours", ()))
    before = read_findings(store, "mine")
    renamed = rename_findings(store, "mine", " Ours ")
    assert list_findings(store.path) == {"mine": "Ours", "yours": "Yours"}
    assert renamed == read_findings(store, "mine")
    assert (renamed.picks, renamed.created) == (PICKS, before.created)
    assert renamed.revision == before.revision, "another name is no other choice"
    with pytest.raises(UserError, match="There is a list of findings “Yours” already"):
        rename_findings(store, "mine", "Yours")
    with pytest.raises(UserError, match="is no name for a list"):
        rename_findings(store, "mine", "···")


def test_edits_keep_to_their_bounds() -> None:
    assert toggled(PICKS, Pick(finding="cohort-move")) == (*PICKS, Pick(finding="cohort-move"))
    assert toggled(PICKS, Pick(finding="skill", caption="other")) == PICKS[1:]
    assert moved(PICKS, 0, -1) == moved(PICKS, 1, 1) == moved(PICKS, 7, 1) == PICKS
    assert len(captioned(PICKS, 0, "x" * 2_000)[0].caption) == MOST_CAPTION


@pytest.mark.parametrize(
    ("name", "picks", "said"),
    [
        ("···", (), "is no name for a list of findings"),
        ("x" * 81, (), "at most 80 characters, not 81"),
        ("many", tuple(Pick(finding=f"f{n}") for n in range(MOST_PICKS + 1)), "20 findings at"),
    ],
)
def test_what_cannot_be_a_list_is_said(
    store: RunStore, name: str, picks: tuple[Pick, ...], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        new_list(store, name, picks)


def test_what_cannot_be_read_is_said(store: RunStore, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no list of findings “none”"):
        read_findings(store, "none")
    with pytest.raises(UserError, match="is no id of a list of findings"):
        read_findings(store, "../../one/config")
    save_findings(store, new_list(store, "Mine", PICKS))
    with pytest.raises(UserError, match="There is a list of findings “mine” already"):
        save_findings(store, new_list(store, "mine!", ()))
    file = store.path / "findings" / "mine.json"
    value = json.loads(file.read_text())
    other = tmp_path / "other.json"
    other.write_text(json.dumps(value | {"dataset_hash": "f" * 64}))
    with pytest.raises(UserError, match="are of other data than run “one”"):
        checked_findings(store, other)
    other.write_text(json.dumps(value | {"colour": "red"}))
    with pytest.raises(UserError, match=r"other\.json is no list of findings: .*colour"):
        checked_findings(store, other)
    file.write_text("{")
    assert list_findings(store.path) == {"mine": "mine"}
