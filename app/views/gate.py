"""Gate and Q: can its confidence be believed?"""

import streamlit as st

from app.components.chart import heading, show
from app.components.frames import load
from app.components.messages import empty
from app.components.page import Metric, header, metric_row
from app.components.scenario import scenario_choice
from app.state import Context
from app.views.registry import question
from ruie_core.analysis.frames import gate as frames
from ruie_core.figures import gate as figures
from ruie_core.figures.rows import records
from ruie_core.figures.theme import scenario_colors
from ruie_core.reporting import gate as words


def render(context: Context) -> None:
    """Draw the view."""
    store, theme = context.store, context.theme
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
            lambda: figures.distribution(gates, mass, store.scenarios, theme),
            key="gate_distribution",
            name="gates by scenario",
            title="Gates by scenario",
            help=words.GATE_HELP,
            reading=words.distribution(mass),
            frame=gates,
        )
    with right:
        show(
            context,
            lambda: figures.mass(mass, store.scenarios, theme),
            key="gate_mass",
            name="gate mass",
            title="Gate mass against traffic",
            help=words.MASS_HELP,
            reading=words.mass(mass),
            frame=mass,
        )
    _calibration(context)


@st.fragment
def _calibration(context: Context) -> None:
    store, theme = context.store, context.theme
    known = load(store, frames.calibrated)
    place = heading("Is Q what came?", "gate_calibration", words.Q_HELP)
    if known.empty:
        empty("No return is finished before the log ends: there is nothing to compare with.")
        return
    splits = [name for name in words.SPLITS if (known["split"] == name).any()]
    with place:
        split = st.segmented_control(
            "Events", splits, default=splits[0], required=True, key="gate_split",
            format_func=words.SPLITS.__getitem__, label_visibility="collapsed",
        )  # fmt: skip
        cells = known.loc[known["split"] == split, "scenario"]
        colors = scenario_colors(store.scenarios)
        names = [name for name in ("all", *colors) if (cells == name).any()]
        scenario = scenario_choice(context, names, f"gate_scenario_{split}")
    frame = load(store, frames.calibration, str(split), str(scenario))
    color, gaps = colors.get(scenario), load(store, frames.promises, str(split))
    left, right = st.columns(2, gap="large")
    with left:
        show(
            context,
            lambda: figures.calibration(frame, color, theme),
            of=(split, scenario),
            key="gate_calibration",
            name=f"calibration {split} {scenario}",
            title="Realised return over Q",
            reading=words.calibration(frame, str(split), str(scenario), "heldout" in splits),
            frame=frame,
        )
    with right:
        show(
            context,
            lambda: figures.promises(gaps, store.scenarios, theme),
            of=(split,),
            key="gate_promises",
            name=f"q minus return {split}",
            title="Where Q promises too much or too little",
            reading=words.promises(gaps),
            frame=gaps,
        )
