"""Chosen findings: which statements, in which order, with which captions; JSON in the run's folder.

``<run>/findings/<id>.json`` lies beside what the run's manifest seals, like cohorts. A list holds
no numbers: a statement is named by its key, and is worked out anew from the run's tables whenever
it is shown.
"""

import hashlib
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ruie_core.analysis import named
from ruie_core.analysis.cohorts import dataset_hash
from ruie_core.analysis.store import RunStore
from ruie_core.config import setting_sentence
from ruie_core.errors import UserError
from ruie_core.files import FINDINGS, read_json

MOST_PICKS: Final = 20
MOST_CAPTION: Final = 600
"""Letters of a caption."""

_NOUN: Final = "a list of findings"
_WRITING: Final = threading.Lock()
"""Held from a look at a list to its change, so that of two tabs one sees the other's."""


class Pick(BaseModel):
    """One chosen statement."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    finding: Annotated[str, Field(min_length=1, max_length=40)]
    """Its key, such as ``skill``."""
    cohort: str | None = None
    """Id of the cohort that it is about."""
    user: str | None = None
    """Id, in the log, of the person whose path it tells."""
    run: str | None = None
    """Name of the run that this one is compared with; it lies beside it."""
    caption: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_CAPTION)] = ""
    """What its author adds, plain text."""

    @property
    def identity(self) -> tuple[str | None, ...]:
        """What makes it the same pick, whatever its caption."""
        return self.finding, self.cohort, self.user, self.run

    @property
    def abouts(self) -> int:
        """How many it is about of a cohort, a person and another run: one at most, or everyone."""
        return sum(each is not None for each in (self.cohort, self.user, self.run))


class FindingList(BaseModel):
    """A named, ordered choice of statements about one run's data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    name: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=named.MOST_LETTERS),
    ]
    dataset_hash: Annotated[str, Field(min_length=1)]
    created: datetime
    picks: Annotated[tuple[Pick, ...], Field(max_length=MOST_PICKS)] = ()

    @property
    def revision(self) -> str:
        """What tells these picks, in this order and with these captions, from all others."""
        return hashlib.sha256(self.model_dump_json(include={"picks"}).encode()).hexdigest()


class ChangedMeanwhileError(UserError):
    """A list is no longer the one that a change was made from."""


def new_list(store: RunStore, name: str, picks: Sequence[Pick]) -> FindingList:
    """Return a list of a run's findings, to be saved.

    Raises:
        UserError: the name has no letters or too many, or there are too many findings.
    """
    named.identity(name, _NOUN)
    if len(name.strip()) > named.MOST_LETTERS:
        raise UserError(
            f"The name of a list has at most {named.MOST_LETTERS} characters, not "
            f"{len(name.strip())}."
        )
    _checked(picks)
    return FindingList(
        name=name,
        dataset_hash=dataset_hash(store),
        created=datetime.now(UTC).replace(microsecond=0),
        picks=tuple(picks),
    )


def list_findings(run: Path) -> dict[str, str]:
    """Return the names of a run's lists by their ids; a damaged one is named by its id."""
    return named.names(run, FINDINGS)


def read_findings(store: RunStore, identity: str) -> FindingList:
    """Return one of a run's lists.

    Raises:
        UserError: there is none of this id, its file is damaged, or it is of other data.
    """
    path = named.place(store.path, FINDINGS, identity, _NOUN)
    if not path.is_file():
        raise UserError(f"Run “{store.name}” has no list of findings “{identity}”.")
    return checked_findings(store, path)


def checked_findings(store: RunStore, path: Path) -> FindingList:
    """Return the list in a file, after checking that it fits the run.

    Raises:
        UserError: it is no list of findings, or one of other data.
    """
    try:
        found = FindingList.model_validate(read_json(path))
    except ValidationError as error:
        raise UserError(f"{path} is no list of findings: {setting_sentence(error)}") from None
    if found.dataset_hash != dataset_hash(store):
        raise UserError(
            f"Findings “{found.name}” are of other data than run “{store.name}” (dataset "
            f"{found.dataset_hash[:8]}…, not {dataset_hash(store)[:8]}…): choose a run that was "
            "trained on its data."
        )
    return found


def save_findings(store: RunStore, findings: FindingList) -> str:
    """Write a new list, whole or not at all, and return its id.

    Raises:
        UserError: the run has a list of that name, or its folder cannot be written.
    """
    identity = named.identity(findings.name, _NOUN)
    path = named.place(store.path, FINDINGS, identity, _NOUN)
    named.write_new(path, findings.model_dump(mode="json", exclude_none=True), _NOUN)
    return identity


def change_findings(
    store: RunStore, identity: str, picks: Sequence[Pick], seen: str | None = None
) -> FindingList:
    """Write other picks into a list that exists, and return it.

    Args:
        store: the run.
        identity: id of the list.
        picks: what it holds from now on.
        seen: revision of the list that the change was made from; none: any.

    Raises:
        ChangedMeanwhileError: the list is another by now; it stays so.
        UserError: the list is gone, there are too many findings, or it cannot be written.
    """
    _checked(picks)
    with _WRITING:
        now = read_findings(store, identity)
        changed = now.model_copy(update={"picks": tuple(picks)})
        if seen is not None and now.revision not in {seen, changed.revision}:
            raise ChangedMeanwhileError(
                f"“{now.name}” was changed elsewhere since it was shown here, so your change is "
                "not saved: save yours in its place, or go back to the saved list."
            )
        _write(store, identity, changed)
    return changed


def rename_findings(store: RunStore, identity: str, name: str) -> FindingList:
    """Give a list another name, and return it; its id, and the links to it, stay.

    Raises:
        UserError: the name is no name or another list's, the list is gone, or it cannot be written.
    """
    others = {each: other for each, other in list_findings(store.path).items() if each != identity}
    if name.strip() in others.values():
        raise UserError(
            f"There is a list of findings “{name.strip()}” already: choose another name."
        )
    with _WRITING:
        now = read_findings(store, identity)
        named_so = new_list(store, name, now.picks).model_copy(update={"created": now.created})
        _write(store, identity, named_so)
    return named_so


def delete_findings(store: RunStore, identity: str) -> None:
    """Remove a list; one that is gone already is no error.

    Raises:
        UserError: the folder cannot be written.
    """
    named.remove(named.place(store.path, FINDINGS, identity, _NOUN))


def toggled(picks: Sequence[Pick], pick: Pick) -> tuple[Pick, ...]:
    """Put a pick at the end, or take it out where it is chosen already.

    >>> both = [Pick(finding="a"), Pick(finding="b")]
    >>> [pick.finding for pick in toggled(both, Pick(finding="a"))]
    ['b']
    """
    others = tuple(each for each in picks if each.identity != pick.identity)
    return (*picks, pick) if len(others) == len(picks) else others


def moved(picks: Sequence[Pick], place: int, by: int) -> tuple[Pick, ...]:
    """Move a pick up (−1) or down (1); at an end it stays.

    >>> [pick.finding for pick in moved([Pick(finding="a"), Pick(finding="b")], 0, 1)]
    ['b', 'a']
    """
    order, target = list(picks), place + by
    if 0 <= place < len(order) and 0 <= target < len(order):
        order[place], order[target] = order[target], order[place]
    return tuple(order)


def captioned(picks: Sequence[Pick], place: int, caption: str) -> tuple[Pick, ...]:
    """Give a pick another caption, cut to what a caption holds.

    >>> captioned([Pick(finding="a")], 0, " so what ")[0].caption
    'so what'
    """
    text = caption.strip()[:MOST_CAPTION]
    return tuple(
        pick.model_copy(update={"caption": text}) if at == place else pick
        for at, pick in enumerate(picks)
    )


def _write(store: RunStore, identity: str, changed: FindingList) -> None:
    path = named.place(store.path, FINDINGS, identity, _NOUN)
    named.write(path, changed.model_dump(mode="json", exclude_none=True))


def _checked(picks: Sequence[Pick]) -> None:
    if len(picks) > MOST_PICKS:
        raise UserError(
            f"A list holds {MOST_PICKS} findings at most, not {len(picks)}: leave some out."
        )
