"""A report: chosen statements with their pictures, how they were tested, where they are from."""

import platform
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import ruie_core
from ruie_core.analysis.findings import Pick, read_findings
from ruie_core.analysis.frames import findings, findings_cohort
from ruie_core.analysis.store import RunStore
from ruie_core.errors import UserError
from ruie_core.figures.numbers import THIN, count
from ruie_core.figures.theme import LIGHT, Theme
from ruie_core.report.gather import (
    Chosen,
    Desk,
    chosen,
    compared_runs,
    crowd_in_file,
    everyone,
    of_crowd,
    of_person,
    of_run,
    pick,
    suggestion,
)
from ruie_core.report.pictures import Picture, picture
from ruie_core.reporting.text import listed, plural, strong
from ruie_core.reporting.user import person

_PACKAGES: Final = ("plotly", "pandas", "numpy", "scipy", "duckdb")


@dataclass(frozen=True)
class Section:
    """One statement of a report: its text, its author's caption (plain text), its picture."""

    chosen: Chosen
    picture: Picture


@dataclass(frozen=True)
class Report:
    """All that a report shows; texts are Markdown, names from the data escaped.

    Attributes:
        title: plain text.
        sections: in order.
        contents: whether single persons are in it.
        method: how it was tested, one sentence a line.
        notes: what was chosen and could not be told.
        facts: where it comes from: name and value, plain text.
        command: what rebuilds it; none: the choice has no name yet.
    """

    title: str
    sections: tuple[Section, ...]
    contents: str
    method: tuple[str, ...]
    notes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    command: str | None


def make_report(
    desk: Desk,
    picks: Sequence[Pick],
    *,
    title: str,
    command: str | None,
    theme: Theme = LIGHT,
) -> Report:
    """Work out and draw what a report shows.

    Args:
        desk: the run.
        picks: what was chosen, in order.
        title: plain text.
        command: what rebuilds it.
        theme: colours of the pictures.

    Raises:
        UserError: nothing of it can be told.
    """
    told, notes = chosen(desk, picks)
    if not told:
        why = notes[0] if notes else "choose some in the app's Findings view, or name a list."
        raise UserError(f"There is no finding to report: {why}")
    return Report(
        title=title,
        sections=tuple(Section(each, picture(desk, each.finding, theme)) for each in told),
        contents=_contents(told),
        method=_method(desk, told),
        notes=tuple(notes),
        facts=_facts(desk, told),
        command=command,
    )


def from_options(
    desk: Desk,
    out: Path,
    *,
    user: str | None = None,
    cohort: str | None = None,
    compare: str | None = None,
    listed_as: str | None = None,
) -> Report:
    """Make the report that the options of ``ruie report`` name.

    The list, or else the suggestion; then the differences of the other run and of the cohort and
    the person, where the list does not tell of them.

    Args:
        desk: the run.
        out: where the page goes, for the command that rebuilds it.
        user: id, in the log, of a person to show.
        cohort: id of a cohort of the run, or a cohort's file.
        compare: name of the run beside it to compare with.
        listed_as: id of a list of findings.

    Raises:
        UserError: a name is unknown, or nothing can be told.
    """
    title = f"Findings of run {desk.store.name}"
    extra, identity = [], cohort
    if compare is not None:
        extra += of_run(desk, compare)
    if cohort is not None:
        if Path(cohort).is_file():
            guest = crowd_in_file(desk.store, Path(cohort))
            identity = guest.identity
            desk = replace(desk, guests={**desk.guests, guest.identity: guest})
        extra += of_crowd(desk, desk.crowd(str(identity)))
    if listed_as is not None:
        found = read_findings(desk.store, listed_as)
        title, picks = found.name, [*found.picks]
        picks += suggestion(extra)
    else:
        picks = [*suggestion([*everyone(desk), *extra])]
    if user is not None:
        picks += [pick(each) for each in of_person(desk, user)]
    unique = {each.identity: each for each in reversed(picks)}
    ordered = sorted(unique.values(), key=picks.index)
    command = command_line(
        desk, shown_path(out), user=user, cohort=cohort, compare=compare, findings=listed_as
    )
    return make_report(desk, ordered, title=title, command=command)


def command_line(desk: Desk, out: str, **options: str | None) -> str:
    """Write the command that makes a report again.

    Args:
        desk: the run.
        out: the page.
        options: of the command, by their names; none: not given.
    """
    words = ["ruie", "report", shown_path(desk.store.path)]
    for name, value in options.items():
        words += [f"--{name}", value] if value is not None else []
    return shlex.join([*words, "--out", out])


def shown_path(path: Path) -> str:
    """Return a path that says nothing about whose machine it was on.

    >>> shown_path(Path("checkpoints/demo")), shown_path(Path("/home/ann/checkpoints/demo"))
    ('checkpoints/demo', 'checkpoints/demo')
    """
    if not path.is_absolute():
        return path.as_posix()
    if path.is_relative_to(Path.cwd()):
        return path.relative_to(Path.cwd()).as_posix()
    return f"{path.parent.name}/{path.name}".lstrip("/")


def _contents(told: Sequence[Chosen]) -> str:
    people = dict.fromkeys(each.finding.user for each in told if each.finding.user is not None)
    if not people:
        return "Aggregates only: no single person's events are in this report."
    names = listed([person(each) for each in people])
    return (
        f"Shows single events of {names}, chosen explicitly as an illustration; all other figures "
        "are aggregates."
    )


def _method(desk: Desk, told: Sequence[Chosen]) -> tuple[str, ...]:
    families = dict.fromkeys(
        (each.finding.cohort, each.finding.run)
        for each in told
        if each.finding.standing != "person"
    )
    sizes = []
    for identity, run in families:
        if run is not None:
            looked = compared_runs(desk, run)
            about = f"with run {strong(run)}"
        elif identity is None:
            looked = desk.load(desk.store, findings.looked_at, desk.k)
            about = "about everyone"
        else:
            among = desk.crowd(identity)
            looked = desk.load(desk.store, findings_cohort.looked_at, among.users, desk.k)
            about = f"of {strong(among.name)} with the rest"
        n = int(looked["p"].notna().sum())
        sizes.append(f"{count(n)} {plural(n, 'comparison')} {about}")
    holm = (
        f"Looked at together and corrected by Holm's method: {listed(sizes)}. A difference is "
        "claimed only where the corrected p-value is under 0.05."
    )
    return (
        f"Intervals hold 95{THIN}%. They count users, not events, as independent wherever a "
        "figure's reading says “users as clusters”.",
        *([holm] if sizes else []),
        "“No difference shown” means that these data do not tell the two apart; it does not mean "
        "that they are equal. The interval says how large a difference could still be.",
        "Differences are those of a log, not of an experiment: they do not say what would happen "
        "if the product changed.",
    )


def _facts(desk: Desk, told: Sequence[Chosen]) -> tuple[tuple[str, str], ...]:
    store = desk.store
    made: dict[str, Any] = store.manifest
    data = made.get("dataset_manifest") or {}
    settings = data.get("settings") or {}
    kept = ", ".join(
        f"{name.replace('_', ' ')} {settings[name]}"
        for name in ("keep", "min_user_events", "min_item_events", "min_scenario_share")
        if name in settings
    )
    run = _trained(store)
    with_ = ", ".join(f"{name} {made[name]}" for name in ("torch", "python") if name in made)
    here = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    rivals = dict.fromkeys(each.finding.run for each in told if each.finding.run is not None)
    crowds = [desk.crowd(each) for each in dict.fromkeys(c.finding.cohort for c in told) if each]
    facts = [
        ("Run", run),
        ("Made with", ", ".join(filter(None, (f"ruie {made.get('version', '–')}", with_)))),
        ("Data", f"{made.get('dataset_name', '–')}, {made.get('dataset_hash', '–')}"),
        ("Data kept", kept),
        ("Held out", _held_out(store.metrics)),
        *(("Compared with", _run_fact(desk, each)) for each in rivals),
        *(
            ("Cohort", f"{each.name}: {each.sentence or 'listed users'}; {count(each.n)} users")
            for each in crowds
        ),
        ("Report", f"written {_moment(datetime.now(UTC).isoformat())}, "
                   f"ruie {ruie_core.__version__}, Python {platform.python_version()}, {here}"),
    ]  # fmt: skip
    return tuple((name, value) for name, value in facts if value)


def _trained(store: RunStore) -> str:
    made = store.manifest
    return f"{store.name}, trained {_moment(made.get('created'))}, seed {made.get('seed', '–')}"


def _run_fact(desk: Desk, name: str) -> str:
    """Say which other run was compared with, and how many trainings of either count."""
    rival = desk.rival(name)
    counts = f"{len(rival.trainings.own)} and {len(rival.trainings.its)}"
    return f"{_trained(rival.store)}; trainings that count: {counts}"


def _held_out(metrics: Mapping[str, Any]) -> str:
    events, protocol = metrics.get("split", "–"), metrics.get("protocol", "–")
    return f"{events} events, {protocol}; the model is not told which scenario comes next"


def _moment(text: object) -> str:
    """Write an ISO time to the minute.

    >>> _moment("2026-11-24T17:31:14+00:00")
    '2026-11-24 17:31 UTC'
    """
    written = str(text)
    return f"{written[:10]} {written[11:16]} UTC" if len(written) >= 16 else "–"
