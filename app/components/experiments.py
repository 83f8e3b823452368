"""What is looked at in the Experiments view: dataset, protocol, cut-off, and the trials behind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.components.chart import chart
from app.components.frames import draw
from app.state import Context
from ruie_core.analysis.frames import experiment_tables as tables
from ruie_core.analysis.frames import experiments as frames
from ruie_core.analysis.frames.experiments_offered import offered
from ruie_core.figures.overview import REQUEST_TITLES
from ruie_core.figures.theme import Theme
from ruie_core.reporting import experiments as words
from ruie_core.reporting import experiments_trials as trials
from ruie_core.reporting.experiments_words import metric_title

_FEW = 4
"""So many names stand beside each other; more are a list."""


@dataclass(frozen=True)
class Scene:
    """What a tab is given.

    Attributes:
        frame: the summary's rows of the chosen protocol and cut-off.
        choice: protocol and cut-off.
        dataset: name of the data.
        state: changes when the tables do.
        scenarios: all scenarios by code where the run knows the dataset, otherwise none.
        theme: colours.
    """

    frame: pd.DataFrame
    choice: frames.Choice
    dataset: str
    state: str
    scenarios: tuple[str, ...]
    theme: Theme

    @property
    def key(self) -> tuple[str, str, str, int]:
        """All that a figure depends on beside its own controls and the theme."""
        return self.state, self.choice.split, self.choice.request, self.choice.k


def open_summary(folder: Path) -> pd.DataFrame:
    """Return a dataset's summary, read once per state of its file."""
    return _summary(str(folder), frames.state(folder))


@st.cache_data(max_entries=16, show_spinner=False)
def _summary(folder: str, state: str) -> pd.DataFrame:  # noqa: ARG001 - part of the cache key
    return frames.read_summary(Path(folder))


class Shown(NamedTuple):
    """A summary under one choice.

    Attributes:
        frame: its rows.
        offered: experiments that have something to show.
        answer: the view's first sentence.
    """

    frame: pd.DataFrame
    offered: tuple[str, ...]
    answer: str


def shown(folder: Path, choice: frames.Choice) -> Shown:
    """Return what there is to show; it takes a quarter of a second, so it is kept."""
    return _shown(str(folder), frames.state(folder), choice)


@st.cache_data(max_entries=32, show_spinner=False)
def _shown(folder: str, state: str, choice: frames.Choice) -> Shown:  # noqa: ARG001 - cache key
    frame = frames.narrowed(open_summary(Path(folder)), choice)
    board = tables.main_board(frame)
    answer = words.verdict(
        board, tables.ablation(frame), tables.noise(frame, "share_of_ceiling"), choice.request,
        frames.cutoff(board) or choice.k, tables.ablation(frame, tables.OWN, tables.CHANGES[1]),
    )  # fmt: skip
    return Shown(frame, offered(frame), answer)


@st.cache_data(max_entries=16, show_spinner=False)
def _runs(folder: str, state: str) -> pd.DataFrame | None:  # noqa: ARG001 - part of the cache key
    return frames.read_runs(Path(folder))


def choose_dataset(context: Context, known: tuple[str, ...]) -> str:
    """Ask for the data; at first it is the run's, where it has experiments."""
    own, key = context.run.dataset, f"experiments_dataset_{context.run.dataset}_{len(known)}"
    first = own if own in known else known[0]
    if len(known) > _FEW:
        return str(st.selectbox("Dataset", known, known.index(first), width=200, key=key))
    return str(
        st.segmented_control("Dataset", known, default=first, required=True, key=key),
    )


def choose_protocol(summary: pd.DataFrame, dataset: str) -> frames.Choice:
    """Ask for split, request and cut-off; what a summary has one of is not asked."""
    splits, requests = frames.splits(summary), frames.requests(summary)
    split = splits[0]
    if len(splits) > 1:
        split = st.segmented_control(
            "Held out", splits, default=splits[0], required=True,
            key=f"experiments_split_{dataset}",
            format_func=lambda name: words.SPLIT_TITLES.get(name, name), help=words.SPLIT_HELP,
        )  # fmt: skip
    request = requests[0] if requests else frames.REQUESTS[0]
    if len(requests) > 1:
        request = st.segmented_control(
            "What the request says", requests, default=requests[0], required=True,
            key="experiments_request", format_func=REQUEST_TITLES.__getitem__,
        )  # fmt: skip
    cutoffs = frames.cutoffs(summary)
    k = frames.USUAL_K if frames.USUAL_K in cutoffs or not cutoffs else cutoffs[0]
    if len(cutoffs) > 1:
        k = st.segmented_control(
            "Cut-off K", cutoffs, default=k, required=True, key=f"experiments_k_{dataset}",
        )  # fmt: skip
    return frames.Choice(str(request), int(k), str(split))


def pick(place: DeltaGenerator, label: str, options: Sequence[str], key: str) -> str:
    """Ask for one of a few names at a chart's heading; a single one is not asked.

    Args:
        place: as from ``heading``.
        label: for readers of the screen.
        options: at least one; the first is chosen at first.
        key: of the widget.
    """
    if len(options) == 1:
        return options[0]
    if len(options) <= _FEW:
        chosen = place.segmented_control(
            label, options, default=options[0], required=True, key=key,
            format_func=metric_title, label_visibility="collapsed",
        )  # fmt: skip
    else:
        chosen = place.selectbox(
            label, options, key=key, format_func=metric_title, label_visibility="collapsed",
            width=240,
        )  # fmt: skip
    return str(chosen)


def figure(
    scene: Scene,
    frame: pd.DataFrame,
    make: Callable[[], go.Figure],
    reading: str,
    *,
    key: str,
    title: str,
    help: str | None = None,
    of: tuple[str, ...] = (),
) -> None:
    """Show a figure of a scene, drawn once per scene, theme and ``of``.

    Args:
        scene: what is looked at.
        frame: the numbers that are drawn.
        make: draws the figure.
        reading: how to read it.
        key: unique on the page.
        title: heading over the figure, and name of its downloads.
        help: what the heading's words mean; none: ``heading`` wrote title and help already.
        of: the figure's own controls.
    """
    chart(
        draw((*scene.key, key, *of), scene.theme, make),
        key=f"experiments_{key}",
        name=f"{scene.dataset} {title} {scene.choice.request} {' '.join(of)}",
        reading=reading,
        frame=frame,
        title=title,
        help=help,
        headed=help is not None,
    )
    if note := words.other_cutoff(frames.cutoff(frame), scene.choice.k):
        st.caption(note)


def behind(scene: Scene, folder: Path, experiment: str) -> None:
    """Write the command that makes an experiment's numbers, and the trials behind them."""
    rows = scene.frame[scene.frame["experiment"] == experiment]
    st.code(trials.commands(rows), language="bash", wrap_lines=True)
    runs = _runs(str(folder), scene.state)
    if runs is not None:
        chosen = (runs["experiment"] == experiment) & (runs["split"] == scene.choice.split)
        runs = runs[chosen] if chosen.any() else runs
    st.caption(trials.provenance(runs, experiment))
    if runs is None or not (runs["experiment"] == experiment).any():
        return
    with st.expander("Every training run"):
        st.dataframe(
            trials.trials(runs, experiment), hide_index=True, key=f"experiments_runs_{experiment}"
        )
