"""What is compared on a view: a cohort with the rest, or some days with other times."""

from collections.abc import Hashable
from dataclasses import dataclass

import pandas as pd

from app.components.chart import show
from app.components.frames import load
from app.state import Context
from ruie_core.analysis.frames import sides as frames
from ruie_core.analysis.frames import spread
from ruie_core.analysis.sides import cohort_sides, span_sides
from ruie_core.figures.contrast import Drawn, contrast
from ruie_core.figures.spread import histograms
from ruie_core.reporting import sides as words


@dataclass(frozen=True)
class Sides:
    """Two sides of a log.

    Attributes:
        table: the sides, kept in the run's store (``ruie_core.analysis.sides``).
        names: what they are called.
    """

    table: str
    names: words.Names

    @property
    def plain(self) -> tuple[str, str]:
        """Names for figures."""
        return self.names.first_plain, self.names.second_plain


def sides_of(context: Context) -> Sides | None:
    """Return the cohort against the rest within the selected days, or the days against other times.

    None where neither a cohort nor days are selected: everybody, always.
    """
    group, period, store = context.group, context.selection.period, context.store
    if group is not None:
        table = cohort_sides(store, group.users, period)
        return Sides(table, words.cohort_names(group.name, period))
    if period is not None:
        return Sides(span_sides(store, period), words.period_names(period))
    return None


def contrast_chart(
    context: Context,
    sides: Sides,
    frame: pd.DataFrame,
    unit: words.Unit,
    *,
    key: str,
    title: str,
    axis: str | None = None,
    floor: float | None = 0.0,
    same: bool = False,
    of: tuple[Hashable, ...] = (),
    help: str | None = None,
    reading: str | None = None,
) -> None:
    """Show a figure per scenario on both sides and their difference.

    Args:
        context: run, selection and theme.
        sides: what is compared.
        frame: a contrast.
        unit: what the figure is.
        key: unique on the page.
        title: heading.
        axis: title of the axis; none: the unit's name.
        floor: left end of the axis; none: by the values.
        same: both sides are the same events.
        of: what the figure depends on beside the sides.
        help: what the heading's words mean.
        reading: how to read it; none: as every contrast.
    """
    drawn = Drawn(
        axis or unit.name, *sides.plain, share=unit.share, digits=unit.digits, floor=floor,
        same=same, selected=context.selection.scenario,
    )  # fmt: skip
    show(
        context,
        lambda: contrast(frame, context.store.scenarios, drawn, context.theme),
        of=(sides.table, drawn, *of),
        key=key,
        name=f"{title} {sides.names.first_plain}",
        title=title,
        help=help,
        reading=reading or words.reading(frame, sides.names),
        frame=frame,
        picks=True,
    )


def mix_chart(context: Context, sides: Sides, frame: pd.DataFrame, key: str) -> None:
    """Show the mix of scenarios of both sides."""
    contrast_chart(
        context, sides, frame, words.MIX, key=f"{key}_mix", title="Mix of scenarios",
        help="Share of a side's events that lie in each scenario.",
    )  # fmt: skip


def mean_chart(context: Context, sides: Sides, measure: str, key: str) -> None:
    """Show mean gates or mean taken Q of both sides.

    Args:
        context: run, selection and theme.
        sides: what is compared.
        measure: ``gate`` or ``q``.
        key: begins the chart's key.
    """
    unit, title, axis, help_ = _MEANS[measure]
    contrast_chart(
        context, sides, load(context.store, frames.means, sides.table, measure), unit,
        key=f"{key}_{measure}", title=title, axis=axis, help=help_, floor=None,
    )  # fmt: skip


_MEANS = {
    "gate": (
        words.GATE,
        "Mean gate",
        "mean gate",
        "Gate, 0 to 1: how strongly a behaviour trains the model.",
    ),
    "q": (
        words.Q,
        "Mean Q of the scenario taken",
        "mean Q, reward units",
        "Q: expected engagement, in reward units: the discounted reward of the next event and "
        "those after it.",
    ),
}


def spread_chart(context: Context, sides: Sides, measure: str, key: str) -> None:
    """Show how gates or taken Q are spread on both sides; see ``mean_chart``."""
    title, axis = {
        "gate": ("How gates are spread", "gate"),
        "q": ("How Q is spread", "Q of the scenario taken, reward units"),
    }[measure]
    frame = load(context.store, spread.histogram, sides.table, measure)
    show(
        context, lambda: histograms(frame, axis, sides.plain, context.theme),
        of=(sides.table,), key=f"{key}_spread_{measure}",
        name=f"{title} {sides.names.first_plain}", title=title, frame=frame,
        reading=words.spread(frame, sides.names),
    )  # fmt: skip
