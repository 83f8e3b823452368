"""Gate and Q: can its confidence be believed?"""

import streamlit as st

from app.components.chart import show
from app.components.frames import load
from app.components.gate_curves import calibration
from app.components.gate_sides import gate_sides, sides_sentence
from app.components.messages import empty
from app.components.page import Metric, header, metric_row
from app.components.sides import sides_of
from app.state import Context
from app.views.registry import question
from ruie_core.analysis.frames import gate as frames
from ruie_core.figures import gate as figures
from ruie_core.figures.rows import records
from ruie_core.reporting import gate as words


def render(context: Context) -> None:
    """Draw the view."""
    store, theme, sides = context.store, context.theme, sides_of(context)
    if sides is not None:
        header("Gate and Q", sides_sentence(context, sides), question("gate"))
        gate_sides(context, sides)
        return
    selected = context.selection.scenario
    health = records(load(store, frames.health))[0]
    header("Gate and Q", words.verdict(health), question("gate"))
    metric_row([Metric(*figure) for figure in words.figures(health)], "gate_metric")
    mass, gates = load(store, frames.mass), load(store, frames.distribution)
    if mass.empty:
        empty("No event has a gate: every user has one event only.")
        return
    left, right = st.columns(2, gap="large")
    with left:
        show(
            context,
            lambda: figures.distribution(gates, mass, store.scenarios, theme, selected),
            of=(selected,),
            key="gate_distribution",
            name="gates by scenario",
            title="Gates by scenario",
            help=words.GATE_HELP,
            reading=words.distribution(mass),
            frame=gates,
            picks=True,
        )
    with right:
        show(
            context,
            lambda: figures.mass(mass, store.scenarios, theme, selected),
            of=(selected,),
            key="gate_mass",
            name="gate mass",
            title="Gate mass against traffic",
            help=words.MASS_HELP,
            reading=words.mass(mass),
            frame=mass,
            picks=True,
        )
    calibration(context)
