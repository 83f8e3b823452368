"""What is selected, everywhere: it lives in the URL; a link, a reload and "back" restore it.

A change goes through one of the ``select_…`` functions, which write it at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from app import known, url
from app.places import folder
from app.selection import (
    BY,
    COHORT,
    COMPARE,
    FIND,
    FINDINGS,
    ITEM,
    KEYS,
    OWN,
    PERIOD,
    PIN,
    RUN,
    SCENARIO,
    SPANS,
    STEP,
    USER,
    WINDOW,
    Selection,
    link,
)
from ruie_core.analysis import periods
from ruie_core.analysis.behaviour.conditions import Behaviour
from ruie_core.analysis.behaviour.language import write
from ruie_core.analysis.cohorts import members_of, read_cohort
from ruie_core.analysis.folder import fingerprint
from ruie_core.analysis.frames.people import size
from ruie_core.analysis.periods import Period, Span
from ruie_core.analysis.personal import ready
from ruie_core.analysis.runs import RunInfo
from ruie_core.analysis.store import RunStore
from ruie_core.figures.theme import DARK, LIGHT, Theme

_VIEW = "view_to_open"


@dataclass(frozen=True)
class Group:
    """The selected cohort.

    Attributes:
        name: as people call it.
        users: table of its users (``RunStore.keep_users``).
        n: how many they are.
        behaviour: what they were chosen by; none: they were listed.
    """

    name: str
    users: str
    n: int
    behaviour: Behaviour | None = None


@dataclass(frozen=True)
class Context:
    """What a view is given."""

    store: RunStore
    run: RunInfo
    selection: Selection
    theme: Theme
    group: Group | None = None
    """The selected cohort; views that read it say so in ``app.views.registry``."""

    @property
    def among(self) -> str | None:
        """Table of the users that frames are to look at; none: all."""
        return None if self.group is None else self.group.users


def checkpoints() -> Path:
    """Return the folder of runs: ``RUIE_CHECKPOINTS``, else ``checkpoints`` here or by the app."""
    return folder("checkpoints", "RUIE_CHECKPOINTS")


def experiments() -> Path:
    """Return the folder of experiments: ``RUIE_EXPERIMENTS``, else likewise."""
    return folder("experiments", "RUIE_EXPERIMENTS")


def open_store(path: Path) -> RunStore:
    """Return the shared store of a run; it is opened, and checked, once per state of its files.

    Raises:
        UserError: the run is damaged or has no analysis.
    """
    return _open(str(path), fingerprint(path))


def open_beside(path: Path) -> RunStore:
    """Return the shared store of a run that is read beside another: checked, not counted ahead.

    They have a place of their own: the trainings of two models are more than there are places for
    runs that are looked at, which would be opened anew with every click.

    Raises:
        UserError: the run is damaged or has no analysis.
    """
    return _open_beside(str(path), fingerprint(path))


@st.cache_resource(max_entries=4, show_spinner="Checking the run's files …")
def _open(path: str, state: str) -> RunStore:  # noqa: ARG001 - ``state`` is part of the cache key
    store = RunStore(Path(path))
    ready(store)
    return store


@st.cache_resource(max_entries=24, show_spinner="Checking the files of other runs …")
def _open_beside(path: str, state: str) -> RunStore:  # noqa: ARG001 - see above
    return RunStore(Path(path))


def theme() -> Theme:
    """Return the figures' theme that fits the one the browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def chosen_run(runs: Sequence[RunInfo]) -> RunInfo:
    """Return the run that the URL (or else the session) names, or else the first of the list."""
    wanted = _wanted().get(RUN)
    for run in runs:
        if run.name == wanted:
            return run
    if wanted:
        url.note(
            f"The link names run “{wanted}”, which is not in {checkpoints()}; "
            f"this is run “{runs[0].name}”."
        )
    return runs[0]


def chosen_selection(run: RunInfo, store: RunStore) -> Selection:
    """Return the validated selection, and write it back into the URL and the session."""
    wanted = _wanted()
    asked = known.Asked(store, run.name, checkpoints())
    user = known.user(asked, wanted[USER]) if USER in wanted else None
    asked = replace(asked, events=None if user is None else user[1])
    found = {key: check(asked, wanted[key]) for key, check in known.CHECKS.items() if key in wanted}
    selection = Selection(
        run.name,
        None if user is None else user[0],
        None if user is None else wanted[USER],
        item_id=wanted[ITEM] if found.get(ITEM) is not None else None,
        pin_id=wanted[PIN] if found.get(PIN) is not None else None,
        **found,
    )
    url.write(KEYS, link(selection))
    return selection


def context(run: RunInfo, store: RunStore) -> Context:
    """Return what the views are given.

    Raises:
        UserError: the tables went away while the app was open.
    """
    selection = chosen_selection(run, store)
    return Context(store, run, selection, theme(), _group(store, selection.cohort))


def _group(store: RunStore, identity: str | None) -> Group | None:
    if identity is None:
        return None
    cohort = read_cohort(store, identity)
    users = members_of(store, cohort)
    return Group(cohort.name, users, size(store, users), cohort.behaviour)


def follow(context: Context) -> Selection:
    """Return the selection in a fragment; draw the whole page anew if it changed since.

    Everything outside the fragment, such as the links at the side, carries the selection too.
    """
    selection = chosen_selection(context.run, context.store)
    if selection != context.selection:
        st.rerun()
    return selection


def select_run(name: str) -> None:
    """Look at another run; the user stays if it knows them."""
    url.write(KEYS, _wanted() | {RUN: name})
    for key in OWN:
        url.put(key, "")


def open_run(name: str, title: str) -> None:
    """Look at another run in the view of that title, from the next drawing of the page on."""
    select_run(name)
    st.session_state[_VIEW] = title


def view_to_open() -> str | None:
    """Return, once, the title of the view that was asked for."""
    title: str | None = st.session_state.pop(_VIEW, None)
    return title


def select_user(user_id: str | None, step: int | None = None) -> None:
    """Look at another user, or at none; step and window belong to the user and go with it."""
    _replace({USER: user_id, STEP: step, WINDOW: None})


def select_step(step: int | None) -> None:
    """Look at another event of the user, or at none; a window that leaves it out goes."""
    first, _, last = _wanted().get(WINDOW, "").partition("-")
    if step is not None and first.isdecimal() and last.isdecimal():
        inside = int(first) <= step <= int(last) + 1
        _replace({STEP: step} if inside else {STEP: step, WINDOW: None})
    else:
        _replace({STEP: step})


def select_item(item_id: str | None) -> None:
    """Look at another item, or at none."""
    _replace({ITEM: item_id})


def select_pin(user_id: str | None) -> None:
    """Keep a user beside the selected one, or none."""
    _replace({PIN: user_id})


def select_cohort(identity: str | None) -> None:
    """Look at a cohort of the run by its id, or at everyone."""
    _replace({COHORT: identity})


def select_scenario(name: str | None) -> None:
    """Look at a scenario, or at all."""
    _replace({SCENARIO: name})


def click_scenario(name: str | None) -> None:
    """Look at a scenario that was clicked; at all where it is looked at already, or none is."""
    select_scenario(None if name == _wanted().get(SCENARIO) else name)


def select_window(first: int, last: int) -> None:
    """Draw these events of the user."""
    _replace({WINDOW: f"{first}-{last}"})


def select_find(behaviour: Behaviour | None) -> None:
    """Find people by what they did, or everybody."""
    _replace({FIND: None if behaviour is None else write(behaviour)})


def select_compare(run: str | None) -> None:
    """Compare with another run, or with none."""
    _replace({COMPARE: run})


def select_period(period: Period | None) -> None:
    """Look at some days of the log, or at all of it."""
    _replace({PERIOD: None if period is None else periods.write(period)})


def select_by(name: str | None) -> None:
    """Choose what the Compare view sets against each other."""
    _replace({BY: name})


def select_spans(spans: tuple[Span, Span] | None) -> None:
    """Choose the two spans that are compared, the earlier first."""
    _replace({SPANS: None if spans is None else ",".join(map(periods.write, spans))})


def select_findings(identity: str | None) -> None:
    """Look at a list of findings of the run by its id, or at none."""
    _replace({FINDINGS: identity})


def drop(key: str) -> None:
    """Take one key out of the selection, with what belongs to it."""
    _replace({key: None} | ({STEP: None, WINDOW: None} if key == USER else {}))


def _replace(changed: Mapping[str, str | int | None]) -> None:
    kept = _wanted() | {key: str(new) for key, new in changed.items() if new is not None}
    gone = {key for key, new in changed.items() if new is None}
    url.write(KEYS, {key: value for key, value in kept.items() if key not in gone})


def _wanted() -> dict[str, str]:
    return url.wanted(KEYS)
