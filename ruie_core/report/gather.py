"""Which statements a run supports, and those of them that a list names."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd

from ruie_core.analysis.behaviour.conditions import Behaviour
from ruie_core.analysis.cohorts import Cohort, checked_cohort, members_of, read_cohort
from ruie_core.analysis.findings import MOST_PICKS, Pick
from ruie_core.analysis.frames import findings, findings_cohort, findings_run
from ruie_core.analysis.frames.metrics import usual_cutoff
from ruie_core.analysis.frames.people import find_user, size
from ruie_core.analysis.frames.two_runs import check_comparable
from ruie_core.analysis.frames.user import user_steps
from ruie_core.analysis.runs import comparable_names, list_runs
from ruie_core.analysis.seeds import Trainings, trainings
from ruie_core.analysis.store import RunStore
from ruie_core.errors import UserError
from ruie_core.files import read_json
from ruie_core.reporting.finding import Finding
from ruie_core.reporting.findings import about_everyone
from ruie_core.reporting.findings_cohort import about_cohort, about_person
from ruie_core.reporting.findings_run import about_run
from ruie_core.reporting.sides import run_names
from ruie_core.reporting.walk import walk

SUGGESTED: Final = 6
"""Statements in a first selection, at most: what a meeting can hold."""

Load = Callable[..., pd.DataFrame]
"""``(store, query, *arguments)`` → ``query(store, *arguments)``, perhaps remembered."""


def ask(store: RunStore, query: Callable[..., pd.DataFrame], *arguments: Any) -> pd.DataFrame:
    """Ask a query anew."""
    return query(store, *arguments)


@dataclass(frozen=True)
class Crowd:
    """A cohort that statements are made about.

    Attributes:
        identity: its id, or the name of its file.
        name: as people call it.
        users: table of its users (``RunStore.keep_users``).
        n: how many they are.
        behaviour: what they were chosen by; none: they were listed.
        sentence: the same in words.
    """

    identity: str
    name: str
    users: str
    n: int
    behaviour: Behaviour | None = None
    sentence: str | None = None


@dataclass(frozen=True)
class Rival:
    """A run that the desk's is compared with, and the trainings of both that count."""

    store: RunStore
    trainings: Trainings


@dataclass(frozen=True)
class Desk:
    """A run's tables, how they are asked, cohorts that do not lie in its folder, other runs.

    Attributes:
        store: the run's tables.
        load: how they are asked.
        guests: cohorts from elsewhere, by their ids.
        opened: opens the tables of a run beside it.
        rivals: runs that it has been compared with, by name: each is looked for and opened once.
    """

    store: RunStore
    load: Load = ask
    guests: Mapping[str, Crowd] = field(default_factory=dict)
    opened: Callable[[Path], RunStore] = RunStore
    rivals: dict[str, Rival] = field(default_factory=dict, repr=False, compare=False)

    def crowd(self, identity: str) -> Crowd:
        """Return a cohort by its id.

        Raises:
            UserError: there is none, or it cannot be read.
        """
        if identity in self.guests:
            return self.guests[identity]
        return crowd(self.store, identity, read_cohort(self.store, identity))

    def rival(self, name: str) -> Rival:
        """Return another run of the same data that lies beside this one.

        Raises:
            UserError: there is none of that name, or it cannot be read.
        """
        if name in self.rivals:
            return self.rivals[name]
        folder = self.store.path.parent
        runs = list_runs(folder)
        if name not in comparable_names(runs, self.store.name):
            raise UserError(
                f"Run “{self.store.name}” cannot be compared with “{name}”: {folder} holds no "
                "analyzed run of that name on the same data."
            )
        other = self.opened(folder / name)
        check_comparable(self.store, other)
        self.rivals[name] = Rival(other, trainings(self.store, other, runs, self.opened))
        return self.rivals[name]

    @property
    def k(self) -> int:
        """Cut-off of NDCG that is quoted."""
        return usual_cutoff(self.store)


@dataclass(frozen=True)
class Chosen:
    """A statement that a list names, with its author's caption."""

    finding: Finding
    caption: str = ""


def crowd(store: RunStore, identity: str, cohort: Cohort) -> Crowd:
    """Return a cohort as statements need it."""
    users = members_of(store, cohort)
    n = size(store, users)
    return Crowd(identity, cohort.name, users, n, cohort.behaviour, cohort.sentence)


def crowd_in_file(store: RunStore, path: Path) -> Crowd:
    """Return the cohort in a file, as the app exports it.

    Raises:
        UserError: it is no cohort, or not one of the run's data.
    """
    return crowd(store, path.stem, checked_cohort(store, read_json(path), str(path)))


def everyone(desk: Desk) -> list[Finding]:
    """Return the statements about everyone."""
    return about_everyone(desk.load(desk.store, findings.looked_at, desk.k), desk.k)


def of_crowd(desk: Desk, among: Crowd) -> list[Finding]:
    """Return the statements about a cohort against the rest."""
    looked = desk.load(desk.store, findings_cohort.looked_at, among.users, desk.k)
    return about_cohort(looked, desk.k, among.identity, among.name, among.n, among.behaviour)


def of_person(desk: Desk, user_id: str) -> list[Finding]:
    """Return one person's path as an illustration.

    Raises:
        UserError: the run does not know this person.
    """
    user = find_user(desk.store, user_id)
    path = walk(desk.load(desk.store, user_steps, user), desk.store.scenarios)
    made = about_person(path, user_id)
    return [] if made is None else [made]


def of_run(desk: Desk, name: str) -> list[Finding]:
    """Return the statements about this run and another.

    Raises:
        UserError: there is no such run on the same data.
    """
    found, names = desk.rival(name).trainings, run_names(desk.store.name, name)
    counts = len(found.own), len(found.its)
    return about_run(compared_runs(desk, name), desk.k, names, counts, same=found.same)


def compared_runs(desk: Desk, name: str) -> pd.DataFrame:
    """Return the comparisons of this run and another, tested together.

    Raises:
        UserError: there is no such run on the same data.
    """
    found = desk.rival(name).trainings
    return desk.load(desk.store, findings_run.looked_at, found.own, found.its, desk.k)


def offered(
    desk: Desk, cohort: str | None = None, user: str | None = None, run: str | None = None
) -> list[Finding]:
    """Return all statements that can be chosen: everyone, other run, cohort, person.

    Args:
        desk: the run.
        cohort: id of a cohort, or none.
        user: id of a person in the log, or none.
        run: name of the run to compare with, or none.

    Raises:
        UserError: the run knows no such cohort, person or run.
    """
    found = everyone(desk)
    if run is not None:
        found += of_run(desk, run)
    if cohort is not None:
        found += of_crowd(desk, desk.crowd(cohort))
    if user is not None:
        found += of_person(desk, user)
    return found


def pick(finding: Finding, caption: str = "") -> Pick:
    """Return what a list holds of a statement."""
    about = {"cohort": finding.cohort, "user": finding.user, "run": finding.run}
    return Pick(finding=finding.key, caption=caption, **about)


def suggestion(found: Iterable[Finding]) -> tuple[Pick, ...]:
    """Return a first selection: differences that are shown, and no person.

    A person is told of only where somebody chose so. Those about a cohort or another run have a
    place before those about everyone; the order stays.
    """
    shown = [each for each in found if each.standing == "shown"]
    first = sorted(shown, key=lambda each: each.cohort is None and each.run is None)[:SUGGESTED]
    return tuple(pick(each) for each in shown if each in first)


def chosen(desk: Desk, picks: Sequence[Pick]) -> tuple[list[Chosen], list[str]]:
    """Work out the statements that a list names, from the run's tables.

    Args:
        desk: the run.
        picks: in order.

    Returns:
        The statements, and a sentence per pick that cannot be told any more.
    """
    known: dict[tuple[str | None, ...], dict[str, Finding]] = {}
    kept, notes = [], []
    for each in picks[:MOST_PICKS]:
        about = each.identity[1:]
        try:
            if about not in known:
                known[about] = {finding.key: finding for finding in _about(desk, each)}
        except UserError as error:
            notes.append(f"“{each.finding}” is left out: {error}")
            continue
        finding = known[about].get(each.finding)
        if finding is None:
            notes.append(f"“{each.finding}” is left out: the run's tables do not support it.")
        else:
            kept.append(Chosen(finding, each.caption))
    return kept, notes


def _about(desk: Desk, each: Pick) -> list[Finding]:
    if each.user is not None:
        return of_person(desk, each.user)
    if each.cohort is not None:
        return of_crowd(desk, desk.crowd(each.cohort))
    if each.run is not None:
        return of_run(desk, each.run)
    return everyone(desk)
