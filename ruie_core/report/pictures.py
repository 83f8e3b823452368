"""The picture of a statement: figure, how it is read, and the numbers in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import pandas as pd
import plotly.graph_objects as go

from ruie_core.analysis.frames import (
    cohorts,
    findings,
    findings_cohort,
    gate,
    story,
    transitions,
)
from ruie_core.analysis.frames.people import find_user
from ruie_core.analysis.frames.user import population, ranked_categories, user_steps
from ruie_core.figures import calibration as calibration_figures
from ruie_core.figures import findings as drawn
from ruie_core.figures import gate as gate_figures
from ruie_core.figures.numbers import THIN, plain, short
from ruie_core.figures.theme import LIGHT, Theme
from ruie_core.figures.user import storyboard
from ruie_core.report.gather import Desk, compared_runs
from ruie_core.reporting import gate as gate_words
from ruie_core.reporting.finding import Finding
from ruie_core.reporting.moments import find_moments, moments_frame
from ruie_core.reporting.text import escape
from ruie_core.reporting.user import reading as path_reading
from ruie_core.reporting.walk import walk

DRAWN_EVENTS: Final = 120
"""Events of a person's path that are drawn, the last ones."""


@dataclass(frozen=True)
class Picture:
    """What is drawn for a statement.

    Attributes:
        figure: finished with a theme and a height.
        reading: Markdown: how it is read.
        frame: the numbers that are drawn.
    """

    figure: go.Figure
    reading: str
    frame: pd.DataFrame


def picture(desk: Desk, finding: Finding, theme: Theme = LIGHT) -> Picture:
    """Draw what a statement rests on.

    Args:
        desk: the run.
        finding: the statement.
        theme: colours.

    Raises:
        UserError: its cohort or person is gone.
    """
    return _MAKERS[finding.key](desk, finding, theme)


def _compared(desk: Desk, finding: Finding, kind: str) -> pd.DataFrame:
    """Return the comparisons of one kind that the statement was chosen from."""
    if finding.run is not None:
        return compared_runs(desk, finding.run)
    if finding.cohort is None:
        looked = desk.load(desk.store, findings.looked_at, desk.k)
    else:
        among = desk.crowd(finding.cohort).users
        looked = desk.load(desk.store, findings_cohort.looked_at, among, desk.k)
    return looked[looked["kind"] == kind].reset_index(drop=True)


_LINES = (
    f"Dot and line: the difference and its 95{THIN}% interval, {{}}; on the dotted line there is "
    "none. "
)
_CLUSTERS = "users as clusters"


@dataclass(frozen=True)
class _Differences:
    """What is drawn of one kind of comparisons, a difference per scenario.

    Attributes:
        kind: of the comparisons.
        axis: what the difference is, with its unit; ``{k}`` is the cut-off, ``{own}`` and
            ``{other}`` are the names of two runs.
        right: how the figures at the right are read, with the same names.
        left_out: which scenarios are not drawn, or empty.
        over: what the interval is over.
    """

    kind: str
    axis: str
    right: str
    left_out: str = ""
    over: str = _CLUSTERS

    def __call__(self, desk: Desk, finding: Finding, theme: Theme) -> Picture:
        frame = _compared(desk, finding, self.kind)
        own, other = desk.store.name, str(finding.run)
        axis = self.axis.format(k=desk.k, own=plain(short(own, 30)), other=plain(short(other, 30)))
        right = self.right.format(own=escape(own), other=escape(other))
        about = finding.scenario if finding.cohort is None else None
        figure = drawn.differences(frame, desk.store.scenarios, axis, about, theme=theme)
        return Picture(figure, f"{_LINES.format(self.over)}Right: {right}{self.left_out}", frame)


_GAINS = _Differences(
    "ndcg", "gain in NDCG@{k} over the better popularity",
    "model − popularity, and n, the held-out events. ",
    "Scenarios with fewer than 30 are not drawn.",
)  # fmt: skip
_RUNS = _Differences(
    "run-ndcg", "NDCG@{k}, {own} less {other}",
    "{own} − {other}, and n, the held-out events. ",
    "Scenarios with fewer than 30 are not drawn.",
    "over users and, where several count, trainings",
)  # fmt: skip
_SERVED = _Differences(
    "cohort-ndcg", "NDCG@{k}, cohort less the rest",
    "cohort − rest, and n, the cohort's held-out events. ",
    "Scenarios with fewer than 30 on either side are not drawn.",
)  # fmt: skip
_TRUSTED = _Differences(
    "cohort-gate", "mean gate, cohort less the rest",
    "cohort − rest, and n, the cohort's events.",
)  # fmt: skip
_PROMISES = _Differences(
    "promise", "Q less realised return, reward units",
    "mean Q − mean return, and n, the events whose return is finished.",
)  # fmt: skip


def _moves(desk: Desk, finding: Finding, theme: Theme) -> Picture:
    if finding.cohort is None:
        frame, reference = desk.load(desk.store, transitions.everyone), "base rate"
        how = "exact, over events"
    else:
        among = desk.crowd(finding.cohort).users
        frame, reference = desk.load(desk.store, cohorts.transitions, among), "the rest"
        how = "users as clusters"
    source, to = str(finding.scenario), str(finding.to)
    figure = drawn.destinations(frame, desk.store.scenarios, source, to, reference, theme)
    reading = (
        f"Where the events go that leave one scenario. Dot and line: the observed share and its "
        f"95{THIN}% interval ({how}); diamond: what the model expected; stroke: {reference}."
    )
    return Picture(figure, reading, frame[frame["from_scenario"] == source])


def _mass(desk: Desk, _finding: Finding, theme: Theme) -> Picture:
    frame = desk.load(desk.store, gate.mass)
    figure = gate_figures.mass(frame, desk.store.scenarios, theme)
    return Picture(figure, gate_words.mass(frame), frame)


def _calibration(desk: Desk, _finding: Finding, theme: Theme) -> Picture:
    frame = desk.load(desk.store, gate.calibration, "all", "all")
    figure = calibration_figures.calibration(frame, None, theme)
    return Picture(figure, gate_words.calibration(frame, "all", "all"), frame)


def _path(desk: Desk, finding: Finding, theme: Theme) -> Picture:
    store = desk.store
    user = find_user(store, str(finding.user))
    steps = desk.load(store, user_steps, user)
    path = walk(steps, store.scenarios)
    moments = find_moments(path, desk.load(store, ranked_categories, user))
    zone = str(store.health.get("time_zone", "UTC"))
    first = max(1, path.n - DRAWN_EVENTS + 1)
    figure = storyboard(
        steps, store.scenarios, actions=store.actions,
        n_items=int(desk.load(store, population)["items"].iloc[0]),
        moments=moments_frame(moments), window=(first, path.n), zone=zone, theme=theme,
    )  # fmt: skip
    cut = f"The last {DRAWN_EVENTS} of {path.n} events are drawn. " if first > 1 else ""
    return Picture(
        figure, f"{cut}{path_reading(zone, story.pause_hours(store), clickable=False)}", steps
    )


_MAKERS: Final[Mapping[str, Callable[[Desk, Finding, Theme], Picture]]] = MappingProxyType(
    {
        "skill": _GAINS,
        "best": _GAINS,
        "worst": _GAINS,
        "flow": _moves,
        "misread": _moves,
        "gate": _mass,
        "promise": _PROMISES,
        "slope": _calibration,
        "run": _RUNS,
        "run-scenario": _RUNS,
        "cohort-ndcg": _SERVED,
        "cohort-move": _moves,
        "cohort-gate": _TRUSTED,
        "person": _path,
    }
)
