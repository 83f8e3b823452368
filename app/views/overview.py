"""Overview: is this model worth looking at, and what should worry me?"""

import pandas as pd
import streamlit as st

from app.components.chart import show
from app.components.frames import load
from app.components.lights import health_lights
from app.components.page import Metric, header, metric_row
from app.state import Context
from app.views.registry import question
from ruie_core.analysis.frames import metrics, overview
from ruie_core.figures import overview as figures
from ruie_core.figures.numbers import count, number
from ruie_core.figures.rows import records
from ruie_core.reporting import overview as words


def render(context: Context) -> None:
    """Draw the view."""
    store, theme = context.store, context.theme
    k, exclude_seen = metrics.usual_cutoff(store), metrics.exclusions(store)[0]
    ndcg = load(store, metrics.ndcg_by_model, k, exclude_seen)
    lights = load(store, overview.lights)
    header("Overview", words.verdict(ndcg, lights, k), question("overview"))
    _figures(context, ndcg, k)
    left, right = st.columns([3, 2], gap="large")
    with left:
        show(
            context,
            lambda: figures.ndcg_dots(ndcg, k, theme),
            of=(k, exclude_seen),
            key="overview_ndcg",
            name="ndcg by model",
            title=f"NDCG@{k} beside popularity",
            help=words.NDCG_HELP.format(k=k),
            reading=words.ndcg(ndcg, exclude_seen),
            frame=ndcg,
        )
    with right:
        st.markdown("**What should worry you**")
        marks = [(row["on"], *words.light(row)) for row in records(lights)]
        health_lights(marks, "overview_lights")
    history, traffic = load(store, overview.curves), load(store, overview.traffic)
    left, right = st.columns([3, 2], gap="large")
    with left:
        show(
            context,
            lambda: figures.training_curves(history, theme),
            key="overview_curves",
            name="training curves",
            title="Training",
            reading=words.training(history, store.config.model.remembers),
            frame=history,
        )
    with right:
        show(
            context,
            lambda: figures.traffic_bar(traffic, store.scenarios, theme),
            key="overview_traffic",
            name="events by scenario",
            title="Events by scenario",
            reading=words.traffic(traffic),
            frame=traffic,
        )


def _figures(context: Context, ndcg: pd.DataFrame, k: int) -> None:
    """Write the run at a glance."""
    row = records(load(context.store, overview.glance))[0]
    value, reference = words.headline(ndcg)
    reward = number(row["reward_mean"])
    metric_row(
        [
            Metric(f"NDCG@{k}", value, reference, words.NDCG_HELP.format(k=k)),
            Metric("users", count(row["users"]), words.held_out(row)),
            Metric(
                "events",
                count(row["events"]),
                words.period(row, context.store.health.get("time_zone", "UTC")),
            ),
            Metric("events per user", count(row["events_median"]), "median"),
            Metric("reward per event", reward, "mean, reward units", words.REWARD_HELP),
        ],
        "overview_metric",
    )
