"""Gates and Q of two sides of a log: spread, mass, calibration."""

import streamlit as st

from app.components.chart import heading, show
from app.components.frames import load
from app.components.messages import empty
from app.components.page import Metric, metric_row
from app.components.scenario import ALL, scenario_choice
from app.components.sides import Sides, contrast_chart
from app.state import Context
from ruie_core.analysis.frames import sides as frames
from ruie_core.analysis.frames import spread
from ruie_core.figures import spread as figures
from ruie_core.figures.calibration import curves
from ruie_core.figures.theme import scenario_colors
from ruie_core.reporting import gate as words
from ruie_core.reporting import sides as said


def sides_sentence(context: Context, sides: Sides) -> str:
    """Return the view's first sentence about two sides."""
    store, table = context.store, sides.table
    gate, gaps = load(store, frames.means, table, "gate"), load(store, frames.gaps, table, "all")
    return words.sides_verdict(gate, gaps, sides.names)


def gate_sides(context: Context, sides: Sides) -> None:
    """Draw the view for two sides."""
    store, theme, table, names = context.store, context.theme, sides.table, sides.names
    gate = load(store, frames.means, table, "gate")
    ends, gaps = load(store, frames.ends, table), load(store, frames.gaps, table, "all")
    st.caption(said.amounts(load(store, frames.size, table), names))
    figures_ = words.sides_figures(gate, ends, gaps, names)
    metric_row([Metric(*figure) for figure in figures_], "gate_metric")
    if gate.empty:
        empty("No event of either side has a gate: choose other days or another cohort.")
        return
    selected = context.selection.scenario
    gates = load(store, spread.histogram, table, "gate", each=True)
    centres, mass = load(store, spread.centres, table), load(store, spread.mass, table)
    left, right = st.columns(2, gap="large")
    with left:
        show(
            context,
            lambda: figures.strips(
                gates, centres, store.scenarios, sides.plain, selected, theme
            ),
            of=(table, selected), key="gate_distribution", name=f"gates {names.first_plain}",
            title="Gates by scenario", help=words.GATE_HELP, frame=gates, picks=True,
            reading=words.sides_distribution(names),
        )  # fmt: skip
    with right:
        contrast_chart(
            context, sides, mass, said.MASS, key="gate_mass", title="Gate mass against traffic",
            help=words.MASS_HELP, floor=None, reading=words.sides_mass(mass, names),
        )  # fmt: skip
    _calibration(context, sides)


@st.fragment
def _calibration(context: Context, sides: Sides) -> None:
    store, theme, table, names = context.store, context.theme, sides.table, sides.names
    place = heading("Is Q what came?", "gate_calibration", words.Q_HELP)
    with place:
        split = str(
            st.segmented_control(
                "Events", list(words.SPLITS), default="all", required=True, key="gate_sides_split",
                bind="query-params",
                format_func=words.SPLITS.__getitem__, label_visibility="collapsed",
            )
        )  # fmt: skip
        scenario = scenario_choice(context, [ALL, *store.scenarios], "gate_sides_scenario")
    curve = load(store, spread.calibration, table, split, scenario)
    gaps = load(store, frames.gaps, table, split)
    if curve.empty:
        empty(
            "Fewer than 20 events have a return that is finished before the log ends: choose other "
            "events above."
        )
        return
    color = scenario_colors(store.scenarios).get(scenario)
    left, right = st.columns(2, gap="large")
    with left:
        show(
            context, lambda: curves(curve, sides.plain, color, theme),
            of=(table, split, scenario), key="gate_calibration", frame=curve,
            name=f"calibration {split} {scenario} {names.first_plain}",
            title="Realised return over Q",
            reading=words.sides_calibration(curve, split, scenario, names),
        )  # fmt: skip
    with right:
        contrast_chart(
            context, sides, gaps, said.GAP, key="gate_promises", of=(split,), floor=None,
            title="Where Q promises too much or too little",
            axis="Q − return, reward units",
        )  # fmt: skip
