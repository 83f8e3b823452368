"""Is Q what came? The calibration of everybody's events."""

import streamlit as st

from app.components.chart import heading, show
from app.components.frames import load
from app.components.messages import empty
from app.components.scenario import ALL, scenario_choice
from app.state import Context
from ruie_core.analysis.frames import gate as frames
from ruie_core.figures import calibration as curve
from ruie_core.figures import gate as figures
from ruie_core.figures.theme import scenario_colors
from ruie_core.reporting import gate as words


@st.fragment
def calibration(context: Context) -> None:
    """Draw the calibration of Q for everybody, by split and scenario."""
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
            bind="query-params",

            format_func=words.SPLITS.__getitem__, label_visibility="collapsed",
        )  # fmt: skip
        cells = known.loc[known["split"] == split, "scenario"]
        colors = scenario_colors(store.scenarios)
        names = [name for name in ("all", *colors) if (cells == name).any()]
        scenario = scenario_choice(context, names, f"gate_scenario_{split}")
    frame = load(store, frames.calibration, str(split), str(scenario))
    chosen = None if scenario == ALL else scenario
    color, gaps = colors.get(scenario), load(store, frames.promises, str(split))
    left, right = st.columns(2, gap="large")
    with left:
        show(
            context,
            lambda: curve.calibration(frame, color, theme),
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
            lambda: figures.promises(gaps, store.scenarios, theme, chosen),
            of=(split, chosen),
            key="gate_promises",
            name=f"q minus return {split}",
            title="Where Q promises too much or too little",
            reading=words.promises(gaps),
            frame=gaps,
            picks=True,
        )
