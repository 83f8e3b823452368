"""Overview: is this model worth looking at, and what should worry me?"""

import pandas as pd
import streamlit as st

from app.components.chart import chart
from app.components.frames import draw, load
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
        chart(
            draw((store.fingerprint, "ndcg", k), theme, lambda: figures.ndcg_dots(ndcg, k, theme)),
            key="overview_ndcg",
            name=f"{store.name} ndcg by model",
            title=f"NDCG@{k} beside popularity",
            help=words.NDCG_HELP.format(k=k),
            reading=words.ndcg(ndcg, exclude_seen),
            frame=ndcg,
        )
    with right:
        st.markdown("**What should worry you**")
        health_lights(
            [(row["on"], *words.light(row)) for row in records(lights)],
            "overview_lights",
        )
    left, right = st.columns([3, 2], gap="large")
    history, traffic = load(store, overview.curves), load(store, overview.traffic)
    with left:
        chart(
            draw(
                (store.fingerprint, "curves"),
                theme,
                lambda: figures.training_curves(history, theme),
            ),
            key="overview_curves",
            name=f"{store.name} training curves",
            title="Training",
            reading=words.training(history),
            frame=history,
        )
    with right:
        chart(
            draw(
                (store.fingerprint, "traffic"),
                theme,
                lambda: figures.traffic_bar(traffic, store.scenarios, theme),
            ),
            key="overview_traffic",
            name=f"{store.name} traffic by scenario",
            title="Events by scenario",
            reading=words.traffic(traffic),
            frame=traffic,
        )


def _figures(context: Context, ndcg: pd.DataFrame, k: int) -> None:
    """Write the run at a glance."""
    row = records(load(context.store, overview.glance))[0]
    metric_row(
        [
            Metric(f"NDCG@{k}", *words.headline(ndcg), words.NDCG_HELP.format(k=k)),
            Metric("users", count(row["users"]), words.held_out(row)),
            Metric("events", count(row["events"]), words.period(row)),
            Metric("events per user", count(row["events_median"]), "median"),
            Metric(
                "reward per event",
                number(row["reward_mean"]),
                "mean, reward units",
                words.REWARD_HELP,
            ),
        ],
        "overview_metric",
    )
