"""What is selected, as one value, and how a link writes it."""

from dataclasses import dataclass

from ruie_core.analysis import periods
from ruie_core.analysis.behaviour.conditions import Behaviour
from ruie_core.analysis.behaviour.language import write
from ruie_core.analysis.periods import Period, Span

RUN, USER, STEP, ITEM = "run", "user", "step", "item"
PIN, COHORT, SCENARIO, WINDOW, FIND, COMPARE, FINDINGS = (
    "pin", "cohort", "scenario", "window", "find", "compare", "findings",
)  # fmt: skip
PERIOD, BY, SPANS = "period", "by", "spans"
"""Names of the query parameters; users and items are named by the log's own ids."""
KEYS = (
    RUN, USER, STEP, ITEM, PIN, COHORT, SCENARIO, WINDOW, FIND, COMPARE, PERIOD, BY, SPANS,
    FINDINGS,
)  # fmt: skip
"""All of them, in the order of a link."""
TOLD = "told"
OWN = ("item_map", "state_map", TOLD)
"""Names of texts that one view alone writes, about the run: they go where another run is chosen."""


@dataclass(frozen=True)
class Selection:
    """What the whole app looks at.

    Attributes:
        run: name of the run's folder.
        user: code of the selected user in the run's tables, or none.
        user_id: the same user's id in the log.
        step: selected event of the user, counted from 1; n + 1 is the forecast.
        item: code of the selected item, or none.
        item_id: the same item's id in the log.
        pin: code of the user who is kept beside the selected one.
        pin_id: the same user's id in the log.
        cohort: id of the selected cohort of the run.
        scenario: selected scenario.
        window: first and last event of the user that are drawn; none: the view chooses.
        find: behaviour that people are found by.
        compare: name of the run that this one is compared with.
        period: days of the log that views look at; none: all of it.
        by: what the Compare view sets against each other; none: it chooses.
        spans: the two spans that it compares, the earlier first; none: the two halves.
        findings: id of the selected list of findings of the run.
    """

    run: str
    user: int | None = None
    user_id: str | None = None
    step: int | None = None
    item: int | None = None
    item_id: str | None = None
    pin: int | None = None
    pin_id: str | None = None
    cohort: str | None = None
    scenario: str | None = None
    window: tuple[int, int] | None = None
    find: Behaviour | None = None
    compare: str | None = None
    period: Period | None = None
    by: str | None = None
    spans: tuple[Span, Span] | None = None
    findings: str | None = None


def link(selection: Selection) -> dict[str, str]:
    """Return the query of a link to what is selected."""
    window = None if selection.window is None else "{}-{}".format(*selection.window)
    values: tuple[str | int | None, ...] = (
        selection.run, selection.user_id, selection.step, selection.item_id, selection.pin_id,
        selection.cohort, selection.scenario, window,
        None if selection.find is None else write(selection.find), selection.compare,
        None if selection.period is None else periods.write(selection.period), selection.by,
        None if selection.spans is None else ",".join(map(periods.write, selection.spans)),
        selection.findings,
    )  # fmt: skip
    return {key: str(value) for key, value in zip(KEYS, values, strict=True) if value is not None}
