"""Named cohorts: who is looked at together, kept as JSON in the run's folder.

``<run>/cohorts/<id>.json`` lies beside what the run's manifest seals: people add and remove
cohorts, the model stays what it is. A cohort is a behaviour, asked anew of the run's tables, or an
explicit list of user ids.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from ruie_core.analysis import named
from ruie_core.analysis.behaviour.conditions import Behaviour, resolved
from ruie_core.analysis.behaviour.language import write
from ruie_core.analysis.behaviour.statement import statement
from ruie_core.analysis.behaviour.table import table_for
from ruie_core.analysis.store import RunStore
from ruie_core.config import setting_sentence
from ruie_core.errors import UserError
from ruie_core.files import COHORTS, read_json

MOST_BYTES: Final = 20 << 20
"""Largest file that is imported."""

_LISTED: Final = 'SELECT "user" FROM users WHERE user_id IN (SELECT unnest($ids))'
_NOUN: Final = "a cohort"


class Cohort(BaseModel):
    """A named set of users of one dataset: a behaviour, or a list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    dataset_hash: Annotated[str, Field(min_length=1)]
    created: datetime
    n_users: Annotated[int, Field(ge=0)]
    """How many they were when it was saved."""
    sentence: str | None = None
    """The behaviour as it is read and written; the description below is what counts."""
    behaviour: Behaviour | None = None
    users: (
        Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)] | None
    ) = None
    """Ids of the log."""

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "Cohort":
        if (self.behaviour is None) == (self.users is None):
            raise ValueError("a cohort has either a behaviour or a list of users")
        return self


def cohort_id(name: str) -> str:
    """Return the name's form in file names and links.

    Raises:
        UserError: nothing is left of it.

    >>> cohort_id("Moved to search, 2026")
    'moved-to-search-2026'
    """
    return named.identity(name, _NOUN)


def described(store: RunStore, name: str, behaviour: Behaviour, n_users: int) -> Cohort:
    """Return the cohort of a behaviour in a run, to be saved."""
    return Cohort(
        name=_named(name),
        dataset_hash=dataset_hash(store),
        created=datetime.now(UTC).replace(microsecond=0),
        n_users=n_users,
        sentence=write(behaviour),
        behaviour=behaviour,
    )


def listed_cohort(store: RunStore, name: str, user_ids: Iterable[str]) -> Cohort:
    """Return the cohort of these users of a run, to be saved."""
    users = tuple(str(each) for each in user_ids)
    return Cohort(
        name=_named(name),
        dataset_hash=dataset_hash(store),
        created=datetime.now(UTC).replace(microsecond=0),
        n_users=len(users),
        users=users,
    )


def dataset_hash(store: RunStore) -> str:
    """Return the hash of the data that a run was trained on."""
    return str(store.manifest.get("dataset_hash", ""))


def list_cohorts(run: Path) -> dict[str, str]:
    """Return the names of a run's cohorts by their ids; a damaged one is named by its id."""
    return named.names(run, COHORTS)


def read_cohort(store: RunStore, identity: str) -> Cohort:
    """Return one of a run's cohorts, with the names as the run writes them.

    Raises:
        UserError: there is none of this id, its file is damaged, or it is of other data.
    """
    path = _path(store.path, identity)
    if not path.is_file():
        raise UserError(f"Run “{store.name}” has no cohort “{identity}”.")
    return checked_cohort(store, read_json(path), str(path))


def checked_cohort(store: RunStore, value: object, where: str) -> Cohort:
    """Return what a JSON value describes, after checking that it fits the run.

    Args:
        store: the run.
        value: the parsed JSON.
        where: the file, for the sentence.

    Raises:
        UserError: it is no cohort, of another dataset, names a scenario that the run has not, or
            lists nobody whom the run knows.
    """
    try:
        cohort = Cohort.model_validate(value)
    except ValidationError as error:
        raise UserError(f"{where} is no cohort: {setting_sentence(error)}") from None
    if cohort.dataset_hash != dataset_hash(store):
        raise UserError(
            f"Cohort “{cohort.name}” is of other data than run “{store.name}” (dataset "
            f"{cohort.dataset_hash[:8]}…, not {dataset_hash(store)[:8]}…): choose a run that "
            "was trained on its data."
        )
    if cohort.behaviour is not None:
        behaviour = resolved(cohort.behaviour, store.scenarios, store.actions)
        return cohort.model_copy(update={"behaviour": behaviour, "sentence": write(behaviour)})
    if store.sql(_LISTED, {"ids": list(cohort.users or ())}).empty:
        raise UserError(f"None of the users of cohort “{cohort.name}” is in run “{store.name}”.")
    return cohort


def save_cohort(store: RunStore, cohort: Cohort) -> str:
    """Write a cohort, whole or not at all, and return its id.

    Raises:
        UserError: the run has a cohort of that name, or its folder cannot be written.
    """
    identity = cohort_id(cohort.name)
    named.write_new(
        _path(store.path, identity), cohort.model_dump(mode="json", exclude_none=True), _NOUN
    )
    return identity


def delete_cohort(store: RunStore, identity: str) -> None:
    """Remove a cohort; one that is gone already is no error.

    Raises:
        UserError: the folder cannot be written.
    """
    named.remove(_path(store.path, identity))


def members_of(store: RunStore, cohort: Cohort) -> str:
    """Return the name of the table with the cohort's users (``RunStore.keep_users``)."""
    if cohort.behaviour is not None:
        table = table_for(store, cohort.behaviour)
        asked = statement(cohort.behaviour, store.scenarios, 'users."user"', table=table)
        return store.keep_users(asked.sql, asked.params)
    return store.keep_users(_LISTED, {"ids": list(cohort.users or ())})


def _named(name: str) -> str:
    cohort_id(name)
    if len(name.strip()) > 80:
        raise UserError(f"A cohort's name has at most 80 characters, not {len(name.strip())}.")
    return name


def _path(run: Path, identity: str) -> Path:
    return named.place(run, COHORTS, identity, _NOUN)
